import { deskRoles, exportRoles, lessonRoles, mayFileAndDispatch, mayJudge } from '../../../../domain/abilities.ts';
import type { SessionUser } from '../../../../domain/desk-views.ts';
import type { Actor, Role } from '../../../../domain/roles.ts';

/** What the pages offer to whom, by the rules that the server itself decides by. */

const actorOf = ({ id, name, roles, unit, scope }: SessionUser): Actor => ({ userId: id, name, roles, unitId: unit?.id ?? null, scope });
const holds = ({ roles }: SessionUser, wanted: readonly Role[]): boolean => roles.some((role) => wanted.includes(role));
const ownDistrict = ({ scope }: SessionUser): string | null => (scope.kind === 'district' ? scope.districtId : null);

export const seesAlerts = (user: SessionUser): boolean => holds(user, deskRoles);
export const seesCameras = seesAlerts;
export const seesCases = (user: SessionUser): boolean => holds(user, [...deskRoles, 'collector']);
/** What verdicts say of cameras and rules; and to take the pictures out. */
export const seesLessons = (user: SessionUser): boolean => holds(user, lessonRoles);
export const exportsVerdicts = (user: SessionUser): boolean => holds(user, exportRoles);
export const handles = (user: SessionUser): boolean => holds(user, ['handler', 'collector']);
export const judgesAlerts = (user: SessionUser, districtId: string | null = ownDistrict(user)): boolean => mayJudge(actorOf(user), districtId);
/** May confirm, file and dispatch in one go. */
export const dispatchesAtOnce = (user: SessionUser, districtId: string | null): boolean => mayFileAndDispatch(actorOf(user), districtId);

/** The page that somebody begins with. */
export function homeOf(user: SessionUser): string {
  if (judgesAlerts(user)) return '/alerts';
  if (handles(user) && !seesAlerts(user)) return '/handler';
  // who only runs the installation begins with what stands in it
  return user.roles.every((role) => role === 'admin') ? '/cameras' : '/cases';
}
