import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ScoreSample } from '../../domain/detection.ts';
import { adviseThreshold, heldUpTo, leastVerdicts, shareAtMost, shareOf, type JudgedScore } from '../../domain/verdict-lessons.ts';

const repeat = (lesson: JudgedScore['lesson'], scores: readonly number[]): JudgedScore[] => scores.map((held) => ({ lesson, heldUpTo: held }));
const many = (lesson: JudgedScore['lesson'], n: number, score: number): JudgedScore[] => repeat(lesson, Array.from({ length: n }, () => score));

describe('a share', () => {
  // the roots of (p − q)² = z² q (1 − q) / n
  test.each([
    [120, 170, 0.7059, 0.6334, 0.7692], [0, 10, 0, 0, 0.2775], [10, 10, 1, 0.7225, 1], [1, 2, 0.5, 0.0945, 0.9055],
  ])('of %d in %d has the interval of Wilson', (hits, all, value, low, high) => {
    const share = shareOf(hits, all)!;
    expect(share.value).toBeCloseTo(value, 4);
    expect(share.low).toBeCloseTo(low, 4);
    expect(share.high).toBeCloseTo(high, 4);
  });

  test('of nothing is none', () => expect(shareOf(0, 0)).toBeNull());

  test('lies in its interval, which narrows with more of the same', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(2000), (all, n) => {
      const hits = n % (all + 1);
      const [share, more] = [shareOf(hits, all)!, shareOf(hits * 10, all * 10)!];
      expect(share.low >= 0 && share.low <= share.value && share.value <= share.high && share.high <= 1).toBe(true);
      expect(more.high - more.low).toBeLessThan(share.high - share.low);
    }));
  });
});

describe('the share that is not exceeded by 95 %', () => {
  test('of none in n is 1 − 0.05^(1/n)', () => {
    for (const n of [1, 20, 120, 20_000]) expect(shareAtMost(0, n)).toBeCloseTo(1 - 0.05 ** (1 / n), 8);
  });

  // the root of P(at most hits of all; p) = 0.05, by exact sums
  test.each([[1, 120, 0.0389], [2, 100, 0.0616], [5, 10, 0.7776], [3, 3, 1]])('of %d in %d', (hits, all, most) => {
    expect(shareAtMost(hits, all)).toBeCloseTo(most, 3);
  });
});

describe('how high a threshold an alert would have withstood', () => {
  const line = (text: string): ScoreSample[] => text.split(' ').map((word, i) => ({
    at: new Date(i * 1000).toISOString(), state: word === '-' ? 'absent' : word === '?' ? 'unknown' : 'present', score: word === '-' || word === '?' ? null : Number(word),
  }));

  test.each([
    ['all must be present: the weakest', '0.9 0.5 0.7', 1, 0.5],
    ['two of three suffice', '0.9 0.5 0.7', 0.6, 0.7],
    ['an absent one counts among the known', '0.9 - 0.7 0.6', 0.5, 0.7],
    ['an unknown one does not', '0.9 ? 0.7 0.6 ?', 0.6, 0.7],
    ['0.7 of ten are seven, in spite of how computers count', '0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1', 0.7, 0.4],
    ['a presence of nothing needs one', '0.3 0.8', 0, 0.8],
    ['it was raised, so what is there was enough', '0.6 - -', 0.9, 0.6],
    ['one without a history: its score', '', 0.7, 0.42],
    ['one whose history has no scores: its score', '? -', 0.7, 0.42],
  ])('%s', (_name, text, presence, held) => {
    expect(heldUpTo(text === '' ? [] : line(text), presence, 0.42)).toBe(held);
  });

  test('it is the highest threshold at which the share of present samples is reached', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 99 }).map((n) => n / 100), { minLength: 1, maxLength: 40 }), fc.constantFrom(0.3, 0.5, 0.7, 1), (scores, presence) => {
      const held = heldUpTo(scores.map((score, i) => ({ at: String(i), state: 'present', score })), presence, 0);
      const share = (threshold: number): number => scores.filter((s) => s >= threshold).length / scores.length;
      expect(share(held)).toBeGreaterThanOrEqual(presence - 1e-9);
      expect(share(held + 0.005)).toBeLessThan(presence);
    }));
  });
});

