-- model:   marts.portal_only_invoices
-- grain:   portal_row_key
-- reads:   intermediate.portal_unmatched, intermediate.portal_claims, intermediate.portal_candidates, quarantine.rows,
--          accepted.portal_invoices, ctl.portal_memory, ctl.run
-- purpose: invoices that the portal shows and the accounting extract does not have: created again under another id, deleted
--          in accounting, or, if the extract need not hold everything, possibly only settled.
-- units:   total_amount and open_amount in currency_code
-- source:  the portal's own list of invoices against the accounting extract

with claimed as (
    select
        claims.portal_row_key,
        bool_and(claims.has_old_id and not claims.is_undecided) as is_recreated
    from intermediate.portal_claims as claims
    group by claims.portal_row_key
),

-- what may be a document of accounting is not gone from it
explained as (
    select distinct candidates.portal_row_key
    from intermediate.portal_candidates as candidates
    where not candidates.has_old_id and (candidates.is_same_customer or not candidates.is_somebody_known)

    union

    select claims.portal_row_key
    from intermediate.portal_claims as claims
    where claims.is_undecided

    union

    -- what was in the books when the last sync began has left them since: the portal had no time to follow
    select portal.portal_row_key
    from intermediate.portal_unmatched as portal
    cross join ctl.run as this_run
    inner join ctl.portal_memory as memory
        on portal.number_key = number_key(memory.invoice_number)
    where memory.seen_at > coalesce(this_run.portal_synced_at, this_run.portal_list_at)

    union

    -- and what is in quarantine is not gone, either
    select portal.portal_row_key
    from intermediate.portal_unmatched as portal
    inner join quarantine.rows as aside
        on portal.number_key = number_key(aside.row_values ->> 'invoice_number')
    where aside.relation = 'accounting_invoices'

    union

    select portal.portal_row_key
    from accepted.portal_invoices as listed
    inner join quarantine.rows as aside
        on listed.invoice_id_acct = aside.row_values ->> 'invoice_id_acct'
    inner join intermediate.portal_unmatched as portal
        on listed.rowid = portal.portal_row_key
    where aside.relation = 'accounting_invoices'
),

judged as (
    select
        portal.portal_row_key,
        portal.portal_invoice_id,
        portal.invoice_number,
        coalesce(portal.customer_name, portal.company_name) as customer_name,
        portal.total_amount,
        -- a list of open invoices that gives no balance gives the total
        case
            when portal.portal_status in ('paid', 'in transit') then 0
            when portal.balance_amount is not null then portal.balance_amount
            when portal.portal_status = 'open' or this_run.portal_scope = 'open' then portal.total_amount
        end as open_amount,
        portal.currency_code,
        coalesce(claimed.is_recreated, false) as is_recreated,
        this_run.accounting_scope = 'all' as is_all,
        not this_run.is_accounting_cut
        -- what is newer than the books need not be in them
        and (not this_run.are_books_older or coalesce(portal.invoice_date < this_run.accounting_at::date, false))
        and (
            this_run.accounting_scope = 'open'
            -- without a date it may be older than books that begin somewhere
            or coalesce(portal.invoice_date >= this_run.first_invoice_date, this_run.accounting_scope <> 'since')
        ) as is_in_window
    from intermediate.portal_unmatched as portal
    cross join ctl.run as this_run
    left join claimed
        on portal.portal_row_key = claimed.portal_row_key
    anti join explained
        on portal.portal_row_key = explained.portal_row_key
    where
        (portal.gone_row_key is null or coalesce(claimed.is_recreated, false))
        and coalesce(portal.document_type, 'invoice') in ('invoice', 'unknown')
        and coalesce(portal.total_amount, 0) >= 0
)

select
    judged.portal_row_key,
    judged.portal_invoice_id,
    judged.invoice_number,
    judged.customer_name,
    judged.total_amount,
    judged.open_amount,
    judged.currency_code,
    case
        when judged.is_recreated then 'RECREATED_ID'
        when judged.is_all then 'PORTAL_GHOST'
        else 'NOT_OPEN_IN_ACCOUNTING'
    end as cause
from judged
where
    judged.is_recreated
    or (judged.is_in_window and (judged.is_all or judged.open_amount > 0))
