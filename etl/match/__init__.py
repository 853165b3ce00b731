"""The match: the ConnectWise company of each accounting customer is certain, to be reviewed, or unknown.

The stage in order:

1. `records.normalize_records` brings both sides to one form: names (`name_variants`, `normalize_names`,
   `name_table`), words (`vocabulary`, `typos`), accounts, domains, phones, places (`fields`).
2. `blocking_keys.build_keys` gives each record its keys; `candidates.find_candidates` adds up the keys that each pair
   shares.
3. `sql/matching/shared_invoices`: the invoices that both sides have; the only evidence that SQL joins.
4. `evidence.find_evidence` compares each pair, kind by kind (`name_similarity` for the names), and scores it
   (`scorecard`).
5. `certainty.decide` weighs a customer's candidates against each other and decides by rule (`certainty_rules`).
6. `resolve.resolve_mappings` puts judgements, the portal and certainty in their order: `matching.mappings`.

`linker` is steps 2 to 5 in one piece; `competitors` finds the other customers that fit a company; `abbreviations` is
for two tables without a run; `fit` learns the points; `waterfall` shows the parts of a score.
"""
