-- model:   report.gaps
-- grain:   gap_id
-- kind:    view
-- reads:   marts.sync_gaps
-- purpose: the gaps of the sync, in their order
-- units:   amounts in words, each with its currency
-- source:  the run's checks

select gaps.*
from marts.sync_gaps as gaps
order by gaps.gap_id
