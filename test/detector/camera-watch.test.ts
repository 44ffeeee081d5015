import { beforeEach, describe, expect, test } from '@jest/globals';
import { createCameraWatch, type CameraWatch } from '../../detector/camera-watch.ts';
import { planRules } from '../../detector/rule-plan.ts';
import type { CameraTracks } from '../../detector/track-store.ts';
import type { Camera, FrameQuality, Rule, Zone } from '../../domain/camera.ts';
import type { Box } from '../../domain/geometry.ts';
import { makeCamera, makeRule, manifestOf } from './support.ts';

/** 2026-11-23 is a Monday; half past ten in the evening. */
const start = Date.parse('2026-11-23T22:30:00+08:00');
const minute = 60_000;
const whole = [[0, 0], [1, 0], [1, 1], [0, 1]] as const;
const left: Box = [0.1, 0.5, 0.2, 0.3];
const right: Box = [0.6, 0.5, 0.2, 0.3];
const rule = (over: Partial<Rule> = {}): Rule => makeRule({ dwell: 4000, grace: 6000, drift: 0.5, ...over });

describe('a camera', () => {
  let told: string[];
  let now: number;
  let saved: CameraTracks;
  let ids: number;
  let holidays: ReadonlyMap<string, boolean>;
  let watch: CameraWatch;
  const models = new Map([['m', manifestOf()]]);

  function begin(over: Partial<Camera>): void {
    const camera = makeCamera(over);
    watch = createCameraWatch({
      camera, plans: planRules(camera, models), clock: (frame) => frame.monotonic, holidays: () => ({ exceptions: holidays }), newId: () => `t${++ids}`,
      store: { load: async () => saved, save: async (_, tracks) => { saved = tracks; } },
      port: {
        raise: async (_, { track, plan }) => void told.push(`raised ${track.id} of ${plan.rule.id}`),
        gone: async (_, { track }) => void told.push(`gone ${track.id}`),
        note: (_, { outcome, track }) => void (outcome === 'lost' && told.push(`lost ${track.id}`)),
        staying: () => undefined,
      },
    });
  }
  /** Judges `n` samples, two seconds apart. */
  async function show(n: number, boxes: readonly Box[], { view = null, quality = 'ok' }: { view?: string | null; quality?: FrameQuality } = {}): Promise<void> {
    for (let i = 0; i < n; i += 1, now += 2000) {
      const frame = { cameraId: 'cam', view, width: 2, height: 2, data: new Uint8Array(12), streamTime: now / 1000, arrivedAt: now, monotonic: now, quality, run: 'r', fence: 1 };
      const tasks = watch.tasks(frame) ?? [];
      await watch.judge(frame, tasks, tasks.map(() => ({ ok: true, ms: 1, networkMs: 1, detections: boxes.map((box) => ({ label: 'stall', score: 0.8, box })) })));
    }
  }
  beforeEach(() => {
    told = [];
    now = start;
    saved = {};
    ids = 0;
    holidays = new Map();
  });

  describe('whose rule sleeps', () => {
    const night: Partial<Camera> = { rules: [rule({ schedule: { permitted: [{ hours: '22:31-23:00' }] } })] };
    test('ends what it had raised when it wakes and the thing is gone', async () => {
      begin(night);
      await show(3, [left]);
      now = start + 2 * minute;
      await show(3, []);
      expect(told).toEqual(['raised t1 of rule']);
      now = start + 30 * minute;
      await show(3, []);
      expect(told).toEqual(['raised t1 of rule']);
      await show(1, []);
      expect(told).toEqual(['raised t1 of rule', 'gone t1']);
    });
    test('raises nothing anew that it wakes to and had raised', async () => {
      begin(night);
      await show(3, [left]);
      now = start + 2 * minute;
      await show(3, [left]);
      now = start + 40 * minute;
      await show(9, [left]);
      expect(told).toEqual(['raised t1 of rule']);
    });
    test('forgets what it had only begun to see', async () => {
      begin(night);
      now = start + minute - 4000;
      await show(20, [left]);
      expect(told).toEqual(['lost t1']);
      now = start + 30 * minute;
      await show(2, [left]);
      expect(told).toEqual(['lost t1']);
      await show(1, [left]);
      expect(told).toEqual(['lost t1', 'raised t2 of rule']);
    });
    test('follows the calendar as it is now', async () => {
      begin({ rules: [rule({ schedule: { calendar: 'holidays' } })] });
      await show(5, [left]);
      expect(told).toEqual([]);
      holidays = new Map([['2026-11-23', false]]);
      await show(3, [left]);
      expect(told).toEqual(['raised t1 of rule']);
    });
  });

  test('with a permitted zone says nothing of what stands there, while it is permitted', async () => {
    const cafe: Zone = { id: 'cafe', polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], permitted: { eventTypes: ['stall'], hours: [{ hours: '18:00-23:00', weekdays: [1] }] } };
    begin({ zones: [{ id: 'z', polygon: whole }, cafe], rules: [rule(), rule({ id: 'other', eventType: 'debris' })] });
    await show(3, [left, right]);
    expect(told.toSorted()).toEqual(['raised t1 of rule', 'raised t2 of other', 'raised t3 of other']);
    now = start + 31 * minute;
    await show(3, [left, right]);
    expect(told.at(-1)).toBe('raised t4 of rule');
  });

  describe('that turns', () => {
    const turning: Partial<Camera> = {
      views: [{ id: 'north', picture: '' }, { id: 'south', picture: '' }],
      zones: [{ id: 'n', polygon: whole, view: 'north' }, { id: 's', polygon: whole, view: 'south' }],
      rules: [rule({ id: 'north', zone: 'n', dwell: minute }), rule({ id: 'south', zone: 's', dwell: minute })],
    };
    /** One round of the tour: ten seconds here, ten there, two between. */
    async function round(north: readonly Box[], south: readonly Box[]): Promise<void> {
      await show(1, [left, right], { quality: 'covered' });
      await show(5, north, { view: 'north' });
      await show(1, [left, right], { quality: 'covered' });
      await show(5, south, { view: 'south' });
    }
    test('judges each view by its own rules, and dwell spans visits', async () => {
      begin(turning);
      for (let i = 0; i < 4; i += 1) await round([left], []);
      expect(told).toEqual(['raised t1 of north']);
      expect(watch.problem).toBeNull();
      for (let i = 0; i < 2; i += 1) await round([], []);
      expect(told).toEqual(['raised t1 of north', 'gone t1']);
    });
    test('counts as analysed while it shows a view it knows, and not on the way', async () => {
      begin(turning);
      await show(2, [], { view: 'north' });
      expect(watch.analysedAt).toBe(now - 2000);
      const before = watch.analysedAt;
      await show(2, [], { quality: 'moved' });
      expect(watch.analysedAt).toBe(before);
    });
    test('says which view has not been shown for long', async () => {
      begin(turning);
      await show(2, [], { view: 'north' });
      now += 31 * minute;
      await show(1, [], { view: 'north' });
      expect(watch.problem).toMatch(/^view_unseen: view south .*31 min/);
      await show(1, [], { view: 'south' });
      expect(watch.problem).toBeNull();
    });
  });

  test('keeps what it saw while a rule cannot be judged', async () => {
    const camera = { zones: [{ id: 'z', polygon: whole }], rules: [rule()] };
    begin(camera);
    await show(3, [left]);
    watch.reconcile(makeCamera(camera), planRules(makeCamera(camera), new Map()));
    await show(10, []);
    watch.reconcile(makeCamera(camera), planRules(makeCamera(camera), models));
    await show(5, [left]);
    expect(told).toEqual(['raised t1 of rule']);
  });
});
