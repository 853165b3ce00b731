-- model:   report.access_counts
-- grain:   one row
-- kind:    view
-- reads:   marts.company_access
-- purpose: how many companies are mapped, and of how many it is unknown who sees invoices
-- units:   companies
-- source:  the run's checks

select
    count(*) as companies,
    count(*) filter (where access.can_anyone_see is null) as unknown_companies
from marts.company_access as access
