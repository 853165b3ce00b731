-- model:   staging.portal__mappings
-- grain:   customer_id_acct
-- reads:   accepted.portal_mappings, accepted.portal_invoices, staging.accounting__customers,
--          staging.contradictory_mappings, ctl.run
-- purpose: the portal's own mappings; a customer that the portal has not mapped has no company. A list of names without ids
--          is read by name if only one customer has that name. A row that contradicts itself maps no customer. Without a
--          list, the company to which the portal shows all of a customer's invoices is the mapping.
-- units:   none
-- source:  the portal's list of mappings, else its list of invoices

with named as (
    select
        name_text(customers.customer_name) as name_key,
        min(customers.customer_id_acct) as customer_id_acct
    from staging.accounting__customers as customers
    group by name_text(customers.customer_name)
    having count(*) = 1
),

listed as (
    select
        coalesce(known.customer_id_acct, named.customer_id_acct, mappings.customer_id_acct) as customer_id_acct,
        mappings.customer_name,
        mappings.company_id_cw,
        mappings.company_name,
        contradictory.mapping_row_key is not null as is_contradictory
    from accepted.portal_mappings as mappings
    left join staging.contradictory_mappings as contradictory
        on mappings.rowid = contradictory.mapping_row_key
    left join staging.accounting__customers as known
        on mappings.customer_id_acct = known.customer_id_acct
    left join named
        on name_text(mappings.customer_name) = named.name_key
),

-- whom a contradictory row names by its name has perhaps a mapping, too
perhaps as (
    select distinct contradictory.named_customer_id_acct as customer_id_acct
    from staging.contradictory_mappings as contradictory
    anti join listed
        on contradictory.named_customer_id_acct = listed.customer_id_acct
    where contradictory.named_customer_id_acct is not null
),

shown as (
    select
        invoices.customer_id_acct,
        min(invoices.customer_name) as customer_name,
        min(invoices.company_id_cw) as company_id_cw
    from accepted.portal_invoices as invoices
    cross join ctl.run as this_run
    where
        not this_run.has_portal_mappings
        and invoices.customer_id_acct is not null
        and invoices.company_id_cw is not null
    group by invoices.customer_id_acct
    having count(distinct invoices.company_id_cw) = 1
),

settled as (
    select
        listed.customer_id_acct,
        min(listed.customer_name) as customer_name,
        count(distinct listed.company_id_cw) as companies,
        min(listed.company_id_cw) as company_id_cw,
        min(listed.company_name) as company_name,
        -- two rows for one customer that name different companies settle nothing
        bool_or(listed.is_contradictory) or count(distinct listed.company_id_cw) > 1 as is_contradictory
    from listed
    group by listed.customer_id_acct

    union all by name

    select
        perhaps.customer_id_acct,
        0 as companies,
        true as is_contradictory
    from perhaps
)

select
    coalesce(settled.customer_id_acct, shown.customer_id_acct) as customer_id_acct,
    coalesce(settled.customer_name, shown.customer_name) as customer_name,
    case
        when coalesce(settled.is_contradictory, false) then null
        when settled.companies = 1 then settled.company_id_cw
        when coalesce(settled.companies, 0) = 0 then shown.company_id_cw
    end as company_id_cw,
    settled.company_name,
    coalesce(settled.is_contradictory, false) as is_contradictory
from settled
full outer join shown
    on settled.customer_id_acct = shown.customer_id_acct
