-- model:   report.mapping_fixes_to_decide
-- grain:   customer_id_acct, proposed_company_id_cw
-- kind:    view
-- reads:   report.mapping_fixes, matching.judgements
-- purpose: the rows of mapping_fixes.csv and mapping_fixes.xlsx: everything to decide but what is snoozed until a day
--          that has not come
-- units:   as in report.mapping_fixes
-- source:  matching; the register

select fixes.*
from report.mapping_fixes as fixes
anti join matching.judgements as snoozed
    on fixes.customer_id_acct = snoozed.customer_id_acct and snoozed.decision = 'snoozed'
