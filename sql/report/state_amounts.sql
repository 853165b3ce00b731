-- model:   report.state_amounts
-- grain:   state, currency_code
-- kind:    view
-- reads:   report.cells
-- purpose: invoices and known balances of each state, per currency, and how many have no known balance
-- units:   amount in currency_code
-- source:  the run's answers

select
    cells.state,
    cells.currency_code,
    sum(cells.invoices)::bigint as invoices,
    sum(cells.amount) as amount,
    sum(cells.unknown_invoices)::bigint as unknown_invoices
from report.cells as cells
group by cells.state, cells.currency_code
order by cells.state, cells.currency_code
