-- model:   intermediate.cause_masks
-- grain:   mask
-- kind:    view
-- reads:   marts.invoice_checks
-- purpose: every set of causes that an invoice fails or leaves unknown
-- units:   none
-- source:  the run's checks

select distinct unnest([checks.failed, checks.unknown]) as mask
from marts.invoice_checks as checks
order by mask
