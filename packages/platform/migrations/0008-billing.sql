-- Plans, their versions, and invoices. What a unit costs lies in metering's `price`, under the id of the plan version.
create table plan (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  name text not null check (name ~ '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$'),
  title text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  time_zone text not null,
  created_at timestamptz not null,
  created_by jsonb not null,
  unique (organisation, name)
);

create table plan_version (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  plan_id uuid not null references plan (id),
  number integer not null check (number > 0),
  valid_from timestamptz not null,
  prices jsonb not null,
  created_at timestamptz not null,
  created_by jsonb not null,
  unique (plan_id, number),
  unique (plan_id, valid_from)
);
create trigger plan_version_immutable before update or delete on plan_version for each row execute function refuse_change();

-- The last number given, one row an organisation and year; its lock makes numbers without a gap.
create table invoice_counter (
  organisation uuid not null references organisation (id),
  year integer not null,
  last_number integer not null check (last_number >= 0),
  primary key (organisation, year)
);

-- `document` is the invoice as issued, JSON text, never changed.
create table invoice (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  year integer not null,
  sequence integer not null,
  customer_id uuid not null,
  month date not null check (extract(day from month) = 1),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  total_nanos numeric(38, 0) not null,
  document text not null,
  issued_at timestamptz not null,
  issued_by jsonb not null,
  unique (organisation, year, sequence),
  unique (organisation, customer_id, month, currency)
);
create trigger invoice_immutable before update or delete on invoice for each row execute function refuse_change();
