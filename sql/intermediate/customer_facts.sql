-- model:   intermediate.customer_facts
-- grain:   customer_id_acct
-- reads:   staging.accounting__customers, matching.mappings, staging.connectwise__companies, staging.portal__mappings,
--          marts.company_checks, intermediate.contact_emails, quarantine.rows, ctl.run
-- purpose: every accounting customer, its mapping, and what is known of the company it is mapped to.
-- units:   access_failed, access_unknown and access_reached are masks of causes
-- source:  accounting extract, mappings of the run, ConnectWise companies, the portal's mappings

-- a row that could not be read is there
with unread as (
    select distinct
        aside.relation,
        case aside.relation
            when 'accounting_customers' then aside.row_values ->> 'customer_id_acct'
            else aside.row_values ->> 'company_id_cw'
        end as id,
        is_id_unread(
            aside.broken_rules,
            case aside.relation when 'accounting_customers' then 'customer_id_acct' else 'company_id_cw' end
        ) as is_id_lost
    from quarantine.rows as aside
    where aside.relation in ('accounting_customers', 'connectwise_companies')
),

-- where it cannot be told which one it is, it may be any
anywhere as (
    select
        count(*) filter (where unread.relation = 'accounting_customers') > 0 as is_any_customer,
        count(*) filter (where unread.relation = 'connectwise_companies') > 0 as is_any_company
    from unread
    where unread.is_id_lost or unread.id is null
)

select
    ---------- ids
    customers.customer_id_acct,
    customers.customer_name,
    mappings.company_id_cw,

    ---------- the customer
    case
        when customers.has_customer_row or not (anywhere.is_any_customer or unread_customers.id is not null)
            then customers.has_customer_row
    end as has_customer_row,
    this_run.has_customers,
    customers.is_active,
    customers.merged_into_customer_id_acct,
    lower(regexp_extract(customers.email, '[^,; ]+')) as customer_email,
    contact_emails.email is not null as is_email_known,

    ---------- the mapping
    mappings.mapping_state,
    mappings.mapping_source,
    mappings.is_conflicting,
    mappings.candidate_count,
    mappings.best_lead,
    mappings.judged_at,
    parents.mapping_state = 'mapped' as is_parent_mapped,
    coalesce(portal.is_contradictory, false) as is_mapping_contradictory,
    case
        when this_run.has_portal_mappings and not coalesce(portal.is_contradictory, false)
            then coalesce(portal.company_id_cw is not null, false)
    end as is_in_portal,

    ---------- the company
    case
        when companies.company_id_cw is not null then true
        when not (anywhere.is_any_company or unread_companies.id is not null) then false
    end as has_company,
    companies.company_name,
    companies.is_deleted,
    companies.is_inactive,
    companies.is_hidden,
    companies.bill_to_company_id_cw,
    access_checks.failed as access_failed,
    access_checks.unknown as access_unknown,
    access_checks.reached as access_reached,
    access_checks.can_anyone_see

from staging.accounting__customers as customers
cross join ctl.run as this_run
cross join anywhere
inner join matching.mappings as mappings
    on customers.customer_id_acct = mappings.customer_id_acct
left join matching.mappings as parents
    on customers.parent_customer_id_acct = parents.customer_id_acct
left join staging.portal__mappings as portal
    on customers.customer_id_acct = portal.customer_id_acct
left join staging.connectwise__companies as companies
    on mappings.company_id_cw = companies.company_id_cw
left join marts.company_checks as access_checks
    on mappings.company_id_cw = access_checks.company_id_cw
left join intermediate.contact_emails as contact_emails
    on mappings.company_id_cw = contact_emails.company_id_cw
    and lower(regexp_extract(customers.email, '[^,; ]+')) = contact_emails.email
left join unread as unread_customers
    on customers.customer_id_acct = unread_customers.id
    and unread_customers.relation = 'accounting_customers'
    and not unread_customers.is_id_lost
left join unread as unread_companies
    on mappings.company_id_cw = unread_companies.id
    and unread_companies.relation = 'connectwise_companies'
    and not unread_companies.is_id_lost
