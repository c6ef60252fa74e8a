-- Tables: a named line of immutable versions, each one Parquet file; the correctable schema; what a view read.

create table stored_table (
  id uuid primary key,
  organisation uuid not null,
  name text not null check (name ~ '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$'),
  title text not null default '',
  -- The SELECT that makes a view; null for uploads.
  view_sql text,
  created_at timestamptz not null,
  created_by jsonb not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  deleted_by jsonb
);
create unique index stored_table_name on stored_table (organisation, name) where deleted_at is null;
create index stored_table_list on stored_table (organisation, id) where deleted_at is null;

create table stored_table_version (
  id uuid primary key,
  organisation uuid not null,
  table_id uuid not null references stored_table,
  number integer not null check (number > 0),
  row_count bigint not null check (row_count > 0),
  rejected_count bigint not null default 0 check (rejected_count >= 0),
  rejected jsonb not null default '[]',
  columns jsonb not null,
  dialect jsonb,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  parquet_bytes bigint not null,
  source_sha256 text check (source_sha256 ~ '^[0-9a-f]{64}$'),
  source_bytes bigint,
  -- The SQL as it was when it made this version.
  view_sql text,
  created_at timestamptz not null,
  created_by jsonb not null,
  unique (table_id, number)
);

-- A profile describes a version as one schema revision reads it.
create table stored_table_profile (
  organisation uuid not null,
  version_id uuid not null references stored_table_version,
  schema_revision integer not null,
  profile jsonb not null,
  created_at timestamptz not null,
  primary key (version_id, schema_revision)
);

-- Corrections by people; a revision never changes, revision 0 is what the import found.
create table stored_table_schema (
  organisation uuid not null,
  table_id uuid not null references stored_table,
  revision integer not null check (revision > 0),
  columns jsonb not null,
  created_at timestamptz not null,
  created_by jsonb not null,
  primary key (table_id, revision)
);

-- Which version of which table a view's version read, under which name.
create table stored_table_lineage (
  organisation uuid not null,
  version_id uuid not null references stored_table_version,
  name text not null,
  source_version_id uuid not null references stored_table_version,
  primary key (version_id, name)
);
create index stored_table_lineage_source on stored_table_lineage (source_version_id);
