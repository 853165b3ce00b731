-- model:   report.mapping_fixes
-- grain:   customer_id_acct, proposed_company_id_cw
-- reads:   matching.mappings, matching.candidates, staging.accounting__customers, staging.connectwise__companies,
--          report.customer_cells, report.queue, ctl.run
-- purpose: one row per customer and candidate for everything about mappings that a person can decide:
--          customers for review, without a candidate, in conflict, judged to be a company that is gone,
--          certain and not yet mapped in the portal, or with invoices that their mapping blocks
-- units:   certainty and lead 0 to 1; score in half bits; blocked_amounts names its currencies
-- source:  matching; the run's answers

with currencies as (
    select
        customer_id_acct,
        currency_code,
        cast(sum(invoices) as bigint) as invoices,
        cast(sum(unknown_invoices) as bigint) as unknown_invoices,
        cast(sum(amount) as decimal(38, 2)) as amount
    from report.customer_cells
    where state = 'blocked'
    group by 1, 2
),

blocked as (
    select
        customer_id_acct,
        cast(sum(invoices) as bigint) as blocked_invoices,
        max(amount) as largest_amount,
        concat_ws(
            '; ',
            string_agg(concat(currency_code, ' ', cast(amount as varchar)), '; ' order by currency_code)
            filter (where invoices > unknown_invoices),
            case when sum(unknown_invoices) > 0 then concat(sum(unknown_invoices), ' without a known balance') end
        ) as blocked_amounts
    from currencies
    group by 1
)

select
    ---------- ids
    mappings.customer_id_acct,
    mappings.company_id_cw,
    candidates.company_id_cw as proposed_company_id_cw,

    ---------- words
    customers.customer_name,
    mappings.mapping_state,
    mappings.mapping_source,
    -- a judgement stands until a person changes it, but what has turned against it is told
    case
        when mappings.mapping_source <> 'judgement' then mappings.reason
        when mappings.company_id_cw is not null and judged.company_id_cw is null
            then concat(mappings.reason, '; conflict: the company is no longer in ConnectWise')
        when judged.is_deleted
            then concat(mappings.reason, '; conflict: the company is deleted in ConnectWise')
        when mappings.is_conflicting
            then concat(mappings.reason, '; conflict: the evidence points to CW-', mappings.conflict_company_id_cw)
        else mappings.reason
    end as reason,
    companies.company_identifier,
    companies.company_name,
    blocked.blocked_amounts,

    ---------- numbers
    candidates.rank,
    candidates.certainty,
    candidates.score,
    candidates.lead,
    candidates.evidence,
    coalesce(blocked.blocked_invoices, 0) as blocked_invoices,
    coalesce(blocked.largest_amount, 0) as largest_amount

from matching.mappings as mappings
cross join ctl.run as this_run
left join matching.candidates as candidates
    on mappings.customer_id_acct = candidates.customer_id_acct
left join staging.accounting__customers as customers
    on mappings.customer_id_acct = customers.customer_id_acct
left join staging.connectwise__companies as companies
    on candidates.company_id_cw = companies.company_id_cw
left join staging.connectwise__companies as judged
    on mappings.company_id_cw = judged.company_id_cw
left join blocked
    on mappings.customer_id_acct = blocked.customer_id_acct
where mappings.mapping_state in ('review', 'none')
    or mappings.is_conflicting
    or (
        mappings.mapping_source = 'judgement'
        and mappings.company_id_cw is not null
        and (judged.company_id_cw is null or judged.is_deleted)
    )
    or (mappings.mapping_source = 'certainty' and this_run.has_portal_mappings)
    or mappings.customer_id_acct in (select queue.customer_id_acct from report.queue as queue)
