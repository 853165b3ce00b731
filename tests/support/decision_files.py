"""Decided files for tests: what a run proposed, with decisions written into it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from etl.review.register import Register
from tests.support.command_results import Ended

Rows = list[dict[str, str]]


def proposed(folder: Path, name: str = "mapping_fixes.csv") -> Rows:
    """The rows of a fix file of the latest run."""
    text = (folder / "out" / "latest" / name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def certain(rows: Rows, count: int) -> Rows:
    """Rows of so many customers that have one candidate, with which each can be decided by itself."""
    found = [row for row in rows if row["cw_company_id"] and row["alternatives"] == "0"]
    assert len(found) >= count
    return found[:count]


def written(rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> str:
    """Rows as CSV text with a header."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, quoting=csv.QUOTE_ALL)
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def decide(rows: Sequence[Mapping[str, str]], decision: str, **more: str) -> Rows:
    """The same rows, decided."""
    return [{**row, "decision": decision, **more} for row in rows]


def save(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """A decided file as the page saves it."""
    path.write_text(written(rows), encoding="utf-8-sig", newline="")
    return path


def held(folder: Path) -> list[tuple[str, str | None, str]]:
    """What the register holds beyond what the fixtures bring along."""
    current = Register.open(folder / "state" / "register.sqlite").current()
    own = current.filter(pl.col("import_id") != "demonstration")
    return own.select("customer_id_acct", "company_id_cw", "decision").rows()


def imports(folder: Path) -> int:
    """Imports in the register."""
    return Register.open(folder / "state" / "register.sqlite").log()["import_id"].n_unique()


def bare(row: dict[str, str]) -> tuple[str, str]:
    """Customer and company of a row."""
    return row["acct_customer_id"].removeprefix("ACCT-"), row["cw_company_id"].removeprefix("CW-")


def kinds(ended: Ended) -> list[str]:
    """The verdicts, row by row."""
    return re.findall(r"(?m)^  line \d+: .*?: (apply|no-op|stale|error)\b", ended.out + ended.err)
