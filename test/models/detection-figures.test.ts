import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Detection } from '../../domain/detection.ts';
import { overlap, type Box } from '../../domain/geometry.ts';
import { parseLine, readDataFolder } from '../../models/evaluate/data-folder.ts';
import { classesFor, detectionFigures, labelsFor, median, type EvaluatedClass, type JudgedPicture } from '../../models/evaluate/detection.ts';
import { averagePrecision, cocoOverlaps, match, type Judgement } from '../../models/evaluate/matching.ts';
import { manifestOf } from '../detector/support.ts';

const judged = (...hits: readonly (0 | 1)[]): Judgement[] => hits.map((hit, i) => ({ score: 1 - i / 100, hit: hit === 1 }));

describe('average precision, worked by hand', () => {
  test.each<[string, Judgement[], number, number | null]>([
    ['nothing was there', judged(0, 0), 0, null],
    ['nothing was found', [], 3, 0],
    ['only false alarms', judged(0, 0), 3, 0],
    ['all found, no false alarm', judged(1, 1, 1), 3, 1],
    ['a false alarm that is less sure than all costs nothing', judged(1, 1, 0), 2, 1],
    // recall 0..0.5 (51 of 101 points) at precision 1
    ['half is found', judged(1), 2, 51 / 101],
    // precision 1/2 at recall 1, everywhere
    ['a false alarm first', judged(0, 1), 1, 0.5],
    // 1 up to recall 1/3 (34 points: 0 … 0.33), then 2/3 up to 2/3 (33 points: 0.34 … 0.66), then 3/5 (0.67 … 1: 34 points)
    ['mixed', judged(1, 0, 1, 0, 1), 3, (34 * 1 + 33 * (2 / 3) + 34 * (3 / 5)) / 101],
    // what is better further on counts before it: precision 1/2, then 2/3
    ['the best precision beyond a recall counts', judged(0, 1, 1), 2, 2 / 3],
    ['recall of exactly 0.07', judged(1, 1, 1, 1, 1, 1, 1), 100, 8 / 101],
  ])('%s', (_, judgements, things, wanted) => {
    if (wanted === null) expect(averagePrecision(judgements, things)).toBeNull();
    else expect(averagePrecision(judgements, things)).toBeCloseTo(wanted, 12);
  });

  test('the order in which pictures come does not matter, equal scores apart', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.record({ score: fc.integer({ min: 0, max: 1000 }), hit: fc.boolean() }), { selector: (j) => j.score, maxLength: 40 }), fc.integer({ min: 1, max: 40 }), (list, more) => {
      const things = list.filter((j) => j.hit).length + more;
      const value = averagePrecision(list, things)!;
      expect(averagePrecision(list.toReversed(), things)).toBe(value);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      // finding one more, surest of all, never makes it worse
      expect(averagePrecision([{ score: 2000, hit: true }, ...list], things)!).toBeGreaterThanOrEqual(value);
    }));
  });

  test('the overlaps of COCO', () => {
    expect(cocoOverlaps).toEqual([0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]);
  });
});

