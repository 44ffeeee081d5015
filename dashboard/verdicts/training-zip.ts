import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Box } from '../../domain/geometry.ts';
import type { EvidenceStore } from '../../platform/evidence-store.ts';
import { csv } from './csv.ts';
import type { TrainingSet } from './training-set.ts';

const header = ['alert', 'picture', 'use', 'camera', 'rule', 'zone', 'event_type', 'class', 'verdict', 'reason', 'score', 'threshold', 'model', 'model_sha256', 'raised_at', 'box'];

const clip = (v: number): number => Math.min(1, Math.max(0, v));

/** `class cx cy w h`, all of the picture's size, clipped to the picture. */
function yoloLine(kind: number, [x, y, w, h]: Box): string {
  const [left, top, right, bottom] = [clip(x), clip(y), clip(x + w), clip(y + h)];
  return [kind, ...[(left + right) / 2, (top + bottom) / 2, right - left, bottom - top].map((v) => v.toFixed(6))].join(' ');
}

function readme(set: TrainingSet, more: boolean): string {
  const uses = Object.entries(Object.groupBy(set.lines, (l) => l.use)).map(([use, lines]) => `  ${use}: ${lines.length}`);
  const kinds = new Set(set.lines.map((l) => l.alert.eventType));
  return [
    'Verdicts on alerts as a training set: images/, labels/ (YOLO txt), classes.txt, partial.json, verdicts.csv.', '',
    'positive: confirmed, with the boxes of what stood there. negative: 误报, a picture in which the thing is not.',
    'neutral (属实不立案), unjudged_beside, contradicted, composite and no_picture are listed in verdicts.csv and have no picture here.', '', ...uses, '',
    'partial.json names the classes of which the pictures show all that there is. That reaches as far as the zones of the cameras, and',
    'to what stood for the dwell of its rule: look the pictures over before you train on them.',
    ...(kinds.size > 1 ? ['', `These are ${kinds.size} kinds of events, and each picture was judged for one of them alone. For training take one kind at a time (?type=…).`] : []),
    ...(more ? ['', 'There are more verdicts than were asked for; these are the newest. Ask for the others with until=.'] : []), '',
  ].join('\n');
}

/** Pictures whose file is there; the others are listed as `no_picture`. */
export async function withoutMissing(set: TrainingSet, evidence: EvidenceStore): Promise<TrainingSet> {
  const missing = new Set<string>();
  for (const { file, sha256 } of set.pictures) if ((await evidence.size(sha256)) === null) missing.add(file);
  return {
    ...set, pictures: set.pictures.filter((p) => !missing.has(p.file)),
    lines: set.lines.map((line) => (line.file !== null && missing.has(line.file) ? { ...line, use: 'no_picture', file: null } : line)),
  };
}

/**
 * The set as a ZIP. One picture is open at a time and nothing is read that the receiver does not take; who stops reading destroys the
 * stream, which closes the picture.
 */
export function zipTrainingSet(set: TrainingSet, evidence: EvidenceStore, more: boolean): Readable {
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  const add = (name: string, text: string): void => zip.addBuffer(Buffer.from(text), name);
  add('README.txt', readme(set, more));
  add('classes.txt', set.classes.map((name) => `${name}\n`).join(''));
  add('partial.json', `${JSON.stringify({ labelled: set.labelled })}\n`);
  add('verdicts.csv', csv(header, set.lines.map(({ alert: a, use, file }) => [
    a.id, file, use, a.camera, a.rule, a.zone, a.eventType, a.boxes[0]?.label ?? null, a.lesson, a.reason, a.score, a.threshold, a.model?.id ?? null, a.model?.sha256 ?? null,
    a.raisedAt.toISOString(), a.box === null ? null : a.box.join(' '),
  ])));
  let open: Readable | null = null;
  out.once('close', () => open?.destroy());
  for (const { name, file, sha256, boxes } of set.pictures) {
    add(`labels/${name}.txt`, boxes.map((b) => `${yoloLine(set.classes.indexOf(b.label), b.box)}\n`).join(''));
    zip.addReadStreamLazy(`images/${file}`, { compress: false }, (give) => {
      if (out.destroyed) return;
      open = evidence.read(sha256);
      open.once('error', (error) => out.destroy(error));
      give(null, open);
    });
  }
  zip.once('error', (error: Error) => out.destroy(error));
  zip.end();
  return out;
}
