import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSpool, SpoolFullError, type KeptMessage, type Seen, type Spool } from '../../detector/spool.ts';
import { detectionEventSchema, type DetectionMessage } from '../../domain/detection.ts';
import { until } from '../support/until.ts';
import { silentLog } from './support.ts';

const manifest = { sha256: 'c'.repeat(64), mime: 'application/json', bytes: 1 };
const raised = (key: string): KeptMessage => ({ kind: 'raised', event: detectionEventSchema.parse({ key, camera: 'cam', eventType: 'stall', score: 0.9, raisedAt: '2026-11-23T12:00:00Z' }) });
const evidence = (key: string): KeptMessage => ({ kind: 'evidence', key, clip: null, manifest, failure: null });
const gone = (key: string): KeptMessage => ({ kind: 'gone', key, at: '2026-11-23T12:01:00Z' });
const named = (m: DetectionMessage): string => `${m.kind} ${m.kind === 'raised' ? m.event.key : m.key}`;

describe('spool', () => {
  let folder: string;
  let spool: Spool | undefined;
  let sent: DetectionMessage[];
  let away: boolean;
  /** What "PostgreSQL" holds: lines like "raised key". */
  let held: Set<string>;

  const open = async (limitBytes = 1e6): Promise<Spool> => {
    spool = await openSpool({
      folder, limitBytes, log: silentLog, resendMs: 60, tickMs: 20,
      send: async (message) => {
        if (away) throw new Error('redis is away');
        sent.push(message);
      },
      seen: async (keys) => new Map<string, Seen>(keys.map((key) => [key, { raised: held.has(`raised ${key}`), evidence: (sha) => sha === manifest.sha256 && held.has(`evidence ${key}`), gone: held.has(`gone ${key}`) }])),
    });
    return spool;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xuncheng-spool-'));
    sent = [];
    away = false;
    held = new Set();
  });
  afterEach(async () => {
    await spool?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('sends at once, again while it is not seen, and no more once it is', async () => {
    const running = await open();
    await running.put(raised('key-0001'));
    expect(await readdir(folder)).toEqual(['key-0001.raised.json']);
    await until('it was sent three times', () => sent.length >= 3);
    held.add('raised key-0001');
    await until('the file is gone', async () => (await readdir(folder)).length === 0);
    const count = sent.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sent).toHaveLength(count);
    expect(running.counters()).toMatchObject({ messages: 0, tasks: 0, bytes: 0 });
  });

  test('keeps the order of one key, whatever order they came in', async () => {
    away = true;
    const running = await open();
    for (const message of [gone('key-0001'), evidence('key-0001'), raised('key-0001'), raised('key-0002')]) await running.put(message);
    away = false;
    await until('all were sent', () => sent.length >= 4);
    expect(sent.slice(0, 4).filter((m) => named(m).endsWith('1')).map((m) => m.kind)).toEqual(['raised', 'evidence', 'gone']);
  });

  test('nothing overtakes an event that is still waiting for its pictures', async () => {
    const running = await open();
    await running.putTask('key-0001', { stage: 'pictures' });
    await running.put(gone('key-0001'));
    expect(running.wasRaised('key-0001')).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(sent).toEqual([]);
    await running.put(raised('key-0001'));
    await until('both were sent', () => sent.length >= 2);
    expect(sent.slice(0, 2).map((m) => m.kind)).toEqual(['raised', 'gone']);
    expect(running.wasRaised('key-0001')).toBe(true);
  });

  test('a carrier that is away loses nothing', async () => {
    away = true;
    const running = await open();
    await running.put(raised('key-0001'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(sent).toEqual([]);
    away = false;
    await until('it was sent', () => sent.length > 0);
  });

  test('another process goes on with what it finds, and puts aside what it cannot read', async () => {
    away = true;
    const first = await open();
    await first.put(raised('key-0001'));
    await first.put(evidence('key-0001'));
    await first.putTask('key-0002', { stage: 'clip', n: 1 });
    await first.close();
    await writeFile(join(folder, 'key-0003.raised.json'), '{"kind": "rai');
    await writeFile(join(folder, 'key-0004.raised.json.tmp'), '{}');
    away = false;
    const second = await open();
    expect(second.tasks()).toEqual([{ key: 'key-0002', task: { stage: 'clip', n: 1 } }]);
    await until('both were sent', () => sent.length >= 2);
    expect(sent.slice(0, 2).map(named)).toEqual(['raised key-0001', 'evidence key-0001']);
    expect((await readdir(folder)).toSorted()).toEqual(['key-0001.evidence.json', 'key-0001.raised.json', 'key-0002.task.json', 'key-0003.raised.json.broken']);
  });

  test('a full spool refuses and keeps what it has', async () => {
    away = true;
    const running = await open(1500);
    await running.put(raised('key-0001'));
    await running.put(raised('key-0002'));
    await expect((async () => { for (let i = 3; i < 9; i++) await running.put(raised(`key-000${i}`)); })()).rejects.toThrow(SpoolFullError);
    expect(running.counters().bytes).toBeLessThanOrEqual(1500);
    expect(running.message('key-0001', 'raised')).not.toBeNull();
    await running.put(raised('key-0002'));
  });
});
