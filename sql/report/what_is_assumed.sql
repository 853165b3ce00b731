-- model:   report.what_is_assumed
-- grain:   one row
-- kind:    view
-- reads:   staging.accounting__invoices, staging.connectwise__contacts
-- purpose: what the page has to remark: invoices without a balance, and whether any contact has a security level
-- units:   invoices
-- source:  accounting extract; ConnectWise contacts

with assumed as (
    select count(*) as invoices
    from staging.accounting__invoices as invoices
    where invoices.is_balance_assumed
),

leveled as (
    select count(*) = 0 or count(contacts.portal_security_level) > 0 as has_levels
    from staging.connectwise__contacts as contacts
)

select
    assumed.invoices as assumed_balances,
    leveled.has_levels as has_security_levels
from assumed
cross join leveled
