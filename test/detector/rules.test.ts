import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { observe, isHidden, unknownClasses } from '../../detector/observe.ts';
import { planRules, ruleHash } from '../../detector/rule-plan.ts';
import { isAwake, parseSpan } from '../../detector/schedule.ts';
import { areaInBox, boundsOf, inZone } from '../../detector/zones.ts';
import type { Schedule } from '../../domain/camera.ts';
import type { Box, Polygon } from '../../domain/geometry.ts';
import { makeCamera, makeRule, manifestOf } from './support.ts';

describe('zones', () => {
  const square: Polygon = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]];
  /** A U that is open at the top. */
  const cup: Polygon = [[0, 0], [0.3, 0], [0.3, 0.7], [0.7, 0.7], [0.7, 0], [1, 0], [1, 1], [0, 1]];

  test.each<[string, Box, Polygon, boolean]>([
    ['foot inside', [0.4, 0.1, 0.1, 0.3], square, true],
    ['foot inside, most of the box above', [0.4, 0, 0.1, 0.25], square, true],
    ['foot below, more than half of the box inside', [0.4, 0.58, 0.1, 0.4], square, true],
    ['front edge below, most of the foot inside', [0.4, 0.22, 0.1, 0.6], square, true],
    ['a tall thing that only reaches into it from below', [0.4, 0.52, 0.1, 0.48], square, true],
    ['a tall thing with its foot far below', [0.4, 0.65, 0.1, 0.35], square, false],
    ['foot below, less than half inside', [0.4, 0.7, 0.1, 0.3], square, false],
    ['beside', [0.85, 0.3, 0.1, 0.3], square, false],
    ['foot in the hollow of a U', [0.45, 0.2, 0.1, 0.3], cup, false],
    ['foot in the bottom of a U', [0.45, 0.5, 0.1, 0.3], cup, true],
  ])('%s', (_, box, polygon, inside) => {
    expect(inZone(box, polygon)).toBe(inside);
  });

  test('the shared area agrees with counting points', () => {
    const coordinate = fc.integer({ min: 0, max: 10 }).map((v) => v / 10);
    // star-shaped around the middle, so it does not cross itself
    const polygon = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 8 })
      .map((radii): Polygon => radii.map((r, i) => [0.5 + (r / 10) * Math.cos((2 * Math.PI * i) / radii.length), 0.5 + (r / 10) * Math.sin((2 * Math.PI * i) / radii.length)]));
    fc.assert(fc.property(polygon, fc.tuple(coordinate, coordinate, coordinate, coordinate), (shape, [x, y, w, h]) => {
      const box: Box = [x, y, Math.min(w + 0.05, 1 - x), Math.min(h + 0.05, 1 - y)];
      fc.pre(box[2] > 0 && box[3] > 0);
      let hits = 0;
      const n = 60;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const [px, py] = [box[0] + ((i + 0.5) / n) * box[2], box[1] + ((j + 0.5) / n) * box[3]];
          let inside = false;
          shape.forEach(([xi, yi], k) => {
            const [xj, yj] = shape.at(k - 1)!;
            if (yi > py !== yj > py && px < ((xj - xi) * (py - yi)) / (yj - yi) + xi) inside = !inside;
          });
          if (inside) hits += 1;
        }
      }
      expect(Math.abs(areaInBox(shape, box) / (box[2] * box[3]) - hits / n / n)).toBeLessThan(0.04);
    }), { numRuns: 60 });
  });

  test('bounds are cut at the picture', () => {
    boundsOf([[-0.1, 0.5], [0.6, 0.2], [0.4, 1.2]]).forEach((v, i) => expect(v).toBeCloseTo([0, 0.2, 0.6, 0.8][i]!, 9));
  });
});

