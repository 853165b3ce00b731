-- model:   report.portal_only
-- grain:   portal_invoice_id
-- kind:    view
-- reads:   marts.portal_only_invoices
-- purpose: the 200 largest invoices that only the portal has
-- units:   total_amount in currency_code
-- source:  the run's checks

select only_there.*
from marts.portal_only_invoices as only_there
order by only_there.total_amount desc nulls last, only_there.portal_invoice_id asc
limit 200
