"""When a portal's list was made, as it says in lines of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from etl.extract.stated import earliest, stated_in

PORTAL = "portal_invoices"
HEADER = "Date,Invoice Number,Customer,Status,Amount,Balance"
ROWS = "2026-11-14,1001,Acme,Open,10.00,10.00\n2026-11-15,1002,Bolt,Paid,20.00,0.00\n"


@pytest.mark.parametrize(
    ("clock", "at"),
    [
        ("05:50", datetime(2026, 11, 28, 11, 50)), ("05:50 +02:00", datetime(2026, 11, 28, 3, 50)),
        ("05:50:31 (UTC-03:30)", datetime(2026, 11, 28, 9, 20, 31)), ("05:50 EST", datetime(2026, 11, 28, 10, 50)),
        ("5:50 PM PDT", datetime(2026, 11, 29, 0, 50)), ("05:50 CST", datetime(2026, 11, 28, 11, 50)),
        ("05:50 Pacific Time", datetime(2026, 11, 28, 13, 50)), ("05:50 Asia/Tokyo", datetime(2026, 11, 27, 20, 50)),
        ("05:50 Z", datetime(2026, 11, 28, 5, 50)), ("05:50 ZORB", datetime(2026, 11, 27, 15, 50)),
        ("05:50 Zorb/Vork", datetime(2026, 11, 27, 15, 50)), ("05:50 by Ann", datetime(2026, 11, 28, 11, 50)),
        ("05:50 +25:00", datetime(2026, 11, 27, 15, 50)),
    ],
)  # fmt: skip
def test_a_zone_behind_the_clock_counts(clock: str, at: datetime) -> None:
    """One that nobody knows makes the list as old as it can be; without one the portal's zone is meant."""
    (stated,) = stated_in([f"Generated 2026-11-28 {clock}"], datetime(2026, 11, 30))
    assert stated.in_utc(ZoneInfo("America/Chicago")) == at


@pytest.mark.parametrize("where", ["above", "below"])
@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("As of November 28, 2026", datetime(2026, 11, 28)),
        ("Generated on 2026-11-28 05:50", datetime(2026, 11, 28, 5, 50)),
        ("Exported 11/28/2026 2:05 PM", datetime(2026, 11, 28, 14, 5)),
        ("As of 2026-11-28T05:50Z", datetime(2026, 11, 28, 5, 50)),
        ("Stand 28. Oktober 2026, 05:50 Uhr", datetime(2026, 10, 28, 5, 50)),
        ("Arrêté au 28 novembre 2026", datetime(2026, 11, 28)),
        ("As of 05/11/2026", datetime(2026, 5, 11)),
        ("As of 11/25/26", datetime(2026, 11, 25)),
        ("Stand: 25.11.26", datetime(2026, 11, 25)),
        ("Datum: 25.11.2026", datetime(2026, 11, 25)),
        ("Last updated 2026-11-25 06:00", datetime(2026, 11, 25, 6)),
        ("Zorb list - as of 25 Nov 2026", datetime(2026, 11, 25)),
        ("As of 12/10/26", datetime(2026, 10, 12)),
        ("Refreshed 25-Nov-26, 6:05 PM", datetime(2026, 11, 25, 18, 5)),
        ("Printed 2026-11-30 04:00, data as of 2026-11-25", datetime(2026, 11, 25)),
        ("Printed 2026-11-30 for kim, page 1 of 1", datetime(2026, 11, 30)),
        ("Printed 2026-11-30 for invoices from 2026-01-01 to 2026-11-28", datetime(2026, 11, 30)),
        ("Snapshot: 2026-11-25 05:00", datetime(2026, 11, 25, 5)),
        ("Printed by kim, page 1 of 1", None),
        ("Created since 2026-11-28", None),
        ("Date: 2026-11-01 - 2026-11-28", None),
        ("Created 12 decorators 2026", None),
        ("Invoices since 2026-11-28", None),
    ],
)
def test_a_list_says_in_a_line_of_its_own_when_it_was_made(
    shelf: Any, line: str, at: datetime | None, where: str
) -> None:
    """Above its captions or below its rows; of two readings of a day the earlier one holds."""
    told = f'"{line}"\n'
    above, below = (told, "") if where == "above" else ("", told)
    shelf.put("p.csv", f"{above}{HEADER}\n{ROWS}{below}")
    found = shelf.read(PORTAL, "p.csv")
    stated = earliest(found.stated, ZoneInfo("UTC"))
    assert (stated.at if stated else None) == at
    is_out = where == "above" or at is not None or "page 1 of 1" in line
    assert found.frame.height == (2 if is_out else 3)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (["Report date: 2026-11-30 04:00", "Data as of 2026-11-25"], datetime(2026, 11, 25)),
        (["Printed 2026-11-30 04:00", "Data as of 2026-11-25 06:00"], datetime(2026, 11, 25, 6)),
        (["Printed 2026-11-30 04:00 -05:00", "As of 2026-11-30 05:00 UTC"], datetime(2026, 11, 30, 5)),
        (["Printed 2026-11-30 04:00", "As of 2026-11-30"], datetime(2026, 11, 30, 4)),
    ],
)
def test_the_earliest_of_several_times_holds(lines: list[str], at: datetime, order: int) -> None:
    """A list may be printed long after its rows were read; a clock makes the same day more exact."""
    found = earliest(stated_in(lines[::order], datetime(2026, 12, 1)), ZoneInfo("UTC"))
    assert found
    assert found.in_utc(ZoneInfo("UTC")) == at


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("As of Nov 25", datetime(2026, 11, 25)), ("Stand: 25. Dez", datetime(2025, 12, 25)),
        ("Updated 11/12", datetime(2025, 12, 11)), ("As of 25.11., 06:00", datetime(2026, 11, 25, 6)),
        ("As of Feb 29", datetime(2024, 2, 29)),
    ],
)  # fmt: skip
def test_a_day_without_a_year_is_the_last_one_before_the_file(line: str, at: datetime) -> None:
    """Of two readings the earlier one holds."""
    assert [one.at for one in stated_in([line], datetime(2026, 11, 30))] == [at]


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("As of week 47", True), ("Last updated 25.112026", True), ("Printed 14:05", True), ("As of Nov 25", False),
        ("Printed by kim, page 1 of 1", False), ("Created since 2026-11-28", False), ("As of yesterday", False),
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_read_is_told_with_its_line(shelf: Any, line: str, *, is_told: bool) -> None:
    """The time of the file is used then, and a remark says that it may be too new."""
    shelf.put("p.csv", f'Zorb\n"{line}"\n{HEADER}\n{ROWS}')
    assert any("line 2 says when" in warning for warning in shelf.read(PORTAL, "p.csv").warnings) is is_told
