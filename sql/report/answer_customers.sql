-- model:   report.answer_customers
-- grain:   customer_key
-- kind:    view
-- reads:   marts.customer_checks
-- purpose: what the key of a customer stands for in report.answers
-- units:   none
-- source:  the run's checks

select
    checks.rowid as customer_key,
    checks.customer_id_acct,
    checks.customer_name,
    checks.company_id_cw,
    checks.company_name
from marts.customer_checks as checks
