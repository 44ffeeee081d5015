import { describe, expect, test } from '@jest/globals';
import { needsUnit, roles, scopeOf, type Role, type Scope } from '../../domain/roles.ts';

const centre = { id: 'centre', level: 1 };
const south = { id: 'south', level: 2 };
const patrol = { id: 'patrol', level: 3 };

describe('the scope of a user', () => {
  test.each<[string, readonly Role[], { id: string; level: number } | null, Scope]>([
    ['an operator of the centre', ['operator'], centre, { kind: 'city' }],
    ['an administrator without a unit', ['admin'], null, { kind: 'city' }],
    ['an operator of a district', ['operator'], south, { kind: 'district', districtId: 'south' }],
    ['a district user', ['district'], south, { kind: 'district', districtId: 'south' }],
    ['a handler of a district', ['handler'], south, { kind: 'unit', unitId: 'south' }],
    ['a handler of a unit', ['handler'], patrol, { kind: 'unit', unitId: 'patrol' }],
    ['a handler of a unit at level 1', ['handler'], centre, { kind: 'unit', unitId: 'centre' }],
    ['a handler without a unit', ['handler'], null, { kind: 'none' }],
    ['a district user without a unit', ['district'], null, { kind: 'none' }],
    ['somebody without a role', [], null, { kind: 'none' }],
  ])('%s', (_, given, unit, scope) => {
    expect(scopeOf(given, unit)).toEqual(scope);
  });

  test('is never wider without a unit than what a single role of his has at the centre', () => {
    for (const role of roles) expect([role, scopeOf([role], null).kind]).toEqual([role, needsUnit([role]) ? 'none' : 'city']);
  });
});
