-- A batch is one statement in the database: one start of the executor, one snapshot, where there were five. A customer's
-- counters move with its row, which every batch writes anyway.

-- By plan: [billing day, units of that day, first of the billing month, units of that month]; days are counted from 1970.
alter table meter_account add column counters jsonb not null default '{}';
update meter_account a set counters = c.counters
  from (
    select customer_id, jsonb_object_agg(plan_id, jsonb_build_array(
        billing_day - date '1970-01-01', day_count, billing_month - date '1970-01-01', month_count)) as counters
    from meter_counter group by customer_id) c
  where a.customer_id = c.customer_id;
drop table meter_counter;

-- In the order in which a customer's rows are shown, so that a page costs a page however many there are.
drop index usage_by_month;
create index usage_by_month on usage (billing_month, customer_id, recorded_at, id);

drop function record_usage;
drop function store_decisions;

-- A customer's row as it is to become; `changed` is false when only its version is to be compared.
create type account_change as (
  customer uuid, version bigint, changed boolean, quota_month date, quota_count bigint, rate_free_at bigint, balance numeric, counters text);
-- A usage row with the decision that goes with it; without a version there is none.
create type recorded_fact as (
  id uuid, organisation uuid, customer uuid, service uuid, key uuid, price uuid, fact_key text, place integer, digest bytea, decision uuid,
  event_time timestamptz, recorded_time timestamptz, day date, month date, day_ordinal bigint, month_ordinal bigint, value numeric,
  with_reasons boolean, amount numeric, currency text, prepaid boolean, remaining bigint,
  version uuid, revision uuid, reference text, subject text, decision_day date, input text, output text);
-- A call that may have been recorded before.
create type usage_probe as (call integer, customer uuid, fact_key text);

-- Records a batch. accounts: one a customer, in the order of their ids. stale: customers whose row is no longer of the version
-- that the caller computed with. known: of the probes, the calls that were written before. Nothing is written for either's
-- customers; accounts, usage and decisions of all others are.
--
-- Rows are updated, so locked, in the order in which they are given (a nested loop), so that batches never wait in a circle. One
-- snapshot is enough for `known`: every write of usage makes a new version of its customer's row, so where the updated version
-- is the caller's, all usage of that customer was there before the caller read that version, and before this snapshot.
create function record_usage(accounts account_change[], facts recorded_fact[], probes usage_probe[])
returns table (stale uuid[], known integer[])
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  return query
  with repeated as materialized (
    select coalesce(array_agg(p.call), '{}') as calls, coalesce(array_agg(p.customer), '{}') as customers
    from unnest(probes) p
    -- With a limit it stays a search for each probe; a join that was planned on an empty ledger would read all of it.
    cross join lateral (
      select from usage u where u.customer_id = p.customer and u.fact_key = p.fact_key and u.fact_index = 0 limit 1) u),
  account as materialized (select k.* from unnest(accounts) k),
  moved as (
    update meter_account a
    set quota_month = k.quota_month, quota_count = k.quota_count, rate_free_at = k.rate_free_at, balance_nanos = k.balance,
      counters = k.counters::jsonb, version = k.version + 1
    from account k
    where a.customer_id = k.customer and a.version = k.version and k.changed and not k.customer = any ((select r.customers from repeated r)::uuid[])
    returning a.customer_id),
  fresh as materialized (select coalesce(array_agg(m.customer_id), '{}') as customers from moved m),
  fact as materialized (select f.* from unnest(facts) f where f.customer = any ((select w.customers from fresh w)::uuid[])),
  metered as (
    insert into usage (id, organisation, customer_id, service_id, key_id, plan_version_id, fact_key, fact_index, request_digest, decision_id,
      event_time, recorded_at, billing_day, billing_month, day_ordinal, month_ordinal, value_nanos, with_reasons, amount_nanos, currency, prepaid, remaining)
    select f.id, f.organisation, f.customer, f.service, f.key, f.price, f.fact_key, f.place, f.digest, f.decision,
      f.event_time, f.recorded_time, f.day, f.month, f.day_ordinal, f.month_ordinal, f.value, f.with_reasons, f.amount, f.currency, f.prepaid, f.remaining
    from fact f),
  decided as (
    insert into decision (id, organisation, service_id, customer_id, version_id, revision_id, position, fact_key, reference, subject,
      event_time, recorded_at, day, input, output)
    select f.decision, f.organisation, f.service, f.customer, f.version, f.revision, f.place, f.fact_key, f.reference, f.subject,
      f.event_time, f.recorded_time, f.decision_day, f.input, f.output
    from fact f where f.version is not null)
  select
    -- What was to move and did not; of the others, nothing to write or known already, what has another version by now.
    (select coalesce(array_agg(k.customer), '{}') from account k
      where case when k.changed and not k.customer = any (r.customers) then not k.customer = any (w.customers)
        else k.version is distinct from (select a.version from meter_account a where a.customer_id = k.customer) end),
    r.calls
  from repeated r, fresh w;
end $$;
