-- model:   marts.report_customers_by_state
-- grain:   state
-- reads:   marts.report_customer_cells
-- purpose: how many customers have invoices in each state; a customer can have invoices in several
-- units:   customers
-- source:  the night's answers

select
    state,
    count(distinct customer_id_acct) as customers

from marts.report_customer_cells
group by 1
