-- model:   marts.contradictions
-- grain:   kind, subject_id, one_says, other_says
-- reads:   staging.accounting__invoices, staging.accounting__customers, staging.connectwise__companies,
--          staging.contradictory_mappings, accepted.portal_invoices, accepted.accounting_invoices,
--          intermediate.portal_pairs, intermediate.portal_strangers, matching.mappings, ctl.run
-- purpose: what the sources say of one thing in two ways that cannot both be true. Derived from the values of each run: a
--          contradiction is listed until they change, and known where the settings have its mark, which is of its values.
-- units:   amount in currency_code: the open balance concerned
-- source:  all sources against each other

with named as (
    select
        name_text(customers.customer_name) as name_key,
        min(customers.customer_id_acct) as customer_id_acct
    from staging.accounting__customers as customers
    where customers.has_customer_row
    group by name_text(customers.customer_name)
    having count(*) = 1
),

carried as (
    select
        invoices.customer_id_acct,
        invoices.customer_name,
        invoices.currency_code,
        sum(invoices.balance_amount) as amount
    from staging.accounting__invoices as invoices
    where invoices.customer_name is not null
    group by invoices.customer_id_acct, invoices.customer_name, invoices.currency_code
),

held as (
    select
        portal.portal_invoice_id,
        portal.invoice_number as portal_number,
        portal.total_amount as portal_total_amount,
        invoices.invoice_id_acct,
        invoices.invoice_number,
        invoices.total_amount,
        invoices.balance_amount,
        invoices.currency_code
    from intermediate.portal_pairs as pairs
    inner join accepted.portal_invoices as portal
        on pairs.portal_row_key = portal.rowid
    inner join accepted.accounting_invoices as invoices
        on pairs.held_row_key = invoices.rowid
    where pairs.is_contradicted
),

paid as (
    select
        'accounting' as place,
        invoices.invoice_id_acct as subject_id,
        invoices.invoice_number,
        invoices.balance_amount,
        invoices.currency_code
    from staging.accounting__invoices as invoices
    where invoices.document_status = 'paid'

    union all

    select
        'portal' as place,
        portal.portal_invoice_id as subject_id,
        portal.invoice_number,
        portal.balance_amount,
        portal.currency_code
    from accepted.portal_invoices as portal
    where portal.portal_status = 'paid'
),

found as (
    select
        'status against balance' as kind,
        paid.subject_id,
        concat(paid.place, ': invoice ', paid.invoice_number, ' is paid') as one_says,
        concat(paid.place, ': ', paid.balance_amount::decimal(18, 2), ' of it is open') as other_says,
        paid.currency_code,
        paid.balance_amount as amount
    from paid
    -- less than a minor unit is no balance
    where paid.balance_amount > no_money()

    union all

    select
        'balance against total' as kind,
        invoices.invoice_id_acct as subject_id,
        concat('accounting: invoice ', invoices.invoice_number, ' is over ', invoices.total_amount::decimal(18, 2))
            as one_says,
        concat('accounting: ', invoices.balance_amount::decimal(18, 2), ' of it is open') as other_says,
        invoices.currency_code,
        invoices.balance_amount as amount
    from staging.accounting__invoices as invoices
    where invoices.total_amount >= 0 and invoices.balance_amount > invoices.total_amount + no_money()

    union all

    select
        'id against number' as kind,
        held.portal_invoice_id as subject_id,
        concat(
            'portal: id ', held.invoice_id_acct, ' is ', held.portal_number,
            ' over ' || held.portal_total_amount::decimal(18, 2)
        ) as one_says,
        concat(
            'accounting: id ', held.invoice_id_acct, ' is ', held.invoice_number,
            ' over ', held.total_amount::decimal(18, 2)
        ) as other_says,
        held.currency_code,
        held.balance_amount as amount
    from held

    union all

    select
        'id against name' as kind,
        portal.portal_invoice_id as subject_id,
        concat(
            'portal: id ', invoices.invoice_id_acct, ' is listed under ',
            concat_ws(' ', portal.customer_id_acct, portal.company_id_cw, portal.company_name, portal.customer_name)
        ) as one_says,
        concat(
            'accounting: id ', invoices.invoice_id_acct, ' is an invoice to ',
            concat_ws(' ', invoices.customer_id_acct, customers.customer_name)
        ) as other_says,
        invoices.currency_code,
        invoices.balance_amount as amount
    from intermediate.portal_strangers as strangers
    inner join accepted.portal_invoices as portal
        on strangers.portal_row_key = portal.rowid
    inner join accepted.accounting_invoices as invoices
        on strangers.row_key = invoices.rowid
    left join staging.accounting__customers as customers
        on invoices.customer_id_acct = customers.customer_id_acct
    where strangers.is_anothers

    union all

    select
        'id against name' as kind,
        contradictory.customer_id_acct as subject_id,
        concat(
            'mapping: customer ', contradictory.customer_id_acct, ' to company ', contradictory.company_id_cw
        ) as one_says,
        concat_ws(
            ', ',
            case
                when contradictory.named_customer_id_acct is not null
                    then concat(contradictory.customer_name, ' is customer ', contradictory.named_customer_id_acct)
            end,
            case
                when contradictory.named_company_id_cw is not null
                    then concat(contradictory.company_name, ' is company ', contradictory.named_company_id_cw)
            end
        ) as other_says,
        null as currency_code,
        null as amount
    from staging.contradictory_mappings as contradictory

    union all

    select
        'id against name' as kind,
        carried.customer_id_acct as subject_id,
        concat('invoices: customer ', carried.customer_id_acct, ' is ', carried.customer_name) as one_says,
        concat(
            'customers: ', carried.customer_id_acct, ' is ', customers.customer_name,
            ', ', carried.customer_name, ' is ', named.customer_id_acct
        ) as other_says,
        carried.currency_code,
        carried.amount
    from carried
    inner join named
        on name_text(carried.customer_name) = named.name_key
    inner join staging.accounting__customers as customers
        on carried.customer_id_acct = customers.customer_id_acct
    where
        customers.has_customer_row
        and carried.customer_id_acct <> named.customer_id_acct
        and name_text(carried.customer_name) is distinct from name_text(customers.full_name)
        and name_text(carried.customer_name) is distinct from name_text(customers.company_name)

    union all

    select
        'mapping against evidence' as kind,
        mappings.customer_id_acct as subject_id,
        concat('mapping: ', coalesce(companies.company_name, mappings.company_id_cw, 'nobody')) as one_says,
        concat('evidence: ', coalesce(others.company_name, mappings.conflict_company_id_cw)) as other_says,
        null as currency_code,
        null as amount
    from matching.mappings as mappings
    left join staging.connectwise__companies as companies
        on mappings.company_id_cw = companies.company_id_cw
    left join staging.connectwise__companies as others
        on mappings.conflict_company_id_cw = others.company_id_cw
    where mappings.is_conflicting
),

marked as (
    select
        found.*,
        left(md5(concat_ws('|', found.kind, found.subject_id, found.one_says, found.other_says)), 8) as mark
    from found
)

select
    marked.*,
    list_contains(this_run.known_contradiction_marks, marked.mark) as is_known
from marked
cross join ctl.run as this_run
