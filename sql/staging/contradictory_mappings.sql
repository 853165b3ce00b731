-- model:   staging.contradictory_mappings
-- grain:   mapping_row_key
-- reads:   accepted.portal_mappings, accepted.connectwise_companies, staging.accounting__customers
-- purpose: rows of the portal's mappings in which an id and the name beside it name two: the id one customer or company,
--          the name another that alone has it. Such a row maps nobody.
-- units:   none
-- source:  the portal's list of mappings against the customers and companies

with customers as (
    select
        customers.customer_id_acct,
        lower(trim(regexp_replace(customers.customer_name, '\s+', ' ', 'g'))) as name_key,
        lower(trim(regexp_replace(customers.full_name, '\s+', ' ', 'g'))) as full_name_key,
        lower(trim(regexp_replace(customers.company_name, '\s+', ' ', 'g'))) as company_name_key
    from staging.accounting__customers as customers
),

companies as (
    select
        companies.company_id_cw,
        lower(trim(regexp_replace(companies.company_name, '\s+', ' ', 'g'))) as name_key
    from accepted.connectwise_companies as companies
),

named_customers as (
    select
        customers.name_key,
        min(customers.customer_id_acct) as customer_id_acct
    from customers
    group by customers.name_key
    having count(*) = 1
),

named_companies as (
    select
        companies.name_key,
        min(companies.company_id_cw) as company_id_cw
    from companies
    group by companies.name_key
    having count(*) = 1
),

listed as (
    select
        mappings.rowid as mapping_row_key,
        mappings.customer_id_acct,
        mappings.customer_name,
        mappings.company_id_cw,
        mappings.company_name,
        lower(trim(regexp_replace(mappings.customer_name, '\s+', ' ', 'g'))) as customer_key,
        lower(trim(regexp_replace(mappings.company_name, '\s+', ' ', 'g'))) as company_key
    from accepted.portal_mappings as mappings
    where mappings.company_id_cw is not null
)

select
    listed.mapping_row_key,
    listed.customer_id_acct,
    listed.customer_name,
    listed.company_id_cw,
    listed.company_name,
    named_customers.customer_id_acct as named_customer_id_acct,
    named_companies.company_id_cw as named_company_id_cw
from listed
left join customers
    on listed.customer_id_acct = customers.customer_id_acct
left join companies
    on listed.company_id_cw = companies.company_id_cw
left join named_customers
    on listed.customer_key = named_customers.name_key
    and customers.customer_id_acct <> named_customers.customer_id_acct
    and listed.customer_key is distinct from customers.full_name_key
    and listed.customer_key is distinct from customers.company_name_key
left join named_companies
    on listed.company_key = named_companies.name_key
    and companies.company_id_cw <> named_companies.company_id_cw
where named_customers.customer_id_acct is not null or named_companies.company_id_cw is not null