describe('schedule', () => {
  /** 2026-11-23 is a Monday. */
  const at = (text: string): number => DateTime.fromISO(text, { zone: 'Asia/Shanghai' }).toMillis();
  test.each<[string, Schedule | undefined, string, boolean]>([
    ['no schedule', undefined, '2026-11-23T03:00', true],
    ['within hours', { hours: ['08:00-18:00'] }, '2026-11-23T08:00', true],
    ['the end is outside', { hours: ['08:00-18:00'] }, '2026-11-23T18:00', false],
    ['second span', { hours: ['08:00-10:00', '17:00-24:00'] }, '2026-11-23T23:59', true],
    ['past midnight, evening', { hours: ['22:00-02:00'] }, '2026-11-23T23:00', true],
    ['past midnight, morning', { hours: ['22:00-02:00'] }, '2026-11-23T01:59', true],
    ['past midnight, over', { hours: ['22:00-02:00'] }, '2026-11-23T02:00', false],
    ['weekday', { weekdays: [1] }, '2026-11-23T12:00', true],
    ['another weekday', { weekdays: [2, 7] }, '2026-11-23T12:00', false],
    ['Sunday is 7', { weekdays: [7] }, '2026-11-22T12:00', true],
    ['the night of Sunday reaches into Monday', { weekdays: [7], hours: ['22:00-02:00'] }, '2026-11-23T01:00', true],
    ['and not the night of Monday', { weekdays: [7], hours: ['22:00-02:00'] }, '2026-11-23T23:00', false],
    ['nor the early Sunday that began on Saturday', { weekdays: [7], hours: ['22:00-02:00'] }, '2026-11-22T01:00', false],
    ['permitted', { permitted: ['18:00-23:00'] }, '2026-11-23T20:00', false],
    ['permitted past midnight', { permitted: ['20:00-01:00'] }, '2026-11-23T00:30', false],
    ['permission over', { permitted: ['18:00-23:00'] }, '2026-11-23T23:00', true],
    ['permission wins over hours', { hours: ['00:00-24:00'], permitted: ['06:00-08:00'] }, '2026-11-23T07:00', false],
    ['equal ends are the whole day', { hours: ['00:00-00:00'] }, '2026-11-23T13:00', true],
  ])('%s', (_, schedule, time, awake) => {
    expect(isAwake(schedule, at(time))).toBe(awake);
  });

  test('the time of the city counts, not of the machine', () => {
    expect(isAwake({ hours: ['08:00-09:00'] }, Date.UTC(2026, 10, 23, 0, 30))).toBe(true);
  });

  test.each(['8-9', '25:00-26:00', '08:60-09:00', '24:01-24:02', ''])('refuses the span %j', (text) => {
    expect(() => parseSpan(text)).toThrow(/HH:MM-HH:MM/);
  });
});

