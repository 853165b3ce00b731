"""What the shape and the title lines of a file say of its scope."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from etl.config import Source
from etl.domain import FileReport, SourceFile
from etl.pipeline.source_scopes import _of_shapes

FILE = FileReport(
    "accounting_invoices", SourceFile(Path("x.csv"), "x.csv", ""), "QuickBooks Online: Open Invoices", 3, 3, 0, None, ""
)


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ([replace(FILE, is_open_only=True)], "open"),
        ([replace(FILE, is_open_only=True), FILE], None),
        ([replace(FILE, range="January 1-September 30, 2026")], "unknown"),
        ([replace(FILE, range="All Dates")], None),
        ([replace(FILE, range="As of September 30, 2026")], None),
        ([FILE], None),
    ],
)
def test_absence_from_a_file_that_does_not_hold_everything_proves_nothing(
    files: list[FileReport], kind: str | None
) -> None:
    """A list of what is open loses what is paid; outside of a range nothing is gone; a setting outranks both."""
    found = _of_shapes(Source.model_validate({"path": "x.csv"}), files)
    assert (found and found[0]) == kind
    assert _of_shapes(Source.model_validate({"path": "x.csv", "scope": "all"}), files) is None
