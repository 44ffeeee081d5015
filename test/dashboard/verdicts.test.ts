import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import sharp from 'sharp';
import { createIntake } from '../../dispatcher/index.ts';
import { detectionEventSchema, type MediaRef } from '../../domain/detection.ts';
import type { Box } from '../../domain/geometry.ts';
import type { VerdictFigures, VerdictRow } from '../../domain/verdict-views.ts';
import { labelledOnly, readDataFolder } from '../../models/evaluate/data-folder.ts';
import { until } from '../support/until.ts';
import { startDesk, type Desk, type Person } from './desk.ts';

let desk: Desk;
let operator: Person;
let duty: Person;
let eastDuty: Person;
const model = { id: 'street', sha256: '5'.repeat(64) };
const hour = 3_600_000;
const start = Date.now() - 48 * hour;
/** Minutes after the beginning of the test's time. */
const at = (minute: number): string => new Date(start + minute * 60_000).toISOString();

beforeAll(async () => {
  desk = await startDesk();
  const manifest = { id: 'street', kind: 'detector', sha256: model.sha256, labels: ['stall', 'parasol', 'debris'], thresholds: { stall: 0.45 }, aliases: { rubbish: ['debris'] } };
  await desk.db.updateTable('models').set({ manifest: JSON.stringify(manifest) }).where('id', '=', 'street').execute();
  const zones = [{ id: 'pavement', name: '人行道', polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }];
  const rule = (id: string, classes: object, more: object = {}) => ({
    id, zone: 'pavement', eventType: 'stall', model: 'street', classes, minSize: 0, dwell: 60_000, presence: 0.7, minSamples: 3, grace: 45_000, silence: 0, severity: 'normal', ...more,
  });
  // the second pair is the export's own
  for (const [id, district] of [['park', 'east'], ['quay', 'west']] as const) {
    await desk.db.insertInto('cameras').values({ id, name: id, inputs: '[]', lon: null, lat: null, address: null, district_id: district, sessions: null, gb_device_id: null }).execute();
  }
  await desk.db.updateTable('cameras').set({ zones: JSON.stringify(zones), rules: JSON.stringify([rule('r-stall', { any: ['stall'] }), rule('r-both', { any: ['stall'], all: ['parasol'] }, { minScore: 0.3 })]) }).execute();
  await desk.addUser('east-duty', ['duty_officer'], 'east');
  [operator, duty, eastDuty] = await Promise.all([desk.person('operator'), desk.person('duty'), desk.person('east-duty')]);
});
afterAll(() => desk.close());

interface Seen {
  readonly key: string;
  readonly camera?: string;
  readonly rule?: string;
  readonly box?: Box;
  /** Minutes: from when to when it stood; it is raised at `raised`. */
  readonly from?: number;
  readonly raised: number;
  readonly gone?: number;
  readonly score?: number;
  /** Of the samples, where it is another than the event's. */
  readonly held?: number;
  readonly label?: string;
  readonly sha256?: string;
  readonly picture?: MediaRef | null;
}

/** An event as the detector sends it, all its samples with the same score. @returns the alert's id */
async function see({ key, camera = 'gate', rule = 'r-stall', box = [0.1, 0.1, 0.1, 0.1], from, raised, gone, score = 0.8, held = score, label = 'stall', sha256 = model.sha256, picture = null }: Seen): Promise<string> {
  const intake = createIntake({ db: desk.db, log: desk.log, evidence: desk.evidence });
  const { alertId } = await intake.accept({ kind: 'raised', event: detectionEventSchema.parse({
    key: `verdicts-${key}`, camera, zone: 'pavement', rule, eventType: 'stall', score, box, boxes: [{ label, score, box }], firstSeenAt: at(from ?? raised), raisedAt: at(raised), threshold: 0.45,
    scores: Array.from({ length: 10 }, (_, i) => ({ at: at(raised - 1 + i / 10), state: i === 4 ? 'absent' : 'present', score: i === 4 ? null : held })),
    model: { ...model, sha256 }, evidence: { original: picture, annotated: null, before: null },
  }) });
  if (gone !== undefined) await intake.accept({ kind: 'gone', key: `verdicts-${key}`, at: at(gone) });
  return alertId;
}
async function judge(id: string, verdict: 'confirm' | 'not_there' | 'permitted'): Promise<void> {
  const answer = await (verdict === 'confirm' ? operator.ask('POST', `/api/alerts/${id}/confirm`, {}) : operator.ask('POST', `/api/alerts/${id}/reject`, { reason: verdict }));
  expect(answer.status).toBe(200);
}
let colour = 0;
async function newPicture(): Promise<MediaRef> {
  colour += 1;
  const bytes = await sharp({ create: { width: 64, height: 36, channels: 3, background: { r: 15 * colour, g: 90, b: 40 } } }).jpeg().toBuffer();
  return desk.evidence.put(bytes, { mime: 'image/jpeg', width: 64, height: 36 });
}
/** Places that do not touch. */
const placeOf = (n: number): Box => [(n % 10) / 10, Math.floor(n / 10) / 10, 0.08, 0.08];

