-- model:   intermediate.portal_claims
-- grain:   portal_row_key, row_key
-- reads:   intermediate.portal_candidates, intermediate.portal_form
-- purpose: which accounting document a portal row is that names none by id. match_level: 2 the very number and the
--          customer, 3 the very number and the amount where the list names no customer, 4 a number that is only written
--          differently, with the amount; 5 alike, and nothing decides. Live invoices come first; what they leave may be a
--          void, deleted, credited or paid document, by number and customer.
-- units:   none
-- source:  the portal's own list of invoices against the accounting extract

with alike as (
    select
        candidates.*,
        form.number_form as list_form,
        -- a number in the list's own format is the very number, unless the amounts say otherwise
        candidates.number_form = 0
        or (candidates.number_form <= form.number_form and coalesce(candidates.is_same_amount, false)) as is_very_number
    from intermediate.portal_candidates as candidates
    cross join intermediate.portal_form as form
    -- an old id says that the invoice was made anew only for the very same customer
    where not candidates.has_old_id or candidates.is_same_customer
),

leveled as (
    select
        alike.*,
        case
            when alike.is_very_number and alike.is_same_customer then 2
            when not alike.is_live then null
            when alike.is_somebody_known and not alike.is_same_customer
                then case when alike.is_very_number and alike.is_same_amount then 5 end
            when alike.is_very_number and alike.is_same_amount and alike.is_customer_open then 3
            when alike.is_very_number then 5
            when alike.number_form < 4
                and alike.is_same_amount
                and (alike.is_same_customer or alike.is_customer_open) then 4
            when coalesce(alike.is_same_amount, true) then 5
        end as match_level
    from alike
),

-- of several documents with one number and customer, the one whose amount agrees; a row that is one is no proof of another
compared as (
    select
        leveled.*,
        bool_or(leveled.match_level = 2 and coalesce(leveled.is_same_amount, false))
            over (partition by leveled.portal_row_key) as has_same_amount,
        count(*) filter (where leveled.match_level = 2) over (partition by leveled.portal_row_key) as namesakes
    from leveled
    where leveled.match_level is not null
),

ranked as (
    select
        compared.*,
        bool_or(compared.is_live and compared.match_level < 5)
            over (partition by compared.portal_row_key) as is_row_live,
        min(compared.match_level) over (partition by compared.portal_row_key) as best_of_row
    from compared
    where compared.match_level > 2 or not compared.has_same_amount or coalesce(compared.is_same_amount, false)
),

claims as (
    select
        ranked.*,
        count(*) over (partition by ranked.portal_row_key) as claimants,
        count(*) over (partition by ranked.row_key, ranked.match_level) as portal_rows,
        min(ranked.match_level) over (partition by ranked.row_key) as best_of_invoice
    from ranked
    where
        ranked.match_level = ranked.best_of_row
        and (ranked.is_live or not ranked.is_row_live)
)

select
    claims.portal_row_key,
    claims.row_key,
    claims.match_level,
    claims.has_old_id,
    claims.number_form > claims.list_form as is_reformatted,
    claims.match_level = 5
    or claims.claimants > claims.portal_rows
    -- the amounts of several namesakes all differ: it may be any of them
    or (claims.match_level = 2 and claims.namesakes > 1 and claims.is_same_amount = false)
    or (claims.match_level in (3, 4) and (claims.claimants > 1 or claims.portal_rows > 1)) as is_undecided
from claims
where claims.match_level = claims.best_of_invoice
