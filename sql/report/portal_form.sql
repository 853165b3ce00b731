-- model:   report.portal_form
-- grain:   number_form
-- kind:    view
-- reads:   intermediate.portal_form
-- purpose: the forms in which the portal writes invoice numbers, unless as they are
-- units:   rows
-- source:  the portal's list

select forms.*
from intermediate.portal_form as forms
where forms.number_form > 0
