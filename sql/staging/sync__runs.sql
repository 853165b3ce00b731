-- model:   staging.sync__runs
-- grain:   started_at, from_at, finished_at, run_status
-- reads:   accepted.sync_runs
-- purpose: the portal's sync log, oldest run first, and whether each run did its work.
-- units:   UTC
-- source:  the portal's sync log

select
    sync_runs.started_at,
    sync_runs.from_at,
    sync_runs.finished_at,
    sync_runs.run_status,
    sync_runs.run_status = 'succeeded' as is_successful
from accepted.sync_runs as sync_runs
order by sync_runs.started_at
