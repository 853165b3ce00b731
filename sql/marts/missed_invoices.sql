-- model:   marts.missed_invoices
-- grain:   row_key
-- reads:   marts.invoice_checks, staging.accounting__invoices, ctl.causes, ctl.states, ctl.run
-- purpose: every invoice that a sync missed, and what arrived for its customer, and for others, while it was missed. An
--          invoice is held back where its customer or company is inactive, deleted, hidden or gone.
-- units:   balance_amount in currency_code
-- source:  the run's checks

with held_back as (
    select sum(causes.mask)::ubigint as mask
    from ctl.causes as causes
    where causes.is_held_back
),

missed as (
    select
        invoices.row_key,
        invoices.invoice_id_acct,
        invoices.invoice_number,
        invoices.customer_id_acct,
        checks.customer_key,
        checks.currency_code,
        checks.balance_amount,
        invoices.created_at,
        checks.changed_at,
        checks.is_carried,
        (checks.failed & held_back.mask) <> 0 as is_held_back,
        causes.code as cause,
        causes.gap_reason is null as is_unexplained
    from marts.invoice_checks as checks
    cross join ctl.run as this_run
    cross join held_back
    inner join ctl.states as states
        on checks.state_code = states.state_code
    inner join ctl.causes as causes
        on (checks.failed & this_run.missed_mask) = causes.mask
    inner join staging.accounting__invoices as invoices
        on checks.row_key = invoices.row_key
    where
        (checks.failed & this_run.missed_mask) <> 0
        and states.state <> 'expected'
),

spans as (
    select
        missed.customer_key,
        min(missed.changed_at) as first_at,
        max(missed.changed_at) as last_at,
        count(*) as customer_missed
    from missed
    where missed.is_unexplained and missed.is_carried
    group by missed.customer_key
),

arrived as (
    select
        spans.customer_key,
        count(*) as customer_arrived_in_span
    from spans
    inner join marts.invoice_checks as checks
        on spans.customer_key = checks.customer_key
        and checks.changed_at between spans.first_at and spans.last_at
        and checks.is_present
    group by spans.customer_key
)

select
    missed.row_key,
    missed.invoice_id_acct,
    missed.invoice_number,
    missed.customer_id_acct,
    missed.currency_code,
    missed.balance_amount,
    missed.created_at,
    missed.changed_at,
    missed.is_carried,
    missed.cause,
    missed.is_held_back,
    spans.customer_missed,
    spans.first_at as span_first_at,
    spans.last_at as span_last_at,
    coalesce(arrived.customer_arrived_in_span, 0) as customer_arrived_in_span,
    this_run.has_sync_runs as has_runs
from missed
cross join ctl.run as this_run
left join spans
    on missed.customer_key = spans.customer_key
left join arrived
    on missed.customer_key = arrived.customer_key
order by missed.changed_at nulls last, missed.row_key
