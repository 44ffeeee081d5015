import { describe, expect, test } from '@jest/globals';
import type { Rule, Zone } from '../../domain/camera.ts';
import type { Box } from '../../domain/geometry.ts';
import type { ModelManifest } from '../../domain/model.ts';
import { csv } from '../../dashboard/verdicts/csv.ts';
import type { JudgedAlert } from '../../dashboard/verdicts/judged-alerts.ts';
import type { Standing } from '../../dashboard/verdicts/standing.ts';
import { layOutTrainingSet } from '../../dashboard/verdicts/training-set.ts';

const rule = (id: string, classes: Rule['classes']): Rule => ({
  id, zone: 'a', eventType: 'stall', model: 'street', classes, minSize: 0, dwell: 1, presence: 1, minSamples: 1, grace: 1, silence: 0, severity: 'normal',
});
const zone = (id: string, view?: string): Zone => ({ id, polygon: [[0, 0], [1, 0], [1, 1]], view });
const cameras = new Map([['cam', { rules: [rule('one', { any: ['stall'] }), rule('alias', { any: ['garbage'] }), rule('both', { any: ['stall'], all: ['person'] }), rule('single', { all: ['stall'] })], zones: [zone('a', 'v1'), zone('b', 'v2')] }]]);
const models = new Map([['street', { id: 'street', labels: ['stall', 'rubbish', 'debris'], aliases: { garbage: ['rubbish', 'debris'] } } as unknown as ModelManifest]]);
const here: Box = [0.1, 0.1, 0.2, 0.2];
const there: Box = [0.6, 0.6, 0.2, 0.2];
const boxed = (label: string, box: Box) => ({ label, score: 0.8, box });

const alertOf = (id: string, more: Partial<JudgedAlert> = {}): JudgedAlert => ({
  id, camera: 'cam', rule: 'one', zone: 'a', eventType: 'stall', lesson: 'confirmed', reason: null, score: 0.8, threshold: 0.4, model: { id: 'street', sha256: 'x' }, raisedAt: new Date(0),
  box: here, boxes: [boxed('stall', here)], picture: { sha256: id.padEnd(64, '0'), mime: 'image/jpeg' }, ...more,
});
const standing = (more: Partial<Standing> = {}): Standing => ({ eventType: 'stall', zone: 'a', lesson: 'confirmed', box: there, boxes: [boxed('stall', there)], ...more });
const layOut = (alerts: readonly JudgedAlert[], beside: Record<string, readonly Standing[]> = {}) => layOutTrainingSet(alerts, new Map(Object.entries(beside)), cameras, models);
const useOf = (alert: JudgedAlert, ...beside: Standing[]) => layOut([alert], { [alert.id]: beside }).lines[0]!.use;

describe('a training set of verdicts', () => {
  const wrong = (more: Partial<JudgedAlert> = {}): JudgedAlert => alertOf('w', { lesson: 'false', ...more });

  test('a denied thing that others found there is taken from neither', () => {
    expect(useOf(wrong(), standing({ boxes: [boxed('stall', here)] }))).toBe('contradicted');
    // of another class, or elsewhere, it contradicts nothing
    expect(useOf(wrong(), standing({ boxes: [boxed('debris', here)] }))).toBe('negative');
    expect(useOf(wrong(), standing())).toBe('negative');
    expect(useOf(wrong(), standing({ lesson: 'false', boxes: [boxed('stall', here)] }))).toBe('negative');
  });

  test('what stands in another view of the camera, or is of a kind that is not exported, is not in the picture', () => {
    for (const other of [standing({ zone: 'b' }), standing({ eventType: 'bin' })]) {
      const set = layOut([wrong()], { w: [other] });
      expect(set.pictures.map((p) => p.boxes)).toEqual([[]]);
      expect(useOf(wrong(), { ...other, lesson: null })).toBe('negative');
    }
    expect(useOf(wrong(), standing({ lesson: null }))).toBe('unjudged_beside');
  });

  test('two alerts of one moment have one picture with both things, each once', () => {
    const picture = { sha256: 'f'.repeat(64), mime: 'image/png' };
    const set = layOut([alertOf('p', { picture }), alertOf('q', { picture, box: there, boxes: [boxed('stall', there)] })], { p: [standing()], q: [standing({ box: here, boxes: [boxed('stall', here)] })] });
    expect(set.pictures).toEqual([{ name: 'f'.repeat(24), file: `${'f'.repeat(24)}.png`, sha256: picture.sha256, boxes: [boxed('stall', here), boxed('stall', there)] }]);
    expect(set.lines.map((l) => l.file)).toEqual([`${'f'.repeat(24)}.png`, `${'f'.repeat(24)}.png`]);
  });

  test('says of which classes all is labelled: those that every rule asks for', () => {
    expect(layOut([alertOf('p')]).labelled).toEqual(['stall']);
    expect(layOut([alertOf('p', { rule: 'single' })]).labelled).toEqual(['stall']);
    expect(layOut([alertOf('p', { rule: 'alias', boxes: [boxed('rubbish', here)] })]).labelled).toEqual(['rubbish', 'debris']);
    expect(layOut([alertOf('p'), alertOf('q', { rule: 'alias', boxes: [boxed('rubbish', here)] })]).labelled).toEqual([]);
    // a stall without a person beside it was not alerted, and so not labelled
    expect(layOut([alertOf('p', { rule: 'both' })])).toMatchObject({ labelled: [], lines: [{ use: 'positive' }] });
    expect(useOf(wrong({ rule: 'both' }))).toBe('composite');
    expect(useOf(wrong({ rule: 'single' }))).toBe('negative');
  });

  test('what came without boxes is of the class that its event is called by', () => {
    const set = layOut([alertOf('p', { rule: null, model: null, boxes: [] })]);
    expect(set).toMatchObject({ classes: ['stall'], labelled: ['stall'], pictures: [{ boxes: [{ label: 'stall', box: here }] }] });
    expect(layOut([alertOf('p', { rule: null, boxes: [boxed('kiosk', here)] })]).classes).toEqual(['stall', 'rubbish', 'debris', 'kiosk']);
  });

  test('a picture of a kind that trainers do not read is left out', () => {
    expect(useOf(alertOf('p', { picture: { sha256: 'a'.repeat(64), mime: 'image/svg+xml' } }))).toBe('no_picture');
    expect(useOf(alertOf('p', { picture: null }))).toBe('no_picture');
    expect(useOf(alertOf('p', { lesson: 'true_unfiled' }))).toBe('neutral');
  });
});

test('a table is quoted where it must be, and no cell is a formula', () => {
  expect(csv(['a', 'b'], [['x,"y"', 1.5], [null, '=1+1'], ['-2', '@x'], ['a\nb', '']])).toBe('\uFEFFa,b\r\n"x,""y""",1.5\r\n,\'=1+1\r\n\'-2,\'@x\r\n"a\nb",\r\n');
});
