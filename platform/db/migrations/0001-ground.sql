-- The ground: people, places, cameras, alerts, cases, history, outbox, event log.
-- SQL takes its time from app.now() alone. The application's role (xuncheng_app) cannot update or delete history.
create schema app;
set search_path = app;

-- ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
create table clock (
  one boolean primary key default true check (one),
  shift interval not null default '0'
);
insert into clock default values;
comment on table clock is 'A test installation may shift the clock; a real one leaves it at 0.';
create function now() returns timestamptz language sql stable
  as $$ select pg_catalog.clock_timestamp() + shift from app.clock $$;

create table calendar_days (
  day date primary key,
  working boolean not null,
  name text not null
);
comment on table calendar_days is 'Exceptions to Monday to Friday: holidays and 调休 working days.';

create table settings (
  key text primary key,
  value jsonb not null,
  revision bigint not null default 1,
  updated_at timestamptz not null default app.now()
);

-- ── organisation, people ────────────────────────────────────────────────────────────────────────────────────────────────
create table units (
  id text primary key,
  name text not null,
  name_en text,
  level int not null check (level between 1 and 3),
  kind text not null check (kind in ('centre', 'office', 'district', 'committee', 'department', 'town', 'direct')),
  parent_id text references units,
  -- GeoJSON polygon coordinates [[lon, lat], …]; level 2 routes by it, never by code digits
  area jsonb,
  duty_user uuid,
  stand_in_user uuid,
  source text not null default 'api' check (source in ('api', 'file', 'demo')),
  revision bigint not null default 1
);
create table users (
  id uuid primary key default gen_random_uuid(),
  username text not null unique,
  display_name text not null,
  password_hash text not null,
  must_change_password boolean not null default false,
  roles text[] not null,
  unit_id text references units,
  phone text,
  language text not null default 'zh' check (language in ('zh', 'en')),
  disabled_at timestamptz,
  created_at timestamptz not null default app.now()
);
alter table units add foreign key (duty_user) references users, add foreign key (stand_in_user) references users;
create table sessions (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null default app.now(),
  last_seen_at timestamptz not null default app.now(),
  expires_at timestamptz not null,
  agent text
);
create index on sessions (user_id);
create table api_tokens (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null unique,
  user_id uuid not null references users on delete cascade,
  name text not null,
  created_at timestamptz not null default app.now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
create table grid_cells (
  code char(15) primary key,
  name text not null,
  polygon jsonb not null,
  district_id text not null references units,
  collector_id uuid references users
);

-- ── cameras, models, event types ────────────────────────────────────────────────────────────────────────────────────────
create table models (
  id text primary key,
  manifest jsonb not null,
  path text not null,
  source text not null default 'api' check (source in ('api', 'file', 'shipped')),
  state text not null default 'unchecked' check (state in ('unchecked', 'ready', 'failed')),
  state_reason text,
  revision bigint not null default 1
);
create table event_types (
  id text primary key,
  name text not null,
  name_en text,
  standard_ref text,
  code text,
  subclass_name text,
  -- other subclasses that the person who confirms may pick: [{standardRef, code, name}]
  alternatives jsonb not null default '[]',
  severity text not null default 'normal',
  source text not null default 'api' check (source in ('api', 'file', 'shipped')),
  revision bigint not null default 1
);
create table filing_conditions (
  id text primary key,
  standard_ref text not null,
  code text not null,
  name text not null,
  condition text not null,
  limit_value numeric not null check (limit_value > 0),
  limit_unit text not null check (limit_unit in ('urgent_hour', 'working_hour', 'working_day')),
  closing_condition text not null,
  position int not null default 0
);
create index on filing_conditions (standard_ref, code);
create table cameras (
  id text primary key,
  name text not null,
  -- [{url, roles, transport}]: passwords inside url are sealed (see platform/secrets.ts)
  inputs jsonb not null,
  lon double precision,
  lat double precision,
  address text,
  district_id text references units,
  enabled boolean not null default true,
  sessions int,
  gb_device_id text,
  zones jsonb not null default '[]',
  rules jsonb not null default '[]',
  source text not null default 'api' check (source in ('api', 'file', 'demo')),
  revision bigint not null default 1,
  deleted_at timestamptz,
  created_at timestamptz not null default app.now()
);
create table vision_nodes (
  id text primary key,
  rpc_url text not null,
  heartbeat_at timestamptz not null default app.now()
);
create table role_heartbeats (
  role text not null check (role in ('vision', 'dispatcher', 'dashboard')),
  node text not null,
  heartbeat_at timestamptz not null default app.now(),
  primary key (role, node)
);
create sequence lease_fence;
create table camera_leases (
  camera_id text primary key references cameras,
  node_id text not null,
  fence bigint not null,
  -- since when this fence holds; what an older one raised before that is still stored when it arrives late
  fenced_at timestamptz not null default app.now(),
  expires_at timestamptz not null
);
create function mark_fence() returns trigger language plpgsql
  as $$ begin if new.fence <> old.fence then new.fenced_at := app.now(); end if; return new; end $$;
create trigger mark_fence before update on camera_leases for each row execute function mark_fence();
create table camera_status (
  camera_id text primary key references cameras,
  fence bigint not null default 0,
  state text not null,
  state_reason text,
  state_since timestamptz not null default app.now(),
  analysed boolean not null default false,
  analysed_reason text,
  analysed_since timestamptz not null default app.now(),
  last_sample_at timestamptz,
  counters jsonb not null default '{}',
  updated_at timestamptz not null default app.now()
);

-- ── media ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
create table media (
  id uuid primary key default gen_random_uuid(),
  sha256 char(64) not null,
  mime text not null,
  bytes bigint not null,
  width int,
  height int,
  -- original | annotated | before | clip | manifest | upload
  kind text not null,
  file_name text,
  taken_at timestamptz,
  lon double precision,
  lat double precision,
  uploaded_by uuid references users,
  created_at timestamptz not null default app.now()
);
create index on media (sha256);

-- ── alerts ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
create table detection_events (
  key text primary key,
  camera_id text not null references cameras,
  payload jsonb not null,
  alert_id uuid not null,
  -- raised: made the alert; repeat: folded into it; silenced: came within the silence after the alert's rejection
  part text not null check (part in ('raised', 'repeat', 'silenced')),
  gone_at timestamptz,
  received_at timestamptz not null default app.now()
);
create index on detection_events (alert_id);
create table alerts (
  id uuid primary key default gen_random_uuid(),
  version int not null default 1,
  state text not null check (state in ('new', 'claimed', 'confirmed', 'rejected', 'merged', 'lapsed')),
  event_key text not null unique,
  event_type text not null references event_types,
  camera_id text not null references cameras,
  zone_id text,
  rule_id text,
  severity text not null,
  score real not null,
  threshold real,
  box jsonb,
  boxes jsonb not null default '[]',
  scores jsonb not null default '[]',
  model jsonb,
  lon double precision,
  lat double precision,
  address text,
  cell char(15),
  district_id text references units,
  first_seen_at timestamptz,
  raised_at timestamptz not null,
  last_seen_at timestamptz not null,
  gone_at timestamptz,
  repeats int not null default 0,
  claimed_by uuid references users,
  claimed_at timestamptz,
  claim_expires_at timestamptz,
  -- {verdict, reason, kind, subclass, note, by, at}
  verdict jsonb,
  verdict_by uuid references users,
  verdict_at timestamptz,
  merged_into uuid references alerts,
  case_id uuid,
  evidence_failure text,
  created_at timestamptz not null default app.now()
);
alter table detection_events add foreign key (alert_id) references alerts deferrable initially deferred;
create index on alerts (raised_at desc, id);
create index on alerts (state, raised_at desc);
create index on alerts (camera_id, event_type) where state in ('new', 'claimed', 'confirmed');
create table alert_media (
  alert_id uuid not null references alerts,
  media_id uuid not null references media,
  part text not null check (part in ('original', 'annotated', 'before', 'clip', 'manifest')),
  primary key (alert_id, part)
);
create table silences (
  id bigint generated always as identity primary key,
  camera_id text not null references cameras,
  event_type text not null,
  box jsonb,
  until timestamptz not null,
  alert_id uuid not null references alerts,
  swallowed int not null default 0
);
create index on silences (camera_id, until);

-- ── cases ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
create sequence case_serial;
create table routes (
  id text primary key,
  -- null = any
  code text,
  district_id text references units,
  lead_unit_id text not null references units,
  co_unit_ids text[] not null default '{}',
  position int not null default 0,
  reason text not null
);
create table cases (
  id uuid primary key default gen_random_uuid(),
  number text not null unique,
  version int not null default 1,
  state text not null,
  source text not null,
  source_fields jsonb not null default '{}',
  event_type text references event_types,
  standard_ref text,
  code text,
  subclass_name text,
  -- what applied when it was filed: {id, condition, limit: {value, unit}, closing}
  condition jsonb,
  severity text not null default 'normal',
  description text not null default '',
  lon double precision,
  lat double precision,
  address text,
  cell char(15),
  camera_id text references cameras,
  zone_id text,
  box jsonb,
  district_id text references units,
  lead_unit_id text references units,
  handler_id uuid references users,
  co_unit_ids text[] not null default '{}',
  round int not null default 0,
  recurrence_of uuid references cases,
  seen_again_at timestamptz,
  -- handling clock: running | paused | stopped; null before dispatch
  clock_state text check (clock_state in ('running', 'paused', 'stopped')),
  -- working or urgent time left when paused, milliseconds
  clock_left_ms bigint,
  clock_started_at timestamptz,
  due_at timestamptz,
  -- when a quarter of the limit is left
  warn_at timestamptz,
  warned_at timestamptz,
  overdue_at timestamptz,
  accept_by timestamptz,
  unaccepted_step int not null default 0,
  reported_at timestamptz not null default app.now(),
  filed_at timestamptz,
  dispatched_at timestamptz,
  accepted_at timestamptz,
  fed_back_at timestamptz,
  closed_at timestamptz,
  updated_at timestamptz not null default app.now(),
  history_head bytea
);
create index on cases (state, due_at);
create index on cases (lead_unit_id, state);
create index on cases (district_id, state);
create index on cases (reported_at desc, id);
create index on cases (due_at) where clock_state = 'running' and overdue_at is null;
create index on cases (accept_by) where accept_by is not null;
alter table alerts add foreign key (case_id) references cases;
create index on alerts (case_id) where case_id is not null;
create table case_persons (
  case_id uuid not null references cases,
  part text not null check (part in ('reporter')),
  salt bytea not null,
  data jsonb,
  primary key (case_id, part)
);
comment on table case_persons is 'Personal fields stand apart; history holds their salted hash, so erasing data leaves the chain whole.';
create table case_media (
  case_id uuid not null references cases,
  media_id uuid not null references media,
  -- evidence | report | feedback | verification
  part text not null,
  round int not null default 0,
  history_seq int,
  note text,
  created_at timestamptz not null default app.now(),
  primary key (case_id, media_id, part)
);
create table case_rechecks (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references cases,
  round int not null,
  asked_at timestamptz not null default app.now(),
  answered_at timestamptz,
  -- present | absent | unknown
  answer text,
  score real,
  media_id uuid references media,
  failure text
);
create table case_history (
  case_id uuid not null references cases,
  seq int not null,
  action text not null,
  from_state text,
  to_state text not null,
  at timestamptz not null default app.now(),
  actor_id uuid references users,
  actor_name text not null,
  actor_unit text,
  input jsonb not null default '{}',
  -- every field that changed: {field: [before, after]}
  changes jsonb not null default '{}',
  prev_hash bytea,
  hash bytea not null,
  primary key (case_id, seq)
);
create table alert_history (
  alert_id uuid not null references alerts,
  seq int not null,
  action text not null,
  from_state text,
  to_state text not null,
  at timestamptz not null default app.now(),
  actor_id uuid references users,
  actor_name text not null,
  input jsonb not null default '{}',
  primary key (alert_id, seq)
);
create table chain_checkpoints (
  id bigint generated always as identity primary key,
  at timestamptz not null default app.now(),
  cases int not null,
  -- SHA-256 over the previous checkpoint and over the entries: the cases that went on since, in order of id, with their heads
  head bytea not null
);
create table chain_checkpoint_entries (
  checkpoint_id bigint not null references chain_checkpoints,
  case_id uuid not null references cases,
  seq int not null,
  hash bytea not null,
  primary key (case_id, seq)
);
create index on chain_checkpoint_entries (checkpoint_id);
create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default app.now(),
  user_id uuid,
  user_name text,
  action text not null,
  object text,
  detail jsonb not null default '{}',
  ip text
);

