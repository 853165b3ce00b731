-- model:   intermediate.company_facts
-- grain:   company_id_cw
-- reads:   marts.contact_checks, matching.mappings, quarantine.rows, staging.connectwise__companies,
--          staging.connectwise__contacts, ctl.causes
-- purpose: every company that a customer is mapped to, who can look into the portal there, and the one contact to propose.
-- units:   counts of contacts; proposed_failed, proposed_unknown and perhaps_unknown are masks of causes
-- source:  ConnectWise contacts and companies; mappings of the run

-- a contact that could not be read is there, and may be able to see
with unread as (
    select
        aside.row_values ->> 'company_id_cw' as company_id_cw,
        name_text(aside.row_values ->> 'company_identifier') as identifier,
        name_text(aside.row_values ->> 'company_name') as name_key,
        coalesce(
            aside.row_values ->> 'company_id_cw',
            aside.row_values ->> 'company_identifier',
            aside.row_values ->> 'company_name'
        ) is null
        or is_id_unread(aside.broken_rules, 'company_id_cw') as is_company_lost
    from quarantine.rows as aside
    anti join staging.connectwise__contacts as known
        on aside.row_values ->> 'contact_id_cw' = known.contact_id_cw
    where aside.relation = 'connectwise_contacts'
),

-- a contact that is joined to no company may be at each one that it names
unplaced as (
    select
        unread.identifier,
        unread.name_key
    from unread
    where unread.company_id_cw is null and not unread.is_company_lost
    union all
    select
        name_text(people.company_identifier) as identifier,
        name_text(people.company_name) as name_key
    from staging.connectwise__contacts as people
    where people.company_id_cw is null
),

named as (
    select
        companies.company_id_cw,
        name_text(companies.company_identifier) as identifier,
        name_text(companies.company_name) as name_key
    from staging.connectwise__companies as companies
),

perhaps_here as (
    select named.company_id_cw
    from named
    inner join unplaced
        on named.identifier = unplaced.identifier
    union all
    select named.company_id_cw
    from named
    inner join unplaced
        on named.name_key = unplaced.name_key
        and named.identifier is distinct from unplaced.identifier
),

-- where it cannot be told whose it is, it may be anybody's
anywhere as (
    select count(*) filter (where unread.is_company_lost) as contact_count
    from unread
),

contacts as (
    select
        checks.company_id_cw,
        checks.is_active,
        checks.can_see,
        checks.is_perhaps_able,
        checks.unknown
    from marts.contact_checks as checks
    union all
    select
        unread.company_id_cw,
        true as is_active,
        false as can_see,
        true as is_perhaps_able,
        causes.mask as unknown
    from unread
    inner join ctl.causes as causes
        on causes.code = 'LOGIN_DISABLED'
    where unread.company_id_cw is not null and not unread.is_company_lost
    union all
    select
        perhaps_here.company_id_cw,
        true as is_active,
        false as can_see,
        true as is_perhaps_able,
        causes.mask as unknown
    from perhaps_here
    inner join ctl.causes as causes
        on causes.code = 'CONTACT_AT_PARENT_OR_CHILD'
),

own as (
    select
        contacts.company_id_cw,
        count(*) as contact_count,
        count(*) filter (where contacts.is_active) as active_contact_count,
        count(*) filter (where contacts.can_see) as able_contact_count,
        count(*) filter (where contacts.is_perhaps_able) as perhaps_able_contact_count,
        bit_or(contacts.unknown) filter (where contacts.is_perhaps_able) as perhaps_unknown
    from contacts
    group by contacts.company_id_cw
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
    coalesce(own.contact_count, 0) + anywhere.contact_count as contact_count,
    coalesce(own.active_contact_count, 0) + anywhere.contact_count as active_contact_count,
    coalesce(own.able_contact_count, 0) as able_contact_count,
    coalesce(own.perhaps_able_contact_count, 0) + anywhere.contact_count as perhaps_able_contact_count,
    coalesce(related.related_able_count, 0) as related_able_count,

    ---------- what is not known of those who are perhaps able
    coalesce(own.perhaps_unknown, 0::ubigint) as perhaps_unknown,

    ---------- the contact to propose
    proposed.contact_id_cw as proposed_contact_id_cw,
    proposed.contact_name as proposed_contact_name,
    proposed.default_email as proposed_contact_email,
    proposed.contact_role as proposed_contact_role,
    proposed.portal_security_level as proposed_level,
    proposed.failed as proposed_failed,
    coalesce(proposed.unknown, 0::ubigint) as proposed_unknown

from mapped
cross join anywhere
inner join staging.connectwise__companies as companies
    on mapped.company_id_cw = companies.company_id_cw
left join own
    on mapped.company_id_cw = own.company_id_cw
left join related
    on mapped.company_id_cw = related.company_id_cw
left join marts.contact_checks as proposed
    on mapped.company_id_cw = proposed.company_id_cw
    and proposed.is_proposed
