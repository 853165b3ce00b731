-- model:   intermediate.portal_strangers
-- grain:   portal_row_key
-- reads:   intermediate.portal_pairs, intermediate.portal_companies, intermediate.customer_names, matching.mappings,
--          staging.accounting__customers, staging.connectwise__companies
-- purpose: portal rows that have a document's id and name somebody else than its customer. is_elsewhere: the customer's id or
--          the name is that of one live company alone, and not of the customer's own. is_undecided: it is another's or
--          nobody's, and does not tell whose. A list whose names hardly anybody knows is written in names of its own: there
--          a name says nothing, and the document's number and amount decide.
-- units:   none
-- source:  the portal's own list of invoices against accounting, its mappings and ConnectWise companies

with named as materialized (
    select distinct
        pairs.customer_id_acct,
        pairs.other_name,
        pairs.other_customer_id_acct
    from intermediate.portal_pairs as pairs
    where pairs.row_key is not null and (pairs.other_name is not null or pairs.other_customer_id_acct is not null)
),

own_companies as (
    select distinct
        mappings.customer_id_acct,
        unnest([mappings.company_id_cw, companies.bill_to_company_id_cw]) as company_id_cw
    from matching.mappings as mappings
    left join staging.connectwise__companies as companies
        on mappings.company_id_cw = companies.company_id_cw
),

-- a job's invoices are listed under the customer above it, and those of a merged customer under what it became
own_customers as (
    select distinct
        customers.customer_id_acct,
        unnest([
            customers.customer_id_acct, customers.parent_customer_id_acct, customers.merged_into_customer_id_acct
        ]) as own_customer_id_acct
    from staging.accounting__customers as customers
),

-- whom each row names; neither customer nor company: several companies have the name
meant as (
    select
        named.*,
        false as is_by_id,
        null as meant_customer_id_acct,
        shown.company_id_cw
    from named
    inner join intermediate.portal_companies as shown
        on named.other_name = shown.shown_name
    where shown.company_count > 0

    union all

    select
        named.*,
        false as is_by_id,
        names.customer_id_acct as meant_customer_id_acct,
        mappings.company_id_cw
    from named
    inner join intermediate.portal_companies as shown
        on named.other_name = shown.shown_name
    inner join intermediate.customer_names as names
        on shown.name = names.name
    left join matching.mappings as mappings
        on names.customer_id_acct = mappings.customer_id_acct

    union all

    select
        named.*,
        true as is_by_id,
        known.customer_id_acct as meant_customer_id_acct,
        mappings.company_id_cw
    from named
    inner join staging.accounting__customers as known
        on named.other_customer_id_acct = known.customer_id_acct
    left join matching.mappings as mappings
        on known.customer_id_acct = mappings.customer_id_acct
),

compared as (
    select
        meant.*,
        own_customers.customer_id_acct is not null or own_companies.customer_id_acct is not null as is_own,
        coalesce(not companies.is_deleted, companies.company_id_cw is not null) as is_live
    from meant
    left join own_customers
        on meant.customer_id_acct = own_customers.customer_id_acct
        and meant.meant_customer_id_acct = own_customers.own_customer_id_acct
    left join own_companies
        on meant.customer_id_acct = own_companies.customer_id_acct
        and meant.company_id_cw = own_companies.company_id_cw
    left join staging.connectwise__companies as companies
        on meant.company_id_cw = companies.company_id_cw
),

weighed as (
    select
        compared.customer_id_acct,
        compared.other_name,
        compared.other_customer_id_acct,
        bool_or(compared.is_own) as is_own,
        bool_or(compared.is_by_id and not compared.is_own) as is_id_anothers,
        count(distinct compared.company_id_cw) = 1
        and bool_and(compared.is_live or compared.company_id_cw is null)
        and not bool_or(compared.company_id_cw is null and compared.meant_customer_id_acct is null) as is_one_company
    from compared
    group by compared.customer_id_acct, compared.other_name, compared.other_customer_id_acct
),

known as (
    select distinct names.name
    from intermediate.customer_names as names
),

listed as (
    select count(*) filter (where shown.company_count > 0 or known.name is not null) * 2 < count(*) as are_names_unknown
    from intermediate.portal_companies as shown
    left join known
        on shown.name = known.name
),

judged as (
    select
        pairs.portal_row_key,
        pairs.row_key,
        weighed.customer_id_acct is not null as is_anothers,
        -- beside the customer's own id, the name of another is a contradiction, and proves nothing
        coalesce(not weighed.is_own and weighed.is_one_company and not pairs.is_customer_told, false) as is_elsewhere,
        case
            when weighed.customer_id_acct is not null then not weighed.is_own or weighed.is_id_anothers
            when pairs.is_customer_told or pairs.other_name is null then false
            else not listed.are_names_unknown or pairs.is_number_different or pairs.is_total_different
        end as is_strange
    from intermediate.portal_pairs as pairs
    cross join listed
    left join weighed
        on pairs.customer_id_acct = weighed.customer_id_acct
        and pairs.other_name is not distinct from weighed.other_name
        and pairs.other_customer_id_acct is not distinct from weighed.other_customer_id_acct
    where pairs.row_key is not null and (pairs.other_name is not null or pairs.other_customer_id_acct is not null)
)

select
    judged.portal_row_key,
    judged.row_key,
    judged.is_elsewhere,
    not judged.is_elsewhere as is_undecided,
    judged.is_anothers
from judged
where judged.is_strange
