-- evidence that vision nodes hold references to and have not sent yet: what is named here is no orphan
create table spool_reports (
  node_id text primary key,
  reported_at timestamptz not null default app.now(),
  sha256 text[] not null
);
grant select, insert, update on spool_reports to xuncheng_app;
