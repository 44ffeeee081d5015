export const alertStates = ['new', 'claimed', 'confirmed', 'rejected', 'merged', 'lapsed'] as const;
export type AlertState = (typeof alertStates)[number];

/** 误报: the thing is not there; lowers the detector's precision and is a training negative. */
export const falseReasons = ['not_there', 'other_object', 'people_or_vehicle', 'light_or_weather', 'bad_picture'] as const;
/** 属实不立案: true, but no case; neutral for the detector. */
export const trueUnfiledReasons = ['gone', 'permitted', 'below_condition', 'out_of_scope', 'already_handled'] as const;

export type RejectionReason = (typeof falseReasons)[number] | (typeof trueUnfiledReasons)[number];
export type RejectionKind = 'false' | 'true_unfiled';

export function rejectionKind(reason: RejectionReason): RejectionKind {
  return (falseReasons as readonly string[]).includes(reason) ? 'false' : 'true_unfiled';
}

/** Seconds within which the same person may take a verdict back; effects outside wait that long. */
export const undoSeconds = 10;
/** Least overlap at which two events of one camera and class are the same place. */
export const samePlaceOverlap = 0.3;
