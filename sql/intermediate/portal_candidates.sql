-- model:   intermediate.portal_candidates
-- grain:   portal_row_key, row_key
-- reads:   intermediate.portal_unmatched, staging.accounting__invoices, intermediate.customer_names, matching.mappings,
--          staging.accounting__customers, staging.connectwise__companies, ctl.run
-- purpose: portal rows and the accounting documents that they may be: how alike the numbers are, whether the customers
--          agree, and whether the amounts do. number_form: 0 as written, 1 but for words before the number, 2 but for
--          leading zeros, 3 but for separators, 4 the amounts agree, and one of them
--          has no number that can be read, or only its digits are equal.
-- units:   none
-- source:  the portal's own list of invoices against the accounting extract

with shown as (
    select
        portal.*,
        name_key(coalesce(portal.company_name, portal.customer_name)) as name,
        known.customer_id_acct is not null as is_customer_known
    from intermediate.portal_unmatched as portal
    left join staging.accounting__customers as known
        on portal.customer_id_acct = known.customer_id_acct
    -- a credit, an estimate or a payment is no invoice, whatever its number
    where coalesce(portal.document_type, 'invoice') in ('invoice', 'unknown') and coalesce(portal.total_amount, 0) >= 0
),

-- whom a name belongs to: accounting customers, and companies that somebody or nobody is mapped to
known_names as (
    select
        names.name,
        true as is_taken
    from intermediate.customer_names as names

    union

    select
        name_key(companies.company_name) as name,
        false as is_taken
    from staging.connectwise__companies as companies
),

named as (
    select
        known_names.name,
        bool_or(known_names.is_taken) as is_taken
    from known_names
    group by known_names.name
),

taken_companies as (
    select distinct mappings.company_id_cw
    from matching.mappings as mappings
    where mappings.company_id_cw is not null
),

-- a list whose names hardly anybody knows is written in names of its own: they say nothing
listed as (
    select count(named.name) * 2 < count(shown.name) as are_names_unknown
    from shown
    left join named
        on shown.name = named.name
),

by_number as (
    select
        shown.portal_row_key,
        invoices.row_key
    from shown
    inner join staging.accounting__invoices as invoices
        on shown.number_key = invoices.number_key
        and coalesce(shown.book = invoices.book, true)
),

-- rows whose number nobody has, and the documents of their amounts
unmet as (
    select
        shown.portal_row_key,
        shown.book,
        number_digits(shown.invoice_number) as digits,
        coalesce(shown.total_amount, shown.balance_amount) as amount
    from shown
    anti join by_number
        on shown.portal_row_key = by_number.portal_row_key
),

priced as (
    select
        invoices.row_key,
        invoices.book,
        invoices.total_amount,
        invoices.balance_amount,
        number_digits(invoices.invoice_number) as digits
    from staging.accounting__invoices as invoices
    where
        invoices.total_amount in (select unmet.amount from unmet)
        or invoices.balance_amount in (select unmet.amount from unmet)
),

met as (
    select
        by_number.portal_row_key,
        by_number.row_key,
        false as is_by_amount
    from by_number

    union all

    select
        shown.portal_row_key,
        invoices.row_key,
        true as is_by_amount
    from shown
    inner join staging.accounting__invoices as invoices
        on shown.total_amount = invoices.total_amount
        and coalesce(shown.book = invoices.book, true)
    where shown.number_key is null

    union all

    select
        shown.portal_row_key,
        invoices.row_key,
        true as is_by_amount
    from shown
    inner join staging.accounting__invoices as invoices
        on shown.total_amount = invoices.total_amount
        and coalesce(shown.book = invoices.book, true)
    where shown.number_key is not null and invoices.exact_number is null

    union

    -- a number between words that nobody knows: its digits and the amount
    select
        unmet.portal_row_key,
        priced.row_key,
        true as is_by_amount
    from unmet
    inner join priced
        on unmet.digits = priced.digits
        and unmet.amount in (priced.total_amount, priced.balance_amount)
        and coalesce(unmet.book = priced.book, true)
),

