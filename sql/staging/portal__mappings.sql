-- model:   staging.portal__mappings
-- grain:   customer_id_acct
-- reads:   accepted.portal_mappings
-- purpose: the portal's own mappings; a customer that the portal knows and has not mapped has no company.
-- units:   none
-- source:  the portal's list of mappings

select mappings.*
from accepted.portal_mappings as mappings
