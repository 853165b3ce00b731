"""Which ConnectWise company an accounting customer is: certain, to be reviewed, or unknown.

The stage in order; SQL joins between the Python steps:

1. `profiles.profiles` brings both sides to comparable forms.
2. `keys.keys` says under which keys each side can be found: `matching.customer_keys`, `matching.company_keys`.
3. `sql/matching`: `shared_invoices` and `candidate_pairs`.
4. `evidence.evidence` compares each pair, kind by kind.
5. `certainty.certainty` weighs a customer's candidates against each other: `matching.candidates`.
6. `mappings.mappings` puts judgements, the portal and certainty in their order: `matching.mappings`.
"""
