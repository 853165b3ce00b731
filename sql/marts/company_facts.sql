-- model:   marts.company_facts
-- grain:   company_id_cw
-- reads:   marts.contact_checks, matching.mappings, staging.connectwise__companies
-- purpose: every company that a customer is mapped to, who can look into the portal there, and the one contact to propose.
-- units:   counts of contacts; proposed_failed and perhaps_unknown are masks of causes
-- source:  ConnectWise contacts and companies; mappings of the night

with own as (
    select
        checks.company_id_cw,
        count(*) as contact_count,
        count(*) filter (where checks.is_active) as active_contact_count,
        count(*) filter (where checks.can_see) as able_contact_count,
        count(*) filter (where checks.is_perhaps_able) as perhaps_able_contact_count,
        bit_or(checks.unknown) filter (where checks.is_perhaps_able) as perhaps_unknown
    from marts.contact_checks as checks
    group by checks.company_id_cw
),

links as (
    select
        companies.company_id_cw,
        unnest([companies.parent_company_id_cw, companies.bill_to_company_id_cw]) as related_id
    from staging.connectwise__companies as companies
    union
    select
        children.parent_company_id_cw as company_id_cw,
        children.company_id_cw as related_id
    from staging.connectwise__companies as children
    where children.parent_company_id_cw is not null
),

related as (
    select
        links.company_id_cw,
        sum(own.able_contact_count) as related_able_count
    from links
    inner join own
        on links.related_id = own.company_id_cw
    where links.related_id <> links.company_id_cw
    group by links.company_id_cw
),

mapped as (
    select distinct mappings.company_id_cw
    from matching.mappings as mappings
    where mappings.company_id_cw is not null
)

select
    ---------- ids
    companies.company_id_cw,
    companies.company_name,

    ---------- counts
    coalesce(own.contact_count, 0) as contact_count,
    coalesce(own.active_contact_count, 0) as active_contact_count,
    coalesce(own.able_contact_count, 0) as able_contact_count,
    coalesce(own.perhaps_able_contact_count, 0) as perhaps_able_contact_count,
    coalesce(related.related_able_count, 0) as related_able_count,

    ---------- what is not known of those who are perhaps able
    coalesce(own.perhaps_unknown, 0::ubigint) as perhaps_unknown,

    ---------- the contact to propose
    proposed.contact_id_cw as proposed_contact_id_cw,
    proposed.contact_name as proposed_contact_name,
    proposed.default_email as proposed_contact_email,
    proposed.contact_role as proposed_contact_role,
    proposed.portal_security_level as proposed_level,
    proposed.failed as proposed_failed

from mapped
inner join staging.connectwise__companies as companies
    on mapped.company_id_cw = companies.company_id_cw
left join own
    on mapped.company_id_cw = own.company_id_cw
left join related
    on mapped.company_id_cw = related.company_id_cw
left join marts.contact_checks as proposed
    on mapped.company_id_cw = proposed.company_id_cw
    and proposed.is_proposed
