-- model:   marts.change_times
-- grain:   row_key
-- kind:    view
-- reads:   staging.accounting__invoices, marts.invoice_checks
-- purpose: when each invoice last changed, and whether the portal has it: what a sync from some date reads again.
-- units:   UTC
-- source:  accounting extract and the night's checks

select
    invoices.changed_at,
    checks.is_present
from staging.accounting__invoices as invoices
inner join marts.invoice_checks as checks
    on invoices.row_key = checks.row_key
where invoices.changed_at is not null
