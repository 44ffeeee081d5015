import { z } from 'zod';
import { trueUnfiledReasons } from './alert.ts';
import { severities } from './camera.ts';
import { caseSources } from './case.ts';
import { pointSchema } from './detection.ts';

/** Text that PostgreSQL can hold: no NUL and no half surrogate. */
const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
const text = (max: number) => z.string().max(max).refine(storable, 'holds characters that cannot be stored').transform((t) => t.trim());
const reason = z.string().trim().min(1).max(2000).refine(storable, 'holds characters that cannot be stored').describe('why: mandatory');
const note = text(4000).optional();
const unitId = z.string().min(1).max(128).refine(storable, 'is no unit').meta({ format: 'unit' });
const mediaId = z.uuid().meta({ format: 'media' });
const media = z.array(mediaId).max(20).default([]).describe('ids that POST /api/media gave');
const pictures = z.array(mediaId).min(1, 'at least one picture').max(20).describe('ids that POST /api/media gave; at least one picture');
const subclass = z.object({ standardRef: z.string().max(100), code: z.string().max(20) });

export const notFiledReasons = [...trueUnfiledReasons, 'false_report', 'duplicate'] as const;

/** What each action of the workflow takes. Strict: a misspelt field is an error and not a silence. */
export const caseInputs = {
  check: z.strictObject({ note }),
  checked: z.strictObject({ note, media }),
  not_file: z.strictObject({ reason: z.enum(notFiledReasons), note }),
  file: z.strictObject({
    subclass: subclass.optional().describe('absent = as reported'),
    conditionId: z.string().max(128).optional().describe('filing condition; absent = the first of the subclass'),
    note,
  }),
  dispatch: z.strictObject({
    unitId: unitId.optional().describe('lead unit; absent = the suggested one'),
    coUnitIds: z.array(unitId).max(10).optional(),
    reason: reason.optional().describe('mandatory when it is not the suggested unit'),
    note,
  }),
  sub_dispatch: z.strictObject({ unitId: unitId.describe('a unit under the district'), note }),
  accept: z.strictObject({ note }),
  return: z.strictObject({ reason }),
  feedback: z.strictObject({ outcome: z.enum(['done', 'not_found']).default('done'), note, media: pictures }),
  feedback_accept: z.strictObject({ note }),
  feedback_reject: z.strictObject({ reason }),
  verify_pass: z.strictObject({ note, media }),
  verify_fail: z.strictObject({ reason, media }),
  request_recheck: z.strictObject({ note }),
  close: z.strictObject({ note }),
  cancel: z.strictObject({ reason }),
  comment: z.strictObject({ note: z.string().trim().min(1).max(4000).refine(storable, 'holds characters that cannot be stored'), media }),
  // what the product itself writes
  confirm: z.strictObject({ alertId: z.uuid(), subclass: subclass.extend({ name: z.string() }).nullable(), description: text(4000), point: pointSchema.nullable(), note }),
  undo: z.strictObject({ alertId: z.uuid() }),
  withdraw: z.strictObject({ alertId: z.uuid(), reason: z.string() }),
  seen_again: z.strictObject({ alertId: z.uuid(), at: z.string() }),
  recheck_answered: z.strictObject({ recheckId: z.uuid(), answer: z.enum(['present', 'absent', 'unknown']).nullable(), score: z.number().nullable(), failure: z.string().nullable(), media }),
  warn: z.strictObject({ dueAt: z.string() }),
  overdue: z.strictObject({ dueAt: z.string() }),
  unaccepted: z.strictObject({ step: z.int(), told: z.array(z.string()) }),
} as const;

export type CaseAction = keyof typeof caseInputs;
/** What the service works with, defaults filled in. */
export type CaseInput<A extends CaseAction> = z.output<(typeof caseInputs)[A]>;

/** Body of POST /api/cases. The reporter's data stand apart from the case and its history. */
export const createCaseInput = z.strictObject({
  source: z.enum(caseSources).exclude(['video']),
  sourceFields: z.record(z.string().max(100), z.union([z.string().max(2000), z.number(), z.boolean(), z.null()])).default({}),
  eventType: z.string().max(128).optional(),
  subclass: subclass.optional(),
  severity: z.enum(severities).default('normal'),
  description: text(4000).pipe(z.string().min(1, 'say what is wrong')),
  point: pointSchema.optional(),
  address: text(500).optional(),
  camera: z.string().max(128).optional(),
  media,
  reporter: z.strictObject({ name: text(100).optional(), phone: text(50).optional(), note: text(500).optional() }).optional(),
});
export type CreateCaseInput = z.output<typeof createCaseInput>;
