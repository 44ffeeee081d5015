/** What the services show: the shapes of the HTTP API and of the pages. Times are ISO 8601 in UTC, media are URLs. */
import type { AlertState, RejectionKind, RejectionReason } from './alert.ts';
import type { Severity } from './camera.ts';
import type { CaseSource, CaseState, PublicStage } from './case.ts';
import type { Detection, ScoreSample } from './detection.ts';
import type { Box, Point, Polygon } from './geometry.ts';
import type { TimeLimit } from './time-limit.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque cursor of the next page, or null at the end. */
  readonly next: string | null;
  /** Rows that match, counted no further than 10,000. */
  readonly total: number;
}

export interface UnitRef {
  readonly id: string;
  readonly name: string;
}
export interface PersonRef {
  readonly id: string;
  readonly name: string;
}
/** 小类 as it was called when it was given. */
export interface Subclass {
  readonly standardRef: string;
  readonly code: string;
  readonly name: string;
}

export const mediaUrl = (id: string): string => `/api/media/${id}`;

// ── alerts ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface AlertEvidence {
  readonly original: string | null;
  readonly annotated: string | null;
  readonly before: string | null;
  /** Null until it is cut. */
  readonly clip: string | null;
  readonly manifest: string | null;
}

export interface AlertView {
  readonly id: string;
  readonly version: number;
  readonly state: AlertState;
  readonly eventType: string;
  readonly eventTypeName: string;
  readonly eventTypeNameEn: string | null;
  readonly severity: Severity;
  readonly score: number;
  readonly threshold: number | null;
  /** Id of the camera. */
  readonly camera: string;
  readonly cameraName: string;
  /** Id of the zone. */
  readonly zone: string | null;
  readonly zoneName: string | null;
  readonly address: string | null;
  readonly point: Point | null;
  readonly cell: string | null;
  readonly district: UnitRef | null;
  readonly box: Box | null;
  readonly boxes: readonly Detection[];
  readonly firstSeenAt: string | null;
  readonly raisedAt: string;
  readonly lastSeenAt: string;
  readonly goneAt: string | null;
  readonly repeats: number;
  readonly claim: { readonly by: PersonRef; readonly at: string; readonly expiresAt: string } | null;
  readonly verdict: AlertVerdictView | null;
  /** Until when the person who judged may take it back; null when nobody may. */
  readonly undoUntil: string | null;
  readonly mergedInto: string | null;
  /** Ended alert of the same thing at the same place, when this one has come back (复发). */
  readonly recurrenceOf: string | null;
  readonly case: { readonly id: string; readonly number: string; readonly state: CaseState } | null;
  readonly evidence: AlertEvidence;
  /** Why a part of the evidence will not come, or null. */
  readonly evidenceFailure: string | null;
}

export interface AlertVerdictView {
  readonly verdict: 'confirmed' | 'rejected' | 'merged';
  readonly reason: RejectionReason | null;
  readonly kind: RejectionKind | null;
  readonly subclass: Subclass | null;
  readonly note: string | null;
  readonly by: PersonRef;
  readonly at: string;
}

/** An alert with all that the desk shows beside the picture. */
export interface AlertDetail extends AlertView {
  readonly scores: readonly ScoreSample[];
  readonly model: { readonly id: string; readonly sha256: string } | null;
  readonly zonePolygon: Polygon | null;
  /** What may be picked on confirming, the usual one first. */
  readonly subclasses: readonly Subclass[];
  readonly history: readonly AlertHistoryEntry[];
  /** Earlier alerts of the same camera and event type, newest first, at most 10. */
  readonly earlier: readonly { readonly id: string; readonly state: AlertState; readonly raisedAt: string; readonly overlap: number | null }[];
  /** Open alerts and cases that this may be the same thing as. */
  readonly mergeCandidates: readonly { readonly alertId: string; readonly state: AlertState; readonly raisedAt: string; readonly metres: number | null; readonly case: { readonly id: string; readonly number: string } | null }[];
  /** Unit that would get the case. */
  readonly suggestion: RouteSuggestion | null;
}

