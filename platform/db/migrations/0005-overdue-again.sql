-- overdue_at is the limit that passed last: what is resumed has a later one, which may pass as well
drop index cases_due_at_idx;
create index on cases (due_at) where clock_state = 'running';
