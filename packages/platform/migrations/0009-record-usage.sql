-- Usage is priced by whoever records it and checked here: a customer's row carries a version, and what was computed from
-- another version than the newest is not written. This takes the walk over calls out of the database, which is shared.
drop function meter_batch;
drop function price_of;
drop function store_decisions;

-- Grows by one with each change of the customer's row or counters.
alter table meter_account add column version bigint not null default 0;
create function next_meter_version() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end $$;
create trigger meter_account_version before update on meter_account
  for each row when (new.version = old.version) execute function next_meter_version();

-- Called inside the metering statement with what serving wants kept of its calls: nothing of held customers, nothing without a version.
-- `day` is the UTC day inside the id.
create function store_decisions(
  ids uuid[], organisations uuid[], services uuid[], customers uuid[], versions uuid[], revisions uuid[], positions integer[], fact_keys text[],
  refs text[], subjects text[], event_times timestamptz[], recorded_times timestamptz[], days date[], inputs text[], outputs text[],
  held_customers uuid[])
returns void language sql as $$
  insert into decision (id, organisation, service_id, customer_id, version_id, revision_id, position, fact_key, reference, subject,
    event_time, recorded_at, day, input, output)
  select r.* from unnest(ids, organisations, services, customers, versions, revisions, positions, fact_keys, refs, subjects,
    event_times, recorded_times, days, inputs, outputs)
    r (id, organisation, service, customer, version, revision, place, fact_key, ref, subject, event_time, recorded_time, day, input, output)
  where r.version is not null and not r.customer = any (held_customers)
$$;

-- Records a batch. Arrays with one name run in parallel: accounts_*[customer], counters_*[customer and plan], facts_*[fact].
-- 1. locks the customers' rows in the order of their ids, so that batches never wait in a circle;
-- 2. holds the customers whose version is not the one that the caller computed with (stale);
-- 3. of the calls named in probes_*, finds those that are known already, with a snapshot taken after the lock, and holds their customers;
-- 4. writes accounts, counters, usage and decisions of every customer that is not held.
create function record_usage(
  accounts_customer uuid[], accounts_version bigint[], accounts_quota_month date[], accounts_quota_count bigint[], accounts_rate_free_at bigint[],
  accounts_balance numeric[], accounts_changed boolean[],
  counters_customer uuid[], counters_organisation uuid[], counters_plan uuid[], counters_day date[], counters_day_count bigint[],
  counters_month date[], counters_month_count bigint[],
  facts_id uuid[], facts_organisation uuid[], facts_customer uuid[], facts_service uuid[], facts_key uuid[], facts_price uuid[],
  facts_fact_key text[], facts_index integer[], facts_digest bytea[], facts_decision uuid[], facts_event timestamptz[],
  facts_recorded timestamptz[], facts_day date[], facts_month date[], facts_day_ordinal bigint[], facts_month_ordinal bigint[],
  facts_value numeric[], facts_reasons boolean[], facts_amount numeric[], facts_currency text[], facts_prepaid boolean[], facts_remaining bigint[],
  decisions_version uuid[], decisions_revision uuid[], decisions_reference text[], decisions_subject text[], decisions_day date[],
  decisions_input text[], decisions_output text[],
  probes_call integer[], probes_customer uuid[], probes_fact_key text[])
returns table (stale uuid[], known integer[])
language plpgsql volatile set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_variable
declare
  held uuid[];
  repeating uuid[];
begin
  with locked as (
    select a.customer_id, a.version from meter_account a where a.customer_id = any (accounts_customer) order by a.customer_id for update)
  select coalesce(array_agg(e.customer), '{}') into stale
    from unnest(accounts_customer, accounts_version) e (customer, version)
    left join locked l on l.customer_id = e.customer
    where l.version is distinct from e.version;
  known := '{}';
  held := stale;
  if cardinality(probes_call) > 0 then
    select coalesce(array_agg(p.call), '{}'), coalesce(array_agg(p.customer), '{}') into known, repeating
      from unnest(probes_call, probes_customer, probes_fact_key) p (call, customer, fact_key)
      where exists (select from usage u where u.customer_id = p.customer and u.fact_key = p.fact_key and u.fact_index = 0);
    held := stale || repeating;
  end if;

  update meter_account a
    set quota_month = k.quota_month, quota_count = k.quota_count, rate_free_at = k.rate_free_at, balance_nanos = k.balance, version = k.version + 1
    from unnest(accounts_customer, accounts_version, accounts_quota_month, accounts_quota_count, accounts_rate_free_at, accounts_balance, accounts_changed)
      k (customer, version, quota_month, quota_count, rate_free_at, balance, changed)
    where a.customer_id = k.customer and k.changed and not k.customer = any (held);
  insert into meter_counter (customer_id, organisation, plan_id, billing_day, day_count, billing_month, month_count)
    select c.* from unnest(counters_customer, counters_organisation, counters_plan, counters_day, counters_day_count, counters_month, counters_month_count)
      c (customer, organisation, plan, day, day_count, month, month_count)
    where not c.customer = any (held)
    on conflict (customer_id, plan_id) do update set billing_day = excluded.billing_day, day_count = excluded.day_count,
      billing_month = excluded.billing_month, month_count = excluded.month_count;
  insert into usage (id, organisation, customer_id, service_id, key_id, plan_version_id, fact_key, fact_index, request_digest, decision_id,
      event_time, recorded_at, billing_day, billing_month, day_ordinal, month_ordinal, value_nanos, with_reasons, amount_nanos, currency, prepaid, remaining)
    select f.* from unnest(facts_id, facts_organisation, facts_customer, facts_service, facts_key, facts_price, facts_fact_key, facts_index, facts_digest,
        facts_decision, facts_event, facts_recorded, facts_day, facts_month, facts_day_ordinal, facts_month_ordinal, facts_value, facts_reasons,
        facts_amount, facts_currency, facts_prepaid, facts_remaining)
      f (id, organisation, customer, service, key, price, fact_key, place, digest, decision, event, recorded, day, month, day_ordinal, month_ordinal,
        value, reasons, amount, currency, prepaid, remaining)
    where not f.customer = any (held);
  if cardinality(decisions_version) > 0 then
    perform store_decisions(facts_decision, facts_organisation, facts_service, facts_customer, decisions_version, decisions_revision, facts_index,
      facts_fact_key, decisions_reference, decisions_subject, facts_event, facts_recorded, decisions_day, decisions_input, decisions_output, held);
  end if;
  return next;
end $$;
