-- model:   report.customers_by_state
-- grain:   state
-- reads:   report.customer_cells
-- purpose: how many customers have invoices in each state; a customer can have invoices in several
-- units:   customers
-- source:  the run's answers

select
    state,
    count(distinct customer_id_acct) as customers

from report.customer_cells
group by 1
order by 1