describe('what a rule sees', () => {
  const camera = makeCamera({ zones: [{ id: 'z', polygon: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]] }] });
  const zone = camera.zones[0]!;
  const manifest = manifestOf({ labels: ['person', 'parasol', 'table', 'stall', 'bin', 'overflow'], aliases: { vending: ['parasol', 'table'] } });
  const d = (label: string, box: Box, score = 0.8) => ({ label, score, box });
  const parasol = d('parasol', [0.2, 0.5, 0.2, 0.2]);
  const table = d('table', [0.22, 0.65, 0.16, 0.1], 0.7);
  const seller = d('person', [0.42, 0.5, 0.06, 0.25], 0.6);

  test('any of several: two classes at one place are one thing', () => {
    const rule = makeRule({ classes: { any: ['parasol', 'table'] } });
    const overlapping = d('table', [0.22, 0.52, 0.16, 0.18], 0.7);
    const [one, ...rest] = observe(rule, zone, manifest, [overlapping, parasol]);
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ label: 'parasol', score: 0.8, box: parasol.box });
    expect(one!.parts).toHaveLength(2);
  });

  test('two things of one class stay two, also side by side', () => {
    const rule = makeRule({ classes: { any: ['stall'] } });
    expect(observe(rule, zone, manifest, [d('stall', [0.1, 0.5, 0.2, 0.3]), d('stall', [0.28, 0.5, 0.2, 0.3])])).toHaveLength(2);
  });

  test('all and any: a person beside a parasol or a table', () => {
    const rule = makeRule({ classes: { all: ['person'], any: ['parasol', 'table'] } });
    expect(observe(rule, zone, manifest, [parasol])).toEqual([]);
    expect(observe(rule, zone, manifest, [seller])).toEqual([]);
    const [thing] = observe(rule, zone, manifest, [parasol, seller]);
    expect(thing).toMatchObject({ label: 'parasol', score: 0.6 });
    expect(thing!.parts.map((p) => p.label)).toEqual(['parasol', 'person']);
    expect(observe(rule, zone, manifest, [parasol, d('person', [0.9, 0.5, 0.05, 0.3])])).toEqual([]);
  });

  test('all alone: the first is the thing', () => {
    const rule = makeRule({ classes: { all: ['table', 'person'] } });
    expect(observe(rule, zone, manifest, [table, seller])[0]).toMatchObject({ label: 'table', score: 0.6 });
    expect(observe(rule, zone, manifest, [table])).toEqual([]);
  });

  test('aliases stand for labels', () => {
    expect(observe(makeRule({ classes: { any: ['vending'] } }), zone, manifest, [table])).toHaveLength(1);
    expect(unknownClasses(makeRule({ classes: { any: ['vending', 'dragon'] } }), manifest)).toEqual(['dragon']);
  });

  test.each<[string, Partial<ReturnType<typeof makeRule>>, Box, number, number]>([
    ['score at the threshold', { minScore: 0.5 }, [0.2, 0.6, 0.2, 0.2], 0.5, 1],
    ['score below', { minScore: 0.5 }, [0.2, 0.6, 0.2, 0.2], 0.49, 0],
    ['too small', { minSize: 0.05 }, [0.2, 0.6, 0.2, 0.2], 0.9, 0],
    ['large enough', { minSize: 0.04 }, [0.2, 0.6, 0.2, 0.21], 0.9, 1],
    ['out of the zone', {}, [0.2, 0.1, 0.2, 0.2], 0.9, 0],
  ])('%s', (_, over, box, score, count) => {
    expect(observe(makeRule({ classes: { any: ['stall'] }, ...over }), zone, manifest, [d('stall', box, score)])).toHaveLength(count);
  });

  test('without a score of its own a rule takes the threshold of each label from the manifest', () => {
    const rule = { ...makeRule({ classes: { any: ['stall', 'overflow'] } }), minScore: undefined };
    const seen = [d('stall', [0.1, 0.6, 0.2, 0.2], 0.55), d('overflow', [0.6, 0.6, 0.2, 0.2], 0.55)];
    const labelsSeen = (thresholds: Record<string, number> | undefined): string[] => observe(rule, zone, { ...manifest, thresholds }, seen).map((o) => o.label);
    expect(labelsSeen({ stall: 0.5, overflow: 0.6 })).toEqual(['stall']);
    expect(labelsSeen({ stall: 0.56 })).toEqual(['overflow']);
    expect(labelsSeen(undefined)).toEqual(['stall', 'overflow']);
    expect(observe({ ...rule, minScore: 0.5 }, zone, { ...manifest, thresholds: { stall: 0.9, overflow: 0.9 } }, seen)).toHaveLength(2);
  });

  test('of two opinions about one thing the surer one holds', () => {
    const rule = makeRule({ classes: { any: ['overflow'] }, minScore: 0.4 });
    const overflow = d('overflow', [0.63, 0.6, 0.08, 0.11], 0.5);
    const bin = (score: number) => d('bin', [0.635, 0.6, 0.06, 0.11], score);
    expect(observe(rule, zone, manifest, [overflow, bin(0.6)])).toEqual([]);
    expect(observe(rule, zone, manifest, [overflow, bin(0.45)])).toHaveLength(1);
    expect(observe(rule, zone, manifest, [overflow, d('bin', [0.72, 0.6, 0.06, 0.11], 0.9)])).toHaveLength(1);
  });

  test('a person or a vehicle hides a thing, an overflowing bin does not hide a bin', () => {
    const rule = makeRule({ classes: { any: ['overflow'] } });
    const box: Box = [0.4, 0.5, 0.1, 0.2];
    expect(isHidden(box, rule, [d('person', [0.42, 0.4, 0.1, 0.4])])).toBe(true);
    expect(isHidden(box, rule, [d('person', [0.46, 0.4, 0.1, 0.4])])).toBe(false);
    expect(isHidden(box, rule, [d('bin', box)])).toBe(false);
    expect(isHidden(box, makeRule({ classes: { any: ['person'] } }), [d('person', box)])).toBe(false);
  });
});

describe('plans', () => {
  const models = new Map([['m', manifestOf({ id: 'm', labels: ['stall'] })]]);
  const zones = [{ id: 'z', polygon: [[0, 0], [1, 0], [1, 1]] }] as const;
  test.each([
    ['a zone that is not there', makeRule({ zone: 'nowhere', model: 'm', classes: { any: ['stall'] } }), /^rule_zone: .*nowhere/],
    ['a model that is not there', makeRule({ zone: 'z', model: 'other', classes: { any: ['stall'] } }), /^model_missing: .*other/],
    ['a class that is not there', makeRule({ zone: 'z', model: 'm', classes: { any: ['dragon'] } }), /^rule_classes: .*dragon.*stall/],
    ['a span that is none', makeRule({ zone: 'z', model: 'm', classes: { any: ['stall'] }, schedule: { hours: ['all day'] } }), /^rule_schedule: /],
  ])('%s', (_, rule, reason) => {
    expect(planRules(makeCamera({ zones, rules: [rule] }), models)[0]!.problem).toMatch(reason);
  });

  test('the hash follows what decides and nothing else', () => {
    const rule = makeRule({ zone: 'z' });
    const zone = { id: 'z', name: 'a', polygon: zones[0].polygon };
    const hash = ruleHash(rule, zone);
    expect(ruleHash(Object.fromEntries(Object.entries(rule).toReversed()) as unknown as typeof rule, { ...zone, name: 'b' })).toBe(hash);
    expect(ruleHash({ ...rule, dwell: rule.dwell + 1 }, zone)).not.toBe(hash);
    expect(ruleHash(rule, { ...zone, polygon: [[0, 0], [1, 0], [1, 0.9]] })).not.toBe(hash);
  });
});
