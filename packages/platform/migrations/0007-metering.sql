-- The ledger: what was used, in which order, and what it costs. Knows prices and customers; knows no model and no decision's content.

-- What one unit costs, one row a plan version, never changed. tier_starts[i] is the first unit of the day of tier i (tier_starts[1] = 1).
create table price (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  plan_id uuid not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  time_zone text not null,
  included_units bigint not null check (included_units >= 0),
  tier_starts bigint[] not null check (tier_starts[1] = 1 and cardinality(tier_starts) = cardinality(tier_prices)),
  tier_prices numeric(38, 0)[] not null,
  share_hundredths bigint check (share_hundredths between 0 and 1000000),
  share_floor_nanos numeric(38, 0) not null check (share_floor_nanos >= 0),
  share_cap_nanos numeric(38, 0) check (share_cap_nanos >= share_floor_nanos),
  reasons_surcharge_nanos numeric(38, 0) not null check (reasons_surcharge_nanos >= 0),
  created_at timestamptz not null
);
create trigger price_immutable before update or delete on price for each row execute function refuse_change();

-- One row a customer: its limits (null = none), its prepaid balance (null = pays by invoice), and what the limits have seen.
-- rate_free_at: microseconds since 1970 at which the next call is due by the rate (generic cell rate algorithm, one second of burst).
-- closed_until: days before it belong to final invoices; later usage falls on this day or after.
create table meter_account (
  customer_id uuid primary key,
  organisation uuid not null references organisation (id),
  monthly_quota bigint check (monthly_quota >= 0),
  calls_per_second integer check (calls_per_second > 0),
  balance_nanos numeric(38, 0) check (balance_nanos >= 0),
  balance_currency text check ((balance_currency is null) = (balance_nanos is null)),
  quota_month date not null default '1970-01-01',
  quota_count bigint not null default 0 check (quota_count >= 0),
  rate_free_at bigint not null default 0,
  closed_until date not null default '1970-01-01'
) with (fillfactor = 50);

-- What was added to prepaid balances; a reference counts once.
create table credit (
  id uuid primary key,
  organisation uuid not null references organisation (id),
  customer_id uuid not null references meter_account (customer_id),
  reference text not null,
  amount_nanos numeric(38, 0) not null check (amount_nanos > 0),
  currency text not null,
  note text not null,
  recorded_at timestamptz not null,
  actor jsonb not null,
  unique (customer_id, reference)
);
create trigger credit_immutable before update or delete on credit for each row execute function refuse_change();

-- One row for each plan that a customer uses: how many units this day and this month. Never goes back to an earlier day.
create table meter_counter (
  customer_id uuid not null references meter_account (customer_id),
  plan_id uuid not null,
  organisation uuid not null,
  billing_day date not null,
  day_count bigint not null,
  billing_month date not null,
  month_count bigint not null,
  primary key (customer_id, plan_id)
) with (fillfactor = 50);

-- One row a fact, however often it is reported. The id is derived from the key, so it needs no index of its own.
create table usage (
  id uuid not null,
  organisation uuid not null,
  customer_id uuid not null,
  service_id uuid not null,
  key_id uuid,
  plan_version_id uuid,
  fact_key text not null,
  fact_index integer not null,
  request_digest bytea not null,
  decision_id uuid not null,
  event_time timestamptz not null,
  recorded_at timestamptz not null,
  billing_day date not null,
  billing_month date not null,
  day_ordinal bigint not null,
  month_ordinal bigint not null,
  value_nanos numeric(38, 0),
  with_reasons boolean not null,
  amount_nanos numeric(38, 0) not null check (amount_nanos >= 0),
  currency text,
  prepaid boolean not null,
  remaining bigint,
  primary key (customer_id, fact_key, fact_index)
);
-- Month first: an index that begins with the customer would tempt the planner away from the key when the table is young.
create index usage_by_month on usage (billing_month, customer_id);
create trigger usage_immutable before update or delete on usage for each row execute function refuse_change();

