-- When a key was last used, to the minute; null for one that never was.
alter table customer_key add column last_used_at timestamptz;
