import type { Actor, Role } from './roles.ts';
import { judges, mayAct, workflow, type CaseReach, type Who } from './workflow.ts';

/**
 * What people may do beside the table of cases: said once, for the server's policies and for what the pages offer.
 */

/** People at the desks of the centre and of the districts: they see the alert wall and the cameras; handlers and collectors see cases. */
export const deskRoles: readonly Role[] = ['operator', 'intake', 'duty_officer', 'dispatcher', 'district', 'verifier', 'office', 'evaluator', 'leader', 'admin'];

const rolesOf = (who: readonly Who[]): Role[] => [...new Set(who.flatMap((w) => (w === 'system' ? [] : [w.role])))];

/** Roles that may judge alerts at all. */
export const judgeRoles: readonly Role[] = rolesOf(judges);

/** Who reads what verdicts say of cameras and rules, and who may take pictures out for training. */
export const lessonRoles: readonly Role[] = ['duty_officer', 'leader', 'admin'];
export const exportRoles: readonly Role[] = ['duty_officer', 'admin'];

const placeOf = (districtId: string | null): CaseReach => ({ state: 'reported', districtId, leadUnitId: null, leadParentId: null });

/** Whether this person may judge alerts of this district (null: outside of all). */
export const mayJudge = (actor: Actor, districtId: string | null): boolean => mayAct(actor, judges, placeOf(districtId));

/** Whether this person may confirm an alert, file the case and dispatch it in one go. */
export const mayFileAndDispatch = (actor: Actor, districtId: string | null): boolean =>
  mayJudge(actor, districtId) && (['file', 'dispatch'] as const).every((action) => workflow.some((row) => row.action === action && mayAct(actor, row.who, placeOf(districtId))));
