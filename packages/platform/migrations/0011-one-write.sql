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

drop function record_usage;
drop function store_decisions;

-- Records a batch. Arrays with one name run in parallel: accounts_*[customer] in the order of their ids, facts_*[fact],
-- decisions_*[fact] or empty. stale: customers whose row is no longer of the version that the caller computed with. known: of the
-- calls named in probes_*, those that were written before. Nothing is written for either's customers; accounts, usage and
-- decisions of all others are.
--
-- Rows are updated, so locked, in the order in which they are given (a nested loop), so that batches never wait in a circle. One
-- snapshot is enough for `known`: every write of usage makes a new version of its customer's row, so where the updated version
-- is the caller's, all usage of that customer was there before the caller read that version, and before this snapshot.
create function record_usage(
  accounts_customer uuid[], accounts_version bigint[], accounts_changed boolean[], accounts_quota_month date[], accounts_quota_count bigint[],
  accounts_rate_free_at bigint[], accounts_balance numeric[], accounts_counters text[],
  facts_id uuid[], facts_organisation uuid[], facts_customer uuid[], facts_service uuid[], facts_key uuid[], facts_price uuid[],
  facts_fact_key text[], facts_index integer[], facts_digest bytea[], facts_decision uuid[], facts_event timestamptz[],
  facts_recorded timestamptz[], facts_day date[], facts_month date[], facts_day_ordinal bigint[], facts_month_ordinal bigint[],
  facts_value numeric[], facts_reasons boolean[], facts_amount numeric[], facts_currency text[], facts_prepaid boolean[], facts_remaining bigint[],
  decisions_version uuid[], decisions_revision uuid[], decisions_reference text[], decisions_subject text[], decisions_day date[],
  decisions_input text[], decisions_output text[],
  probes_call integer[], probes_customer uuid[], probes_fact_key text[])
returns table (stale uuid[], known integer[])
language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_variable
begin
  return query
  with repeated as materialized (
    select coalesce(array_agg(p.call), '{}') as calls, coalesce(array_agg(p.customer), '{}') as customers
    from unnest(probes_call, probes_customer, probes_fact_key) p (call, customer, fact_key)
    -- With a limit it stays a search for each probe; a join that was planned on an empty ledger would read all of it.
    cross join lateral (
      select from usage u where u.customer_id = p.customer and u.fact_key = p.fact_key and u.fact_index = 0 limit 1) u),
  moved as (
    update meter_account a
    set quota_month = k.quota_month, quota_count = k.quota_count, rate_free_at = k.rate_free_at, balance_nanos = k.balance,
      counters = k.counters::jsonb, version = k.version + 1
    from unnest(accounts_customer, accounts_version, accounts_changed, accounts_quota_month, accounts_quota_count, accounts_rate_free_at,
        accounts_balance, accounts_counters)
      k (customer, version, changed, quota_month, quota_count, rate_free_at, balance, counters)
    where a.customer_id = k.customer and a.version = k.version and k.changed and not k.customer = any ((select customers from repeated)::uuid[])
    returning a.customer_id),
  fresh as materialized (select coalesce(array_agg(customer_id), '{}') as customers from moved),
  metered as (
    insert into usage (id, organisation, customer_id, service_id, key_id, plan_version_id, fact_key, fact_index, request_digest, decision_id,
      event_time, recorded_at, billing_day, billing_month, day_ordinal, month_ordinal, value_nanos, with_reasons, amount_nanos, currency, prepaid, remaining)
    select f.* from unnest(facts_id, facts_organisation, facts_customer, facts_service, facts_key, facts_price, facts_fact_key, facts_index, facts_digest,
        facts_decision, facts_event, facts_recorded, facts_day, facts_month, facts_day_ordinal, facts_month_ordinal, facts_value, facts_reasons,
        facts_amount, facts_currency, facts_prepaid, facts_remaining)
      f (id, organisation, customer, service, key, price, fact_key, place, digest, decision, event, recorded, day, month, day_ordinal, month_ordinal,
        value, reasons, amount, currency, prepaid, remaining)
    where f.customer = any ((select customers from fresh)::uuid[])),
  decided as (
    insert into decision (id, organisation, service_id, customer_id, version_id, revision_id, position, fact_key, reference, subject,
      event_time, recorded_at, day, input, output)
    select d.* from unnest(facts_decision, facts_organisation, facts_service, facts_customer, decisions_version, decisions_revision, facts_index,
        facts_fact_key, decisions_reference, decisions_subject, facts_event, facts_recorded, decisions_day, decisions_input, decisions_output)
      d (id, organisation, service, customer, version, revision, place, fact_key, ref, subject, event_time, recorded_time, day, input, output)
    where d.version is not null and d.customer = any ((select customers from fresh)::uuid[]))
  select
    -- What was to move and did not; of the others, nothing to write or known already, what has another version by now.
    (select coalesce(array_agg(e.customer), '{}')
      from unnest(accounts_customer, accounts_version, accounts_changed) e (customer, version, changed)
      where case when e.changed and not e.customer = any (r.customers) then not e.customer = any (f.customers)
        else e.version is distinct from (select a.version from meter_account a where a.customer_id = e.customer) end),
    r.calls
  from repeated r, fresh f;
end $$;
