import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ModelFile } from '../../detector/index.ts';
import type { Camera, Rule } from '../../domain/camera.ts';
import type { ModelManifest } from '../../domain/model.ts';

export const silentLog = pino({ level: 'silent' });

/** Material for tests that lies beside the checkout; absent elsewhere. */
export const sharedData = join(import.meta.dirname, '../../../shared/data');
export const fixtures = join(import.meta.dirname, 'fixtures');

export { cocoLabels } from '../../models/labels.ts';

export function makeRule(over: Partial<Rule> = {}): Rule {
  return {
    id: 'rule', zone: 'z', eventType: 'stall', model: 'm', classes: { any: ['stall'] }, minScore: 0.5, minSize: 0, dwell: 4000, presence: 0.7,
    minSamples: 3, grace: 4000, silence: 0, severity: 'normal', ...over,
  };
}

export function makeCamera(over: Partial<Camera> = {}): Camera {
  return {
    id: 'cam', name: 'Camera', inputs: [], districtId: null, enabled: true,
    zones: [{ id: 'z', polygon: [[0, 0], [1, 0], [1, 1], [0, 1]] }], rules: [], revision: 1, ...over,
  };
}

export function manifestOf(over: Partial<ModelManifest> = {}): ModelManifest {
  return {
    id: 'm', kind: 'detector', file: 'm.onnx', sha256: '0'.repeat(64), layout: 'yolov8', labels: ['stall'],
    input: { width: 64, height: 64, colour: 'rgb', divisor: 255 }, ...over,
  };
}

/** A model file with the hash that it really has. */
export function modelFile(path: string, over: Partial<ModelManifest>): ModelFile {
  return { path, manifest: manifestOf({ sha256: createHash('sha256').update(readFileSync(path)).digest('hex'), ...over }) };
}
