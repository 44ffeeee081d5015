import { describe, expect, test } from '@jest/globals';
import { caseInputs, type CaseAction } from '../../domain/case-input.ts';
import { caseStates, finalStates, type CaseState } from '../../domain/case.ts';
import { roles, scopeOf, systemActor, type Actor, type Role } from '../../domain/roles.ts';
import { actionLabels, decide, isOffered, possible, workflow, type CaseReach, type Fact, type Facts } from '../../domain/workflow.ts';

const facts: readonly Fact[] = ['judged', 'district_reviews', 'lead_is_district', 'has_camera', 'recheck_open'];
const allFacts: readonly Facts[] = Array.from({ length: 2 ** facts.length }, (_, bits) => Object.fromEntries(facts.map((f, i) => [f, (bits & (1 << i)) !== 0])) as Facts);
const usual: Facts = { judged: true, district_reviews: false, lead_is_district: false, has_camera: true, recheck_open: false };

const units = { centre: { id: 'centre', level: 1 }, south: { id: 'south', level: 2 }, north: { id: 'north', level: 2 }, patrol: { id: 'patrol', level: 3 }, other: { id: 'other', level: 1 } };
const person = (role: Role, unit: keyof typeof units): Actor => ({ userId: 'u', name: role, roles: [role], unitId: units[unit].id, scope: scopeOf([role], units[unit]) });
const people = roles.flatMap((r) => [person(r, 'centre'), person(r, 'south'), person(r, 'patrol')]);
const reach = (state: CaseState): CaseReach => ({ state, districtId: 'south', leadUnitId: 'patrol', leadParentId: 'south' });
const offered = (actor: Actor, state: CaseState, f: Facts = usual): string[] => possible(actor, reach(state), f).map((t) => t.action).filter(isOffered);

