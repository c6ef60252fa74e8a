-- The registry: models, immutable versions named by number and SHA-256, and the append-only line of champions.
create table model (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  name text not null check (name ~ '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$'),
  created_at timestamptz not null,
  created_by jsonb not null,
  unique (organisation, name)
);

create table model_version (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  model_id uuid not null references model (id),
  number integer not null check (number > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes bigint not null,
  task text not null check (task in ('binary', 'multiclass', 'regression')),
  card jsonb not null,
  table_version_id uuid,
  job_id uuid unique,
  created_at timestamptz not null,
  created_by jsonb not null,
  unique (model_id, number)
);
create index model_version_by_table on model_version (table_version_id) where table_version_id is not null;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % never change', tg_table_name;
end $$;
create trigger model_version_immutable before update or delete on model_version for each row execute function refuse_change();

-- One row per promotion; the newest is the champion. "Which version answered on that day" is one query.
create table champion (
  model_id uuid not null references model (id),
  sequence integer not null check (sequence > 0),
  organisation uuid not null references organisation (id),
  version_id uuid not null references model_version (id),
  from_at timestamptz not null,
  actor jsonb not null,
  note text not null default '',
  primary key (model_id, sequence)
);
create trigger champion_immutable before update or delete on champion for each row execute function refuse_change();
