-- Jobs as people see them; the queue itself is pg-boss's, in its own schema, written in the same transaction.
create table job (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  kind text not null check (kind in ('training')),
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- How often a worker has begun it.
  attempt integer not null default 0 check (attempt >= 0),
  progress jsonb not null default '{"phase": "queued", "done": 0, "total": 1}',
  model text not null,
  table_version_id uuid not null,
  input jsonb not null,
  version_number integer,
  error jsonb,
  created_at timestamptz not null,
  created_by jsonb not null,
  started_at timestamptz,
  ended_at timestamptz,
  check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null)),
  check ((state = 'done') = (version_number is not null)),
  check ((state = 'failed') = (error is not null))
);
create index job_by_time on job (organisation, id desc);
create index job_unfinished on job (state) where state in ('queued', 'running');
