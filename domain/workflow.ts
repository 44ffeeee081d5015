import type { CaseAction } from './case-input.ts';
import { caseStates, finalStates, type CaseState } from './case.ts';
import type { Actor, Role } from './roles.ts';

/**
 * The workflow of a case: one table, and nothing else decides what may be done, by whom, and what follows. What an action takes stands
 * in case-input.ts; what an effect does to the row stands in the case service.
 */
export interface Transition {
  readonly action: CaseAction;
  readonly from: readonly CaseState[];
  /** Next state; `null` leaves the state as it is. */
  readonly to: CaseState | null;
  readonly who: readonly Who[];
  /** Facts that must hold, `!` before one that must not. */
  readonly when?: readonly (Fact | `!${Fact}`)[];
  readonly effects: readonly Effect[];
  /** The usual next step of its states. */
  readonly primary?: true;
}

/**
 * A role and whose cases it reaches: `city` any case for people of level 1; `district` cases of the own district; `lead` cases whose
 * lead unit is the own unit. `system` is the product itself and needs no more.
 */
export type Who = 'system' | { readonly role: Role; readonly reach: 'city' | 'district' | 'lead' };

export type Fact =
  /** A person has confirmed the alert behind the case, or there is none. */
  | 'judged'
  /** The lead unit hangs under a district that wants to see feedback before level 1 does. */
  | 'district_reviews'
  /** The lead unit is a district or 管委 and may pass the task on. */
  | 'lead_is_district'
  /** A camera watches the place. */
  | 'has_camera'
  /** A recheck is asked and not yet answered. */
  | 'recheck_open';

export type Effect =
  | 'file' | 'unfile' | 'describe'
  | 'assign' | 'assign_below' | 'unassign' | 'await_acceptance' | 'accepted' | 'fed_back' | 'next_round' | 'closed'
  | 'start_clock' | 'keep_clock' | 'pause_clock' | 'resume_clock' | 'stop_clock' | 'reset_clock'
  | 'mark_seen_again' | 'mark_warned' | 'mark_overdue' | 'mark_unaccepted' | 'ask_recheck'
  | `tell:${Audience}`;
/** Whom a notification goes to. */
export type Audience = 'lead' | 'co_units' | 'district' | 'dispatchers' | 'duty_officers' | 'verifiers';

const at = (reach: 'city' | 'district' | 'lead', ...names: Role[]): Who[] => names.map((role) => ({ role, reach }));
const city = (...names: Role[]): Who[] => at('city', ...names);
const leadUnit: Who[] = [...at('lead', 'handler'), ...at('lead', 'district')];
const everybody: Who[] = [
  ...city('operator', 'intake', 'duty_officer', 'dispatcher', 'collector', 'verifier', 'office', 'leader'),
  ...at('district', 'district', 'operator', 'collector'), ...leadUnit,
];
/** Who may judge alerts. */
export const judges: readonly Who[] = [...city('operator', 'intake', 'duty_officer', 'dispatcher'), ...at('district', 'operator', 'district')];
const open: CaseState[] = caseStates.filter((s) => !finalStates.includes(s));
const withUnit: CaseState[] = ['dispatched', 'sub_dispatched', 'handling', 'suspended', 'feedback_review', 'verifying', 'to_close', 'rework'];

