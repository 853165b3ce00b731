-- model:   matching.number_pairs
-- grain:   row_key, row_key_cw
-- reads:   staging.accounting__invoices, staging.connectwise__invoices
-- purpose: accounting and ConnectWise invoices with the same number: as written or, for those that have no such partner,
--          without prefix, separators and leading zeros.
-- units:   none
-- source:  accounting extract and ConnectWise invoices

with met as materialized (
    select
        invoices.row_key,
        billed.row_key_cw,
        coalesce(invoices.exact_number, billed.exact_number) as exact_number
    from staging.accounting__invoices as invoices
    -- full: those without a partner are the ones to compare once more
    full outer join staging.connectwise__invoices as billed
        on invoices.exact_number = billed.exact_number
),

-- the staged key again, worked out for these few only
lone as materialized (
    select
        met.row_key,
        met.row_key_cw,
        number_key(met.exact_number) as number_key
    from met
    where met.row_key is null or met.row_key_cw is null
)

select
    met.row_key,
    met.row_key_cw,
    true as is_exact
from met
where met.row_key is not null and met.row_key_cw is not null

union all

select
    lone.row_key,
    lone_billed.row_key_cw,
    false as is_exact
from lone
inner join lone as lone_billed
    on lone.number_key = lone_billed.number_key
where lone.row_key_cw is null and lone_billed.row_key is null
