-- model:   intermediate.customer_names
-- grain:   customer_id_acct, name
-- reads:   staging.accounting__customers, matching.mappings, staging.connectwise__companies
-- purpose: the names under which the portal may list a customer: its own, and that of the company it is mapped to. The name
--          of a company that another live company has, too, may be that one's: is_perhaps_anothers.
-- units:   none
-- source:  accounting extract, mappings of the run, ConnectWise companies

with companies as (
    select
        named.company_id_cw,
        name_key(named.company_name) as name,
        not coalesce(named.is_deleted, false) as is_live
    from staging.connectwise__companies as named
),

live as (
    select
        companies.name,
        count(*) as company_count
    from companies
    where companies.is_live
    group by companies.name
),

customers as (
    select
        known.customer_id_acct,
        unnest([known.customer_name, known.company_name, known.full_name]) as written_name
    from staging.accounting__customers as known
),

named as (
    select
        customers.customer_id_acct,
        name_key(customers.written_name) as name,
        false as is_perhaps_anothers
    from customers

    union all

    select
        mappings.customer_id_acct,
        companies.name,
        coalesce(live.company_count, 0) > companies.is_live::integer as is_perhaps_anothers
    from matching.mappings as mappings
    inner join companies
        on mappings.company_id_cw = companies.company_id_cw
    left join live
        on companies.name = live.name
)

select
    named.customer_id_acct,
    named.name,
    bool_and(named.is_perhaps_anothers) as is_perhaps_anothers
from named
where named.name is not null
group by named.customer_id_acct, named.name
