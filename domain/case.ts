/** States of a case and the four public stages of the regulation's article 13. */
export const caseStates = [
  'reported', 'checking', 'to_file', 'not_filed',
  'to_dispatch', 'dispatched', 'sub_dispatched', 'returned', 'disputed', 'rework',
  'handling', 'suspended', 'feedback_review',
  'verifying', 'to_close', 'closed', 'archived', 'cancelled',
] as const;
export type CaseState = (typeof caseStates)[number];

export const publicStages = ['collection', 'dispatch', 'handling', 'verification'] as const;
export type PublicStage = (typeof publicStages)[number];

export const stageOf: Record<CaseState, PublicStage> = {
  reported: 'collection', checking: 'collection', to_file: 'collection', not_filed: 'collection',
  to_dispatch: 'dispatch', dispatched: 'dispatch', sub_dispatched: 'dispatch', returned: 'dispatch', disputed: 'dispatch', rework: 'dispatch',
  handling: 'handling', suspended: 'handling', feedback_review: 'handling',
  verifying: 'verification', to_close: 'verification', closed: 'verification', archived: 'verification', cancelled: 'verification',
};

/** Nothing more happens to these by themselves. */
export const finalStates: readonly CaseState[] = ['not_filed', 'closed', 'archived', 'cancelled'];

export const caseSources = [
  'video', 'patrol', 'hotline_12319', 'hotline_12345', 'media', 'website', 'complaint', 'superior', 'transfer', 'snapshot', 'survey',
] as const;
export type CaseSource = (typeof caseSources)[number];
