"""Several reports of one system in a folder: which row holds is never decided by the names of the files."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from etl.warehouse.engine import Engine
from tests.support.ledger_files import load_files

OPEN = """Open Invoices,,,,,,
"As of November 29, 2026",,,,,,
,Date,Transaction type,Num,Term,Due date,Open balance
Quill Orchards,,,,,,
,11/20/2026,Invoice,5004,Net 30,12/20/2026,400.00
Total for Quill Orchards,,,,,,$400.00
TOTAL,,,,,,$400.00
"""
AGING = """A/R Aging Detail,,,,,,,
"As of November 29, 2026",,,,,,,
,Date,Transaction type,Num,Customer full name,Due date,Amount,Open balance
1 - 30 days past due,,,,,,,
,11/20/2026,Invoice,5004,Quill Orchards,12/21/2026,"1,000.00",400.00
Total for 1 - 30 days past due,,,,,,"$1,000.00",$400.00
TOTAL,,,,,,"$1,000.00",$400.00
"""
LIST = """Invoice List by Date,,,,,,,
"January 1-November 29, 2026",,,,,,,
Date,Transaction type,Num,Name,Memo/Description,Due date,Amount,Open balance
11/20/2026,Invoice,5004,Quill Orchards,,12/22/2026,"1,000.00",400.00
11/22/2026,Invoice,5007,Brack Dental,,12/06/2026,30.00,0.00
TOTAL,,,,,,"$1,030.00",$400.00
"""
TRANSACTIONS = """Transaction List by Customer,,,,,,,
"January 1-November 29, 2026",,,,,,,
,Date,Transaction type,Num,Posting (Y/N),Memo/Description,Account full name,Amount
Quill Orchards,,,,,,,
,11/20/2026,Invoice,5004,Y,,Accounts Receivable (A/R),"1,000.00"
Total for Quill Orchards,,,,,,,"$1,000.00"
TOTAL,,,,,,,"$1,000.00"
"""


@pytest.mark.parametrize("reports", [(OPEN, AGING, LIST), (LIST, OPEN), (AGING, TRANSACTIONS)])
def test_the_names_of_the_files_decide_nothing(engine: Engine, tmp_path: Path, reports: tuple[str, ...]) -> None:
    """The due dates differ: whatever the files are called, one row holds, with the total and the balance."""
    found: set[tuple[Any, ...]] = set()
    for number, names in enumerate(permutations("abc"[: len(reports)])):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, text in zip(names, reports, strict=True):
            (folder / f"{name}.csv").write_text(text)
        loaded = load_files(engine, folder)
        found.add(tuple(row[:-1] for row in loaded.accepted))
        assert sum(report.rows_quarantined for report in loaded.reports) == len(reports) - 1
    assert len(found) == 1
    (quill,) = (row for row in next(iter(found)) if "5004" in row)
    assert {Decimal(1000), Decimal(400)} <= set(quill)
