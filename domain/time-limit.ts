/**
 * Units of a handling limit (时限): `urgent_hour` 紧急工作时 runs day and night, `working_hour` 工作时 counts working time only,
 * `working_day` 工作日 counts working days of the calendar.
 */
export const limitUnits = ['urgent_hour', 'working_hour', 'working_day'] as const;
export type LimitUnit = (typeof limitUnits)[number];

export interface TimeLimit {
  readonly value: number;
  readonly unit: LimitUnit;
}
