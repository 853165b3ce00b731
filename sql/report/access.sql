-- model:   report.access
-- grain:   company_id_cw
-- kind:    view
-- reads:   marts.company_access
-- purpose: companies without portal access, those with the most blocked invoices first
-- units:   invoices
-- source:  the run's checks

select access.*
from marts.company_access as access
where not access.can_anyone_see
order by access.blocked_invoices desc, access.company_id_cw asc
