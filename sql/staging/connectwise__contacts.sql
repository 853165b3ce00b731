-- model:   staging.connectwise__contacts
-- grain:   contact_id_cw
-- reads:   accepted.connectwise_contacts
-- purpose: every ConnectWise contact, its login e-mail in the form in which logins are compared.
-- units:   none
-- source:  ConnectWise contacts

select
    contacts.*,
    lower(contacts.default_email) as login_email,
    trim(concat_ws(' ', contacts.first_name, contacts.last_name)) as contact_name
from accepted.connectwise_contacts as contacts
