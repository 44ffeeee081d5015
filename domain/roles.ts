/** Roles of people; one person may hold several. Permission = role × action × scope. */
export const roles = [
  'operator', 'intake', 'duty_officer', 'dispatcher', 'collector', 'district', 'handler', 'verifier', 'office', 'evaluator', 'leader', 'admin',
] as const;
export type Role = (typeof roles)[number];

/**
 * What rows a person may see and act on.
 * city: all; district: rows of one level-2 unit; unit: rows dispatched to one unit; own: rows given to this person.
 */
export type Scope =
  | { readonly kind: 'city' }
  | { readonly kind: 'district'; readonly districtId: string }
  | { readonly kind: 'unit'; readonly unitId: string };

/** Who acts. `system` is the product itself (sweepers, detectors). */
export interface Actor {
  readonly userId: string | null;
  readonly name: string;
  readonly roles: readonly (Role | 'system')[];
  readonly unitId: string | null;
  readonly scope: Scope;
}

export const systemActor: Actor = { userId: null, name: 'system', roles: ['system'], unitId: null, scope: { kind: 'city' } };

const cityRoles: readonly Role[] = ['operator', 'intake', 'duty_officer', 'dispatcher', 'verifier', 'office', 'evaluator', 'leader', 'admin', 'collector'];

/** Scope of a user: city roles at level 1 see all; level-2 users their district; handlers their unit. */
export function scopeOf(userRoles: readonly Role[], unit: { id: string; level: number } | null): Scope {
  if (unit === null || (unit.level === 1 && userRoles.some((r) => cityRoles.includes(r)))) return { kind: 'city' };
  if (unit.level === 2 && !userRoles.every((r) => r === 'handler')) return { kind: 'district', districtId: unit.id };
  return { kind: 'unit', unitId: unit.id };
}
