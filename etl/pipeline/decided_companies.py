"""Decisions name companies by the key that the list had then: RecID, or `ID:` and the Company ID if it had none."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from etl.domain import IDENTIFIED
from etl.errors import GateError
from etl.review.register import Snapshot
from etl.warehouse.engine import Engine

_EXAMPLES: Final = 3
_COMPANY: Final = "company_id_cw"


def with_keys_of_list(engine: Engine, register: Snapshot) -> Snapshot:
    """What was decided about a Company ID is decided about the company that has it, now that the list has RecIDs.

    Raises:
        GateError: decisions name companies by a key that today's list does not have.
    """
    companies = engine.frame("select company_id_cw, company_identifier from accepted.connectwise_companies")
    decided = pl.concat([register.current.select(_COMPANY), register.contacts.select(_COMPANY)])[_COMPANY].drop_nulls()
    marked = decided.filter(decided.str.starts_with(IDENTIFIED))
    is_marked_today = bool(companies[_COMPANY].str.starts_with(IDENTIFIED).any())
    if is_marked_today:
        _refuse(decided.filter(decided.str.contains("^[0-9]+$")), "RecID")
    elif marked.len() and companies.height:
        if companies["company_identifier"].null_count() == companies.height:
            _refuse(marked, "Company ID")
        keys = _record_ids(companies)
        return replace(register, current=_renamed(register.current, keys), contacts=_renamed(register.contacts, keys))
    return register


def _refuse(named: pl.Series, key: str) -> None:
    if named.len():
        shown = ", ".join(named.unique().sort().head(_EXAMPLES))
        message = (
            f"{named.len()} decisions name companies by {key} ({shown}), and the list of companies has no {key}:"
            f" nobody knows which companies they are. Export the companies with RecID and Company ID."
        )
        raise GateError([message])


def _record_ids(companies: pl.DataFrame) -> pl.DataFrame:
    """`old, new`: the marked Company IDs that one company has, and its RecID."""
    found = companies.drop_nulls("company_identifier").select(
        old=(IDENTIFIED + pl.col("company_identifier")).str.to_lowercase(), new=_COMPANY
    )
    return found.filter(~pl.col("old").is_duplicated())


def _renamed(decisions: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    old = decisions.select(old=pl.col(_COMPANY).str.to_lowercase())
    new = old.join(keys, on="old", how="left", maintain_order="left")["new"]
    return decisions.with_columns(pl.coalesce(new, _COMPANY).alias(_COMPANY))
