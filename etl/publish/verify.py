"""Verify a run before it is published: every file is read again and must agree with the summary."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl
from markupsafe import escape

from etl.domain import DATABASE, FIX_SHEET, MANIFEST
from etl.warehouse.engine import Engine

_BEGIN, _END = b"<!doctype html>", b"</html>"
_CHUNK: Final = 1 << 20
_SHEET_NAME: Final = re.compile('<sheet name="([^"]*)"')
_CUSTOMER: Final = re.compile(rb'<c r="([A-Z]+)1"[^>]*><is><t>acct_customer_id</t>')

Check = Callable[[Path, dict[str, Any]], list[str]]


def differences(folder: Path, summary: dict[str, Any]) -> list[str]:
    """Read every file of a finished run and compare it with the summary.

    Args:
        folder: where the files are; the database is closed.
        summary: the content of summary.json.

    Returns:
        Each difference and each file that cannot be read; empty if the run may be published.
    """
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    wrong = [f"{name} is not an output file of a run" for name in sorted(there - _CHECKS.keys() - {MANIFEST})]
    for name, check in _CHECKS.items():
        try:
            wrong += [f"{name}: {what}" for what in check(folder / name, summary)]
        # an unreadable file must not be published, whatever error its reader raises
        except Exception as error:  # noqa: BLE001
            reason = str(error).splitlines()[0] if str(error) else ""
            wrong.append(f"{name} cannot be read back ({type(error).__name__}: {reason})")
    return wrong


def _summary(path: Path, summary: dict[str, Any]) -> list[str]:
    is_same = json.loads(path.read_bytes()) == json.loads(json.dumps(summary))
    return [] if is_same else ["its numbers differ from those of the page"]


def _closed(summary: dict[str, Any]) -> int:
    """Companies without portal access, whether or not that blocks an invoice in this run."""
    return int(summary["contacts"]["closed"])


def _parquet(path: Path, summary: dict[str, Any]) -> list[str]:
    """Rows and money of each state and currency."""
    grouped = pl.scan_parquet(path).group_by("state", "currency_code")
    found = grouped.agg(pl.len(), pl.col("balance_amount").cast(pl.Decimal(38, 4)).sum()).collect()
    written = {(state, code): (rows, amount) for state, code, rows, amount in found.iter_rows()}
    in_summary = {
        (entry["state"], cell["currency_code"]): (cell["invoices"], Decimal(cell["amount"]))
        for entry in summary["states"]
        for cell in entry["amounts"]
    }
    wrong = []
    for key in sorted(written.keys() | in_summary.keys(), key=str):
        (rows, amount), (count_in_summary, amount_in_summary) = (
            of.get(key, (0, Decimal(0))) for of in (written, in_summary)
        )
        if rows != count_in_summary:
            wrong.append(f"{rows} invoices {key[0]} in {key[1]}, expected {count_in_summary} as in the summary")
        if amount != amount_in_summary:
            wrong.append(f"the balance of the invoices {key[0]} in {key[1]} differs from the summary")
    return wrong


def _rows_of_csv(expected: Callable[[dict[str, Any], Path], int]) -> Check:
    def check(path: Path, summary: dict[str, Any]) -> list[str]:
        # an empty table has only a header; a file cut inside a row has no final line break
        rows = pl.scan_csv(path, infer_schema=False).select(pl.len()).collect().item()
        in_summary = expected(summary, path)
        wrong = [] if rows == in_summary else [f"{rows} rows, expected {in_summary}"]
        return wrong if _ends_with(path, b"\n") else [*wrong, "its last line is cut off"]

    return check


def _invoices_csv(path: Path, summary: dict[str, Any]) -> list[str]:
    if summary["invoices_csv"]["holds"] == "none":
        return ["it was written, and the setting says none"] if path.exists() else []
    return _rows_of_csv(lambda summary, _: int(summary["invoices_csv"]["rows"]))(path, summary)


def _report(path: Path, summary: dict[str, Any]) -> list[str]:
    content = path.read_bytes()
    wrong = []
    if content[: len(_BEGIN)].lower() != _BEGIN or not content.rstrip().endswith(_END):
        wrong.append("the page is not complete")
    if escape(summary["run"]["run_id"]).encode() not in content:
        wrong.append("the run id is missing")
    return wrong


def _workbook(path: Path, _summary: dict[str, Any]) -> list[str]:
    """Rows and customers of the one sheet."""
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged is not None:
        return [f"its part {damaged} is damaged"]
    found = _count_rows(path)
    wrong = [f"unexpected sheet {name}" for name in found if name != FIX_SHEET]
    rows, customers = found.get(FIX_SHEET, (0, 0))
    in_summary, asked = _to_decide(path.with_name(DATABASE))
    if rows != in_summary:
        wrong.append(f"{rows} rows, expected {in_summary}")
    if customers != asked:
        wrong.append(f"{customers} customers, expected {asked}")
    return wrong


def _count_rows(path: Path) -> dict[str, tuple[int, int]]:
    """Rows below the header of each sheet, and their distinct customers, as the workbook was written."""
    with zipfile.ZipFile(path) as archive:
        names = _SHEET_NAME.findall(archive.read("xl/workbook.xml").decode())
        return {name: _count(archive, f"xl/worksheets/sheet{number}.xml") for number, name in enumerate(names, 1)}


def _count(archive: zipfile.ZipFile, part: str) -> tuple[int, int]:
    """Row by row: a large sheet does not fit into the memory."""
    rows, customers, column, rest = 0, set[bytes](), None, b""
    with archive.open(part) as sheet:
        while chunk := sheet.read(_CHUNK):
            *whole, rest = (rest + chunk).split(b"</row>")
            for row in whole:
                if column is None:
                    header = _CUSTOMER.search(row)
                    column = header and re.compile(rb'<c r="%s[0-9]+"[^>]*><is><t[^>]*>([^<]*)' % header[1])
                    continue
                rows += 1
                customers |= set(column.findall(row))
    if column is None:
        raise KeyError(part)
    return rows, len(customers)


def _database(path: Path, summary: dict[str, Any]) -> list[str]:
    counts = (
        ("accounting invoices", "accepted.accounting_invoices", summary["numbers"]["invoices"]),
        ("rows in quarantine", "quarantine.rows", summary["quality"]["rows_quarantined"]),
        ("companies without portal access", "marts.company_access where not can_anyone_see", _closed(summary)),
        ("sync gaps", "marts.sync_gaps", summary["sync"]["gaps"]),
    )
    with closing(Engine(path, threads=1, is_read_only=True)) as engine:
        found = [(name, engine.count(relation), in_summary) for name, relation, in_summary in counts]
        run_id = engine.columns("ctl.run", "run_id").rows()
    wrong = [
        f"{count} {name}, expected {in_summary} as in the summary"
        for name, count, in_summary in found
        if count != in_summary
    ]
    return wrong if run_id == [(summary["run"]["run_id"],)] else [*wrong, "it belongs to another run"]


def _to_decide(database: Path) -> tuple[int, int]:
    """Rows to decide, one per customer and candidate, and the number of their customers."""
    with closing(Engine(database, threads=1, is_read_only=True)) as engine:
        rows, customers = engine.rows("from report.to_decide_counts")[0]
    return int(rows), int(customers)


def _ends_with(path: Path, end: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(-len(end), 2)
        return file.read() == end


_CHECKS: Final[Mapping[str, Check]] = {
    "summary.json": _summary,
    "invoices.parquet": _parquet,
    "invoices.csv": _invoices_csv,
    "contact_fixes.csv": _rows_of_csv(lambda summary, _: int(summary["contacts"]["listed"])),
    "sync_gaps.csv": _rows_of_csv(lambda summary, _: int(summary["sync"]["gaps"])),
    "quarantine.csv": _rows_of_csv(lambda summary, _: int(summary["quality"]["rows_quarantined"])),
    "mapping_fixes.csv": _rows_of_csv(lambda _, path: _to_decide(path.with_name(DATABASE))[0]),
    "mapping_fixes.xlsx": _workbook,
    "report.html": _report,
    DATABASE: _database,
}
"""Every output file of a run except its manifest, and the check that reads it back."""
