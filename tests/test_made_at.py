"""When a file was made: by its footer, the day in its name or the setting; and what range a report covers."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from etl.config import Settings, Source
from etl.errors import InputError
from etl.extract import SourceFile, made_at
from etl.extract.report_titles import printed
from etl.history.source_status import _range_of
from etl.warehouse.engine import Engine
from tests.support.ledger_files import kept, load_files, write_ledger
from tests.support.loading import NEVER, load

WRITTEN = int(datetime(2026, 12, 31, tzinfo=UTC).timestamp() * 1e9)
"""When the files of these tests were written, in nanoseconds."""


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("in/invoices-2026-11-29.csv", datetime(2026, 11, 29)),
        ("invoices_20261129_0615.json", datetime(2026, 11, 29, 6, 15)),
        ("invoices_20261128_055012.csv", datetime(2026, 11, 28, 5, 50, 12)),
        ("2026-11-28T05-50-12.csv", datetime(2026, 11, 28, 5, 50, 12)),
        ("invoices20261128055012.json", datetime(2026, 11, 28, 5, 50, 12)),
        ("2026-11-28_05.50.12.123.csv", datetime(2026, 11, 28, 5, 50, 12)),
        ("2026-11-28T055012Z.csv", datetime(2026, 11, 28, 5, 50, 12)),
        ("2026-11-28 05-50 PM.csv", datetime(2026, 11, 28)),
        ("liste 28 nov. 2026.csv", datetime(2026, 11, 28)),
        ("liste 28. Oktober 2026.csv", datetime(2026, 10, 28)),
        ("lista 28 de noviembre de 2026.csv", datetime(2026, 11, 28)),
        ("liste_28_mars_2026.csv", datetime(2026, 3, 28)),
        ("liste 1 aou\u0302t 2026.csv", datetime(2026, 8, 1)),
        ("marketing 1 2026.csv", None),
        ("12 decorators 2026.csv", None),
        ("2026-01-01 to 2026-11-29.csv", datetime(2026, 11, 29)),
        ("2026-01-01-2026-11-29.csv", datetime(2026, 11, 29)),
        ("portal 29.11.2026.csv", datetime(2026, 11, 29)),
        ("portal Nov 29, 2026.csv", datetime(2026, 11, 29)),
        ("portal 11-29-2026.csv", datetime(2026, 11, 29)),
        ("invoices-2026-02-31.csv", None),
        ("invoices-2027-02-01.csv", None),
        ("invoice 120261129.csv", None),
        ("invoices.csv", None),
    ],
)
def test_the_day_in_a_name_is_when_the_file_was_made(name: str, at: datetime | None) -> None:
    """Only a day that there is, no part of a longer number, and none after the file's own time."""
    found = made_at(SourceFile(Path(name), name, "", (1, WRITTEN)), ZoneInfo("UTC"))
    assert (found.at if found else None) == at


def test_a_name_in_utc_is_no_local_time() -> None:
    """The Z of a name counts; another clock is that of the zone."""
    zone = ZoneInfo("America/Chicago")
    names = ("a_20261128T055012Z.csv", "a_20261128T055012.csv")
    found = [made_at(SourceFile(Path(name), name, "", (1, WRITTEN)), zone) for name in names]
    assert [one and one.at for one in found] == [datetime(2026, 11, 28, 5, 50, 12), datetime(2026, 11, 28, 11, 50, 12)]


def test_files_of_one_minute_have_an_order(engine: Engine, tmp_path: Path) -> None:
    """By the seconds in their names: the newer one holds, and the run goes on."""
    for clock, total in (("055012", "100"), ("055047", "70")):
        write_ledger(tmp_path / f"list_20261128_{clock}.csv", ("1", "1001", "Acme", total, total, "open", ""))
    load_files(engine, tmp_path)
    assert kept(engine, "total_amount") == [(Decimal(70),)]


def test_a_day_in_two_readings_orders_no_files(engine: Engine, tmp_path: Path) -> None:
    """May 11 or November 5: the files contradict each other, and nothing says which is newer."""
    for day, total in (("05-11-2026", "100"), ("06-10-2026", "70")):
        write_ledger(tmp_path / f"list {day}.csv", ("1", "1001", "Acme", total, total, "open", ""))
    with pytest.raises(InputError, match="contradict"):
        load_files(engine, tmp_path)


def test_the_setting_as_of_orders_the_files_of_two_sources(engine: Engine, tmp_path: Path) -> None:
    """Where neither footers nor names say when they were made."""
    sources = []
    for name, day, total in (("a.csv", "2026-11-20", "70"), ("b.csv", "2026-11-10", "100")):
        write_ledger(tmp_path / name, ("1", "1001", "Acme", total, total, "open", ""))
        sources.append(Source(path=name, as_of=datetime.fromisoformat(f"{day}T06:00:00+00:00")))
    load(engine, Settings(base=tmp_path, sources={"accounting_invoices": sources}), NEVER)
    assert kept(engine, "total_amount") == [(Decimal(70),)]


def test_the_setting_as_of_wins_over_the_day_in_a_name(engine: Engine, tmp_path: Path) -> None:
    """Of two sources; the files of one source keep their own order."""
    sources = []
    for name, day, total in (("a 2026-11-10.csv", "2026-11-20", "70"), ("b 2026-11-15.csv", "2026-11-12", "100")):
        write_ledger(tmp_path / name, ("1", "1001", "Acme", total, total, "open", ""))
        os.utime(tmp_path / name, (WRITTEN / 1e9, WRITTEN / 1e9))
        sources.append(Source(path=name, as_of=datetime.fromisoformat(f"{day}T06:00:00+00:00")))
    load(engine, Settings(base=tmp_path, sources={"accounting_invoices": sources}), NEVER)
    assert kept(engine, "total_amount") == [(Decimal(70),)]


def test_the_files_of_one_source_keep_their_order(engine: Engine, tmp_path: Path) -> None:
    """The setting as_of says when the newest was made."""
    for day, total in (("2026-11-10", "100"), ("2026-11-12", "70")):
        write_ledger(tmp_path / f"list {day}.csv", ("1", "1001", "Acme", total, total, "open", ""))
    load_files(engine, tmp_path, as_of=datetime(2026, 11, 20, 6, tzinfo=UTC))
    assert kept(engine, "total_amount") == [(Decimal(70),)]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("As of May 15, 2026", "As of January 2, 2027", True),
        ("January 1 - May 15, 2026", "January 1 - May 16, 2026", True),
        ("January 1 - May 15, 2025", "January 1 - May 16, 2026", False),
        ("As of May 15, 2026", "January 1 - May 16, 2026", False),
    ],
)
def test_a_range_that_only_ends_later_is_the_same_range(one: str, other: str, *, is_same: bool) -> None:
    """The day on which a report was made is no other range."""
    assert (_range_of(one) == _range_of(other)) == is_same


@pytest.mark.parametrize(
    ("footer", "at"),
    [
        ("Accrual Basis Friday, May 15, 2026 01:21 AM GMTZ", datetime(2026, 5, 15, 1, 21)),
        ("Sunday, Nov 29, 2026 12:36:22 PM GMT-5", datetime(2026, 11, 29, 17, 36)),
        ("Cash Basis Sunday, November 29, 2026 06:05 PM GMT-03:30", datetime(2026, 11, 29, 21, 35)),
        ("Sunday, November 29, 2026", None),
    ],
)
def test_a_report_says_when_it_was_printed(footer: str, at: datetime | None) -> None:
    """In UTC, with the offset of its footer."""
    assert printed(footer) == at
