import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { AlertState } from '../../domain/alert.ts';
import type { CameraInput, CameraState, Rule, Severity, View, Zone } from '../../domain/camera.ts';
import type { CaseSource, CaseState } from '../../domain/case.ts';
import type { DetectionEvent, Detection, ScoreSample } from '../../domain/detection.ts';
import type { Box, Point } from '../../domain/geometry.ts';
import type { ModelManifest } from '../../domain/model.ts';
import type { Role } from '../../domain/roles.ts';
import type { LimitUnit, TimeLimit } from '../../domain/time-limit.ts';

/** Tables of the schema `app`, as Kysely sees them. int8 arrives as string; columns ending in _at, by, until as Date. JSON columns are written as JSON text. */

type Json<T> = ColumnType<T, string, string>;
type JsonWithDefault<T> = ColumnType<T, string | undefined, string>;
type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>;
type Time = ColumnType<Date, Date | string, Date | string>;
type TimeDefaultNow = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type BigIntText = ColumnType<string, string | number | bigint | undefined, string | number | bigint>;
type NullableBigIntText = ColumnType<string | null, string | number | null | undefined, string | number | null>;

export interface ClockTable {
  one: Generated<boolean>;
  shift: Generated<string>;
}

export interface CalendarDaysTable {
  day: string;
  working: boolean;
  name: string;
}

export interface SettingsTable {
  key: string;
  value: Json<unknown>;
  revision: BigIntText;
  updated_at: TimeDefaultNow;
}

export interface UnitsTable {
  id: string;
  name: string;
  name_en: string | null;
  level: number;
  kind: 'centre' | 'office' | 'district' | 'committee' | 'department' | 'town' | 'direct';
  parent_id: string | null;
  area: NullableJson<Point[]>;
  duty_user: string | null;
  stand_in_user: string | null;
  source: Generated<'api' | 'file' | 'demo'>;
  revision: BigIntText;
}

export interface UsersTable {
  id: Generated<string>;
  username: string;
  display_name: string;
  password_hash: string;
  must_change_password: Generated<boolean>;
  roles: Role[];
  unit_id: string | null;
  phone: string | null;
  language: Generated<'zh' | 'en'>;
  disabled_at: NullableTime;
  created_at: TimeDefaultNow;
}

export interface SessionsTable {
  token_hash: Buffer;
  user_id: string;
  created_at: TimeDefaultNow;
  last_seen_at: TimeDefaultNow;
  expires_at: Time;
  agent: string | null;
}

export interface ApiTokensTable {
  id: Generated<string>;
  token_hash: Buffer;
  user_id: string;
  name: string;
  created_at: TimeDefaultNow;
  last_used_at: NullableTime;
  revoked_at: NullableTime;
}

export interface GridCellsTable {
  code: string;
  name: string;
  polygon: Json<Point[]>;
  district_id: string;
  collector_id: string | null;
}

export interface ModelsTable {
  id: string;
  manifest: Json<ModelManifest>;
  path: string;
  source: Generated<'api' | 'file' | 'shipped'>;
  state: Generated<'unchecked' | 'ready' | 'failed'>;
  state_reason: string | null;
  revision: BigIntText;
}

export interface EventTypesTable {
  id: string;
  name: string;
  name_en: string | null;
  standard_ref: string | null;
  code: string | null;
  subclass_name: string | null;
  alternatives: JsonWithDefault<{ standardRef: string; code: string; name: string }[]>;
  severity: Generated<Severity>;
  source: Generated<'api' | 'file' | 'shipped'>;
  revision: BigIntText;
}

export interface FilingConditionsTable {
  id: string;
  standard_ref: string;
  code: string;
  name: string;
  condition: string;
  limit_value: string;
  limit_unit: LimitUnit;
  closing_condition: string;
  position: Generated<number>;
}

export interface CamerasTable {
  id: string;
  name: string;
  inputs: Json<CameraInput[]>;
  lon: number | null;
  lat: number | null;
  address: string | null;
  district_id: string | null;
  enabled: Generated<boolean>;
  sessions: number | null;
  gb_device_id: string | null;
  views: JsonWithDefault<View[]>;
  zones: JsonWithDefault<Zone[]>;
  rules: JsonWithDefault<Rule[]>;
  source: Generated<'api' | 'file' | 'demo'>;
  revision: BigIntText;
  deleted_at: NullableTime;
  created_at: TimeDefaultNow;
}

export interface VisionNodesTable {
  id: string;
  rpc_url: string;
  heartbeat_at: TimeDefaultNow;
  clock_ahead: Generated<unknown>;
}

export interface RoleHeartbeatsTable {
  role: 'vision' | 'dispatcher' | 'dashboard';
  node: string;
  heartbeat_at: TimeDefaultNow;
}

export interface CameraLeasesTable {
  camera_id: string;
  node_id: string;
  fence: BigIntText;
  expires_at: Time;
}

