"""Which ConnectWise company an accounting customer is: certain, to be reviewed, or unknown.

The stage in order:

1. `records.profiles` brings both sides to one form: names (`name_variants`, `normalize_names`, `name_table`), words
   (`vocabulary`, `typos`), accounts, domains, phones, places (`fields`).
2. `blocking_keys.keys` says under which keys each side is found; `candidates.candidates` adds up the keys that each
   pair shares.
3. `sql/matching/shared_invoices`: the invoices that both sides have; the only evidence that SQL joins.
4. `evidence.evidence` compares each pair, kind by kind (`name_similarity` for the names), and scores it (`scorecard`).
5. `certainty.certainty` weighs a customer's candidates against each other and decides by rule (`certainty_rules`).
6. `resolve.mappings` puts judgements, the portal and certainty in their order: `matching.mappings`.

`linker` is steps 2 to 5 in one piece; `competitors` asks who else fits a company; `abbreviations` is for two tables
without a run; `fit` learns the points; `waterfall` shows the parts of a score.
"""
