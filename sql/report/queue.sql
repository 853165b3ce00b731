-- model:   report.queue
-- grain:   customer_id_acct, currency_code
-- reads:   report.customer_cells, matching.mappings, staging.connectwise__companies, ctl.causes
-- purpose: customers whose invoices are blocked by their mapping, the largest blocked amount first
-- units:   amount in currency_code
-- source:  the run's answers; mappings

with blocked as (
    select
        cells.customer_id_acct,
        cells.currency_code,
        min(cells.customer_name) as customer_name,
        min(cells.primary_cause) as primary_cause,
        cast(sum(cells.invoices) as bigint) as invoices,
        sum(cells.amount) as amount,
        cast(sum(cells.unknown_invoices) as bigint) as unknown_invoices,
        max(cells.oldest_days_past_due) as oldest_days_past_due
    from report.customer_cells as cells
    inner join ctl.causes as causes
        on cells.primary_cause = causes.code
    where
        cells.state = 'blocked'
        and causes.is_mapping_work
    group by cells.customer_id_acct, cells.currency_code
),

-- the place in the queue is the customer's: its largest amount in any one currency, for currencies are never added
ranked as (
    select
        customer_id_acct,
        row_number() over (order by max(amount) desc, customer_id_acct) as queue_rank
    from blocked
    group by customer_id_acct
)

select
    ---------- ids
    ranked.queue_rank,
    blocked.customer_id_acct,
    mappings.company_id_cw,
    mappings.conflict_company_id_cw,

    ---------- words
    blocked.customer_name,
    blocked.primary_cause,
    mappings.mapping_state,
    mappings.mapping_source,
    companies.company_name,
    conflicts.company_name as conflict_company_name,
    mappings.reason,

    ---------- numbers
    blocked.currency_code,
    blocked.invoices,
    blocked.amount,
    blocked.unknown_invoices,
    blocked.oldest_days_past_due,
    mappings.certainty,
    mappings.best_lead,
    mappings.candidate_count

from blocked
inner join ranked
    on blocked.customer_id_acct = ranked.customer_id_acct
left join matching.mappings as mappings
    on blocked.customer_id_acct = mappings.customer_id_acct
left join staging.connectwise__companies as companies
    on mappings.company_id_cw = companies.company_id_cw
left join staging.connectwise__companies as conflicts
    on mappings.conflict_company_id_cw = conflicts.company_id_cw
order by ranked.queue_rank, blocked.currency_code
