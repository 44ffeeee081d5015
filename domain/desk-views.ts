/** What the HTTP API shows besides alerts and cases: who is signed in, cameras, units, grid cells, the catalogue. */
import type { CameraInput, CameraState, Rule, Severity, Zone } from './camera.ts';
import type { Point, Polygon } from './geometry.ts';
import type { Role } from './roles.ts';
import type { TimeLimit } from './time-limit.ts';
import type { Subclass, UnitRef } from './views.ts';

/** The user of `POST /api/session` and `GET /api/session`. */
export interface SessionUser {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly unit: UnitRef | null;
  readonly language: 'zh' | 'en';
  /** True until the one-time password was changed: everything but that is refused. */
  readonly mustChangePassword: boolean;
}

export interface SessionView {
  readonly user: SessionUser;
  /** To be sent as `X-CSRF-Token` with everything that changes something under a cookie. */
  readonly csrf: string;
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
}

export interface GridCellView {
  readonly code: string;
  readonly name: string;
  readonly polygon: Polygon;
  readonly districtId: string;
}

export interface CatalogueEntry {
  readonly eventType: string;
  readonly name: string;
  readonly nameEn: string | null;
  readonly subclass: Subclass | null;
  readonly alternatives: readonly Subclass[];
  readonly severity: Severity;
  readonly conditions: readonly { readonly id: string; readonly code: string; readonly name: string; readonly condition: string; readonly limit: TimeLimit; readonly closing: string }[];
}
