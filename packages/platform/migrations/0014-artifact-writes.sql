-- Artifacts that are being written: a row before the file, gone in the transaction that writes the version's row.
-- What is left of a process that died in between names the files that no version needs.
create table artifact_write (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  begun_at timestamptz not null
);
