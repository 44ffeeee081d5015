import { describe, expect, test } from '@jest/globals';
import type { CameraInput } from '../../domain/camera.ts';
import { backoff, DialGate } from '../../ingest/dial-gate.ts';
import { liveInputOf, planInputs } from '../../ingest/plan-inputs.ts';
import { measurePicture, QualityJudge } from '../../ingest/quality.ts';
import { chooseMode, sampleLimit } from '../../ingest/sample-mode.ts';
import { worstOf } from '../../ingest/camera-state.ts';

const input = (url: string, ...roles: CameraInput['roles']): CameraInput => ({ url, roles });
const main = input('rtsp://h/main', 'record', 'live');
const small = input('rtsp://h/small', 'detect', 'live-low');

describe('which inputs stand', () => {
  test.each([
    ['one for all', { inputs: [input('rtsp://h/1', 'detect', 'record', 'live')] }, [['rtsp://h/1', true, true, false]]],
    ['one to look at, one to record', { inputs: [main, small] }, [['rtsp://h/small', true, false, false], ['rtsp://h/main', false, true, false]]],
    ['one session only: nothing beside it', { inputs: [main, small], sessions: 1 }, [['rtsp://h/small', true, true, true]]],
    ['recorded alone is looked at too', { inputs: [main] }, [['rtsp://h/main', true, true, false]]],
    ['live alone is looked at too', { inputs: [input('rtsp://h/l', 'live')] }, [['rtsp://h/l', true, true, false]]],
    ['switched off', { inputs: [main], enabled: false }, []],
    ['none', { inputs: [] }, []],
  ])('%s', (_name, camera, planned) => {
    expect(planInputs({ enabled: true, sessions: undefined, ...camera }).map((p) => [p.input.url, p.samples, p.record, p.relay])).toEqual(planned);
  });
  test('small tiles take the small stream', () => {
    expect(liveInputOf({ inputs: [main, small] }, 'low')).toBe(small);
    expect(liveInputOf({ inputs: [main, small] }, 'high')).toBe(main);
    expect(liveInputOf({ inputs: [main] }, 'low')).toBe(main);
  });
});

describe('how samples are taken', () => {
  test.each([[[], 5], [[9000], 3], [[180_000], 5], [[180_000, 6000], 2], [[0], 0.2]])('dwells %j bear %d s between samples', (dwells, limit) => {
    expect(sampleLimit(dwells.map((dwell) => ({ dwell })))).toBe(limit);
  });
  test.each([
    [{ interval: null, bFrames: false }, 2, { kind: 'key' }],
    [{ interval: 2.02, bFrames: false }, 2, { kind: 'key' }],
    [{ interval: 4, bFrames: false }, 2, { kind: 'full', every: 1 }],
    [{ interval: 10, bFrames: false }, 5, { kind: 'full', every: 2 }],
    [{ interval: 1, bFrames: true }, 5, { kind: 'full', every: 2 }],
  ] as const)('%j under %d s', (keys, limit, mode) => expect(chooseMode(keys, limit)).toEqual(mode));
});

describe('dialling', () => {
  test('waits grow, spread and end at a limit', () => {
    const at = (failures: number, dice: number): number => backoff({ failures, first: 500, most: 30_000, dice });
    expect([at(1, 0), at(1, 1), at(2, 0.5), at(4, 0.5), at(50, 0), at(50, 1)]).toEqual([250, 750, 1000, 4000, 15_000, 45_000]);
  });
  test('one dial begins at a time; one that takes long does not keep the others', async () => {
    const gate = new DialGate(50);
    const { signal } = new AbortController();
    const entered: string[] = [];
    const first = await gate.enter(signal);
    entered.push('first');
    const second = gate.enter(signal).then((free) => { entered.push('second'); return free; });
    await Promise.resolve();
    expect(entered).toEqual(['first']);
    first?.();
    await second;
    const began = performance.now();
    await gate.enter(signal);
    expect(performance.now() - began).toBeGreaterThan(40);
  });
  test('who does not want any more does not hold it', async () => {
    const gate = new DialGate(60_000);
    expect(await gate.enter(AbortSignal.abort())).toBeNull();
    const free = await gate.enter(new AbortController().signal);
    expect(free).not.toBeNull();
    free?.();
  });
});

test('a camera is as well as the worst of its inputs', () => {
  const live = { state: 'live', reason: null } as const;
  const away = { state: 'offline', reason: 'refused: x' } as const;
  expect(worstOf([live, away])).toBe(away);
  expect(worstOf([live])).toBe(live);
  expect(worstOf([]).state).toBe('unsupported');
});

describe('the picture itself', () => {
  const width = 320;
  const height = 180;
  const paint = (level: (x: number, y: number) => number): Uint8Array => {
    const rgb = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) rgb.fill(level(x, y), (y * width + x) * 3, (y * width + x) * 3 + 3);
    return rgb;
  };
  // what a street is to a lens: edges of all sizes, and the noise of the sensor
  const street = (seed: number) => paint((x, y) => 100 + 60 * Math.sign(Math.sin(x / 7) + Math.cos(y / 5)) + ((x * 31 + y * 17 + seed * 101) % 13));
  const measure = (rgb: Uint8Array) => measurePicture(rgb, width, height);

  test('a street is well, and stays so', () => {
    const judge = new QualityJudge(10_000);
    for (let i = 0; i < 20; i += 1) expect(judge.judge(measure(street(i)), i * 2000, false)).toBe('ok');
  });
  test('black', () => {
    const judge = new QualityJudge(10_000);
    expect(judge.judge(measure(paint(() => 3)), 0, false)).toBe('black');
    expect(judge.judge(measure(paint((x) => 16 + x % 2)), 2000, false)).toBe('black');
    expect(judge.judge(measure(street(1)), 4000, false)).toBe('ok');
  });
  test('frozen after its time, a clock in the corner notwithstanding, and well again at once', () => {
    const judge = new QualityJudge(10_000);
    const still = street(1);
    const withClock = (i: number): Uint8Array => {
      const rgb = still.slice();
      for (let y = 0; y < 15; y += 1) for (let x = 0; x < 30; x += 1) rgb.fill((i * 40) % 256, (y * width + x) * 3, (y * width + x) * 3 + 3);
      return rgb;
    };
    const judged = Array.from({ length: 8 }, (_, i) => judge.judge(measure(withClock(i)), i * 2000, false));
    expect(judged).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'frozen', 'frozen', 'frozen']);
    expect(judge.judge(measure(street(2)), 16_000, false)).toBe('ok');
  });
  test('the very same picture is frozen sooner, for not even its clock goes on', () => {
    const judge = new QualityJudge(15_000);
    const still = measure(street(1));
    expect([0, 2000, 4000, 6000].map((at) => judge.judge(still, at, false))).toEqual(['ok', 'ok', 'frozen', 'frozen']);
    expect(judge.judge(measure(street(2)), 8000, false)).toBe('ok');
  });
  test('blurred against what the camera usually shows', () => {
    const judge = new QualityJudge(1e9);
    for (let i = 0; i < 5; i += 1) judge.judge(measure(street(i)), i * 2000, false);
    expect(judge.judge(measure(paint((x, y) => 100 + 40 * Math.sin(x / 40) + 30 * Math.cos(y / 30))), 12_000, false)).toBe('blurred');
    expect(judge.judge(measure(street(9)), 14_000, false)).toBe('ok');
  });
  test('damaged when the decoder says so', () => {
    expect(new QualityJudge(1e9).judge(measure(street(1)), 0, true)).toBe('damaged');
  });
});
