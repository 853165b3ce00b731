-- model:   report.unposted
-- grain:   invoice_id_cw
-- kind:    view
-- reads:   marts.unposted_invoices
-- purpose: the 200 largest ConnectWise invoices that the accounting package lacks
-- units:   missing_amount and total_amount in currency_code
-- source:  the run's checks

select unposted.*
from marts.unposted_invoices as unposted
order by unposted.missing_amount desc nulls last, unposted.total_amount desc nulls last, unposted.invoice_id_cw asc
limit 200
