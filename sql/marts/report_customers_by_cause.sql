-- model:   marts.report_customers_by_cause
-- grain:   state, primary_cause
-- reads:   marts.report_customer_cells
-- purpose: how many customers each cause touches; a customer can be touched by several
-- units:   customers
-- source:  the night's answers

select
    state,
    primary_cause,
    count(distinct customer_id_acct) as customers

from marts.report_customer_cells
where primary_cause is not null
group by 1, 2
