import { caseStates, finalStates, type CaseState } from '../../../../domain/case.ts';
import type { Role } from '../../../../domain/roles.ts';
import type { CaseQuestion } from '../api/cases.ts';

export const queueIds = ['to_check', 'to_file', 'to_dispatch', 'to_accept', 'to_review', 'handling', 'to_verify', 'to_close', 'overdue', 'open', 'done'] as const;
export type QueueId = (typeof queueIds)[number];

interface Queue {
  readonly id: QueueId;
  readonly question: CaseQuestion;
  /** Whose work it is. */
  readonly of: readonly Role[];
}

const open: readonly CaseState[] = caseStates.filter((state) => !finalStates.includes(state));

/** Each stands for one kind of work; nothing more than a saved question to the list. */
export const queues: readonly Queue[] = [
  { id: 'to_check', question: { state: ['reported', 'checking'] }, of: ['intake', 'collector'] },
  { id: 'to_file', question: { state: ['to_file'] }, of: ['duty_officer'] },
  { id: 'to_dispatch', question: { state: ['to_dispatch', 'returned', 'rework'] }, of: ['dispatcher'] },
  { id: 'to_accept', question: { state: ['dispatched', 'sub_dispatched'] }, of: ['district', 'handler'] },
  { id: 'handling', question: { state: ['handling', 'suspended'] }, of: ['handler'] },
  { id: 'to_review', question: { state: ['feedback_review'] }, of: ['district'] },
  { id: 'to_verify', question: { state: ['verifying'] }, of: ['verifier'] },
  { id: 'to_close', question: { state: ['to_close'] }, of: ['duty_officer'] },
  { id: 'overdue', question: { state: open, overdue: true }, of: ['office', 'leader', 'evaluator'] },
  { id: 'open', question: { state: open }, of: [] },
  { id: 'done', question: { state: finalStates }, of: [] },
];

export const queueOf = (id: string | null): Queue | undefined => queues.find((queue) => queue.id === id);

/** The queue in which this person's day begins. */
export function firstQueue(roles: readonly Role[]): Queue {
  return queues.find((queue) => queue.of.some((role) => roles.includes(role))) ?? queues.find((queue) => queue.id === 'open')!;
}
