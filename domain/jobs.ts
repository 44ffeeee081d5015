import type { DetectionMessage } from './detection.ts';

/**
 * Every queue and the shape of its jobs. Each has exactly one handler (the start proves it). Jobs are hints or carriers: PostgreSQL
 * decides whether anything is to be done, so a job that runs twice or never does no harm.
 */
export interface JobMap {
  /** Detection messages of vision nodes, from their spools. */
  detections: DetectionMessage;
  /** Tell people: in-page notification of a case's task. */
  notify: { readonly outboxId: string; readonly caseId: string; readonly userIds: readonly string[]; readonly topic: string };
  /** POST to an outside receiver; carries an Idempotency-Key. */
  webhook: { readonly outboxId: string; readonly url: string; readonly body: unknown };
  /** Ask the case's camera to look again; the answer is stored with the verification. */
  recheck: { readonly outboxId: string; readonly caseId: string };
  /** The camera takes a picture of what was raised anew; it becomes the alert's. */
  picture: { readonly outboxId: string; readonly alertId: string };
  /** A deadline may have come: the sweeper looks at the case now. */
  deadline: { readonly outboxId?: string; readonly caseId: string };
}
export type QueueName = keyof JobMap;
export const queueNames = ['detections', 'notify', 'webhook', 'recheck', 'picture', 'deadline'] as const satisfies readonly QueueName[];