export interface CameraLeaseTermsTable {
  camera_id: string;
  fence: BigIntText;
  node_id: string;
  since: TimeDefaultNow;
}

export interface CameraStatusTable {
  camera_id: string;
  fence: BigIntText;
  state: CameraState;
  state_reason: string | null;
  state_since: TimeDefaultNow;
  analysed: Generated<boolean>;
  analysed_reason: string | null;
  analysed_since: TimeDefaultNow;
  last_sample_at: NullableTime;
  counters: JsonWithDefault<Record<string, unknown>>;
  updated_at: TimeDefaultNow;
}

export interface MediaTable {
  id: Generated<string>;
  sha256: string;
  mime: string;
  bytes: BigIntText;
  width: number | null;
  height: number | null;
  kind: string;
  file_name: string | null;
  taken_at: NullableTime;
  lon: number | null;
  lat: number | null;
  uploaded_by: string | null;
  created_at: TimeDefaultNow;
}

export interface DetectionEventsTable {
  key: string;
  camera_id: string;
  payload: Json<DetectionEvent>;
  alert_id: string;
  part: 'raised' | 'repeat' | 'silenced';
  track_key: string | null;
  gone_at: NullableTime;
  received_at: TimeDefaultNow;
}

export interface SpoolReportsTable {
  node_id: string;
  reported_at: TimeDefaultNow;
  sha256: string[];
}

export interface RefusedMessagesTable {
  key: string;
  kind: 'raised' | 'evidence' | 'still' | 'gone';
  reason: string;
  refused_at: TimeDefaultNow;
}

export interface AlertsTable {
  id: Generated<string>;
  version: Generated<number>;
  state: AlertState;
  event_key: string;
  event_type: string;
  camera_id: string;
  zone_id: string | null;
  rule_id: string | null;
  severity: Severity;
  score: number;
  held_up_to: number | null;
  threshold: number | null;
  box: NullableJson<Box>;
  boxes: JsonWithDefault<Detection[]>;
  scores: JsonWithDefault<ScoreSample[]>;
  model: NullableJson<{ id: string; sha256: string }>;
  lon: number | null;
  lat: number | null;
  address: string | null;
  cell: string | null;
  district_id: string | null;
  first_seen_at: NullableTime;
  raised_at: Time;
  last_seen_at: Time;
  gone_at: NullableTime;
  repeats: Generated<number>;
  claimed_by: string | null;
  claimed_at: NullableTime;
  claim_expires_at: NullableTime;
  verdict: NullableJson<AlertVerdict>;
  verdict_by: string | null;
  verdict_at: NullableTime;
  merged_into: string | null;
  case_id: string | null;
  evidence_failure: string | null;
  recurrence_of: string | null;
  created_at: TimeDefaultNow;
}

export interface AlertMediaTable {
  alert_id: string;
  media_id: string;
  part: 'original' | 'annotated' | 'before' | 'clip' | 'manifest';
}

export interface SilencesTable {
  id: GeneratedAlways<string>;
  camera_id: string;
  event_type: string;
  box: NullableJson<Box>;
  until: Time;
  alert_id: string;
  swallowed: Generated<number>;
}

export interface RoutesTable {
  id: string;
  code: string | null;
  district_id: string | null;
  lead_unit_id: string;
  co_unit_ids: Generated<string[]>;
  position: Generated<number>;
  reason: string;
}

export interface CasesTable {
  id: Generated<string>;
  number: string;
  version: Generated<number>;
  state: CaseState;
  source: CaseSource;
  source_fields: JsonWithDefault<Record<string, unknown>>;
  event_type: string | null;
  standard_ref: string | null;
  code: string | null;
  subclass_name: string | null;
  condition: NullableJson<{ id: string; condition: string; limit: TimeLimit; closing: string }>;
  severity: Generated<Severity>;
  description: Generated<string>;
  lon: number | null;
  lat: number | null;
  address: string | null;
  cell: string | null;
  camera_id: string | null;
  zone_id: string | null;
  box: NullableJson<Box>;
  district_id: string | null;
  lead_unit_id: string | null;
  handler_id: string | null;
  co_unit_ids: Generated<string[]>;
  round: Generated<number>;
  recurrence_of: string | null;
  seen_again_at: NullableTime;
  clock_state: 'running' | 'paused' | 'stopped' | null;
  clock_left_ms: NullableBigIntText;
  clock_started_at: NullableTime;
  due_at: NullableTime;
  warn_at: NullableTime;
  warned_at: NullableTime;
  overdue_at: NullableTime;
  accept_by: NullableTime;
  unaccepted_step: Generated<number>;
  reported_at: TimeDefaultNow;
  filed_at: NullableTime;
  dispatched_at: NullableTime;
  accepted_at: NullableTime;
  fed_back_at: NullableTime;
  closed_at: NullableTime;
  updated_at: TimeDefaultNow;
  history_head: Buffer | null;
}

