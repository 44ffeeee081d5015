-- the highest threshold at which the alert would still have been raised (domain/verdict-lessons.ts); null for those that are older than this column
alter table alerts add column held_up_to real;
