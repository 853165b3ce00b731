-- model:   report.what_is_unknown
-- grain:   one row
-- kind:    view
-- reads:   report.cells, staging.connectwise__contacts
-- purpose: what the page has to remark: invoices without a known balance, and whether any contact has a security level
-- units:   invoices
-- source:  the run's answers; ConnectWise contacts

with counted as (
    select
        sum(cells.unknown_invoices) as unknown_balances,
        sum(cells.invoices) as invoices
    from report.cells as cells
),

leveled as (
    select count(*) = 0 or count(contacts.portal_security_level) > 0 as has_levels
    from staging.connectwise__contacts as contacts
)

select
    counted.unknown_balances,
    counted.invoices,
    leveled.has_levels as has_security_levels
from counted
cross join leveled
