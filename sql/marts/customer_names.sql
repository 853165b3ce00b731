-- model:   marts.customer_names
-- grain:   customer_id_acct, name
-- reads:   staging.accounting__customers, matching.mappings, staging.connectwise__companies
-- purpose: the names under which the portal may list a customer: its own, and that of the company it is mapped to.
-- units:   none
-- source:  accounting extract, mappings of the run, ConnectWise companies

with named as (
    select
        customers.customer_id_acct,
        unnest([customers.customer_name, customers.company_name, customers.full_name]) as name
    from staging.accounting__customers as customers

    union all

    select
        mappings.customer_id_acct,
        companies.company_name as name
    from matching.mappings as mappings
    inner join staging.connectwise__companies as companies
        on mappings.company_id_cw = companies.company_id_cw
)

select distinct
    named.customer_id_acct,
    name_key(named.name) as name
from named
where name_key(named.name) is not null
