-- The organisation that runs this installation, and the trail of every change. Every row of every table carries its organisation.
create table organisation (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null
);

create table audit (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  actor_kind text not null check (actor_kind in ('member', 'key', 'job', 'admin', 'system')),
  actor_id uuid,
  actor_name text not null,
  action text not null,
  subject_kind text not null,
  subject_id uuid,
  subject_name text not null,
  detail jsonb not null default '{}',
  recorded_at timestamptz not null
);
create index audit_by_time on audit (organisation, recorded_at desc, id desc);
create index audit_by_subject on audit (organisation, subject_kind, subject_id, recorded_at desc);
