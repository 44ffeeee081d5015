/**
 * What the HTTP API shows besides alerts and cases: who is signed in, cameras, units, grid cells, the catalogue. Times are ISO 8601 in
 * UTC. Lists without pages answer `{items: […]}`.
 */
import type { AlertState } from './alert.ts';
import type { CameraInput, CameraState, Rule, Severity, Zone } from './camera.ts';
import type { CaseState } from './case.ts';
import type { Point, Polygon } from './geometry.ts';
import type { ModelManifest } from './model.ts';
import type { Role, Scope } from './roles.ts';
import type { TimeLimit } from './time-limit.ts';
import type { PersonRef, Subclass, UnitRef } from './views.ts';

/** The user of `POST /api/session` and `GET /api/session`. */
export interface SessionUser {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly unit: UnitRef | null;
  readonly scope: Scope;
  readonly language: 'zh' | 'en';
  /** True until the one-time password was changed: everything but that is refused. */
  readonly mustChangePassword: boolean;
}

/** Forged requests are refused by their Origin and Sec-Fetch-Site: a page sends no token of its own. */
export interface SessionView {
  readonly user: SessionUser;
  /** Null under an API token. */
  readonly expiresAt: string | null;
}

/** A camera with its state; passwords inside `inputs` are masked. */
export interface CameraView {
  readonly id: string;
  readonly name: string;
  readonly inputs: readonly CameraInput[];
  readonly point: Point | null;
  readonly address: string | null;
  readonly district: UnitRef | null;
  readonly enabled: boolean;
  readonly sessions: number | null;
  readonly gbDeviceId: string | null;
  readonly zones: readonly Zone[];
  readonly rules: readonly Rule[];
  /** api: made in the pages; file and demo entries are read-only there. */
  readonly source: 'api' | 'file' | 'demo';
  readonly revision: number;
  readonly state: CameraState;
  /** Why, in words that a person can act on; null when live. */
  readonly stateReason: string | null;
  readonly stateSince: string | null;
  readonly analysed: boolean;
  readonly analysedReason: string | null;
  readonly analysedSince: string | null;
  readonly lastSampleAt: string | null;
}

export interface UnitView {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string | null;
  readonly level: number;
  readonly kind: 'centre' | 'office' | 'district' | 'committee' | 'department' | 'town' | 'direct';
  readonly parentId: string | null;
  readonly area: Polygon | null;
  readonly dutyUser: PersonRef | null;
  readonly standIn: PersonRef | null;
}

export interface GridCellView {
  readonly code: string;
  readonly name: string;
  readonly polygon: Polygon;
  readonly districtId: string;
  readonly collector: PersonRef | null;
}

/** An event type with the subclasses (小类) it may become and the filing conditions (立案条件) of all of them. */
export interface CatalogueEntry {
  readonly eventType: string;
  readonly name: string;
  readonly nameEn: string | null;
  readonly subclass: Subclass | null;
  readonly alternatives: readonly Subclass[];
  readonly severity: Severity;
  readonly conditions: readonly { readonly id: string; readonly code: string; readonly name: string; readonly condition: string; readonly limit: TimeLimit; readonly closing: string }[];
}

/** GET /api/health. `degraded`: something is down, the rest works. */
export interface HealthView {
  readonly status: 'ok' | 'degraded';
  readonly roles: { readonly vision: UpOrDown; readonly dispatcher: UpOrDown; readonly dashboard: UpOrDown };
  readonly database: UpOrDown;
  readonly queue: UpOrDown;
  /** Zeros while the database is away. */
  readonly cameras: CameraCounts;
}
export type UpOrDown = 'up' | 'down';
export interface CameraCounts {
  readonly total: number;
  readonly live: number;
  readonly analysed: number;
  /** Switched on and with rules, yet not analysed: what happens there is missed. */
  readonly blind: number;
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}
/** Answer of `POST /api/tokens`: the only time that the token itself is shown. */
export interface NewTokenView extends TokenView {
  readonly token: string;
}

export interface UserView {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly unit: UnitRef | null;
  readonly phone: string | null;
  readonly language: 'zh' | 'en';
  readonly disabled: boolean;
  readonly mustChangePassword: boolean;
  readonly createdAt: string;
}
/** `POST /api/users` and `POST /api/users/:id/password`: the only time that the password is shown. */
export interface NewPasswordView {
  readonly user: UserView;
  readonly oneTimePassword: string;
}

export interface EventTypeView {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string | null;
  readonly subclass: Subclass | null;
  readonly alternatives: readonly Subclass[];
  readonly severity: Severity;
  readonly source: string;
}

export interface ModelView {
  readonly id: string;
  readonly manifest: ModelManifest;
  readonly source: string;
  readonly state: 'unchecked' | 'ready' | 'failed';
  readonly stateReason: string | null;
}

/** `POST /api/media`. Time and place are those that the picture's EXIF names. */
export interface MediaView {
  readonly id: string;
  readonly url: string;
  readonly sha256: string;
  readonly mime: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly takenAt: string | null;
  readonly point: Point | null;
}

export interface NotificationView {
  readonly id: string;
  readonly topic: string;
  readonly case: { readonly id: string; readonly number: string; readonly state: CaseState } | null;
  readonly at: string;
  readonly readAt: string | null;
}

/** `GET /api/statistics/today`: the day of Asia/Shanghai, in the person's scope. */
export interface TodayView {
  readonly since: string;
  readonly alerts: {
    /** Raised today, by what became of them. */
    readonly byState: Readonly<Record<AlertState, number>>;
    /** Not judged yet, whenever raised. */
    readonly waiting: number;
    /** Of today's: 误报, and 属实不立案. */
    readonly rejectedFalse: number;
    readonly rejectedTrue: number;
    readonly byEventType: readonly { readonly eventType: string; readonly name: string; readonly nameEn: string | null; readonly count: number }[];
  };
  readonly cases: {
    /** Reported and closed today; open and overdue now. */
    readonly reported: number;
    readonly closed: number;
    readonly open: number;
    readonly overdue: number;
    readonly byState: Readonly<Partial<Record<CaseState, number>>>;
  };
  readonly cameras: CameraCounts;
}
