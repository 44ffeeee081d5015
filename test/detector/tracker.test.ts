import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { coverage, type Observation } from '../../detector/observe.ts';
import { openTrackStore } from '../../detector/track-store.ts';
import { follow, type Sight, type Track } from '../../detector/tracker.ts';
import type { Box } from '../../domain/geometry.ts';

const rule = { dwell: 8000, presence: 0.7, minSamples: 3, grace: 6000 };
const step = 2000;
const left: Box = [0.1, 0.5, 0.2, 0.3];
const right: Box = [0.29, 0.5, 0.2, 0.3];

const thing = (box: Box, score = 0.8): Observation => ({ label: 'stall', score, box, parts: [] });
const seen = (boxes: readonly Box[], covers: readonly Box[] = []): Sight => ({ kind: 'seen', observations: boxes.map((b) => thing(b)), hidden: (box) => covers.some((c) => coverage(box, c) >= 0.5) });

/** Follows one sight after another; answers outcomes as "what id@seconds" and the tracks at the end. */
function play(sights: readonly Sight[], start: readonly Track[] = [], from = 0, over: { drift?: number } = {}): { told: string[]; tracks: readonly Track[] } {
  let tracks = start;
  let ids = start.length;
  const told: string[] = [];
  sights.forEach((sight, i) => {
    const next = follow(tracks, sight, from + i * step, { ...rule, ...over }, { run: 'r', streamTime: i }, () => `t${++ids}`);
    tracks = next.tracks;
    told.push(...next.events.map((e) => `${e.outcome} ${e.track.id}@${(from + i * step) / 1000}`));
  });
  return { told, tracks };
}
const times = (n: number, sight: Sight): Sight[] => Array.from({ length: n }, () => sight);

describe('tracker', () => {
  test('one thing is one track', () => {
    const { told, tracks } = play(times(6, seen([left])));
    expect(told).toEqual(['born t1@0', 'raised t1@8']);
    expect(tracks).toHaveLength(1);
  });

  test('two stalls side by side are two tracks and two events', () => {
    expect(play(times(6, seen([left, right]))).told).toEqual(['born t1@0', 'born t2@0', 'raised t1@8', 'raised t2@8']);
  });

  test('a second stall beside the first is raised on its own, the first keeps its name', () => {
    const { told } = play([...times(6, seen([left])), ...times(6, seen([right, left]))]);
    expect(told).toEqual(['born t1@0', 'raised t1@8', 'born t2@12', 'raised t2@20']);
  });

  test('one of two goes', () => {
    const { told } = play([...times(6, seen([left, right])), ...times(5, seen([right]))]);
    expect(told.slice(4)).toEqual(['gone t1@18']);
  });

  test('jitter of the box does not make a new thing', () => {
    const jitter = Array.from({ length: 12 }, (_, i) => seen([[left[0] + 0.03 * Math.sin(i * 2), left[1] + 0.03 * Math.cos(i * 3), left[2] * (1 + 0.15 * Math.sin(i)), left[3]] as const]));
    expect(play(jitter).told).toEqual(['born t1@0', 'raised t1@8']);
  });

  test('what creeps along is not a thing that stands, until it stops', () => {
    const creeping = Array.from({ length: 12 }, (_, i) => seen([[0.1 + 0.03 * i, 0.5, 0.2, 0.3]]));
    expect(play(creeping).told).toEqual(['born t1@0']);
    expect(play([...creeping, ...times(6, seen([[0.43, 0.5, 0.2, 0.3]]))]).told).toEqual(['born t1@0', 'raised t1@24']);
  });

  test('how far a thing may move is the rule\'s to say', () => {
    const creeping = Array.from({ length: 12 }, (_, i) => seen([[0.1 + 0.03 * i, 0.5, 0.2, 0.3]]));
    expect(play(creeping, [], 0, { drift: 2 }).told).toEqual(['born t1@0', 'raised t1@8']);
  });

  test('what is left of a half-hidden thing has not moved', () => {
    const half: Box = [left[0] + left[2] * 0.75, left[1], left[2] * 0.25, left[3]];
    expect(play([seen([left]), ...times(3, seen([half])), ...times(2, seen([left]))]).told).toEqual(['born t1@0', 'raised t1@8']);
  });

  test('identity survives someone standing in front for longer than the grace', () => {
    const inFront = seen([], [[0.08, 0.4, 0.22, 0.5]]);
    const { told, tracks } = play([...times(6, seen([left])), ...times(20, inFront), ...times(3, seen([left]))]);
    expect(told).toEqual(['born t1@0', 'raised t1@8', 'still t1@52']);
    expect(tracks.map((t) => t.id)).toEqual(['t1']);
  });

  test('identity survives absence within the grace', () => {
    expect(play([...times(3, seen([left])), ...times(2, seen([])), ...times(6, seen([left]))]).told.filter((t) => t.startsWith('born'))).toEqual(['born t1@0']);
  });

  test('a half-hidden thing is the same thing', () => {
    const half: Box = [left[0], left[1], left[2] * 0.25, left[3]];
    expect(play([...times(4, seen([left])), ...times(2, seen([half]))]).told).toEqual(['born t1@0', 'raised t1@8']);
  });

  test('one box over both hides the second, it does not end it', () => {
    const both: Box = [0.1, 0.5, 0.39, 0.3];
    const { told, tracks } = play([...times(6, seen([left, right])), ...times(10, seen([both]))]);
    expect(told.filter((t) => !t.startsWith('born') && !t.startsWith('still'))).toEqual(['raised t1@8', 'raised t2@8']);
    expect(tracks).toHaveLength(2);
  });

  test('a passer-by is lost without a word', () => {
    expect(play([...times(2, seen([left])), ...times(5, seen([]))]).told).toEqual(['born t1@0', 'lost t1@10']);
  });

  test('bad pictures leave everything as it is', () => {
    const { told } = play([...times(6, seen([left])), ...times(50, { kind: 'unknown' }), seen([left])]);
    expect(told).toEqual(['born t1@0', 'raised t1@8', 'still t1@112']);
  });

  test('a thing remembers the place of the picture from before it', () => {
    expect(play([seen([]), seen([left]), seen([left])]).tracks[0]!.before).toEqual({ run: 'r', streamTime: 1 });
  });

  test('a model gone wild does not fill the memory', () => {
    const many = Array.from({ length: 400 }, (_, i): Box => [(i % 20) / 20, Math.floor(i / 20) / 20, 0.04, 0.04]);
    expect(play(times(3, seen(many))).tracks).toHaveLength(50);
  });
});

