import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { isHidden, leastSize, observe, unknownClasses } from '../../detector/observe.ts';
import { planRules, ruleHash } from '../../detector/rule-plan.ts';
import { isAwake, parseSpan } from '../../detector/schedule.ts';
import { areaInBox, boundsOf, inZone } from '../../detector/zones.ts';
import type { Schedule, Zone } from '../../domain/camera.ts';
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
  /** National Day of 2026 is a Thursday; the Saturday after it is worked (调休). */
  const city = { exceptions: new Map([['2026-10-01', false], ['2026-10-02', false], ['2026-10-10', true]]) };
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
    ['permitted', { permitted: [{ hours: '18:00-23:00' }] }, '2026-11-23T20:00', false],
    ['permitted past midnight', { permitted: [{ hours: '20:00-01:00' }] }, '2026-11-23T00:30', false],
    ['permission over', { permitted: [{ hours: '18:00-23:00' }] }, '2026-11-23T23:00', true],
    ['permission wins over hours', { hours: ['00:00-24:00'], permitted: [{ hours: '06:00-08:00' }] }, '2026-11-23T07:00', false],
    ['a market on its weekday', { permitted: [{ hours: '18:00-23:00', weekdays: [5, 6] }] }, '2026-11-21T20:00', false],
    ['no market on another', { permitted: [{ hours: '18:00-23:00', weekdays: [5, 6] }] }, '2026-11-23T20:00', true],
    ['the market of Saturday lasts into Sunday', { permitted: [{ hours: '18:00-01:00', weekdays: [6] }] }, '2026-11-22T00:30', false],
    ['one of two markets', { permitted: [{ hours: '06:00-08:00' }, { hours: '18:00-23:00', weekdays: [1] }] }, '2026-11-23T20:00', false],
    ['workdays, on one', { calendar: 'workdays' }, '2026-11-23T12:00', true],
    ['workdays, on a Sunday', { calendar: 'workdays' }, '2026-11-22T12:00', false],
    ['workdays, on a holiday', { calendar: 'workdays' }, '2026-10-01T12:00', false],
    ['workdays, on a Saturday that is worked', { calendar: 'workdays' }, '2026-10-10T12:00', true],
    ['holidays, on one', { calendar: 'holidays' }, '2026-10-01T12:00', true],
    ['holidays, on a Saturday', { calendar: 'holidays' }, '2026-11-21T12:00', true],
    ['holidays, on a Saturday that is worked', { calendar: 'holidays' }, '2026-10-10T12:00', false],
    ['all days', { calendar: 'all' }, '2026-10-01T12:00', true],
    ['weekday and kind of day must both fit', { weekdays: [4], calendar: 'workdays' }, '2026-10-01T12:00', false],
    ['permitted on holidays, on one', { permitted: [{ hours: '09:00-21:00', calendar: 'holidays' }] }, '2026-10-02T12:00', false],
    ['permitted on holidays, on a workday', { permitted: [{ hours: '09:00-21:00', calendar: 'holidays' }] }, '2026-11-23T12:00', true],
    ['the night of a holiday lasts into the workday', { calendar: 'holidays', hours: ['22:00-02:00'] }, '2026-11-23T01:00', true],
    ['equal ends are the whole day', { hours: ['00:00-00:00'] }, '2026-11-23T13:00', true],
  ])('%s', (_, schedule, time, awake) => {
    expect(isAwake(schedule, at(time), city)).toBe(awake);
  });

  test('the time of the city counts, not of the machine', () => {
    expect(isAwake({ hours: ['08:00-09:00'] }, Date.UTC(2026, 10, 23, 0, 30), city)).toBe(true);
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
    expect(one).toMatchObject({ label: 'parasol', score: 0.8, box: parasol.box.map((v) => expect.closeTo(v, 9)) });
    expect(one!.parts).toHaveLength(2);
  });

  test('a parasol that hangs over a table is one thing, steady whichever of the two is seen better', () => {
    const rule = makeRule({ classes: { any: ['parasol', 'table'] } });
    const below = d('table', [0.22, 0.73, 0.16, 0.1], 0.7);
    const both = [0.2, 0.5, 0.2, 0.33].map((v) => expect.closeTo(v, 9));
    for (const [p, t] of [[0.9, 0.6], [0.6, 0.9]] as const) {
      expect(observe(rule, zone, manifest, [{ ...parasol, score: p }, { ...below, score: t }])).toMatchObject([{ label: 'parasol', score: 0.9, box: both }]);
    }
    expect(observe(rule, zone, manifest, [parasol, d('table', [0.22, 0.85, 0.16, 0.1])])).toHaveLength(2);
    expect(observe(rule, zone, manifest, [parasol, d('table', [0.35, 0.73, 0.16, 0.1])])).toHaveLength(2);
  });

  test('what a stall is made of says nothing against it', () => {
    const rule = makeRule({ classes: { any: ['stall'] } });
    const stall = d('stall', [0.2, 0.5, 0.2, 0.3], 0.6);
    expect(observe(rule, zone, manifest, [stall, d('table', stall.box, 0.9)])).toHaveLength(1);
    expect(observe(rule, zone, manifest, [stall, d('bin', stall.box, 0.9)])).toEqual([]);
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
    ['far away, large enough for there', { minSize: { far: [0.5, 0.0025], near: [1, 0.04] } }, [0.2, 0.45, 0.05, 0.055], 0.9, 1],
    ['as large, but near', { minSize: { far: [0.5, 0.0025], near: [1, 0.04] } }, [0.2, 0.94, 0.05, 0.055], 0.9, 0],
    ['a score of its own for each label', { minScore: { stall: 0.6, bin: 0.1 } }, [0.2, 0.6, 0.2, 0.2], 0.55, 0],
    ['and the threshold of the model for the others', { minScore: { bin: 0.1 } }, [0.2, 0.6, 0.2, 0.2], 0.41, 1],
    ['out of the zone', {}, [0.2, 0.1, 0.2, 0.2], 0.9, 0],
  ])('%s', (_, over, box, score, count) => {
    expect(observe(makeRule({ classes: { any: ['stall'] }, ...over }), zone, manifest, [d('stall', box, score)])).toHaveLength(count);
  });

  test.each([[0.3, 0.0025], [0.5, 0.0025], [0.75, 0.015625], [1, 0.04]])('least size with the foot at %d', (y, size) => {
    // 0.05, then 0.125, then 0.2 of the picture each way
    expect(leastSize({ far: [0.5, 0.0025], near: [1, 0.04] }, [0, y - 0.1, 0.1, 0.1])).toBeCloseTo(size, 9);
  });

  test('what stands where it is permitted does not count', () => {
    const rule = makeRule({ classes: { any: ['stall'] } });
    const things = [d('stall', [0.1, 0.6, 0.2, 0.2]), d('stall', [0.6, 0.6, 0.2, 0.2])];
    expect(observe(rule, zone, manifest, things, [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]).map((o) => o.box[0])).toEqual([0.6]);
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

  test('a part of a surer thing is no thing of its own; what lies before a lorry is', () => {
    const rule = makeRule({ classes: { any: ['rubbish'] }, minScore: 0.3 });
    const bags = d('rubbish', [0.6, 0.68, 0.08, 0.06], 0.5);
    expect(observe(rule, zone, manifest, [bags, d('overflow', [0.58, 0.5, 0.12, 0.25], 0.7)])).toEqual([]);
    expect(observe(rule, zone, manifest, [bags, d('overflow', [0.58, 0.5, 0.12, 0.25], 0.4)])).toHaveLength(1);
    expect(observe(rule, zone, manifest, [bags, d('overflow', [0.64, 0.5, 0.12, 0.25], 0.7)])).toHaveLength(1);
    expect(observe(rule, zone, manifest, [bags, d('vehicle', [0.5, 0.4, 0.3, 0.4], 0.9)])).toHaveLength(1);
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
  const polygon = [[0, 0], [1, 0], [1, 1]] as const;
  const zones: readonly Zone[] = [{ id: 'z', polygon }, { id: 'cafe', polygon, permitted: {} }, { id: 'turned', polygon, view: 'north' }];
  test.each([
    ['a zone that is not there', makeRule({ zone: 'nowhere', model: 'm', classes: { any: ['stall'] } }), /^rule_zone: .*nowhere/],
    ['a model that is not there', makeRule({ zone: 'z', model: 'other', classes: { any: ['stall'] } }), /^model_missing: .*other/],
    ['a class that is not there', makeRule({ zone: 'z', model: 'm', classes: { any: ['dragon'] } }), /^rule_classes: .*dragon.*stall/],
    ['a zone in which things are permitted', makeRule({ zone: 'cafe', model: 'm', classes: { any: ['stall'] } }), /^rule_zone: .*permitted/],
    ['a view that is not there', makeRule({ zone: 'turned', model: 'm', classes: { any: ['stall'] } }), /^rule_view: .*north/],
    ['a span that is none', makeRule({ zone: 'z', model: 'm', classes: { any: ['stall'] }, schedule: { hours: ['all day'] } }), /^rule_schedule: /],
  ])('%s', (_, rule, reason) => {
    expect(planRules(makeCamera({ zones, rules: [rule] }), models)[0]!.problem).toMatch(reason);
  });

  test('a permitted zone is for its view and its event types', () => {
    const rule = makeRule({ zone: 'z', model: 'm', classes: { any: ['stall'] } });
    const permits = (zone: Partial<Zone>): number => {
      const [plan] = planRules(makeCamera({ zones: [zones[0]!, { id: 'cafe', polygon, permitted: {}, ...zone }], rules: [rule] }), models);
      return plan!.problem === null ? plan!.permits.length : NaN;
    };
    expect(permits({})).toBe(1);
    expect(permits({ permitted: { eventTypes: ['debris', 'stall'] } })).toBe(1);
    expect(permits({ permitted: { eventTypes: ['debris'] } })).toBe(0);
    expect(permits({ view: 'north' })).toBe(0);
  });

  test('the hash follows what decides and nothing else', () => {
    const rule = makeRule({ zone: 'z' });
    const zone = { id: 'z', name: 'a', polygon };
    const hash = ruleHash(rule, zone);
    expect(ruleHash(Object.fromEntries(Object.entries(rule).toReversed()) as unknown as typeof rule, { ...zone, name: 'b' })).toBe(hash);
    expect(ruleHash({ ...rule, dwell: rule.dwell + 1 }, zone)).not.toBe(hash);
    expect(ruleHash(rule, { ...zone, polygon: [[0, 0], [1, 0], [1, 0.9]] })).not.toBe(hash);
    expect(ruleHash(rule, zone, [{ id: 'cafe', polygon, permitted: {} }])).not.toBe(hash);
  });
});
