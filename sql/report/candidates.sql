-- model:   report.candidates
-- grain:   customer_id_acct, company_id_cw
-- reads:   report.queue, matching.candidates, staging.connectwise__companies
-- purpose: candidates, with their evidence, of the customers that the page shows
-- units:   certainty and lead 0 to 1; score in half bits
-- source:  matching

select
    ---------- ids
    candidates.customer_id_acct,
    candidates.company_id_cw,

    ---------- words
    companies.company_identifier,
    companies.company_name,
    companies.city as company_city,
    companies.is_inactive,
    companies.is_deleted,

    ---------- numbers
    candidates.rank,
    candidates.certainty,
    candidates.score,
    candidates.lead,
    candidates.evidence

from matching.candidates as candidates
left join staging.connectwise__companies as companies
    on candidates.company_id_cw = companies.company_id_cw
-- a customer is in the queue once per currency
semi join report.queue as queue
    on candidates.customer_id_acct = queue.customer_id_acct and queue.queue_rank <= 200
order by candidates.customer_id_acct, candidates.rank, candidates.company_id_cw