export const workflow: readonly Transition[] = [
  // 信息采集: is the report true, and does it become a case?
  { action: 'check', from: ['reported'], to: 'checking', who: city('intake', 'duty_officer'), when: ['judged'], effects: [] },
  { action: 'checked', from: ['reported', 'checking'], to: 'to_file', who: city('intake', 'duty_officer', 'collector'), when: ['judged'], effects: ['tell:duty_officers'], primary: true },
  { action: 'not_file', from: ['reported', 'checking', 'to_file'], to: 'not_filed', who: city('duty_officer', 'intake'), when: ['judged'], effects: [] },
  { action: 'file', from: ['to_file'], to: 'to_dispatch', who: city('duty_officer'), effects: ['file', 'tell:dispatchers'], primary: true },
  // the verdict on the alert behind a case, given again after it was taken back
  { action: 'confirm', from: ['reported'], to: 'to_file', who: judges, when: ['!judged'], effects: ['describe', 'tell:duty_officers'] },
  { action: 'undo', from: ['to_file', 'to_dispatch', 'dispatched', 'not_filed'], to: 'reported', who: judges, effects: ['unfile', 'unassign', 'reset_clock'] },
  { action: 'withdraw', from: ['reported'], to: 'not_filed', who: ['system', ...judges], when: ['!judged'], effects: [] },

  // 任务派遣
  { action: 'dispatch', from: ['to_dispatch', 'returned'], to: 'dispatched', who: city('dispatcher'), effects: ['assign', 'start_clock', 'await_acceptance', 'tell:lead', 'tell:co_units'], primary: true },
  { action: 'dispatch', from: ['rework'], to: 'dispatched', who: city('dispatcher'), effects: ['assign', 'keep_clock', 'await_acceptance', 'tell:lead', 'tell:co_units'], primary: true },
  { action: 'sub_dispatch', from: ['dispatched'], to: 'sub_dispatched', who: at('lead', 'district'), when: ['lead_is_district'], effects: ['assign_below', 'await_acceptance', 'tell:lead'] },
  { action: 'return', from: ['dispatched', 'sub_dispatched'], to: 'returned', who: leadUnit, effects: ['stop_clock', 'unassign', 'tell:dispatchers'] },

  // 处理反馈
  { action: 'accept', from: ['dispatched', 'sub_dispatched'], to: 'handling', who: leadUnit, effects: ['accepted'], primary: true },
  { action: 'feedback', from: ['handling'], to: 'feedback_review', who: leadUnit, when: ['district_reviews'], effects: ['fed_back', 'pause_clock', 'tell:district'], primary: true },
  { action: 'feedback', from: ['handling'], to: 'verifying', who: leadUnit, when: ['!district_reviews'], effects: ['fed_back', 'pause_clock', 'tell:verifiers'], primary: true },
  { action: 'feedback_accept', from: ['feedback_review'], to: 'verifying', who: at('district', 'district'), effects: ['tell:verifiers'], primary: true },
  { action: 'feedback_reject', from: ['feedback_review'], to: 'handling', who: at('district', 'district'), effects: ['resume_clock', 'tell:lead'] },

  // 核查结案
  { action: 'verify_pass', from: ['verifying'], to: 'to_close', who: city('verifier'), effects: ['stop_clock', 'tell:duty_officers'], primary: true },
  { action: 'verify_fail', from: ['verifying'], to: 'rework', who: city('verifier'), effects: ['resume_clock', 'next_round', 'tell:dispatchers', 'tell:lead'] },
  { action: 'close', from: ['to_close'], to: 'closed', who: city('duty_officer'), effects: ['closed', 'tell:lead'], primary: true },
  { action: 'cancel', from: open, to: 'cancelled', who: city('duty_officer'), when: ['judged'], effects: ['stop_clock', 'tell:lead'] },

  // beside the way
  { action: 'request_recheck', from: ['handling', 'feedback_review', 'verifying', 'to_close'], to: null, who: city('verifier', 'dispatcher', 'duty_officer'), when: ['has_camera', '!recheck_open'], effects: ['ask_recheck'] },
  { action: 'comment', from: caseStates, to: null, who: everybody, effects: [] },
  { action: 'recheck_answered', from: caseStates, to: null, who: ['system'], effects: ['tell:verifiers'] },
  { action: 'seen_again', from: ['feedback_review', 'verifying', 'to_close'], to: null, who: ['system'], effects: ['mark_seen_again', 'tell:verifiers'] },
  { action: 'warn', from: withUnit, to: null, who: ['system'], effects: ['mark_warned', 'tell:lead'] },
  { action: 'overdue', from: withUnit, to: null, who: ['system'], effects: ['mark_overdue', 'tell:lead', 'tell:district', 'tell:duty_officers'] },
  { action: 'unaccepted', from: ['dispatched', 'sub_dispatched'], to: null, who: ['system'], effects: ['mark_unaccepted'] },
];

/** What of a case decides who reaches it. */
export interface CaseReach {
  readonly state: CaseState;
  readonly districtId: string | null;
  readonly leadUnitId: string | null;
  /** The lead unit's parent. */
  readonly leadParentId: string | null;
}

