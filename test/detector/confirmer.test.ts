import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { confirm, nothingSeen, stillEvery, type ConfirmerRule, type ConfirmerState, type Outcome, type Sample } from '../../detector/confirmer.ts';

const rule: ConfirmerRule = { dwell: 10_000, presence: 0.7, minSamples: 4, grace: 6000 };

/** One letter per sample, `step` apart: P present, a absent, u unknown, a space = no sample at all. Answers "outcome@seconds". */
function play(line: string, over: Partial<ConfirmerRule> = {}, step = 2000): string[] {
  let state: ConfirmerState = nothingSeen;
  const told: string[] = [];
  line.split('').forEach((letter, i) => {
    if (letter === ' ') return;
    const sample: Sample = { at: i * step, state: letter === 'P' ? 'present' : letter === 'a' ? 'absent' : 'unknown', score: letter === 'P' ? 0.8 : null };
    const next = confirm(state, sample, { ...rule, ...over });
    state = next.state;
    if (next.outcome !== null) told.push(`${next.outcome}@${(i * step) / 1000}`);
  });
  if (state.phase === 'gone') told.push('end');
  return told;
}

describe('confirmer', () => {
  test.each<[string, string, Partial<ConfirmerRule>, string[]]>([
    ['is there for the dwell', 'PPPPPP', {}, ['raised@10']],
    ['not a moment earlier', 'PPPPP', {}, []],
    ['a passer-by', 'PPaaaa', {}, ['end']],
    ['one miss is forgiven', 'PPPaPP', {}, ['raised@10']],
    ['flickers too much', 'PaPaPaPaPaPaPaP', {}, []],
    ['flickers, then stays', 'PaPaPaPPPPPP', {}, ['raised@18']],
    ['raises only on a picture that shows it', 'PPPPPaP', {}, ['raised@12']],
    ['bad pictures do not count against it', 'PPuuPPu', {}, ['raised@10']],
    ['samples come too seldom for the dwell', 'P   P   P   P', { dwell: 10_000 }, ['raised@24']],
    ['bad pictures do not count for it', 'PuuuuuuuP', {}, []],
    ['too few known samples', 'PuuuuPuPu', {}, []],
    ['few are enough where the rule says so', 'PuuuuP', { minSamples: 2 }, ['raised@10']],
    ['a rule that needs no dwell', 'P', { dwell: 0, minSamples: 1 }, ['raised@0']],
    ['all samples must show it', 'PPPaPPPPPPP', { presence: 1 }, ['raised@18']],
    ['goes after the grace', 'PPPPPPaaaaa', {}, ['raised@10', 'gone@18', 'end']],
    ['comes back within the grace', 'PPPPPPaaaPaaaaP', {}, ['raised@10', 'gone@26', 'end']],
    ['unknown time is not absence', 'PPPPPPuuuuuuuuu', {}, ['raised@10']],
    ['hidden between absences', 'PPPPPPauauauauau', {}, ['raised@10']],
    ['absence is added up over a hidden time', 'PPPPPPaauuaaa', {}, ['raised@10', 'gone@24', 'end']],
    ['a gap without samples is not absence', 'PPPPPPa               aaaa', {}, ['raised@10', 'gone@50', 'end']],
    ['a gap without samples is not presence', `PPP${' '.repeat(16)}PPPP`, {}, []],
    ['what is there after a gap begins anew', `PPP${' '.repeat(16)}PPPPPP`, {}, ['raised@48']],
    ['no samples for no longer than the grace', `PPP${' '.repeat(16)}PPPP`, { grace: 40_000 }, ['raised@38']],
    ['a camera that turns away and comes back', `PPP${'u'.repeat(16)}PPPP`, {}, ['raised@44']],
    ['what was raised stays so over a gap', `PPPPPP${' '.repeat(16)}P`, {}, ['raised@10', 'still@44']],
    ['is told now and then that it stays', 'P'.repeat(40), {}, ['raised@10', 'still@40', 'still@70']],
    ['long before it ends, told once', 'PPPPPPPP'.padEnd(30, 'a'), {}, ['raised@10', 'gone@22', 'end']],
  ])('%s', (_, line, over, expected) => {
    expect(play(line, over)).toEqual(expected);
  });

  test('ignores samples that are not newer than the last', () => {
    const first = confirm(nothingSeen, { at: 5, state: 'present', score: 1 }, rule).state;
    expect(confirm(first, { at: 5, state: 'absent', score: null }, rule).state).toBe(first);
    expect(confirm(first, { at: 1, state: 'present', score: 1 }, rule).state).toBe(first);
  });

  const line = fc.array(fc.constantFrom('P', 'a', 'u'), { maxLength: 80 }).map((l) => l.join(''));

  test('raised at most once, then still, then gone at most once; nothing after', () => {
    fc.assert(fc.property(line, fc.integer({ min: 0, max: 20_000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 10_000 }), (l, dwell, presence, grace) => {
      const kinds = play(l, { dwell, presence, grace }).map((t) => t.split('@')[0] as Outcome | 'end').filter((k) => k !== 'end').join(' ');
      expect(kinds).toMatch(/^(raised( still)*( gone)?)?$/);
    }));
  });

  test('never raised before the dwell since the first presence, nor with too small a share of the known samples', () => {
    fc.assert(fc.property(line, fc.integer({ min: 0, max: 20_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (l, dwell, presence) => {
      let state = nothingSeen;
      l.split('').forEach((letter, i) => {
        const at = i * 2000;
        const next = confirm(state, { at, state: letter === 'P' ? 'present' : letter === 'a' ? 'absent' : 'unknown', score: null }, { ...rule, dwell, presence });
        state = next.state;
        if (next.outcome !== 'raised') return;
        const known = l.slice(0, i + 1).split('').filter((c, j) => c !== 'u' && (j * 2000 >= at - dwell || j > i - rule.minSamples));
        expect(at - l.indexOf('P') * 2000).toBeGreaterThanOrEqual(dwell);
        expect(known.length).toBeGreaterThanOrEqual(rule.minSamples);
        expect(known.filter((c) => c === 'P').length / known.length).toBeGreaterThanOrEqual(presence);
        expect(letter).toBe('P');
      });
    }));
  });

  test('unknown samples alone change no verdict', () => {
    fc.assert(fc.property(line, fc.integer({ min: 1, max: 50 }), (l, n) => {
      const without = play(l);
      expect(play(l + 'u'.repeat(n))).toEqual(without);
      expect(play('u'.repeat(n))).toEqual([]);
    }));
  });

  test('the window stays bounded and within the dwell', () => {
    let state = nothingSeen;
    for (let i = 0; i < 5000; i++) state = confirm(state, { at: i * 100, state: 'present', score: 1 }, rule).state;
    expect(state.window.length).toBeLessThanOrEqual(101);
    expect(state.window[0]!.at).toBeGreaterThanOrEqual(4999 * 100 - rule.dwell);
    expect(stillEvery).toBeGreaterThan(0);
  });
});
