-- model:   report.needing_counts
-- grain:   one row
-- kind:    view
-- reads:   marts.invoice_checks, ctl.states, ctl.causes
-- purpose: how many invoices need somebody: they are neither visible nor expected, or the portal shows them with a wrong
--          amount
-- units:   invoices
-- source:  the run's checks

with wrong as (
    select bit_or(causes.mask) as mask
    from ctl.causes as causes
    where causes.is_shown_wrong
)

select count(*) as invoices
from marts.invoice_checks as checks
cross join wrong
inner join ctl.states as states
    on checks.state_code = states.state_code
where states.state not in ('visible', 'expected') or checks.failed & wrong.mask <> 0
