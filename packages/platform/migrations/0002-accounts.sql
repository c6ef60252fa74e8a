-- Members, invitations, sessions, customers and their keys. Secrets are kept as SHA-256 (random ones) or scrypt (passwords).
create table member (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  -- Null for the provider's people; a customer's own login otherwise.
  customer_id uuid,
  email text not null check (email = lower(email)),
  name text not null,
  password_hash text not null,
  role text not null check (role in ('owner', 'engineer', 'analyst', 'viewer')),
  created_at timestamptz not null,
  removed_at timestamptz
);
create unique index member_email on member (organisation, email) where removed_at is null;

create table invite (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  customer_id uuid,
  role text not null check (role in ('owner', 'engineer', 'analyst', 'viewer')),
  token_hash bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table session (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  -- Null: signed in with the admin key.
  member_id uuid references member (id),
  token_hash bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create table customer (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  name text not null check (name ~ '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$'),
  title text not null,
  status text not null check (status in ('active', 'suspended')),
  -- Null: every service.
  service_ids uuid[],
  created_at timestamptz not null,
  created_by jsonb not null,
  unique (organisation, name)
);
alter table member add foreign key (customer_id) references customer (id);
alter table invite add foreign key (customer_id) references customer (id);

create table customer_key (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  customer_id uuid not null references customer (id),
  name text not null,
  hash bytea not null unique,
  -- The first characters, so that people can tell keys apart.
  prefix text not null,
  scopes text[] not null check (scopes <@ '{decide,read,label,erase}' and cardinality(scopes) > 0),
  -- Null: every service of its customer.
  service_ids uuid[],
  created_at timestamptz not null,
  created_by jsonb not null,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index customer_key_by_customer on customer_key (customer_id);
