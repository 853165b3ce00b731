-- model:   intermediate.contact_emails
-- grain:   company_id_cw, email
-- reads:   staging.connectwise__contacts
-- purpose: every e-mail address of an active contact, by company.
-- units:   none
-- source:  ConnectWise contacts

with addresses as (
    select
        contacts.company_id_cw,
        unnest(list_append(contacts.other_emails, contacts.default_email)) as address
    from staging.connectwise__contacts as contacts
    where
        coalesce(contacts.is_inactive, false) = false
        and contacts.company_id_cw is not null
)

select distinct
    addresses.company_id_cw,
    lower(addresses.address) as email
from addresses
where addresses.address is not null
