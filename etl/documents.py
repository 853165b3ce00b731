"""What invoices alone decide, whomever their customers are mapped to: large joins, done while names are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from etl.engine import Engine
from etl.match.repeats import repeated
from etl.models import Model, build

OF_DOCUMENTS: Final = (
    "marts.shared_numbers", "marts.portal_companies", "marts.portal_pairs", "marts.portal_by_id",
    "marts.portal_unmatched",
)  # fmt: skip
"""Which numbers several invoices carry, and which documents the portal names by their ids."""

OF_PORTAL: Final = (
    "marts.customer_names", "marts.portal_strangers", "marts.portal_candidates", "marts.portal_form",
    "marts.portal_claims", "marts.portal_by_number",
)  # fmt: skip
"""Which documents the portal shows under their numbers; for that the mappings have to be known."""


def share_numbers(engine: Engine, models: Mapping[str, Model]) -> pl.DataFrame:
    """Pair accounting's invoices with ConnectWise's by their numbers.

    Returns:
        `matching.shared_invoices`: how many numbers each customer and company share, and how often the totals agree.
    """
    build(engine, models, ["matching.number_pairs"])
    pairs = engine.frame("select row_key, row_key_cw from matching.number_pairs")
    engine.write("matching.repeated_pairs", repeated(pairs))
    build(engine, models, ["matching.shared_invoices"])
    return engine.frame("from matching.shared_invoices")
