"""Which ConnectWise company an accounting customer is: certain, to be reviewed, or unknown.

The stage in order:

1. `profiles.profiles` brings both sides to one form: names (`variants`, `names`, `naming`), words (`vocabulary`,
   `spelling`), accounts, domains, phones, places (`fields`).
2. `keys.keys` says under which keys each side is found; `candidates.candidates` adds up the keys that each pair shares.
3. `sql/matching/shared_invoices`: the invoices that both sides have; the only evidence that SQL joins.
4. `evidence.evidence` compares each pair, kind by kind (`similarity` for the names), and scores it (`scorecard`).
5. `certainty.certainty` weighs a customer's candidates against each other and decides by rule (`clauses`).
6. `mappings.mappings` puts judgements, the portal and certainty in their order: `matching.mappings`.

`link` is steps 2 to 5 in one piece; `rivals` asks who else fits a company; `abbreviations` is for two tables without a
night; `fit` learns the points; `waterfall` tells the parts of a score.
"""