describe('the suggested threshold', () => {
  const clear = [...many('confirmed', 119, 0.8), ...many('confirmed', 1, 0.45), ...many('false', 41, 0.5), ...many('false', 9, 0.9)];

  test('spares what it can for the loss that is allowed, and says both', () => {
    const advice = adviseThreshold(clear, 0.4);
    expect(advice).toMatchObject({ kind: 'raise', falseSpared: 41, falseAll: 50, confirmedLost: 1, confirmedAll: 120 });
    if (advice.kind !== 'raise') throw new Error();
    // the middle between what is spared and what is kept
    expect(advice.threshold).toBeCloseTo(0.66, 5);
    expect(advice.lossAtMost).toBeCloseTo(0.0389, 3);
    expect(advice.precision!.value).toBeCloseTo(119 / 128, 5);
  });

  test('loses none where none may be lost', () => {
    // at 0.45 and below, nothing is spared
    expect(adviseThreshold(clear, 0.4, 0)).toEqual({ kind: 'keep' });
    const two = [...many('confirmed', 30, 0.7), ...many('false', 6, 0.5), ...many('false', 6, 0.75)];
    expect(adviseThreshold(two, 0.4, 0)).toMatchObject({ kind: 'raise', falseSpared: 6, falseAll: 12, confirmedLost: 0, confirmedAll: 30 });
  });

  test('does not lose as many true ones as it spares', () => {
    const mixed = [...many('confirmed', 90, 0.9), ...many('confirmed', 5, 0.5), ...many('false', 5, 0.5)];
    expect(adviseThreshold(mixed, 0.4, 0.2)).toEqual({ kind: 'keep' });
  });

  test('needs enough of both', () => {
    const t = leastVerdicts.confirmed;
    const f = leastVerdicts.false;
    expect(adviseThreshold([], 0.4)).toEqual({ kind: 'too_few', confirmed: t, false: f });
    expect(adviseThreshold(many('false', 500, 0.5), 0.4)).toEqual({ kind: 'too_few', confirmed: t, false: 0 });
    expect(adviseThreshold([...many('confirmed', t, 0.9), ...many('false', f - 1, 0.5)], 0.4)).toEqual({ kind: 'too_few', confirmed: 0, false: 1 });
    expect(adviseThreshold([...many('confirmed', t, 0.9), ...many('false', f, 0.5)], 0.4).kind).toBe('raise');
  });

  test('is none where nothing is wrong', () => expect(adviseThreshold(many('confirmed', 50, 0.9), 0.4)).toEqual({ kind: 'keep' }));

  test('counts only what the threshold of now still raises', () => {
    const raisedSince = [...many('confirmed', 30, 0.9), ...many('false', 10, 0.65), ...many('false', 300, 0.45), ...many('confirmed', 7, 0.5)];
    expect(adviseThreshold(raisedSince, 0.6)).toMatchObject({ kind: 'raise', falseSpared: 10, falseAll: 10, confirmedLost: 0, confirmedAll: 30 });
    expect(adviseThreshold(raisedSince, 0.7)).toEqual({ kind: 'keep' });
  });

  test('a score that is stored a hair below the threshold counts as at it', () => {
    expect(adviseThreshold([...many('confirmed', 30, 0.9), ...many('false', 10, 0.39999)], 0.4)).toMatchObject({ kind: 'raise', falseAll: 10 });
  });

  test('whatever the verdicts: it lies above the present one, its effect is what a recount finds, and no other step spares more', () => {
    const score = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
    fc.assert(fc.property(fc.array(score, { maxLength: 80 }), fc.array(score, { maxLength: 60 }), fc.integer({ min: 0, max: 99 }).map((n) => n / 100), fc.constantFrom(0, 0.02, 0.1), (trueOnes, falseOnes, current, mostLost) => {
      const advice = adviseThreshold([...repeat('confirmed', trueOnes), ...repeat('false', falseOnes)], current, mostLost);
      const [held, wrong] = [trueOnes, falseOnes].map((all) => all.filter((s) => s >= current - 1e-5)) as [number[], number[]];
      const below = (all: number[], t: number): number => all.filter((s) => s < t).length;
      const allowed = Array.from({ length: 99 }, (_, i) => (i + 1) / 100).filter((t) => t > current && below(held, t) <= mostLost * held.length && below(wrong, t) > below(held, t));
      switch (advice.kind) {
        case 'too_few':
          expect(held.length < leastVerdicts.confirmed || wrong.length < leastVerdicts.false).toBe(true);
          break;
        case 'keep':
          expect(wrong.length === 0 || allowed.length === 0).toBe(true);
          break;
        case 'raise':
          expect(allowed).toContain(advice.threshold);
          expect([advice.falseSpared, advice.falseAll, advice.confirmedLost, advice.confirmedAll]).toEqual([below(wrong, advice.threshold), wrong.length, below(held, advice.threshold), held.length]);
          for (const t of allowed) expect(below(wrong, t)).toBeLessThanOrEqual(advice.falseSpared);
          expect(advice.lossAtMost).toBeGreaterThanOrEqual(advice.confirmedLost / advice.confirmedAll);
          break;
      }
    }));
  });
});
