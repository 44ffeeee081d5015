import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModels, type Models } from '../../detector/index.ts';
import { evaluateState } from '../../models/evaluate/state.ts';
import { modelNamed, type ListedModel } from '../../models/manifests.ts';
import { sharedData, silentLog } from '../detector/support.ts';

const bins = join(sharedData, 'bins');

describe('the shipped state of bins', () => {
  let model: ListedModel;
  let models: Models;
  beforeAll(async () => {
    model = await modelNamed('bin-state');
    models = openModels({ models: [model], log: silentLog });
  });
  afterAll(() => models.close());

  test('is accepted by the product, small, and says what it answers', async () => {
    expect(await models.check('bin-state')).toEqual({ state: 'ready', reason: null });
    expect((await stat(model.path)).size).toBeLessThanOrEqual(12 * 1024 * 1024);
    expect(model.manifest).toMatchObject({ kind: 'state', layout: 'classifier', labels: ['clean', 'dirty'], input: { fit: 'stretch', colour: 'rgb' } });
    expect(model.manifest.licence).toBeDefined();
    const { clean, dirty } = model.manifest.thresholds!;
    expect(clean! + dirty!).toBeCloseTo(1, 6);
  });

  test('answers probabilities of the whole region', async () => {
    const grey = { width: 90, height: 60, data: new Uint8Array(90 * 60 * 3).fill(120) };
    const detections = await models.infer('bin-state', grey);
    expect(detections.map((d) => d.label).toSorted()).toEqual(['clean', 'dirty']);
    expect(detections.reduce((sum, d) => sum + d.score, 0)).toBeCloseTo(1, 5);
    for (const { box } of detections) expect(box).toEqual([0, 0, 1, 1]);
  });

  // pictures that it has learned from: what is proven is that the runtime shows them to it as the training did
  (existsSync(bins) ? test : test.skip)('tells the pictures it learned from apart', async () => {
    const data = await mkdtemp(join(tmpdir(), 'xuncheng-bins-'));
    try {
      for (const label of ['clean', 'dirty']) {
        await mkdir(join(data, label));
        const names = (await readdir(join(bins, label))).toSorted().filter((_, i) => i % 12 === 0);
        for (const name of names) await symlink(join(bins, label, name), join(data, label, name));
      }
      const figures = await evaluateState({ models, manifest: model.manifest, data });
      expect(figures.pictures).toBeGreaterThan(100);
      expect(figures.balancedAccuracy).toBeGreaterThan(0.84);
      expect(figures.auroc!).toBeGreaterThan(0.91);
      // told upside down in colour (BGR for RGB) it would do worse: the order is part of what is proven
      const swapped = openModels({ models: [{ ...model, manifest: { ...model.manifest, input: { ...model.manifest.input, colour: 'bgr' } } }], log: silentLog });
      try {
        const worse = await evaluateState({ models: swapped, manifest: model.manifest, data });
        expect(worse.auroc!).toBeLessThan(figures.auroc!);
      } finally {
        await swapped.close();
      }
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });
});