describe('matching', () => {
  const left: Box = [0, 0, 0.2, 0.2];
  const right: Box = [0.5, 0, 0.2, 0.2];
  /** Overlaps `left` by 0.15 / 0.25 = 0.6. */
  const shifted: Box = [0.05, 0, 0.2, 0.2];

  test.each<[string, Box[], Box[], number, boolean[]]>([
    ['each finds its own', [right, left], [left, right], 0.5, [true, true]],
    ['the second on the same thing finds nothing', [left, left], [left, right], 0.5, [true, false]],
    ['too little overlap', [shifted], [left], 0.61, [false]],
    ['just enough overlap', [shifted], [left], 0.6 - 1e-9, [true]],
    ['the surer takes the better, the other what is left', [shifted, left], [left, [0.1, 0, 0.2, 0.2]], 0.3, [true, true]],
    ['nothing there', [left], [], 0.5, [false]],
    ['nothing found', [], [left], 0.5, []],
    ['two equal things are two', [left, left], [left, [...left]], 0.5, [true, true]],
  ])('%s', (_, found, things, least, wanted) => expect(match(found, things, least)).toEqual(wanted));

  test('no more is found than there is, and what is found overlaps', () => {
    const box = fc.tuple(...[0, 1, 2, 3].map((i) => fc.integer({ min: i < 2 ? 0 : 1, max: 4 }))).map((b) => b.map((v) => v / 8) as unknown as Box);
    fc.assert(fc.property(fc.array(box, { maxLength: 8 }), fc.array(box, { maxLength: 8 }), fc.constantFrom(0.3, 0.5, 0.9), (found, things, least) => {
      const hits = match(found, things, least);
      expect(hits).toHaveLength(found.length);
      expect(hits.filter(Boolean).length).toBeLessThanOrEqual(things.length);
      hits.forEach((hit, i) => hit && expect(things.some((t) => overlap(t, found[i]!) >= least)).toBe(true));
      if (found.length > 0 && things.some((t) => overlap(t, found[0]!) >= least)) expect(hits[0]).toBe(true);
    }));
  });
});

