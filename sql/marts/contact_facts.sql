-- model:   marts.contact_facts
-- grain:   contact_id_cw
-- reads:   staging.connectwise__contacts, staging.connectwise__companies
-- purpose: every contact, the part it plays at its company, and how many active contacts log in with its e-mail.
-- units:   login_holders counts contacts
-- source:  ConnectWise contacts and companies

with logins as (
    select
        contacts.login_email,
        count(*) as login_holders
    from staging.connectwise__contacts as contacts
    where coalesce(contacts.is_inactive, false) = false
    group by contacts.login_email
),

told as (
    select
        bool_or(contacts.is_inactive is not null) as tells_inactive,
        bool_or(contacts.is_login_disabled is not null) as tells_login
    from staging.connectwise__contacts as contacts
)

select
    ---------- ids
    contacts.contact_id_cw,
    contacts.company_id_cw,

    ---------- text
    contacts.contact_name,
    contacts.default_email,
    contacts.portal_security_level,

    ---------- counts
    logins.login_holders,

    ---------- booleans
    -- an empty cell means no where the export tells it of others; where it tells it of nobody, nothing is known
    coalesce(contacts.is_inactive, case when told.tells_inactive then false end) as is_inactive,
    coalesce(contacts.is_login_disabled, case when told.tells_login then false end) as is_login_disabled,
    coalesce(companies.billing_contact_id_cw = contacts.contact_id_cw, false) as is_billing_contact,
    coalesce(contacts.is_default_billing, false) as is_default_billing,
    coalesce(contacts.is_default, false)
    or coalesce(companies.default_contact_id_cw = contacts.contact_id_cw, false) as is_default

from staging.connectwise__contacts as contacts
cross join told
left join staging.connectwise__companies as companies
    on contacts.company_id_cw = companies.company_id_cw
left join logins
    on contacts.login_email = logins.login_email
