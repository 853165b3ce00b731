-- model:   report.page_invoices
-- grain:   row_key
-- kind:    view
-- reads:   marts.invoice_visibility, marts.invoice_checks, ctl.states, ctl.run
-- purpose: the invoices that the page holds: all, or the largest blocked ones where there are more than the setting
--          page_invoices; in the order in which they were read, because neighbors resemble each other
-- units:   amounts in currency_code
-- source:  the run's answers

-- first which invoices, by the numbers of their checks: words are joined to those few only
with counted as (
    select count(*) as invoices
    from marts.invoice_checks
),

held as (
    select checks.row_key
    from marts.invoice_checks as checks
    inner join ctl.states as states
        on checks.state_code = states.state_code
    cross join counted
    cross join ctl.run as this_run
    where states.state = 'blocked' or counted.invoices <= this_run.page_invoices
    order by checks.balance_amount desc, checks.row_key asc
    limit (select settings.page_invoices from ctl.run as settings)
)

select
    ---------- ids
    answers.invoice_id_acct,
    answers.invoice_number,
    answers.customer_id_acct,
    answers.customer_name,
    answers.company_id_cw,
    answers.company_name,

    ---------- the answer
    answers.state,
    answers.primary_cause,
    answers.causes,
    answers.unknown_checks,

    ---------- amounts
    answers.currency_code,
    answers.total_amount,
    answers.balance_amount,
    answers.freed_amount,

    ---------- dates
    answers.invoice_date,
    answers.due_date,
    answers.days_past_due

from marts.invoice_visibility as answers
semi join held
    on answers.row_key = held.row_key
order by answers.row_key
