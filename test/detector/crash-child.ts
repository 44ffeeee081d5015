import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDetector } from '../../detector/index.ts';
import type { DetectionMessage } from '../../domain/detection.ts';
import { openDatabase } from '../../platform/db/index.ts';
import { folderEvidenceStore } from '../../platform/evidence-store.ts';
import { fakeFootage } from './fake-footage.ts';
import { fixtures, makeCamera, makeRule, modelFile, silentLog } from './support.ts';

/**
 * A detector before whose camera one thing stands for ever, until its event and evidence have arrived. What arrives is noted in
 * FOLDER/arrived, line by line, as a database would; every message that is sent in FOLDER/sent. Crash points end it in the midst.
 */
const folder = process.argv[2]!;
const arrivedFile = join(folder, 'arrived');
const arrived = (): string[] => (existsSync(arrivedFile) ? readFileSync(arrivedFile, 'utf8').split('\n').filter(Boolean) : []);
const lineOf = (m: DetectionMessage): string => `${m.kind} ${m.kind === 'raised' ? m.event.key : m.key}`;
const footage = await fakeFootage({ width: 160, height: 90 });
const db = openDatabase('postgres://nobody@127.0.0.1:9/none');
const camera = makeCamera({ rules: [makeRule({ model: 'lamps', classes: { any: ['left'] }, dwell: 300, minSamples: 2, grace: 60_000 })] });

const detector = await startDetector({
  db, log: silentLog, dataDir: folder, footage, evidence: folderEvidenceStore(join(folder, 'evidence'), { minFreeBytes: 0 }),
  cameras: () => [camera],
  models: async () => [modelFile(join(fixtures, 'lamps.onnx'), { id: 'lamps', labels: ['left', 'right'] })],
  send: async (message) => {
    appendFileSync(join(folder, 'sent'), `${JSON.stringify(message)}\n`);
    if (!arrived().includes(lineOf(message))) appendFileSync(arrivedFile, `${lineOf(message)}\n`);
  },
  seen: async (keys) => new Map(keys.map((key) => [key, { raised: arrived().includes(`raised ${key}`), evidence: () => arrived().includes(`evidence ${key}`), gone: false }])),
  settings: { threads: 1, resendMs: 100, evidence: { picturesWithin: 10_000, preRoll: 1, postRoll: 1, retryEvery: 100, giveUpAfter: 10_000 } },
});

const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i % 3 === 0 ? 230 : 0));
let quiet = 0;
// a few samples more when all seems done: a second event would show now
while (quiet < 5) {
  const monotonic = performance.now();
  detector.offer({ cameraId: 'cam', view: null, width: 64, height: 64, data, streamTime: Date.now() / 1000, arrivedAt: Date.now(), monotonic, quality: 'ok', run: 'r', fence: 1 });
  await sleep(100);
  const { messages, tasks } = detector.counters().spool;
  quiet = arrived().some((l) => l.startsWith('evidence')) && messages + tasks === 0 ? quiet + 1 : 0;
}
await detector.close();
await db.destroy();
await footage.close();
