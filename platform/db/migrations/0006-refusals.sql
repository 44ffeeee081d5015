-- messages of vision nodes that can never be stored: whoever keeps one until it is seen here sees this instead
create table refused_messages (
  key text not null,
  kind text not null check (kind in ('raised', 'evidence', 'still', 'gone')),
  reason text not null,
  refused_at timestamptz not null default app.now(),
  primary key (key, kind)
);
grant select, insert on refused_messages to xuncheng_app;

-- every lease that a camera ever had, by the database's clock
create table camera_lease_terms (
  camera_id text not null references cameras,
  fence bigint not null,
  node_id text not null,
  since timestamptz not null default app.now(),
  primary key (camera_id, fence)
);
insert into camera_lease_terms select camera_id, fence, node_id, fenced_at from camera_leases;
grant select, insert on camera_lease_terms to xuncheng_app;
drop trigger mark_fence on camera_leases;
drop function mark_fence();
alter table camera_leases drop column fenced_at;
create function note_term() returns trigger language plpgsql as $$ begin
  insert into app.camera_lease_terms (camera_id, fence, node_id) values (new.camera_id, new.fence, new.node_id) on conflict do nothing;
  return null;
end $$;
create trigger note_term after insert or update of fence on camera_leases for each row execute function note_term();

-- how far a node's clock, by which its events are dated, is ahead of the database's
alter table vision_nodes add column clock_ahead interval not null default '0';
