-- model:   marts.report_customer_cells
-- grain:   customer_id_acct, currency_code, state, primary_cause, unknown_checks, ageing_bucket
-- reads:   marts.invoice_visibility
-- purpose: every invoice counted once, under its customer; the one pass over the invoices that the report's numbers need.
--          An invoice that is shown with an old amount is visible, and told apart by its cause.
-- units:   amount and freed_amount in currency_code
-- source:  the night's answers

select
    ---------- ids
    customer_id_acct,
    min(customer_name) as customer_name,

    ---------- what is counted apart
    currency_code,
    state,
    case
        when state = 'visible' and concat(' ', causes, ' ') like '% STALE_AMOUNT %' then 'STALE_AMOUNT'
        else primary_cause
    end as primary_cause,
    case when state = 'unknown' then unknown_checks end as unknown_checks,
    ageing_bucket,

    ---------- amounts
    count(*) as invoices,
    sum(total_amount) as total_amount,
    sum(balance_amount) as amount,
    sum(case when freed_amount > 0 then 1 else 0 end) as freed_invoices,
    sum(freed_amount) as freed_amount,
    max(days_past_due) as oldest_days_past_due

from marts.invoice_visibility
-- 1 customer, 3 currency, 4 state, 5 cause, 6 checks, 7 bucket
group by 1, 3, 4, 5, 6, 7