describe('figures of a folder', () => {
  const manifest = manifestOf({ labels: ['rubbish', 'debris', 'person'], aliases: { garbage: ['debris', 'rubbish'] }, thresholds: { rubbish: 0.5, debris: 0.6 } });
  const garbage: EvaluatedClass = { name: 'garbage', labels: ['rubbish', 'debris'], counts: true };
  const person: EvaluatedClass = { name: 'person', labels: ['person'], counts: true };
  const a: Box = [0.1, 0.1, 0.2, 0.2];
  const b: Box = [0.6, 0.6, 0.2, 0.2];
  const d = (label: string, score: number, box: Box): Detection => ({ label, score, box });
  const picture = (truth: readonly [string, Box][], ...found: Detection[]): JudgedPicture => ({ truth: truth.map(([label, box]) => ({ label, box })), found });

  test('what two labels say of one thing is said once; each has its own threshold', () => {
    const figures = detectionFigures([
      picture([['garbage', a], ['garbage', b]], d('rubbish', 0.9, a), d('debris', 0.8, a), d('debris', 0.55, b), d('person', 0.99, b)),
    ], [garbage], manifest);
    expect(figures).toMatchObject({ ap50: 1, ap50_95: 1, precision: 1, recall: 0.5, falsePerPicture: null, boxes: 2, pictures: 1, picturesWithout: 0 });
    expect(figures.perClass['garbage']).toMatchObject({ labels: ['rubbish', 'debris'], thresholds: [0.5, 0.6] });
  });

  test('a weak opinion of a surer kind does not hide a sure one', () => {
    // debris at 0.58 is below its own threshold: it must not suppress rubbish at 0.55, which is above its own
    const figures = detectionFigures([picture([['garbage', a]], d('debris', 0.58, a), d('rubbish', 0.55, a))], [garbage], manifest);
    expect(figures).toMatchObject({ precision: 1, recall: 1 });
  });

  test('false alarms are counted on pictures that show none of it', () => {
    const figures = detectionFigures([
      picture([['garbage', a]], d('rubbish', 0.9, b)),
      picture([['person', b]], d('rubbish', 0.9, a), d('debris', 0.9, b), d('debris', 0.59, [0, 0, 0.1, 0.1])),
      picture([], d('person', 0.9, a)),
      picture([]),
    ], [garbage, person], manifest);
    expect(figures.perClass['garbage']).toMatchObject({ falsePerPicture: 2 / 3, picturesWithout: 3, precision: 0, recall: 0, ap50: 0 });
    expect(figures.perClass['person']).toMatchObject({ falsePerPicture: 1 / 3, picturesWithout: 3, recall: 0, boxes: 1 });
    // over all classes: one false alarm on the two pictures that show nothing
    expect(figures).toMatchObject({ falsePerPicture: 0.5, picturesWithout: 2, precision: 0, boxes: 2 });
  });

  test('what does not count over all is still told for itself; a class that never occurs has no average precision', () => {
    const figures = detectionFigures([picture([['garbage', a]], d('rubbish', 0.9, a)), picture([], d('person', 0.9, b))], [garbage, { ...person, counts: false }], manifest);
    expect(figures).toMatchObject({ ap50: 1, precision: 1, recall: 1, falsePerPicture: 0 });
    expect(figures.perClass['person']).toMatchObject({ ap50: null, ap50_95: null, precision: 0, recall: null, falsePerPicture: 0.5 });
  });

  test('average precision falls with the overlap that is asked', () => {
    // overlap 2/3: enough at 0.50, 0.55, 0.60 and 0.65, four of the ten
    const figures = detectionFigures([picture([['garbage', [0, 0, 0.2, 0.2]]], d('rubbish', 0.9, [0.04, 0, 0.2, 0.2]))], [garbage], manifest);
    expect(figures.ap50).toBe(1);
    expect(figures.ap50_95).toBeCloseTo(0.4, 10);
  });

  test('names of the data stand for labels of the model', () => {
    expect(labelsFor('garbage', manifest)).toEqual(['debris', 'rubbish']);
    expect(labelsFor('person', manifest)).toEqual(['person']);
    expect(labelsFor('dragon', manifest)).toEqual([]);
    expect(labelsFor('debris', { labels: ['debris', 'rubbish'], aliases: { debris: ['rubbish', 'gone'] } })).toEqual(['debris', 'rubbish']);
  });

  const data = (over: Partial<Parameters<typeof classesFor>[0]> = {}): Parameters<typeof classesFor>[0] => ({ classes: null, highest: 0, labelled: true, pictures: [], ...over });
  const namesOf = (list: readonly EvaluatedClass[]): string[] => list.filter((c) => c.counts).map((c) => c.name);

  test('class 0 alone is garbage where nothing names it, and it says so', () => {
    const { classes, notes } = classesFor(data(), null, null, manifest);
    expect(classes).toEqual([{ name: 'garbage', labels: ['debris', 'rubbish'], counts: true }]);
    expect(notes).toEqual([expect.stringMatching(/class 0 is taken for garbage: debris, rubbish/)]);
    expect(() => classesFor(data({ highest: 1 }), null, null, manifest)).toThrow(/nothing names the classes/);
    expect(() => classesFor(data(), null, null, manifestOf({ labels: ['cat'] }))).toThrow(/nothing names the classes/);
  });

  test('pictures that show nothing: false alarms of garbage over all, of every label for itself', () => {
    const { classes } = classesFor(data({ highest: -1, labelled: false }), null, null, manifest);
    expect(namesOf(classes)).toEqual(['garbage']);
    expect(classes.map((c) => c.name)).toEqual(['garbage', 'rubbish', 'debris', 'person']);
    expect(namesOf(classesFor(data({ highest: -1 }), null, null, manifestOf({ labels: ['cat', 'dog'] })).classes)).toEqual(['cat', 'dog']);
  });

  test('what the model does not know, or the folder does not label, is left out and named', () => {
    const named = data({ classes: ['person', 'dragon', 'debris'] });
    const all = classesFor(named, null, null, manifest);
    expect(namesOf(all.classes)).toEqual(['person', 'debris']);
    expect(all.notes).toEqual([expect.stringMatching(/no class for: dragon/)]);
    const part = classesFor(named, null, ['debris'], manifest);
    expect(namesOf(part.classes)).toEqual(['debris']);
    expect(part.notes).toEqual([expect.stringMatching(/left out: person, dragon/)]);
    // labelled without a number: looked for, and nowhere
    expect(namesOf(classesFor(named, null, ['debris', 'rubbish'], manifest).classes)).toEqual(['debris', 'rubbish']);
    expect(() => classesFor(named, ['dragon'], null, manifest)).toThrow(/knows none of dragon; it has rubbish, debris, person and the aliases garbage/);
    expect(() => classesFor(data({ highest: 3 }), ['a'], null, manifest)).toThrow(/name class 3, but --labels names 1/);
    expect(namesOf(classesFor(named, ['garbage'], null, manifest).classes)).toEqual(['garbage']);
  });

  test('median', () => {
    expect([[3, 1, 2], [4, 1, 2, 3], [5], []].map((list) => median(list))).toEqual([2, 2.5, 5, null]);
  });
});

