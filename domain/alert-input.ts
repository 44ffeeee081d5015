import { z } from 'zod';
import { falseReasons, trueUnfiledReasons } from './alert.ts';
import { pointSchema } from './detection.ts';

/** Bodies of POST /api/alerts/:id/… A given `version` must be the current one; without it the state alone decides. */
const version = z.int().positive().optional();
const note = z.string().max(2000).optional();
const subclassCode = z.object({ standardRef: z.string().max(100), code: z.string().max(20) });

export const alertInputs = {
  claim: z.object({ version }),
  release: z.object({ version }),
  confirm: z.object({
    version,
    subclass: subclassCode.optional().describe('one of the subclasses that the event type allows; absent = its usual one'),
    description: z.string().max(2000).optional(),
    point: pointSchema.optional().describe('where the thing really stands'),
    note,
    fileAndDispatch: z.object({
      unitId: z.string().min(1).max(128).optional().describe('absent = the suggested unit'),
      reason: z.string().min(1).max(2000).optional().describe('why not the suggested unit'),
    }).optional().describe('file and dispatch at once; for those who may do both'),
  }),
  reject: z.object({ version, reason: z.enum([...falseReasons, ...trueUnfiledReasons]), note }),
  merge: z.object({ version, into: z.uuid().describe('alert that this one is the same thing as'), note }),
  undo: z.object({ version }),
} as const;

export type AlertAction = keyof typeof alertInputs;
export type AlertInput<A extends AlertAction> = z.input<(typeof alertInputs)[A]>;