export function mayAct(actor: Actor, who: readonly Who[], reach: CaseReach): boolean {
  return who.some((w) => {
    if (w === 'system') return actor.roles.includes('system');
    if (!actor.roles.includes(w.role)) return false;
    switch (w.reach) {
      case 'city':
        return actor.scope.kind === 'city';
      case 'district':
        return actor.scope.kind === 'district' && [reach.districtId, reach.leadUnitId, reach.leadParentId].includes(actor.scope.districtId);
      case 'lead':
        return actor.unitId !== null && actor.unitId === reach.leadUnitId;
    }
  });
}

export type Facts = Readonly<Record<Fact, boolean>>;

const holds = (t: Transition, facts: Facts): boolean =>
  (t.when ?? []).every((f) => (f.startsWith('!') ? !facts[f.slice(1) as Fact] : facts[f as Fact]));

/** Rows of the table that this person may follow now. At most one for an action. */
export function possible(actor: Actor, reach: CaseReach, facts: Facts): readonly Transition[] {
  return workflow.filter((t) => t.from.includes(reach.state) && holds(t, facts) && mayAct(actor, t.who, reach));
}

export type Decision =
  | { readonly kind: 'ok'; readonly transition: Transition; readonly to: CaseState }
  /** The state or the facts do not allow it, whoever asks. */
  | { readonly kind: 'not_now' }
  | { readonly kind: 'not_you' };

export function decide(actor: Actor, action: CaseAction, reach: CaseReach, facts: Facts): Decision {
  const rows = workflow.filter((t) => t.action === action && t.from.includes(reach.state) && holds(t, facts));
  if (rows.length === 0) return workflow.some((t) => t.action === action && mayAct(actor, t.who, reach)) ? { kind: 'not_now' } : { kind: 'not_you' };
  const row = rows.find((t) => mayAct(actor, t.who, reach));
  return row === undefined ? { kind: 'not_you' } : { kind: 'ok', transition: row, to: row.to ?? reach.state };
}

/** Actions that people are offered on a case; the rest follows from verdicts on alerts or is the product's own. */
const unoffered: readonly CaseAction[] = ['confirm', 'undo', 'withdraw', 'recheck_answered', 'seen_again', 'warn', 'overdue', 'unaccepted'];
export const isOffered = (action: CaseAction): boolean => !unoffered.includes(action);

export const actionLabels: Readonly<Record<CaseAction, { zh: string; en: string }>> = {
  check: { zh: '核实', en: 'Have it checked' },
  checked: { zh: '核实属实', en: 'Report is true' },
  not_file: { zh: '不予立案', en: 'Do not file' },
  file: { zh: '立案', en: 'File' },
  dispatch: { zh: '派遣', en: 'Dispatch' },
  sub_dispatch: { zh: '下派', en: 'Pass on to a unit below' },
  return: { zh: '回退', en: 'Return: not ours' },
  accept: { zh: '接收', en: 'Accept' },
  feedback: { zh: '反馈', en: 'Report handled' },
  feedback_accept: { zh: '反馈审核通过', en: 'Pass the feedback on' },
  feedback_reject: { zh: '反馈退回', en: 'Send the feedback back' },
  verify_pass: { zh: '核查通过', en: 'Verified: solved' },
  verify_fail: { zh: '核查不通过', en: 'Not solved: rework' },
  request_recheck: { zh: '摄像机复查', en: 'Let the camera look again' },
  close: { zh: '结案', en: 'Close' },
  cancel: { zh: '作废', en: 'Cancel' },
  comment: { zh: '备注', en: 'Comment' },
  confirm: { zh: '确认', en: 'Confirmed' },
  undo: { zh: '撤回', en: 'Verdict taken back' },
  withdraw: { zh: '撤销上报', en: 'Report withdrawn' },
  seen_again: { zh: '再次发现', en: 'Seen again' },
  recheck_answered: { zh: '复查结果', en: 'Recheck answered' },
  warn: { zh: '临期预警', en: 'Soon due' },
  overdue: { zh: '超期', en: 'Overdue' },
  unaccepted: { zh: '超时未接收', en: 'Not accepted in time' },
};
