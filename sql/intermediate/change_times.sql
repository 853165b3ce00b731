-- model:   intermediate.change_times
-- grain:   row_key
-- kind:    view
-- reads:   marts.invoice_checks
-- purpose: when each invoice last changed, and whether the portal has it: what a sync from some date reads again.
-- units:   UTC
-- source:  accounting extract and the run's checks

select
    checks.changed_at,
    checks.is_present
from marts.invoice_checks as checks
where checks.changed_at is not null
