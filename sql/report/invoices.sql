-- model:   report.invoices
-- grain:   row_key
-- kind:    view
-- reads:   marts.invoice_visibility, marts.invoice_checks, ctl.states
-- purpose: the 100 invoices that the page lists on paper and without script: blocked before waiting before unknown,
--          the largest balances first
-- units:   balance_amount and freed_amount in currency_code
-- source:  the run's answers

-- first which invoices, by the numbers of their checks: words are joined to those few only
with listed as (
    select
        checks.row_key,
        case states.state when 'blocked' then 1 when 'waiting' then 2 else 3 end as place
    from marts.invoice_checks as checks
    inner join ctl.states as states
        on checks.state_code = states.state_code
    where states.state in ('blocked', 'waiting', 'unknown')
    order by place asc, checks.balance_amount desc, checks.row_key asc
    limit 100
)

select answers.*
from marts.invoice_visibility as answers
inner join listed
    on answers.row_key = listed.row_key
order by listed.place asc, answers.balance_amount desc, answers.row_key asc
