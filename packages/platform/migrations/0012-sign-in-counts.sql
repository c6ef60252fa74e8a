-- Failed sign-ins, counted for all server processes and over restarts. A name is the SHA-256 of what is counted
-- (account and network, network, account): what somebody typed as an e-mail lies nowhere in clear. A row without a count
-- says that the account signed in from that network before.
create table sign_in_count (
  name bytea primary key,
  count integer not null,
  -- When the last counted try began, and the one before it.
  since timestamptz not null,
  previous timestamptz not null,
  expires_at timestamptz not null
);
create index sign_in_count_by_expiry on sign_in_count (expires_at);

-- Counts a try before its secret is checked, so that many at once are no way around; a try that has to wait writes nothing.
-- The last name is not asked when `place` is known. Each try that is counted sweeps up to eight expired rows and adds at most three.
create function begin_sign_in(names bytea[], free integer[], first_ms integer[], longest_ms integer[], place bytea, at timestamptz)
returns table (wait_ms double precision, counted integer) language plpgsql as $$
begin
  counted := cardinality(names);
  if exists (select from sign_in_count c where c.name = place and c.expires_at > at) then counted := counted - 1; end if;
  perform lock_sign_in(names);
  select coalesce(max(least(w.ms, extract(epoch from c.since - at) * 1000 + w.ms)), 0) into wait_ms
    from unnest(names[:counted], free[:counted], first_ms[:counted], longest_ms[:counted]) as r (name, free, first_ms, longest_ms)
    join sign_in_count c on c.name = r.name and c.count >= r.free and c.expires_at > at,
    lateral (select least(r.longest_ms, r.first_ms * 2 ^ least(30, c.count - r.free)) as ms) w;
  if wait_ms <= 0 then
    wait_ms := 0;
    insert into sign_in_count as c (name, count, since, previous, expires_at)
      select n, 1, at, at, at + interval '1 hour' from unnest(names[:counted]) n
      on conflict (name) do update set
        count = case when c.expires_at > at then c.count + 1 else 1 end,
        previous = case when c.expires_at > at then c.since else at end,
        since = at, expires_at = excluded.expires_at;
    delete from sign_in_count where name in
      (select c.name from sign_in_count c where c.expires_at <= at order by c.expires_at limit 8 for update skip locked);
  end if;
  return next;
end $$;

-- Gives a try back whose secret was right. The wait that came before stays, but for the pair of account and network, the first name
-- where there is a place.
create function end_sign_in(names bytea[], place bytea, begun_at timestamptz) returns void language plpgsql as $$
begin
  perform lock_sign_in(names);
  update sign_in_count c set count = c.count - 1, since = case when c.since = begun_at then c.previous else c.since end
    where c.name = any (names);
  delete from sign_in_count c where c.name = any (names) and (c.count <= 0 or (place is not null and c.name = names[1]));
  if place is not null then
    insert into sign_in_count as c values (place, 0, begun_at, begun_at, begun_at + interval '90 days')
      on conflict (name) do update set since = excluded.since, expires_at = excluded.expires_at;
  end if;
end $$;

-- In one order, until the statement ends.
create function lock_sign_in(names bytea[]) returns void language plpgsql as $$
declare
  key integer;
begin
  for key in select distinct hashtext(encode(n, 'hex')) from unnest(names) n order by 1 loop
    perform pg_advisory_xact_lock(12, key);
  end loop;
end $$;
