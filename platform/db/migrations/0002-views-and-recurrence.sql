-- reference views of a turning camera: [{id, name, picture}], picture a small JPEG in base64
alter table cameras add column views jsonb not null default '[]';

-- the alert that this one is like: same camera, kind and place, and it had ended
alter table alerts add column recurrence_of uuid references alerts;
create index on alerts (camera_id, event_type, raised_at desc);
