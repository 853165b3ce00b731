-- model:   staging.contradictory_mappings
-- grain:   mapping_row_key
-- reads:   accepted.portal_mappings, accepted.connectwise_companies, staging.accounting__customers
-- purpose: rows of the portal's mappings that contradict themselves: the id is one customer or company, and the name next to
--          it is the name of exactly one other. Such a row maps no customer.
-- units:   none
-- source:  the portal's list of mappings against the customers and companies

with customers as (
    select
        customers.customer_id_acct,
        name_text(customers.customer_name) as name_key,
        name_text(customers.full_name) as full_name_key,
        name_text(customers.company_name) as company_name_key
    from staging.accounting__customers as customers
),

companies as (
    select
        companies.company_id_cw,
        name_text(companies.company_name) as name_key
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
        name_text(mappings.customer_name) as customer_key,
        name_text(mappings.company_name) as company_key
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
