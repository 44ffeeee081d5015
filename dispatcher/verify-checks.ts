import type { Transaction } from 'kysely';
import type { Database } from '../platform/db/schema.ts';

/** What must be 0, each with what it means. Times of grace let pass what is on its way. */
export const checks = {
  eventsWithoutAlert: 'stored events whose alert is not there',
  alertsTwiceForKey: 'events that made more than one alert, or an alert without its event',
  confirmedWithoutOneCase: 'confirmed alerts without exactly one case of their own',
  casesWithoutAlert: 'cases found by video without an alert',
  stuckCases: 'open cases with no armed deadline that nobody touched for a week',
  deadlinesMissed: 'deadlines, acceptances and claims that passed and nothing acted on',
  transitionsWithoutHistory: 'versions of cases and alerts that history does not tell of',
  illegalTransitions: 'entries of history that the workflow does not allow',
  fieldsUnexplained: 'columns of cases whose value does not follow from their history',
  chainBreaks: 'entries of history, heads and checkpoints whose hash is not right',
  evidenceAbsent: 'rows of media whose file is not there',
  evidenceAltered: 'files whose content has another hash',
  outboxStuck: 'effects outside that are due for ten minutes and not done',
  recheckStuck: 'rechecks that are asked for ten minutes and not answered',
  eventsWithoutNumber: 'rows of the event log that got no number within a minute',
} as const;
export type Check = keyof typeof checks;

/** What harms nothing and is told all the same. */
export const notes = {
  filesWithoutRow: 'stored files that no row knows: a process was killed between the two; the dispatcher takes them away after a day',
} as const;
export type Note = keyof typeof notes;

export type Snapshot = Transaction<Database>;
/** Notes one finding. */
export type Found = (check: Check, what: string) => void;
