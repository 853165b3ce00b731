-- model:   report.customers_by_cause
-- grain:   state, primary_cause
-- reads:   report.customer_cells
-- purpose: how many customers each cause touches; a customer can be touched by several
-- units:   customers
-- source:  the run's answers

select
    state,
    primary_cause,
    count(distinct customer_id_acct) as customers

from report.customer_cells
where primary_cause is not null
group by 1, 2
order by 1, 2