describe('saved tracks', () => {
  let folder: string;
  const log = pino({ level: 'silent' });
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'xuncheng-tracks-')); });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('identity, dwell and verdict survive a restart', async () => {
    const before = play(times(3, seen([left, right])));
    const store = await openTrackStore(folder, log);
    await store.save('门口/1', { r: before.tracks }, 4000, true);
    const restored = await (await openTrackStore(folder, log)).load('门口/1', 6000);
    expect(restored).toEqual({ r: before.tracks });
    expect(play(times(2, seen([left, right])), restored['r'], 6000).told).toEqual(['raised t1@8', 'raised t2@8']);
  });

  test('a raised thing is not raised again after a restart', async () => {
    const store = await openTrackStore(folder, log);
    await store.save('c', { r: play(times(6, seen([left]))).tracks }, 10_000, false);
    const restored = await store.load('c', 15_000);
    expect(play(times(3, seen([left])), restored['r'], 15_000).told).toEqual([]);
  });

  test('a clock that was set back does not put things into the future', async () => {
    const store = await openTrackStore(folder, log);
    await store.save('c', { r: play(times(4, seen([left]))).tracks }, 6000, false);
    const [track] = (await store.load('c', -3_594_000))['r']!;
    expect(track!.confirmer.lastPresentAt).toBe(-3_594_000);
    expect(track!.confirmer.firstPresentAt).toBe(-3_600_000);
  });

  test('what is a day old, absent or damaged is nothing', async () => {
    const store = await openTrackStore(folder, log);
    await store.save('c', { r: play(times(4, seen([left]))).tracks }, 6000, false);
    expect(await store.load('c', 6000 + 25 * 3600_000)).toEqual({});
    expect(await store.load('other', 0)).toEqual({});
    await writeFile(join(folder, 'c.json'), '{"at": 1, "rules": {"r": [{}]}}');
    expect(await store.load('c', 7000)).toEqual({});
  });
});