pairs as (
    select
        shown.portal_row_key,
        invoices.row_key,
        shown.has_old_id or shown.gone_row_key is not null as has_old_id,
        shown.name,
        shown.company_id_cw,
        shown.is_customer_known,
        mappings.company_id_cw as mapped_company_id_cw,
        invoices.customer_id_acct,
        case
            when met.is_by_amount then 4
            when number_text(shown.invoice_number) = number_text(invoices.invoice_number) then 0
            when number_without_words(shown.invoice_number) = number_without_words(invoices.invoice_number) then 1
            when ltrim(number_without_words(shown.invoice_number), '0')
                = ltrim(number_without_words(invoices.invoice_number), '0') then 2
            else 3
        end as number_form,
        coalesce(invoices.document_type, 'invoice') in ('invoice', 'unknown') as is_invoice,
        coalesce(invoices.document_status, 'unknown') in ('unknown', 'open')
        and coalesce(invoices.balance_amount > 0, true) as is_open,
        shown.customer_id_acct is null and shown.name is null and shown.company_id_cw is null as is_customer_untold,
        coalesce(
            shown.customer_id_acct in (
                invoices.customer_id_acct, customers.parent_customer_id_acct, customers.merged_into_customer_id_acct
            )
            or shown.company_id_cw in (mappings.company_id_cw, companies.bill_to_company_id_cw),
            false
        ) as is_same_id,
        case
            -- a side that names no currency is in the home currency
            when not coalesce(
                    coalesce(nullif(shown.currency_code, 'XXX'), this_run.home_currency_code)
                    = coalesce(nullif(invoices.currency_code, 'XXX'), this_run.home_currency_code),
                    false
                ) then null
            when shown.total_amount = invoices.total_amount then true
            -- without a total, an open balance may agree; another one may be of the same invoice, paid in part
            when invoices.total_amount is null
                then nullif(
                        coalesce(shown.balance_amount, shown.total_amount) = nullif(invoices.balance_amount, 0), false
                    )
            -- a list with one amount gives the total or what is open
            when invoices.balance_amount is null
                then coalesce(shown.total_amount, shown.balance_amount) = invoices.total_amount
            when shown.total_amount is null or shown.balance_amount is null
                then coalesce(shown.total_amount, shown.balance_amount)
                    in (invoices.balance_amount, invoices.total_amount)
            else false
        end as is_same_amount,
        coalesce(invoices.changed_at > this_run.portal_synced_at, false) as is_changed_since
    from met
    cross join ctl.run as this_run
    inner join shown
        on met.portal_row_key = shown.portal_row_key
    inner join staging.accounting__invoices as invoices
        on met.row_key = invoices.row_key
    left join staging.accounting__customers as customers
        on invoices.customer_id_acct = customers.customer_id_acct
    left join matching.mappings as mappings
        on invoices.customer_id_acct = mappings.customer_id_acct
    left join staging.connectwise__companies as companies
        on mappings.company_id_cw = companies.company_id_cw
    -- the row of a document that is gone does not claim that document again
    where shown.gone_row_key is distinct from invoices.row_key
)

select
    pairs.portal_row_key,
    pairs.row_key,
    pairs.number_form,
    pairs.has_old_id,
    pairs.is_invoice,
    pairs.is_invoice and pairs.is_open as is_live,
    -- an amount that changed after the portal last asked is not another amount
    case when pairs.is_same_amount or not pairs.is_changed_since then pairs.is_same_amount end as is_same_amount,
    pairs.is_same_id
    or (not pairs.is_customer_known and coalesce(not own_names.is_perhaps_anothers, false)) as is_same_customer,
    -- nobody is named; or in a name that several have; or only a company that nobody is mapped to, or in names that
    -- nobody knows
    pairs.is_customer_untold
    or (not pairs.is_customer_known and pairs.company_id_cw is null and coalesce(own_names.is_perhaps_anothers, false))
    or (
        not pairs.is_customer_known
        and pairs.mapped_company_id_cw is null
        and (named.name is not null or pairs.company_id_cw is not null)
        and not coalesce(named.is_taken, false)
        and taken_companies.company_id_cw is null
    )
    or (
        not pairs.is_customer_known
        and pairs.company_id_cw is null
        and named.name is null
        and listed.are_names_unknown
    ) as is_customer_open,
    -- the row names somebody whom accounting or ConnectWise knows, and who is not this customer
    pairs.is_customer_known
    or taken_companies.company_id_cw is not null
    or (pairs.company_id_cw is not null and pairs.mapped_company_id_cw is not null)
    or (
        (coalesce(named.is_taken, false) or (named.name is not null and pairs.mapped_company_id_cw is not null))
        and not coalesce(own_names.is_perhaps_anothers, false)
    ) as is_somebody_known
from pairs
cross join listed
left join intermediate.customer_names as own_names
    on pairs.customer_id_acct = own_names.customer_id_acct and pairs.name = own_names.name
left join named
    on pairs.name = named.name
left join taken_companies
    on pairs.company_id_cw = taken_companies.company_id_cw