-- What one fact costs. Its twin is metering/price.ts; a property test keeps them equal to the nano.
create function price_of(tariff price, day_ordinal bigint, month_ordinal bigint, value_nanos numeric, with_reasons boolean)
returns numeric language plpgsql immutable as $$
declare
  amount numeric := 0;
  product numeric;
  share numeric;
  doubled_rest numeric;
begin
  if month_ordinal > tariff.included_units then
    amount := tariff.tier_prices[width_bucket(day_ordinal, tariff.tier_starts)];
  end if;
  if tariff.share_hundredths is not null then
    product := coalesce(value_nanos, 0) * tariff.share_hundredths;
    share := div(product, 1000000);
    doubled_rest := (product - share * 1000000) * 2;
    if doubled_rest > 1000000 or (doubled_rest = 1000000 and mod(share, 2) = 1) then
      share := share + 1;
    end if;
    amount := amount + least(greatest(share, tariff.share_floor_nanos), tariff.share_cap_nanos);
  end if;
  if with_reasons then
    amount := amount + tariff.reasons_surcharge_nanos;
  end if;
  return amount;
end $$;

-- Records a batch of calls; a call's facts are accepted all or none. The arrays run in parallel: calls_*[call], facts_*[fact].
-- 1. locks the customers' rows in the order of their ids, so that batches never wait in a circle;
-- 2. looks for keys that are known, with a snapshot taken after the lock;
-- 3. walks each customer's calls in order: rate, quota, ordinals, price, balance;
-- 4. writes the accepted facts, and hands the companions (rows of whoever owns the decisions) of accepted facts to store_decisions.
create function meter_batch(
  calls_organisation uuid[], calls_customer uuid[], calls_service uuid[], calls_key uuid[], calls_price uuid[],
  calls_fact_key text[], calls_digest bytea[], calls_event timestamptz[], calls_recorded timestamptz[],
  calls_first_fact integer[], calls_fact_count integer[],
  facts_call integer[], facts_usage uuid[], facts_decision uuid[], facts_value numeric[], facts_reasons boolean[],
  companions jsonb)
returns table (call_index integer, kind text, prices text, money text, quota_left bigint, ordinals text, decisions text, limit_value bigint, retry_seconds integer)
language plpgsql volatile set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_variable
declare
  free_plan constant uuid := '00000000-0000-0000-0000-000000000000';
  call record;
  account meter_account;
  counter meter_counter;
  tariff price;
  day date;
  month date;
  fact integer;
  now_micros bigint;
  interval_micros bigint;
  day_base bigint;
  month_base bigint;
  amount numeric;
  total numeric;
  made_amount numeric[] := array_fill(null::numeric, array[cardinality(facts_call)]);
  made_day_ordinal bigint[] := array_fill(null::bigint, array[cardinality(facts_call)]);
  made_month_ordinal bigint[] := array_fill(null::bigint, array[cardinality(facts_call)]);
  made_day date[] := array_fill(null::date, array[cardinality(calls_customer)]);
  made_month date[] := array_fill(null::date, array[cardinality(calls_customer)]);
  made_currency text[] := array_fill(null::text, array[cardinality(calls_customer)]);
  made_prepaid boolean[] := array_fill(false, array[cardinality(calls_customer)]);
  made_remaining bigint[] := array_fill(null::bigint, array[cardinality(calls_customer)]);
  kept_account meter_account[] := '{}';
  kept_counter meter_counter[] := '{}';
  accepted uuid[] := '{}';
