-- model:   intermediate.portal_companies
-- grain:   shown_name
-- reads:   accepted.portal_invoices, staging.connectwise__companies, quarantine.rows
-- purpose: the names on the portal's rows, and the company that each names: how many companies have it, and which one if it
--          is one alone.
-- units:   none
-- source:  the portal's own list of invoices, ConnectWise companies

with names as (
    select
        name_key(companies.company_name) as name,
        companies.company_id_cw
    from staging.connectwise__companies as companies

    union

    -- a company that could not be read has its name all the same
    select
        name_key(aside.row_values ->> 'company_name') as name,
        aside.row_values ->> 'company_id_cw' as company_id_cw
    from quarantine.rows as aside
    where aside.relation = 'connectwise_companies'
),

own_names as (
    select
        names.name,
        count(*) as company_count,
        case when count(*) = 1 then any_value(names.company_id_cw) end as company_id_cw
    from names
    where names.name is not null
    group by names.name
),

shown as (
    select distinct coalesce(portal.company_name, portal.customer_name) as shown_name
    from accepted.portal_invoices as portal
)

select
    shown.shown_name,
    name_key(shown.shown_name) as name,
    coalesce(own_names.company_count, 0) as company_count,
    own_names.company_id_cw
from shown
left join own_names
    on name_key(shown.shown_name) = own_names.name
where shown.shown_name is not null