async function download(person: Person, query = ''): Promise<{ status: number; zip: AdmZip; files: Map<string, Buffer>; rows: Record<string, string>[] }> {
  const response = await fetch(`${desk.url}/api/verdicts/export${query}`, { headers: { cookie: person.cookie } });
  const zip = new AdmZip(Buffer.from(await response.arrayBuffer()));
  // reading checks each file's CRC
  const files = new Map(zip.getEntries().map((e) => [e.entryName, e.getData()]));
  const [head, ...lines] = files.get('verdicts.csv')!.toString().replace('\uFEFF', '').trimEnd().split('\r\n').map((line) => line.split(','));
  return { status: response.status, zip, files, rows: lines.map((line) => Object.fromEntries(head!.map((name, i) => [name, line[i]!]))) };
}

describe('figures', () => {
  const rowOf = (figures: VerdictFigures, camera: string, rule: string): VerdictRow | undefined => figures.items.find((r) => r.camera === camera && r.rule === rule);
  const read = async (person: Person, query = ''): Promise<VerdictFigures> => {
    const answer = await person.ask('GET', `/api/verdicts${query}`);
    expect(answer.status).toBe(200);
    return answer.json<VerdictFigures>();
  };

  test('nothing judged: no rows', async () => {
    await see({ key: 'unjudged', box: placeOf(99), raised: 1 });
    expect(await read(duty)).toMatchObject({ mostLost: 0.02, truncated: false, items: [] });
  });

  test('say precision, threshold and what another would have spared and lost', async () => {
    for (let i = 0; i < 24; i += 1) await judge(await see({ key: `true-${i}`, box: placeOf(i), raised: 10, score: 0.8 }), 'confirm');
    for (let i = 24; i < 30; i += 1) await judge(await see({ key: `false-${i}`, box: placeOf(i), raised: 10, score: 0.7, held: 0.5 }), 'not_there');
    await judge(await see({ key: 'neutral', box: placeOf(30), raised: 10, score: 0.5 }), 'permitted');
    await judge(await see({ key: 'old-model', box: placeOf(31), raised: 10, score: 0.5, sha256: '4'.repeat(64) }), 'not_there');
    await judge(await see({ key: 'far', camera: 'bridge', box: placeOf(0), raised: 10 }), 'not_there');
    const figures = await read(duty);
    const row = rowOf(figures, 'gate', 'r-stall')!;
    expect(row).toMatchObject({
      cameraName: 'gate', zoneName: '人行道', eventType: 'stall', label: 'stall', confirmed: 24, false: 6, trueUnfiled: 1, earlier: 1, threshold: 0.45,
      // what the samples would have withstood counts, not the event's score: the middle between 0.5 and 0.8
      advice: { threshold: 0.66, kind: 'raise', falseSpared: 6, falseAll: 6, confirmedLost: 0, confirmedAll: 24 },
    });
    expect(row.precision!.value).toBeCloseTo(0.8, 5);
    expect(row.precision!.low).toBeLessThan(0.7);
    expect(rowOf(figures, 'bridge', 'r-stall')).toMatchObject({ confirmed: 0, false: 1, advice: { kind: 'too_few', confirmed: 20, false: 4 } });
    expect((await read(duty, '?camera=bridge')).items).toHaveLength(1);
    expect((await read(duty, `?since=${encodeURIComponent(at(11))}`)).items).toEqual([]);
  });

  test('a case that was not filed because there was nothing makes its alert a false one', async () => {
    const id = await see({ key: 'denied', rule: 'r-both', box: placeOf(40), raised: 10 });
    await judge(id, 'confirm');
    expect(rowOf(await read(duty), 'gate', 'r-both')).toMatchObject({ confirmed: 1, false: 0, threshold: 0.3 });
    const { case: made } = (await operator.ask('GET', `/api/alerts/${id}`)).json<{ case: { id: string } }>();
    const { version } = (await duty.ask('GET', `/api/cases/${made.id}`)).json<{ version: number }>();
    expect((await duty.ask('POST', `/api/cases/${made.id}/actions`, { action: 'not_file', version, input: { reason: 'false_report' } })).status).toBe(200);
    expect(rowOf(await read(duty), 'gate', 'r-both')).toMatchObject({ confirmed: 0, false: 1 });
  });

  test('a rule that is there no more has counts and no threshold', async () => {
    await judge(await see({ key: 'gone-rule', rule: 'r-gone', box: placeOf(41), raised: 10 }), 'confirm');
    expect(rowOf(await read(duty), 'gate', 'r-gone')).toMatchObject({ confirmed: 1, zoneName: null, threshold: null, advice: null });
  });

  test('stay within the scope', async () => {
    expect(new Set((await read(duty)).items.map((r) => r.camera))).toEqual(new Set(['gate', 'bridge']));
    expect(new Set((await read(eastDuty)).items.map((r) => r.camera))).toEqual(new Set(['gate']));
    expect((await read(eastDuty, '?camera=bridge')).items).toEqual([]);
  });

  test('refuse what makes no sense', async () => {
    for (const query of ['?mostLost=0.5', '?mostLost=x', '?since=yesterday']) expect([query, (await duty.ask('GET', `/api/verdicts${query}`)).status]).toEqual([query, 400]);
  });
});

