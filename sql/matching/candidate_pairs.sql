-- model:   matching.candidate_pairs
-- grain:   customer_id_acct, company_id_cw
-- reads:   matching.customer_keys, matching.company_keys, matching.shared_invoices
-- purpose: for each customer the companies that share an identifier or invoices with it and, up to ten in all, those
--          that share its rarest keys. Joins only: the keys come from etl/match/keys.py, which leaves out those that
--          too many companies have.
-- units:   key_bits: sum of log2(companies / companies with the key), in sixteenths, so that sums are exact
-- source:  keys of names, account numbers, tax ids, domains and phones; shared invoices

with hits as (
    select
        customer_keys.customer_id_acct,
        company_keys.company_id_cw,
        customer_keys.key_bits,
        customer_keys.is_identifier
    from matching.customer_keys as customer_keys
    inner join matching.company_keys as company_keys
        on customer_keys.key_kind = company_keys.key_kind
        and customer_keys.key_text = company_keys.key_text

    union all

    select
        shared.customer_id_acct,
        shared.company_id_cw,
        0.0 as key_bits,
        true as is_identifier
    from matching.shared_invoices as shared
),

pairs as (
    select
        hits.customer_id_acct,
        hits.company_id_cw,
        sum(hits.key_bits) as key_bits,
        bool_or(hits.is_identifier) as is_identified
    from hits
    group by 1, 2
),

best as (
    select
        pairs.customer_id_acct,
        pairs.company_id_cw,
        pairs.key_bits,
        pairs.is_identified
    from pairs
    qualify row_number() over (
            partition by pairs.customer_id_acct
            order by pairs.is_identified desc, pairs.key_bits desc, pairs.company_id_cw asc
        ) <= 10
)

select
    best.customer_id_acct,
    best.company_id_cw,
    best.key_bits,
    best.is_identified
from best
-- what shares less than a third of what the best one shares is somebody else
qualify best.is_identified
    or best.key_bits >= 0.3 * max(best.key_bits) over (partition by best.customer_id_acct)
