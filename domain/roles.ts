/** Roles of people; one person may hold several. Permission = role × action × scope. */
export const roles = [
  'operator', 'intake', 'duty_officer', 'dispatcher', 'collector', 'district', 'handler', 'verifier', 'office', 'evaluator', 'leader', 'admin',
] as const;
export type Role = (typeof roles)[number];

/**
 * What rows a person may see and act on.
 * city: all; district: rows of one level-2 unit; unit: rows dispatched to one unit; none: no row at all.
 */
export type Scope =
  | { readonly kind: 'none' }
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

/** The city's own people: they may stand without a unit. The others are nobody without one. */
const cityRoles: readonly Role[] = ['operator', 'intake', 'duty_officer', 'dispatcher', 'verifier', 'office', 'evaluator', 'leader', 'admin', 'collector'];

/** Whether somebody with these roles cannot do his work without a unit. */
export const needsUnit = (userRoles: readonly Role[]): boolean => userRoles.some((r) => !cityRoles.includes(r));

/** Scope of a user: city roles at level 1 see all; level-2 users their district; handlers their unit. Whoever has neither a city role nor a unit sees nothing. */
export function scopeOf(userRoles: readonly Role[], unit: { id: string; level: number } | null): Scope {
  const ofCity = userRoles.some((r) => cityRoles.includes(r));
  if (unit === null) return { kind: ofCity ? 'city' : 'none' };
  if (unit.level === 1 && ofCity) return { kind: 'city' };
  if (unit.level === 2 && !userRoles.every((r) => r === 'handler')) return { kind: 'district', districtId: unit.id };
  return { kind: 'unit', unitId: unit.id };
}