describe('the export', () => {
  const pictures = new Map<string, MediaRef>();
  /** Alerts of this part alone. */
  const window = `?since=${encodeURIComponent(at(100))}`;
  async function judged(name: string, verdict: 'confirm' | 'not_there' | 'permitted' | null, seen: Omit<Seen, 'key'>): Promise<void> {
    const picture = seen.picture === undefined ? await newPicture() : seen.picture;
    if (picture !== null) pictures.set(name, picture);
    const id = await see({ camera: 'park', ...seen, key: name, picture });
    if (verdict !== null) await judge(id, verdict);
  }
  const nameOf = (name: string): string => pictures.get(name)!.sha256.slice(0, 24);

  beforeAll(async () => {
    await judged('stands', 'confirm', { box: [0.2, 0.2, 0.2, 0.4], from: 100, raised: 101, gone: 110 });
    await judged('beside-true', 'not_there', { box: [0.7, 0.7, 0.1, 0.1], raised: 105, gone: 106 });
    await judged('alone', 'not_there', { box: [0.7, 0.7, 0.1, 0.1], raised: 115, gone: 116 });
    await judged('market', 'permitted', { box: [0.5, 0.1, 0.1, 0.2], from: 120, raised: 121, gone: 130 });
    await judged('beside-permitted', 'not_there', { box: [0.7, 0.7, 0.1, 0.1], raised: 125, gone: 126 });
    await judged('waits', null, { box: [0.5, 0.5, 0.1, 0.2], from: 140, raised: 141, gone: 150 });
    await judged('beside-unjudged', 'not_there', { box: [0.7, 0.7, 0.1, 0.1], raised: 145, gone: 146 });
    await judged('no-picture', 'confirm', { box: [0.1, 0.8, 0.1, 0.1], raised: 160, gone: 161, picture: null });
    await judged('lost-picture', 'confirm', { box: [0.3, 0.8, 0.1, 0.1], raised: 170, gone: 171 });
    await desk.evidence.remove(pictures.get('lost-picture')!.sha256);
    await judged('together', 'not_there', { rule: 'r-both', box: [0.7, 0.1, 0.1, 0.1], raised: 180, gone: 181 });
    await judged('west', 'confirm', { camera: 'quay', box: [0.9, 0.9, 0.3, 0.3], raised: 190, gone: 191 });
  });

  test('has the confirmed with their boxes and the false without, and whatever true thing stood beside', async () => {
    const { status, files, rows } = await download(duty, window);
    expect(status).toBe(200);
    expect([...files.keys()].filter((f) => f.startsWith('images/')).toSorted()).toEqual(['alone', 'beside-permitted', 'beside-true', 'stands', 'west'].map((n) => `images/${nameOf(n)}.jpg`).toSorted());
    expect(files.get('classes.txt')!.toString()).toBe('stall\nparasol\ndebris\n');
    expect(JSON.parse(files.get('partial.json')!.toString())).toEqual({ labelled: ['stall'] });
    const label = (name: string): string => files.get(`labels/${nameOf(name)}.txt`)!.toString();
    expect(label('stands')).toBe('0 0.300000 0.400000 0.200000 0.400000\n');
    expect(label('beside-true')).toBe('0 0.300000 0.400000 0.200000 0.400000\n');
    expect(label('beside-permitted')).toBe('0 0.550000 0.200000 0.100000 0.200000\n');
    expect(label('alone')).toBe('');
    // a box ends where the picture ends
    expect(label('west')).toBe('0 0.950000 0.950000 0.100000 0.100000\n');
    for (const name of ['stands', 'alone']) expect(await sharp(files.get(`images/${nameOf(name)}.jpg`)!).metadata()).toMatchObject({ width: 64, height: 36 });

    const uses = Object.fromEntries(rows.map((r) => [r['raised_at'], r['use']]));
    expect(uses).toEqual({
      [at(101)]: 'positive', [at(105)]: 'negative', [at(115)]: 'negative', [at(121)]: 'neutral', [at(125)]: 'negative', [at(145)]: 'unjudged_beside', [at(160)]: 'no_picture', [at(170)]: 'no_picture',
      [at(180)]: 'composite', [at(190)]: 'positive',
    });
    expect(rows.find((r) => r['raised_at'] === at(105))).toMatchObject({
      picture: `${nameOf('beside-true')}.jpg`, camera: 'park', rule: 'r-stall', zone: 'pavement', event_type: 'stall', class: 'stall', verdict: 'false', reason: 'not_there', score: '0.8', model: 'street', model_sha256: model.sha256,
    });
  });

  test('is a data folder that the evaluation reads as it is', async () => {
    const { zip } = await download(duty, window);
    const folder = mkdtempSync(join(tmpdir(), 'xuncheng-export-'));
    try {
      zip.extractAllTo(folder);
      const { classes, pictures: read } = await readDataFolder(folder);
      expect(classes).toEqual(['stall', 'parasol', 'debris']);
      expect(read.map((p) => p.lines.length).toSorted((a, b) => a - b)).toEqual([0, 1, 1, 1, 1]);
      expect(await labelledOnly(folder)).toEqual(['stall']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('holds nothing of another district', async () => {
    const { files, rows } = await download(eastDuty, window);
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((r) => r['camera'] !== 'park')).toEqual([]);
    expect(files.has(`images/${nameOf('west')}.jpg`)).toBe(false);
    expect((await download(eastDuty, `${window}&camera=quay`)).rows).toEqual([]);
    expect((await download(duty, `${window}&camera=quay`)).rows).toHaveLength(1);
  });

  test('is not for everybody, and is written down', async () => {
    for (const name of ['leader', 'operator', 'east', 'cleaning']) expect([name, (await (await desk.person(name)).ask('GET', '/api/verdicts/export')).status]).toEqual([name, 403]);
    const written = () => desk.db.selectFrom('audit_log').select(['user_name', 'object', 'detail']).where('action', '=', 'verdicts.export').orderBy('id', 'desc').execute();
    const before = (await written()).length;
    await download(eastDuty, `${window}&camera=park`);
    const after = await written();
    expect(after).toHaveLength(before + 1);
    expect(after[0]).toMatchObject({ user_name: 'east-duty', object: 'camera:park', detail: { since: at(100), verdicts: 9, pictures: 4 } });
    expect((await duty.ask('HEAD', '/api/verdicts/export')).status).toBe(200);
    expect(await written()).toHaveLength(before + 1);
  });

  test('takes the newest where there are more, and says so', async () => {
    const { rows, files } = await download(duty, `${window}&limit=2`);
    expect(rows.map((r) => r['raised_at'])).toEqual([at(190), at(180)]);
    expect(files.get('README.txt')!.toString()).toContain('until=');
    const rest = await download(duty, `${window}&until=${encodeURIComponent(at(180))}`);
    expect(rest.rows).toHaveLength(8);
    expect(rest.files.get('README.txt')!.toString()).not.toContain('until=');
  });

  test('an empty one is a whole ZIP', async () => {
    const { rows, files } = await download(duty, '?type=nothing');
    expect(rows).toEqual([]);
    expect([...files.keys()]).toEqual(['README.txt', 'classes.txt', 'partial.json', 'verdicts.csv']);
  });

  test('a receiver that does not read holds one picture, and none after it has left', async () => {
    for (let i = 0; i < 6; i += 1) {
      const large = await desk.evidence.put(randomBytes(6_000_000), { mime: 'image/jpeg' });
      await judged(`large-${i}`, 'confirm', { box: placeOf(50 + i), raised: 200 + i, gone: 201 + i, picture: large });
    }
    const large = new Set(Array.from({ length: 6 }, (_, i) => pictures.get(`large-${i}`)!.sha256));
    // the server runs in this process
    const held = (): string[] => readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        return [];
      }
    }).filter((path) => large.has(path.split('/').at(-1)!));
    const asked = request(`${desk.url}/api/verdicts/export?since=${encodeURIComponent(at(199))}`, { headers: { cookie: duty.cookie } });
    asked.on('response', (response) => response.pause());
    asked.on('error', () => undefined);
    asked.end();
    await until('the first picture is open', () => held().length === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(held()).toHaveLength(1);
    asked.destroy();
    await until('it is closed', () => held().length === 0);
  });
});
