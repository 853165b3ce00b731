-- model:   report.missed_plan
-- grain:   is_held_back
-- kind:    view
-- reads:   marts.missed_invoices
-- purpose: how many missed invoices a sync brings, and how many are held back
-- units:   invoices
-- source:  the run's checks

select
    missed.is_held_back,
    count(*) as invoices
from marts.missed_invoices as missed
group by missed.is_held_back
order by missed.is_held_back