export interface CasePersonsTable {
  case_id: string;
  part: 'reporter';
  salt: Buffer;
  data: NullableJson<unknown>;
}

export interface CaseMediaTable {
  case_id: string;
  media_id: string;
  part: string;
  round: Generated<number>;
  history_seq: number | null;
  note: string | null;
  created_at: TimeDefaultNow;
}

export interface CaseRechecksTable {
  id: Generated<string>;
  case_id: string;
  round: number;
  asked_at: TimeDefaultNow;
  answered_at: NullableTime;
  answer: string | null;
  score: number | null;
  media_id: string | null;
  failure: string | null;
}

export interface CaseHistoryTable {
  case_id: string;
  seq: number;
  action: string;
  from_state: string | null;
  to_state: string;
  at: TimeDefaultNow;
  actor_id: string | null;
  actor_name: string;
  actor_unit: string | null;
  input: JsonWithDefault<Record<string, unknown>>;
  changes: JsonWithDefault<Record<string, [unknown, unknown]>>;
  prev_hash: Buffer | null;
  hash: Buffer;
}

export interface AlertHistoryTable {
  alert_id: string;
  seq: number;
  action: string;
  from_state: string | null;
  to_state: string;
  at: TimeDefaultNow;
  actor_id: string | null;
  actor_name: string;
  input: JsonWithDefault<Record<string, unknown>>;
}

export interface ChainCheckpointsTable {
  id: GeneratedAlways<string>;
  at: TimeDefaultNow;
  cases: number;
  head: Buffer;
}

export interface ChainCheckpointEntriesTable {
  checkpoint_id: string;
  case_id: string;
  seq: number;
  hash: Buffer;
}

export interface AuditLogTable {
  id: GeneratedAlways<string>;
  at: TimeDefaultNow;
  user_id: string | null;
  user_name: string | null;
  action: string;
  object: string | null;
  detail: JsonWithDefault<Record<string, unknown>>;
  ip: string | null;
}

export interface OutboxTable {
  id: GeneratedAlways<string>;
  queue: string;
  key: string;
  job: Json<unknown>;
  not_before: TimeDefaultNow;
  created_at: TimeDefaultNow;
  relayed_at: NullableTime;
  done_at: NullableTime;
  cancelled_at: NullableTime;
  attempts: Generated<number>;
  error: string | null;
}

export interface EventLogTable {
  id: GeneratedAlways<string>;
  seq: NullableBigIntText;
  kind: 'alert' | 'case' | 'camera';
  payload: Json<unknown>;
  district_id: string | null;
  unit_ids: Generated<string[]>;
  at: TimeDefaultNow;
}

export interface NotificationsTable {
  id: Generated<string>;
  key: string;
  user_id: string;
  case_id: string | null;
  topic: string;
  created_at: TimeDefaultNow;
  read_at: NullableTime;
}

export interface DeliveriesTable {
  key: string;
  url: string;
  attempts: Generated<number>;
  delivered_at: NullableTime;
  last_error: string | null;
}

export interface AlertVerdict {
  verdict: 'confirmed' | 'rejected' | 'merged';
  reason: string | null;
  kind: 'false' | 'true_unfiled' | null;
  subclass: { standardRef: string; code: string; name: string } | null;
  note: string | null;
  by: string;
  at: string;
}

/** The whole database. */
export interface Database {
  clock: ClockTable;
  calendar_days: CalendarDaysTable;
  settings: SettingsTable;
  units: UnitsTable;
  users: UsersTable;
  sessions: SessionsTable;
  api_tokens: ApiTokensTable;
  grid_cells: GridCellsTable;
  models: ModelsTable;
  event_types: EventTypesTable;
  filing_conditions: FilingConditionsTable;
  cameras: CamerasTable;
  vision_nodes: VisionNodesTable;
  role_heartbeats: RoleHeartbeatsTable;
  camera_leases: CameraLeasesTable;
  camera_lease_terms: CameraLeaseTermsTable;
  camera_status: CameraStatusTable;
  media: MediaTable;
  detection_events: DetectionEventsTable;
  refused_messages: RefusedMessagesTable;
  spool_reports: SpoolReportsTable;
  alerts: AlertsTable;
  alert_media: AlertMediaTable;
  silences: SilencesTable;
  routes: RoutesTable;
  cases: CasesTable;
  case_persons: CasePersonsTable;
  case_media: CaseMediaTable;
  case_rechecks: CaseRechecksTable;
  case_history: CaseHistoryTable;
  alert_history: AlertHistoryTable;
  chain_checkpoints: ChainCheckpointsTable;
  chain_checkpoint_entries: ChainCheckpointEntriesTable;
  audit_log: AuditLogTable;
  outbox: OutboxTable;
  event_log: EventLogTable;
  notifications: NotificationsTable;
  deliveries: DeliveriesTable;
}
