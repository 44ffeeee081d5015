-- what a new event is compared with: open alerts, open cases and what was merged, of its camera and kind
drop index alerts_camera_id_event_type_idx;
create index on alerts (camera_id, event_type) where state in ('new', 'claimed');
create index on alerts (camera_id, event_type) where state = 'merged';
create index on cases (camera_id, event_type) where state not in ('not_filed', 'closed', 'archived', 'cancelled');

-- whose scope a byte of evidence lies in
create index on alert_media (media_id);
create index on case_media (media_id);
create index on case_rechecks (case_id);

-- which polygons a point can lie in
create function bounds(ring jsonb) returns box language sql immutable strict as $$
  select pg_catalog.box(
    pg_catalog.point(min((p->>0)::float8), min((p->>1)::float8)), pg_catalog.point(max((p->>0)::float8), max((p->>1)::float8)))
  from pg_catalog.jsonb_array_elements(ring) p $$;
alter table grid_cells add column bounds box generated always as (app.bounds(polygon)) stored;
create index on grid_cells using gist (bounds);
alter table units add column bounds box generated always as (app.bounds(area)) stored;
create index on units using gist (bounds);
