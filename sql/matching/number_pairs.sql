-- model:   matching.number_pairs
-- grain:   row_key, row_key_cw
-- reads:   staging.accounting__invoices, staging.connectwise__invoices
-- purpose: accounting and ConnectWise invoices with the same number: as written or, for those that have no such partner,
--          without prefix, separators and leading zeros.
-- units:   none
-- source:  accounting extract and ConnectWise invoices

with exact as (
    select
        invoices.row_key,
        billed.row_key_cw
    from staging.accounting__invoices as invoices
    inner join staging.connectwise__invoices as billed
        on invoices.exact_number = billed.exact_number
),

lone as (
    select
        invoices.row_key,
        invoices.number_key
    from staging.accounting__invoices as invoices
    anti join exact
        on invoices.row_key = exact.row_key
),

lone_billed as (
    select
        billed.row_key_cw,
        billed.number_key
    from staging.connectwise__invoices as billed
    anti join exact
        on billed.row_key_cw = exact.row_key_cw
)

select
    exact.row_key,
    exact.row_key_cw,
    true as is_exact
from exact

union all

select
    lone.row_key,
    lone_billed.row_key_cw,
    false as is_exact
from lone
inner join lone_billed
    on lone.number_key = lone_billed.number_key