describe('a folder of pictures', () => {
  let folder: string;
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'xuncheng-data-')); });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const put = async (files: Record<string, string>): Promise<string> => {
    const root = await mkdtemp(join(folder, 'd-'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(root, name, '..'), { recursive: true });
      await writeFile(join(root, name), text);
    }
    return root;
  };

  test('a line is a box, or the outline of a thing; boxes are cut at the edges of the picture', () => {
    const [kind, box] = parseLine('2 0.5 0.4 0.2 0.4');
    expect(kind).toBe(2);
    box.forEach((v, i) => expect(v).toBeCloseTo([0.4, 0.2, 0.2, 0.4][i]!, 10));
    expect(parseLine('0 0.1 0.2 0.5 0.2 0.5 0.8 0.1 0.6')[1].map((v) => Math.round(v * 100) / 100)).toEqual([0.1, 0.2, 0.4, 0.6]);
    expect(parseLine('0 0 0 0.2 0.2')[1]).toEqual([0, 0, 0.1, 0.1]);
    for (const bad of ['0 0.5 0.5 0.1', 'a 0.5 0.5 0.1 0.1', '0.5 0.5 0.5 0.1 0.1', '-1 0.5 0.5 0.1 0.1', '0 0.5 0.5 0.1 0.1 0.9', '0 0.5 NaN 0.1 0.1']) {
      expect(() => parseLine(bad)).toThrow(/is no label/);
    }
  });

  test('images and labels belong together by name; what has no label file shows nothing', async () => {
    const root = await put({ 'images/b.jpg': '', 'images/a.png': '', 'images/notes.txt': '', 'labels/b.txt': '1 0.5 0.5 0.2 0.2\n\n0 0.1 0.1 0.1 0.1\n', 'classes.txt': 'one\ntwo\n' });
    const data = await readDataFolder(root);
    expect(data).toMatchObject({ classes: ['one', 'two'], highest: 1, labelled: true });
    expect(data.pictures.map(({ path, lines }) => [path.slice(-5), lines.map(([kind]) => kind)])).toEqual([['a.png', []], ['b.jpg', [1, 0]]]);
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['a list', { 'data.yaml': 'names: [x, y]' }, ['x', 'y']],
    ['a map', { 'data.yaml': 'nc: 2\nnames:\n  1: y\n  0: x\n' }, ['x', 'y']],
    ['classes.txt before data.yaml', { 'data.yaml': 'names: [x, y]', 'classes.txt': 'p\nq' }, ['p', 'q']],
  ])('names from %s', async (_, files, names) => {
    expect((await readDataFolder(await put({ 'a.jpg': '', ...files }))).classes).toEqual(names);
  });

  test('mistakes name the file and the line', async () => {
    await expect(readDataFolder(await put({ 'images/a.jpg': '', 'labels/a.txt': '0 0.5 0.5 0.1 0.1\nnonsense' }))).rejects.toThrow(/labels\/a\.txt:2: "nonsense" is no label/);
    await expect(readDataFolder(await put({ 'images/a.jpg': '', 'labels/a.txt': '4 0.5 0.5 0.1 0.1', 'classes.txt': 'one' }))).rejects.toThrow(/names class 4, but there are names for 1/);
    await expect(readDataFolder(await put({ 'images/readme.md': '' }))).rejects.toThrow(/there is no picture in .*images/);
    await expect(readDataFolder(await put({ 'a.jpg': '', 'data.yaml': 'names: 5' }))).rejects.toThrow(/data\.yaml/);
  });
});
