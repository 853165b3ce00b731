-- model:   checks.gates_are_decided_once
-- grain:   one row per violation
-- reads:   marts.invoice_checks
-- purpose: a gate fails or is unknown, never both.
-- units:   none
-- source:  the form of the masks

select 'invoice row ' || checks.row_key || ' both fails and does not know a gate' as violation
from marts.invoice_checks as checks
where (checks.failed & checks.unknown) <> 0
order by checks.row_key
limit 20
