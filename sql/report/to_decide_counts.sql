-- model:   report.to_decide_counts
-- grain:   one row
-- kind:    view
-- reads:   report.mapping_fixes_to_decide
-- purpose: how many rows mapping_fixes.csv and mapping_fixes.xlsx have, and of how many customers
-- units:   rows; customers
-- source:  matching; the register

select
    count(*) as rows,
    count(distinct fixes.customer_id_acct) as customers
from report.mapping_fixes_to_decide as fixes
