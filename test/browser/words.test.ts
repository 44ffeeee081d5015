import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { en } from '../../dashboard/web/src/i18n/en.ts';
import { zh } from '../../dashboard/web/src/i18n/zh.ts';
import { falseReasons, trueUnfiledReasons } from '../../domain/alert.ts';
import { cameraStates, severities, type FrameQuality } from '../../domain/camera.ts';
import { caseInputs, notFiledReasons } from '../../domain/case-input.ts';
import { caseSources, caseStates } from '../../domain/case.ts';
import { roles } from '../../domain/roles.ts';
import { limitUnits } from '../../domain/time-limit.ts';

const source = join(import.meta.dirname, '../../dashboard/web/src');

/** `a.b.c` → text, of every leaf. */
function leaves(words: object, path = ''): Map<string, string> {
  return new Map(Object.entries(words).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...leaves(value as object, `${path}${key}.`)]));
}
const holes = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!).toSorted();

describe('words of the pages', () => {
  const [chinese, english] = [leaves(zh), leaves(en)];

  test('both languages have the same keys, none empty, with the same holes', () => {
    expect([...english.keys()].toSorted()).toEqual([...chinese.keys()].toSorted());
    for (const [key, text] of chinese) {
      expect({ key, empty: text.trim() === '' || english.get(key)!.trim() === '' }).toEqual({ key, empty: false });
      expect({ key, holes: holes(english.get(key)!) }).toEqual({ key, holes: holes(text) });
    }
  });

  test('English holds no Chinese but the name of the other language', () => {
    expect([...english].filter(([key, text]) => /\p{Script=Han}/u.test(text) && !['app.otherLanguage', 'app.switchLanguage'].includes(key))).toEqual([]);
  });

  test.each([
    ['case.state', caseStates], ['case.waits', caseStates], ['camera.state', cameraStates], ['severity', severities], ['role', roles], ['source', caseSources], ['clock.limit', limitUnits],
    ['reason', [...falseReasons, ...trueUnfiledReasons, ...notFiledReasons]],
    ['field', Object.values(caseInputs).slice(0, Object.keys(caseInputs).indexOf('confirm')).flatMap((schema) => Object.keys(schema.shape))],
  ])('every value of %s has a word', (prefix, values) => {
    expect(values.filter((value) => !chinese.has(`${prefix}.${value}`))).toEqual([]);
  });

  test('every reason that a camera can give has words, by its code', () => {
    const root = join(import.meta.dirname, '../..');
    const files = ['ingest', 'detector'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => join(root, folder, file)));
    const codes = [...files, join(root, 'dashboard/camera-view.ts')].flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/['`]([a-z_]+): [^'`\n]+['`]/g)].map((found) => found[1]!))
      // not of a camera: parts of the evidence that came late
      .filter((code) => !['clip', 'pictures'].includes(code));
    const pictures = (['black', 'frozen', 'blurred', 'covered', 'moved', 'damaged'] satisfies FrameQuality[]).map((quality) => `picture_${quality}`);
    expect(new Set(codes).size).toBeGreaterThan(30);
    expect([...new Set([...codes, ...pictures])].filter((code) => !chinese.has(`why.${code}`))).toEqual([]);
  });

  test('components hold no text of their own', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'));
    expect(files.length).toBeGreaterThan(20);
    const hard = files.flatMap((file) => {
      const text = readFileSync(join(source, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return [...text.matchAll(/>\s*([A-Za-z][A-Za-z ,.]{3,})\s*<\/|(?:title|placeholder|aria-label|alt)="([A-Za-z][^"]{2,})"|([^\n]*(?!、)\p{Script=Han}[^\n]*)/gu)].map((found) => `${file}: ${found[0].trim().slice(0, 80)}`);
    });
    expect(hard).toEqual([]);
  });
});