export interface AlertHistoryEntry {
  readonly seq: number;
  readonly action: string;
  readonly from: AlertState | null;
  readonly to: AlertState;
  readonly at: string;
  readonly actor: { readonly id: string | null; readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}

export interface AlertFilter {
  readonly state?: readonly AlertState[] | undefined;
  readonly camera?: string | undefined;
  /** Event type. */
  readonly type?: string | undefined;
  /** Raised at or after this ISO time. */
  readonly since?: string | undefined;
  /** Only alerts that this person holds. */
  readonly claimedBy?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

// ── cases ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The handling clock (处置时限). */
export interface ClockView {
  /** Null before the first dispatch. */
  readonly state: 'running' | 'paused' | 'stopped' | null;
  readonly limit: TimeLimit | null;
  readonly startedAt: string | null;
  readonly dueAt: string | null;
  /** Milliseconds of the limit's own time (working time unless the unit is urgent_hour) left now; 0 when overdue. */
  readonly leftMs: number | null;
  /** Milliseconds of the limit's own time that the whole limit has. */
  readonly limitMs: number | null;
  readonly warnedAt: string | null;
  readonly overdueAt: string | null;
  readonly overdue: boolean;
  /** Until when the unit has to accept; null when nothing waits for acceptance. */
  readonly acceptBy: string | null;
}

export interface CaseListItem {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly state: CaseState;
  readonly stage: PublicStage;
  readonly source: CaseSource;
  readonly eventType: string | null;
  readonly eventTypeName: string | null;
  readonly eventTypeNameEn: string | null;
  readonly subclass: Subclass | null;
  readonly severity: Severity;
  readonly description: string;
  readonly address: string | null;
  readonly point: Point | null;
  readonly cell: string | null;
  readonly camera: string | null;
  readonly district: UnitRef | null;
  readonly leadUnit: UnitRef | null;
  readonly handler: PersonRef | null;
  /** 0 = first handling, 1 = first rework … */
  readonly round: number;
  readonly clock: ClockView;
  /** The camera saw it again after the unit's feedback. */
  readonly seenAgainAt: string | null;
  /** All sightings that belong to the case are gone since then; null while one is still there or no camera says so. */
  readonly goneAt: string | null;
  readonly reportedAt: string;
  readonly updatedAt: string;
  /** A small picture of the thing. */
  readonly thumbnail: string | null;
}

export interface CaseMediaView {
  readonly id: string;
  readonly url: string;
  readonly mime: string;
  /** original | annotated | before | clip | manifest | upload | recheck */
  readonly kind: string;
  readonly part: 'evidence' | 'report' | 'feedback' | 'verification';
  readonly round: number;
  /** History entry that it came with, or null. */
  readonly historySeq: number | null;
  readonly note: string | null;
  readonly sha256: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly takenAt: string | null;
  readonly point: Point | null;
  readonly addedAt: string;
}

export interface CaseHistoryEntry {
  readonly seq: number;
  readonly action: string;
  readonly from: CaseState | null;
  readonly to: CaseState;
  readonly at: string;
  readonly actor: { readonly id: string | null; readonly name: string; readonly unit: string | null };
  readonly input: Readonly<Record<string, unknown>>;
  /** Every field that changed: [before, after]. */
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** SHA-256 of the entry and of the one before it, hex. */
  readonly hash: string;
}

export interface RecheckView {
  readonly id: string;
  readonly round: number;
  readonly askedAt: string;
  readonly answeredAt: string | null;
  readonly answer: 'present' | 'absent' | 'unknown' | null;
  readonly score: number | null;
  readonly picture: string | null;
  readonly failure: string | null;
}

export interface CaseView extends CaseListItem {
  readonly sourceFields: Readonly<Record<string, unknown>>;
  /** What applied when it was filed. */
  readonly condition: { readonly id: string; readonly condition: string; readonly limit: TimeLimit; readonly closing: string } | null;
  readonly coUnits: readonly UnitRef[];
  readonly zone: string | null;
  readonly box: Box | null;
  readonly recurrenceOf: { readonly id: string; readonly number: string } | null;
  readonly filedAt: string | null;
  readonly dispatchedAt: string | null;
  readonly acceptedAt: string | null;
  readonly fedBackAt: string | null;
  readonly closedAt: string | null;
  readonly alerts: readonly { readonly id: string; readonly state: AlertState; readonly raisedAt: string; readonly lastSeenAt: string; readonly goneAt: string | null; readonly repeats: number; readonly evidence: AlertEvidence }[];
  readonly media: readonly CaseMediaView[];
  readonly history: readonly CaseHistoryEntry[];
  readonly rechecks: readonly RecheckView[];
  /** Unit that category and place suggest, for whoever dispatches. */
  readonly suggestion: RouteSuggestion | null;
  /** Who reported it, for those who may know; null otherwise or when there is none. */
  readonly reporter: Readonly<Record<string, unknown>> | null;
}

export interface RouteSuggestion {
  readonly leadUnit: UnitRef;
  readonly coUnits: readonly UnitRef[];
  readonly reason: string;
}

export interface CaseFilter {
  readonly state?: readonly CaseState[] | undefined;
  readonly stage?: PublicStage | undefined;
  readonly source?: CaseSource | undefined;
  readonly eventType?: string | undefined;
  readonly camera?: string | undefined;
  readonly unit?: string | undefined;
  readonly district?: string | undefined;
  readonly overdue?: boolean | undefined;
  /** Reported at or after, before: ISO times. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Part of the number, the address or the description. */
  readonly text?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Something that this person may do now with this case. */
export interface ActionOffer {
  readonly action: string;
  readonly label: { readonly zh: string; readonly en: string };
  /** JSON Schema (draft 2020-12) of `input`; formats `media` and `unit` mark ids that a page lets people pick. */
  readonly input: Readonly<Record<string, unknown>>;
  /** State that follows; the same as now for what changes no state. */
  readonly to: CaseState;
  /** The usual next step: one a state. */
  readonly primary: boolean;
}