describe('the table', () => {
  test('leaves no two ways for one action in one state', () => {
    const double: string[] = [];
    for (const state of caseStates) {
      for (const f of allFacts) {
        for (const actor of [systemActor, ...people]) {
          const actions = possible(actor, reach(state), f).map((t) => t.action);
          if (new Set(actions).size !== actions.length) double.push(`${state} ${actor.name} ${actions.join(' ')}`);
        }
      }
    }
    expect(double).toEqual([]);
  });

  test('agrees with itself: what is possible is decided ok, the rest is refused with the right word', () => {
    const actions = Object.keys(caseInputs) as CaseAction[];
    const wrong: string[] = [];
    for (const state of caseStates) {
      for (const f of allFacts) {
        for (const actor of people) {
          const can = new Set(possible(actor, reach(state), f).map((t) => t.action));
          for (const action of actions) {
            const decision = decide(actor, action, reach(state), f);
            if ((decision.kind === 'ok') !== can.has(action)) wrong.push(`${state} ${actor.name} of ${actor.unitId ?? ''} ${action}: ${decision.kind}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('names every action, has an input and a way for each, and one usual step a state', () => {
    for (const action of Object.keys(caseInputs) as CaseAction[]) {
      expect(actionLabels[action].zh).toMatch(/\p{Script=Han}/u);
      expect(workflow.some((t) => t.action === action)).toBe(true);
    }
    for (const state of caseStates) {
      for (const f of allFacts) {
        const primary = new Set(workflow.filter((t) => t.primary === true && t.from.includes(state) && possible({ ...systemActor, roles: [...roles] , unitId: 'patrol' }, reach(state), f).includes(t)).map((t) => t.action));
        expect(primary.size).toBeLessThanOrEqual(1);
      }
    }
  });

  test('lets nobody but the product and the verdict move a final case, and comment on it', () => {
    for (const state of finalStates) {
      const moves = workflow.filter((t) => t.from.includes(state) && t.to !== null).map((t) => t.action);
      expect(moves).toEqual(state === 'not_filed' ? ['undo'] : []);
      for (const role of roles) expect(offered(person(role, 'centre'), state).filter((a) => a !== 'comment')).toEqual([]);
    }
  });

  test('reaches every state that it speaks of, and from every one of them an end', () => {
    const spoken = new Set(workflow.flatMap((t) => [...t.from.filter(() => t.action !== 'comment' && t.action !== 'recheck_answered'), ...(t.to === null ? [] : [t.to])]));
    const reachable = new Set<CaseState>(['reported', 'to_file']);
    for (let grown = true; grown;) {
      const before = reachable.size;
      for (const t of workflow) if (t.to !== null && t.from.some((s) => reachable.has(s))) reachable.add(t.to);
      grown = reachable.size > before;
    }
    for (const state of reachable) expect(spoken).toContain(state);
    for (const state of reachable) {
      const seen = new Set<CaseState>([state]);
      for (let grown = true; grown;) {
        const before = seen.size;
        for (const t of workflow) if (t.to !== null && t.from.some((s) => seen.has(s))) seen.add(t.to);
        grown = seen.size > before;
      }
      expect([...seen].some((s) => finalStates.includes(s))).toBe(true);
    }
  });
});

describe('who may do what', () => {
  const table: readonly [Role, keyof typeof units, CaseState, string[]][] = [
    ['duty_officer', 'centre', 'to_file', ['not_file', 'file', 'cancel', 'comment']],
    ['dispatcher', 'centre', 'to_file', ['comment']],
    ['dispatcher', 'centre', 'to_dispatch', ['dispatch', 'comment']],
    ['duty_officer', 'centre', 'to_dispatch', ['cancel', 'comment']],
    ['handler', 'patrol', 'dispatched', ['return', 'accept', 'comment']],
    ['handler', 'other', 'dispatched', []],
    ['district', 'south', 'dispatched', ['comment']],
    ['district', 'north', 'dispatched', []],
    ['handler', 'patrol', 'handling', ['feedback', 'comment']],
    ['verifier', 'centre', 'verifying', ['verify_pass', 'verify_fail', 'request_recheck', 'comment']],
    ['handler', 'patrol', 'verifying', ['comment']],
    ['verifier', 'centre', 'to_close', ['request_recheck', 'comment']],
    ['duty_officer', 'centre', 'to_close', ['close', 'cancel', 'request_recheck', 'comment']],
    ['dispatcher', 'centre', 'rework', ['dispatch', 'comment']],
    ['district', 'south', 'feedback_review', ['feedback_accept', 'feedback_reject', 'comment']],
    ['admin', 'centre', 'verifying', []],
    ['evaluator', 'centre', 'to_close', []],
  ];
  test.each(table)('%s of %s in %s: %j', (role, unit, state, actions) => {
    expect(offered(person(role, unit), state).toSorted()).toEqual(actions.toSorted());
  });

  test('a city role outside level 1 has no reach over the city', () => {
    expect(offered(person('duty_officer', 'south'), 'to_file')).toEqual([]);
    expect(offered(person('verifier', 'south'), 'verifying')).toEqual([]);
  });

  test('feedback goes to the district that reviews, else to the verifier', () => {
    expect(decide(person('handler', 'patrol'), 'feedback', reach('handling'), usual)).toMatchObject({ to: 'verifying' });
    expect(decide(person('handler', 'patrol'), 'feedback', reach('handling'), { ...usual, district_reviews: true })).toMatchObject({ to: 'feedback_review' });
  });

  test('who may never do a thing is told so, who may not now is told that', () => {
    expect(decide(person('verifier', 'centre'), 'file', reach('to_file'), usual).kind).toBe('not_you');
    expect(decide(person('duty_officer', 'centre'), 'file', reach('closed'), usual).kind).toBe('not_now');
    expect(decide(person('verifier', 'centre'), 'file', reach('closed'), usual).kind).toBe('not_you');
  });
});

describe('inputs', () => {
  test.each<[CaseAction, unknown, boolean]>([
    ['return', {}, false], ['return', { reason: '   ' }, false], ['return', { reason: '非本单位' }, true],
    ['feedback', { media: [] }, false], ['feedback', { media: ['0198c2f4-6b2e-7cc1-a0b8-0d8f4ae00001'] }, true], ['feedback', { media: ['x'] }, false],
    ['verify_fail', {}, false], ['cancel', { reason: 'double' }, true], ['cancel', { reason: 'a\0b' }, false], ['cancel', { reason: '\ud800' }, false],
    ['close', { extra: 1 }, false], ['comment', { note: '' }, false], ['not_file', { reason: 'whim' }, false], ['not_file', { reason: 'duplicate' }, true],
    ['verify_fail', { reason: 'x'.repeat(1_000_000) }, false],
  ])('%s %j: %s', (action, input, fits) => {
    expect(caseInputs[action].safeParse(input).success).toBe(fits);
  });
});
