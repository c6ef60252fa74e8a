-- Services, their settings as revisions, decisions in day partitions apart from the ledger, and labels.
create table service (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  name text not null check (name ~ '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$'),
  kind text not null check (kind in ('risk')),
  created_at timestamptz not null,
  created_by jsonb not null,
  unique (organisation, name)
);

-- Settings never change in place: the newest revision is in force.
create table service_revision (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  service_id uuid not null references service (id),
  number integer not null check (number > 0),
  title text not null,
  settings jsonb not null,
  created_at timestamptz not null,
  created_by jsonb not null,
  unique (service_id, number)
);
create trigger service_revision_immutable before update or delete on service_revision for each row execute function refuse_change();

-- `day` is the UTC day of the time inside the id, so an id alone finds its partition.
-- input, output: JSON text as it was, so that the answer can be given again to the byte; null once erased.
create table decision (
  id uuid not null,
  organisation uuid not null,
  service_id uuid not null,
  customer_id uuid,
  version_id uuid not null,
  revision_id uuid not null,
  position integer not null,
  -- With customer and position the key of the usage row; null when nobody paid.
  fact_key text,
  reference text,
  subject text,
  event_time timestamptz not null,
  recorded_at timestamptz not null,
  day date not null,
  input text,
  output text,
  erased_at timestamptz,
  primary key (day, id)
) partition by range (day);
create index decision_by_service on decision (service_id, id desc);
create index decision_by_subject on decision (organisation, subject) where subject is not null;
create index decision_by_reference on decision (service_id, reference) where reference is not null;

create function ensure_decision_partition(wanted date) returns void language plpgsql as $$
declare partition_name text := 'decision_' || to_char(wanted, 'YYYYMMDD');
begin
  if to_regclass(partition_name) is null then
    perform pg_advisory_xact_lock(hashtext('decision_partition'));
    execute format('create table if not exists %I partition of decision for values from (%L) to (%L)', partition_name, wanted, wanted + 1);
  end if;
end $$;

-- Called inside the metering statement with the rows of the calls that it accepted.
create function store_decisions(rows jsonb, accepted uuid[]) returns void language sql as $$
  insert into decision (id, organisation, service_id, customer_id, version_id, revision_id, position, fact_key, reference, subject, event_time, recorded_at, day, input, output)
  select r.id, r.organisation, r.service_id, r.customer_id, r.version_id, r.revision_id, r.position, r.fact_key, r.reference, r.subject, r.event_time, r.recorded_at, r.day, r.input, r.output
  from jsonb_to_recordset(rows) as r (
    id uuid, organisation uuid, service_id uuid, customer_id uuid, version_id uuid, revision_id uuid, position integer,
    fact_key text, reference text, subject text, event_time timestamptz, recorded_at timestamptz, day date, input text, output text)
  where r.id = any (accepted)
$$;

create table label (
  id uuid primary key,
  organisation uuid not null,
  service_id uuid not null,
  decision_id uuid not null,
  value jsonb not null,
  event_time timestamptz not null,
  recorded_at timestamptz not null,
  actor jsonb not null,
  unique (decision_id, event_time, value)
);
