-- model:   checks.customers_are_judged_once
-- grain:   one row per violation
-- reads:   marts.customer_checks
-- purpose: no customer has two rows of checks: its invoices would follow one of them and its issues the other.
-- units:   rows
-- source:  the law that nothing is counted twice

select 'customer ' || checks.customer_id_acct || ' is judged ' || count(*) || ' times' as violation
from marts.customer_checks as checks
group by checks.customer_id_acct
having count(*) > 1
order by checks.customer_id_acct
limit 20