begin
  insert into meter_account (customer_id, organisation)
    select distinct on (c.customer) c.customer, c.organisation from unnest(calls_customer, calls_organisation) c (customer, organisation)
    where not exists (select from meter_account a where a.customer_id = c.customer)
    order by c.customer
    on conflict (customer_id) do nothing;
  perform from meter_account a where a.customer_id = any (calls_customer) order by a.customer_id for update;
  insert into meter_counter (customer_id, plan_id, organisation, billing_day, day_count, billing_month, month_count)
    select distinct c.customer, coalesce(p.plan_id, free_plan), c.organisation, date '1970-01-01', 0, date '1970-01-01', 0
    from unnest(calls_customer, calls_organisation, calls_price) c (customer, organisation, price_id)
    left join lateral (select t.plan_id from price t where t.id = c.price_id limit 1) p on true
    where not exists (select from meter_counter m where m.customer_id = c.customer and m.plan_id = coalesce(p.plan_id, free_plan));

  for call in
    select c.*, known.request_digest as known_digest, a.row as account, m.row as counter, m.plan_id as counted_plan, p.row as tariff
    from unnest(calls_organisation, calls_customer, calls_price, calls_fact_key, calls_digest, calls_recorded, calls_first_fact, calls_fact_count)
      with ordinality c (organisation, customer, price_id, fact_key, digest, recorded, first_fact, fact_count, number)
    left join lateral (select t.plan_id, t as row from price t where t.id = c.price_id and t.organisation = c.organisation limit 1) p on true
    left join lateral (select t as row from meter_account t where t.customer_id = c.customer and t.organisation = c.organisation limit 1) a on true
    left join lateral (select t.plan_id, t as row from meter_counter t where t.customer_id = c.customer and t.plan_id = coalesce(p.plan_id, free_plan) limit 1) m on true
    left join lateral (
      select u.request_digest from usage u where u.customer_id = c.customer and u.fact_key = c.fact_key and u.fact_index = 0 limit 1) known on true
    order by c.customer, p.plan_id, c.number
  loop
    call_index := call.number;
    prices := null; money := null; quota_left := null; ordinals := null; decisions := null; limit_value := null; retry_seconds := null;

    if call.known_digest is not null then
      if call.known_digest <> call.digest then
        kind := 'conflict';
      else
        kind := 'repeated';
        select string_agg(u.amount_nanos::text, ',' order by u.fact_index), min(u.currency), min(u.remaining),
          string_agg(u.day_ordinal::text, ',' order by u.fact_index), string_agg(u.decision_id::text, ',' order by u.fact_index)
          into prices, money, quota_left, ordinals, decisions
          from usage u where u.customer_id = call.customer and u.fact_key = call.fact_key;
      end if;
      return next;
      continue;
    end if;

    if account.customer_id is distinct from call.customer then
      if account.customer_id is not null then kept_account := kept_account || account; kept_counter := kept_counter || counter; end if;
      account := call.account;
      counter := call.counter;
      if account.customer_id is null then raise exception 'customer % is not of organisation %', call.customer, call.organisation; end if;
    elsif counter.plan_id <> call.counted_plan then
      kept_counter := kept_counter || counter;
      counter := call.counter;
    end if;
    if tariff.id is distinct from call.price_id then
      tariff := call.tariff;
      if call.price_id is not null and tariff.id is null then raise exception 'there is no price %', call.price_id; end if;
    end if;

    -- Days follow the recorded time: an event time is the caller's word and could fall into a month that was invoiced.
    day := greatest((call.recorded at time zone coalesce(tariff.time_zone, 'UTC'))::date, counter.billing_day, account.closed_until);
    month := date_trunc('month', day::timestamp)::date;
    if month > account.quota_month then account.quota_month := month; account.quota_count := 0; end if;

    if account.calls_per_second is not null then
      now_micros := (extract(epoch from call.recorded) * 1000000)::bigint;
      interval_micros := 1000000 / account.calls_per_second;
      if account.rate_free_at + interval_micros - now_micros > 1000000 then
        kind := 'rate_limited';
        limit_value := account.calls_per_second;
        retry_seconds := greatest(1, ceil((account.rate_free_at + interval_micros - now_micros - 1000000) / 1000000.0)::integer);
        return next;
        continue;
      end if;
      account.rate_free_at := greatest(account.rate_free_at, now_micros) + interval_micros;
    end if;
    if account.quota_count + call.fact_count > account.monthly_quota then
      kind := 'quota_exceeded';
      limit_value := account.monthly_quota;
      quota_left := account.monthly_quota - account.quota_count;
      return next;
      continue;
    end if;

    day_base := case when day = counter.billing_day then counter.day_count else 0 end;
    month_base := case when month = counter.billing_month then counter.month_count else 0 end;
    total := 0;
    prices := '';
    ordinals := '';
    for fact in call.first_fact .. call.first_fact + call.fact_count - 1 loop
      day_base := day_base + 1;
      month_base := month_base + 1;
      amount := 0;
      if tariff.id is not null then
        amount := price_of(tariff, day_base, month_base, facts_value[fact], facts_reasons[fact]);
      end if;
      total := total + amount;
      made_amount[fact] := amount;
      made_day_ordinal[fact] := day_base;
      made_month_ordinal[fact] := month_base;
      if fact > call.first_fact then prices := prices || ','; ordinals := ordinals || ','; end if;
      prices := prices || amount;
      ordinals := ordinals || day_base;
    end loop;

    if account.balance_nanos is not null and total > 0 then
      if account.balance_currency <> tariff.currency or account.balance_nanos < total then
        for fact in call.first_fact .. call.first_fact + call.fact_count - 1 loop made_amount[fact] := null; end loop;
        kind := 'balance_exhausted';
        prices := null; ordinals := null;
        return next;
        continue;
      end if;
      account.balance_nanos := account.balance_nanos - total;
      made_prepaid[call_index] := true;
    end if;

    account.quota_count := account.quota_count + call.fact_count;
    counter.billing_day := day; counter.day_count := day_base;
    counter.billing_month := month; counter.month_count := month_base;
    kind := 'recorded';
    money := tariff.currency;
    quota_left := account.monthly_quota - account.quota_count;
    made_day[call_index] := day;
    made_month[call_index] := month;
    made_currency[call_index] := money;
    made_remaining[call_index] := quota_left;
    return next;
  end loop;
  if account.customer_id is not null then kept_account := kept_account || account; kept_counter := kept_counter || counter; end if;

  update meter_account a
    set balance_nanos = k.balance_nanos, quota_month = k.quota_month, quota_count = k.quota_count, rate_free_at = k.rate_free_at
    from unnest(kept_account) k where a.customer_id = k.customer_id;
  update meter_counter m
    set billing_day = k.billing_day, day_count = k.day_count, billing_month = k.billing_month, month_count = k.month_count
    from unnest(kept_counter) k where m.customer_id = k.customer_id and m.plan_id = k.plan_id;
  with written as (
    insert into usage (id, organisation, customer_id, service_id, key_id, plan_version_id, fact_key, fact_index, request_digest, decision_id,
      event_time, recorded_at, billing_day, billing_month, day_ordinal, month_ordinal, value_nanos, with_reasons, amount_nanos, currency, prepaid, remaining)
    select f.id, c.organisation, c.customer, c.service, c.key, c.price_id, c.fact_key, f.number - c.first_fact, c.digest, f.decision,
      c.event, c.recorded, c.day, c.month, f.day_ordinal, f.month_ordinal, f.value, f.reasons, f.amount, c.currency, c.prepaid, c.remaining
    from unnest(facts_call, facts_usage, facts_decision, facts_value, facts_reasons, made_amount, made_day_ordinal, made_month_ordinal)
      with ordinality f (call, id, decision, value, reasons, amount, day_ordinal, month_ordinal, number)
    join unnest(calls_organisation, calls_customer, calls_service, calls_key, calls_price, calls_fact_key, calls_digest, calls_event, calls_recorded,
        calls_first_fact, made_day, made_month, made_currency, made_prepaid, made_remaining)
      with ordinality c (organisation, customer, service, key, price_id, fact_key, digest, event, recorded, first_fact, day, month, currency, prepaid, remaining, number)
      on c.number = f.call
    where f.amount is not null
    returning decision_id)
  select coalesce(array_agg(w.decision_id), '{}') into accepted from written w;
  if companions is not null and cardinality(accepted) > 0 then
    perform store_decisions(companions, accepted);
  end if;
end $$;
