import type { Advice, Share } from './verdict-lessons.ts';

/** `GET /api/verdicts`: what the verdicts on alerts of a period say of cameras, rules and classes. */
export interface VerdictFigures {
  /** Alerts raised at or after this ISO time. */
  readonly since: string;
  /** Share of true alerts that suggestions may lose, 0..1. */
  readonly mostLost: number;
  /** True when there were more verdicts than are looked at: then the oldest are missing. */
  readonly truncated: boolean;
  /** The rows with most false alerts first. */
  readonly items: readonly VerdictRow[];
}

/** One class of one rule of one camera. Verdicts on alerts of the rule's present model; where rule or model are not there any more, on all. */
export interface VerdictRow {
  readonly camera: string;
  readonly cameraName: string;
  /** Null: the alert came from outside, without a rule. */
  readonly rule: string | null;
  readonly zoneName: string | null;
  readonly eventType: string;
  readonly eventTypeName: string;
  readonly eventTypeNameEn: string | null;
  /** The model's label of the thing that was alerted; null when the alert had no boxes. */
  readonly label: string | null;
  readonly confirmed: number;
  /** 误报 */
  readonly false: number;
  /** 属实不立案 */
  readonly trueUnfiled: number;
  /** Verdicts on alerts of earlier models, which say nothing of the present one; not in the figures. */
  readonly earlier: number;
  /** Confirmed among confirmed and false. */
  readonly precision: Share | null;
  /** Score from which the rule takes this class now; null when there is no such rule any more. */
  readonly threshold: number | null;
  readonly advice: Advice | null;
}