-- ── effects and events ──────────────────────────────────────────────────────────────────────────────────────────────────
create table outbox (
  id bigint generated always as identity primary key,
  queue text not null,
  key text not null unique,
  job jsonb not null,
  not_before timestamptz not null default app.now(),
  created_at timestamptz not null default app.now(),
  relayed_at timestamptz,
  done_at timestamptz,
  cancelled_at timestamptz,
  attempts int not null default 0,
  error text
);
create index on outbox (not_before) where relayed_at is null and cancelled_at is null;
create index on outbox (relayed_at) where done_at is null and cancelled_at is null;
create table event_log (
  id bigint generated always as identity primary key,
  seq bigint unique,
  kind text not null check (kind in ('alert', 'case', 'camera')),
  payload jsonb not null,
  -- who may see it: null district = city only
  district_id text,
  unit_ids text[] not null default '{}',
  at timestamptz not null default app.now()
);
create index on event_log (id) where seq is null;
create function wake() returns trigger language plpgsql
  as $$ begin perform pg_catalog.pg_notify(tg_argv[0], ''); return null; end $$;
create trigger wake_sequencer after insert on event_log for each statement execute function wake('event_log');
create trigger wake_relay after insert on outbox for each statement execute function wake('outbox');
comment on function wake() is 'Sent at commit: the sequencer listens on event_log, the relay on outbox; the sequencer itself tells sequenced.';
create table notifications (
  id uuid primary key default gen_random_uuid(),
  key text not null unique,
  user_id uuid not null references users,
  case_id uuid references cases,
  topic text not null,
  created_at timestamptz not null default app.now(),
  read_at timestamptz
);
create index on notifications (user_id, created_at desc);
create table deliveries (
  key text primary key,
  url text not null,
  attempts int not null default 0,
  delivered_at timestamptz,
  last_error text
);

-- ── rights of the application's role ────────────────────────────────────────────────────────────────────────────────────
grant usage on schema app to xuncheng_app;
grant select, insert, update, delete on all tables in schema app to xuncheng_app;
grant usage on all sequences in schema app to xuncheng_app;
grant execute on all functions in schema app to xuncheng_app;
revoke update, delete, truncate on case_history, alert_history, chain_checkpoints, chain_checkpoint_entries, audit_log, detection_events from xuncheng_app;
grant update (gone_at) on detection_events to xuncheng_app;
revoke insert, update, delete on clock from xuncheng_app;
