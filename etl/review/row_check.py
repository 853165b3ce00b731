"""Whether the cells of a decided row still belong together, or a column was sorted or moved without the others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from etl.errors import Problem
from etl.review.mapping_decisions import SHOWN, ParsedDecision

Shown = Mapping[str, str]
"""Column -> the text that a run wrote into it."""

_NUMBERS: Final = frozenset({"score", "rank", "certainty", "lead"})
_COMPARED: Final = 3_000
"""Characters of a text: spreadsheets and workbooks cut very long ones."""

_REMEDY: Final = "Decide in a fresh copy of the file, on the row of the company that is meant."


def misplaced(decided: ParsedDecision, company: str | None, rows: Mapping[str | None, Shown]) -> Problem | None:
    """What in the row belongs to another row of its customer.

    Args:
        decided: what the row decides.
        company: the company of the row that the fingerprint was made for; null for a customer without candidates.
        rows: company -> what the run wrote into the row of this customer and that company.

    Returns:
        What does not belong together. An override names a company of its own: only one that was proposed has its own
        row. What a spreadsheet wrote in another form is no evidence of anything, and a company that was never proposed
        is not judged here.
    """
    line = decided.source
    own = f"CW-{company}" if company is not None else "NONE"
    row_id, expected = line.cells["row_id"], f"ACCT-{decided.customer_id_acct}/{own}"
    if row_id and row_id.casefold() != expected.casefold():
        return line.problem(f"the row_fp of {expected} in the row {row_id}", "cells of one row", _REMEDY)
    named = _named(decided)
    if named is not None and named != company and (named in rows or decided.company_id_cw is None):
        return line.problem(f"CW-{named} in the row of {own}", "the company of the row", _REMEDY)
    if decided.action == "override":
        return None
    for column in SHOWN:
        text, written = line.cells[column], rows.get(company, {}).get(column, "")
        if not text or _is_same(column, text, written):
            continue
        other = next((each for each, shown in rows.items() if _is_same(column, text, shown[column])), company)
        if other != company:
            found = f"the {column} of CW-{other} in the row of {own}"
            return line.problem(found, "cells of one row: a column was sorted or moved", _REMEDY)
    return None


def _named(decided: ParsedDecision) -> str | None:
    """The company that the row names, also where the decision is about the customer alone."""
    if decided.company_id_cw is not None:
        return decided.company_id_cw
    text = decided.source.cells["cw_company_id"]
    return text[3:] if text[:3].upper() == "CW-" and len(text) > len("CW-") else None


def _is_same(column: str, text: str, written: str) -> bool:
    if column in _NUMBERS:
        try:
            return float(text.replace(",", ".")) == float(written)
        except ValueError:
            return text == written
    return _folded(text) == _folded(written)


def _folded(text: str) -> str:
    """What every encoding and every spreadsheet keeps of a text; nothing else is left of some names."""
    kept = re.sub(r"[^0-9A-Za-z]", "", text[:_COMPARED])
    return kept or text.strip().removeprefix("'")
