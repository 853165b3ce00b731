-- model:   report.backfill
-- grain:   option_rank
-- kind:    view
-- reads:   marts.backfill_options
-- purpose: 'sync from' dates worth considering, the best first
-- units:   amounts in words, each with its currency
-- source:  the run's checks

select options.*
from marts.backfill_options as options
order by options.option_rank
