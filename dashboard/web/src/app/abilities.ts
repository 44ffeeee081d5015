import type { Role } from '../../../../domain/roles.ts';

/** What the pages offer by role. A convenience only: the server decides each time. */
const judges: readonly Role[] = ['operator', 'intake', 'duty_officer', 'admin'];
const watchers: readonly Role[] = [...judges, 'dispatcher', 'verifier', 'office', 'evaluator', 'leader', 'district'];

const holds = (mine: readonly Role[], wanted: readonly Role[]): boolean => mine.some((role) => wanted.includes(role));

export const seesAlerts = (mine: readonly Role[]): boolean => holds(mine, watchers);
export const seesCameras = (mine: readonly Role[]): boolean => holds(mine, watchers);
export const seesCases = (mine: readonly Role[]): boolean => holds(mine, [...watchers, 'collector']);
export const judgesAlerts = (mine: readonly Role[]): boolean => holds(mine, judges);
export const handles = (mine: readonly Role[]): boolean => holds(mine, ['handler', 'collector']);
/** May confirm, file and dispatch in one go. */
export const dispatchesAtOnce = (mine: readonly Role[]): boolean => mine.includes('admin') || (mine.includes('duty_officer') && mine.includes('dispatcher'));

export function homeOf(mine: readonly Role[]): string {
  if (judgesAlerts(mine)) return '/alerts';
  if (handles(mine) && !seesAlerts(mine)) return '/handler';
  return '/cases';
}
