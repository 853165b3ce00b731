-- model:   report.differences
-- grain:   figure, invoice_number, invoice_id_acct
-- kind:    view
-- reads:   marts.amount_differences
-- purpose: the 200 largest differences between the portal's money and the books, of each figure
-- units:   amount in currency_code
-- source:  the run's checks

select differences.*
from marts.amount_differences as differences
qualify
    row_number() over (
        partition by differences.figure
        order by differences.amount desc, differences.invoice_number asc, differences.invoice_id_acct asc
    ) <= 200
order by
    differences.figure asc,
    differences.amount desc,
    differences.invoice_number asc,
    differences.invoice_id_acct asc
