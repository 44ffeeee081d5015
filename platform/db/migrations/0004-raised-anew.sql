-- a thing that stands on after its alert was judged or its case ended is raised anew: its track's key, where the event's own key is derived from it
alter table detection_events add column track_key text references detection_events;
create index on detection_events (track_key) where track_key is not null;
