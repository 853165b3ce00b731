"""Sources into accepted and quarantined rows: nothing is lost, and the quick way reads what the careful way reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.config import Settings, Source
from etl.errors import InputError
from etl.pipeline.load import Loader
from etl.schemas import RELATIONS
from etl.warehouse.engine import Engine
from tests.soak import runs
from tests.support.loading import ALWAYS, NEVER, Loaded, load

INVOICES = RELATIONS["accounting_invoices"]
HEADER = "id,doc_number,customer_id,txn_date,due_date,total,balance,currency,status,type,created_at,modified_at"


def _load(engine: Engine, folder: Path, bulk_bytes: int, **source: Any) -> Loaded:
    found = Settings(base=folder, sources={INVOICES.name: Source(**{"path": "*.csv", "shape": "table"} | source)})
    return load(engine, found, bulk_bytes)


def _bare(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A quarantined row; of rows with one key no line, for those that came in bulk have none."""
    relation, file, line, rules, values = row
    is_copy = " of this row " in rules[0] or "the same row is in" in rules[0]
    has_line = not is_copy and "contradict each other" not in rules[0]
    return (relation, file, line if has_line else None, "a copy" if is_copy else rules, values)


def _either_way(engine: Engine, folder: Path, **source: Any) -> Loaded | None:
    """What is loaded, which must not depend on the way; null where the file is refused."""
    ways: list[Loaded | None] = []
    for bulk_bytes in (NEVER, ALWAYS):
        try:
            ways.append(_load(engine, folder, bulk_bytes, **source))
        except InputError:
            ways.append(None)
    careful, quick = ways
    assert (careful is None) == (quick is None)
    if careful is None or quick is None:
        return None
    assert quick.accepted == careful.accepted
    assert [_bare(row) for row in quick.aside] == [_bare(row) for row in careful.aside]
    for one, other in zip(careful.reports, quick.reports, strict=True):
        assert (one.file, one.rows_extracted, one.rows_accepted, one.rows_quarantined, one.newest_change_at) == (
            other.file, other.rows_extracted, other.rows_accepted, other.rows_quarantined, other.newest_change_at,
        )  # fmt: skip
    return careful


def _row(number: int, **changes: str) -> dict[str, str]:
    strict = {
        "id": str(number),
        "doc_number": f"INV-{number}",
        "customer_id": "7",
        "txn_date": f"2026-01-{number % 28 + 1:02}",
        "due_date": "2026-02-05",
        "total": f"{number}.50",
        "balance": "0.00",
        "currency": "USD",
        "status": "open",
        "type": "invoice",
        "created_at": "2026-01-05T10:00:00Z",
        "modified_at": f"2026-01-05T10:00:{number % 60:02}Z",
    }
    return strict | changes


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER.split(","), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


BAD = (
    "",
    "abc",
    "1,2e4.50.0",
    "31/31/2026",
    "2026-02-30",
    "1.00E+08",
    "1001.0",
    "(12.50)",
    "1.234",
    "US$ 5",
    "x" * 300,
    "3/4/2026",
)
GOOD = (
    "2026-01-31",
    "1,234.50",
    " 7 ",
    "usd",
    "Paid",
    "Credit Memo",
    "-0.01",
    "12345678901234.5678",
    "2026-01-05 10:00",
)
CELLS = st.tuples(st.integers(0, 19), st.sampled_from(HEADER.split(",")), st.sampled_from([*BAD, *GOOD]))


@settings(max_examples=runs(15))
@given(edits=st.lists(CELLS, max_size=8), order=st.sampled_from([None, "ymd", "mdy"]))
def test_the_quick_way_accepts_and_sets_aside_what_the_careful_way_does(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, str, str]], order: str | None
) -> None:
    """Good rows, bad rows, rows in another spelling: typed in one scan or value by value, the run is the same."""
    folder = tmp_path_factory.mktemp("mixed")
    rows = [_row(number) for number in range(1, 21)]
    for place, column, text in edits:
        rows[place][column] = text
    _write(folder / "invoices.csv", rows)
    loaded = _either_way(engine, folder, date_order=order)
    if loaded is not None:
        (report,) = loaded.reports
        assert report.rows_extracted == 20 == len(loaded.accepted) + len(loaded.aside)


def _spoil_short(lines: list[str]) -> None:
    lines[3] = "3,INV-3,7"


def _spoil_long(lines: list[str]) -> None:
    lines[3] += ",one,two,too many"


def _spoil_blank(lines: list[str]) -> None:
    lines[3:3] = ["", "," * HEADER.count(","), "   "]


def _spoil_quotes(lines: list[str]) -> None:
    lines[3] = lines[3].replace("INV-3", '"INV-3')


def _spoil_line_in_a_cell(lines: list[str]) -> None:
    lines[3] = lines[3].replace("INV-3", '"INV-\n3"')


def _spoil_ends(lines: list[str]) -> None:
    lines[:] = [f"{line}\r" for line in lines]


def _spoil_mark(lines: list[str]) -> None:
    lines[0] = "\ufeff" + lines[0]


def _spoil_header_again(lines: list[str]) -> None:
    lines[3:3] = [HEADER]


def _spoil_total(lines: list[str]) -> None:
    lines.append("Total,,,,,210.00,,,,,,")


SPOIL = [
    _spoil_short, _spoil_long, _spoil_blank, _spoil_quotes, _spoil_line_in_a_cell, _spoil_ends, _spoil_mark,
    _spoil_header_again, _spoil_total,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOIL, ids=lambda spoil: spoil.__name__.removeprefix("_spoil_"))
def test_a_file_that_is_spoilt_is_read_alike_either_way(
    engine: Engine, tmp_path: Path, spoil: Callable[[list[str]], None]
) -> None:
    """Rows that are too short, too long, blank, broken in two: the same verdict on each."""
    _write(tmp_path / "invoices.csv", [_row(number) for number in range(1, 9)])
    lines = (tmp_path / "invoices.csv").read_text(encoding="utf-8").splitlines()
    spoil(lines)
    (tmp_path / "invoices.csv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    _either_way(engine, tmp_path)


def test_a_few_rows_that_are_ambiguous_alone_are_read_with_the_whole_file(engine: Engine, tmp_path: Path) -> None:
    """03/04/2026 says nothing by itself; the file's other dates settle it, on either way."""
    rows = [_row(number, txn_date="2026-03-25") for number in range(1, 9)]
    rows[2]["txn_date"] = "03/04/2026"
    rows[5]["txn_date"] = "03/25/2026"
    _write(tmp_path / "invoices.csv", rows)
    loaded = _either_way(engine, tmp_path)
    assert loaded is not None
    assert [row[INVOICES.names.index("invoice_date")].isoformat() for row in loaded.accepted if row[0] == "3"] == [
        "2026-03-04"
    ]


def test_words_that_nobody_knows_are_told_either_way(engine: Engine, tmp_path: Path) -> None:
    """A type is then unknown, a state what the amounts say; both are listed, however the file is read."""
    words = [("Flurb", "open"), ("inv", "Glorp"), ("invoice", "open")]
    rows = [_row(at, type=kind, status=state) for at, (kind, state) in enumerate(words, 1)]
    (tmp_path / "a.csv").write_text(
        "\n".join([HEADER, *(",".join(row.values()) for row in rows), ""]), encoding="utf-8"
    )
    for bulk_bytes in (NEVER, ALWAYS):
        found = _load(engine, tmp_path, bulk_bytes)
        types, states = engine.rows(
            "select list(document_type order by invoice_id_acct), list(document_status order by invoice_id_acct)"
            " from accepted.accounting_invoices"
        )[0]
        assert (types, states) == (["unknown", "invoice", "invoice"], ["open", "paid", "open"])
        assert [word in " ".join(found.reports[0].unknown) for word in ("Flurb", "Glorp")] == [True, True]


def test_of_copies_the_newest_stays_and_the_others_say_where_it_is(engine: Engine, tmp_path: Path) -> None:
    """Overlapping pages repeat invoices: one answer each, and no row vanishes."""
    _write(tmp_path / "page-1.csv", [_row(1), _row(2), _row(3, modified_at="2026-03-01T00:00:00Z")])
    _write(tmp_path / "page-2.csv", [_row(3, total="99.00"), _row(2, modified_at="2026-02-01T00:00:00Z"), _row(4)])
    loaded = _load(engine, tmp_path, NEVER)
    total = INVOICES.names.index("total_amount")
    assert [(row[0], str(row[total])) for row in loaded.accepted] == [
        ("1", "1.5000"), ("2", "2.5000"), ("3", "3.5000"), ("4", "4.5000"),
    ]  # fmt: skip
    assert [(row[1], row[2], row[3]) for row in loaded.aside] == [
        ("page-1.csv", 3, ["invoice_id_acct: a newer copy of this row is in page-2.csv line 3"]),
        ("page-2.csv", 2, ["invoice_id_acct: a newer copy of this row is in page-1.csv line 4"]),
    ]
    assert sum(report.rows_extracted for report in loaded.reports) == 6
    assert all(r.rows_extracted == r.rows_accepted + r.rows_quarantined for r in loaded.reports)
    quick = _load(engine, tmp_path, ALWAYS)
    assert quick.accepted == loaded.accepted
    assert len(quick.aside) == 2


def test_rows_of_one_file_and_id_that_contradict_each_other_are_all_set_aside(engine: Engine, tmp_path: Path) -> None:
    """Without a newer change time the later line is no newer copy. Rows that say the same are one; on either way."""
    _write(tmp_path / "invoices.csv", [_row(1, total="1,000.00"), _row(1, total="2.00"), _row(2), _row(2), _row(3)])
    loaded = _either_way(engine, tmp_path)
    assert loaded is not None
    assert [row[0] for row in loaded.accepted] == ["2", "3"]
    assert sorted(row[3][0].split(":")[1][:40] for row in loaded.aside) == [
        " rows of this file contradict each other",
        " rows of this file contradict each other",
        " the same row is in invoices.csv line 5"[:40],
    ]
    assert [report.rows_copied for report in loaded.reports] == [1]


def test_files_of_one_source_may_be_of_two_kinds(engine: Engine, tmp_path: Path) -> None:
    """A big clean file and one with bad rows: each is counted for itself, and row ids have no holes."""
    _write(tmp_path / "a.csv", [_row(number) for number in range(1, 50)])
    _write(tmp_path / "b.csv", [_row(number, total="none" if number % 3 else "5") for number in range(50, 80)])
    loaded = _load(engine, tmp_path, ALWAYS)
    assert [(r.file, r.rows_accepted, r.rows_quarantined) for r in loaded.reports] == [
        ("a.csv", 49, 0),
        ("b.csv", 10, 20),
    ]
    assert engine.rows("select max(rowid) + 1, count(*) from accepted.accounting_invoices") == [(59, 59)]


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path, engine: Engine) -> None:
    """Who mends one file after the other runs once."""
    (tmp_path / "a.csv").write_bytes(b"%PDF-1.7")
    (tmp_path / "b.csv").write_bytes(b"")
    with pytest.raises(InputError) as refused:
        _load(engine, tmp_path, NEVER)
    assert {problem.where for problem in refused.value.problems} == {"a.csv", "b.csv"}


def test_a_source_that_is_not_configured_is_an_empty_relation(engine: Engine, tmp_path: Path) -> None:
    """SQL never meets an absent table."""
    loader = Loader(engine, Settings(base=tmp_path))
    loader._create(RELATIONS["sync_runs"])
    assert loader._relation(RELATIONS["sync_runs"], []) == []
    columns = [*RELATIONS["sync_runs"].names, "source_file", "source_line"]
    assert engine.frame("from accepted.sync_runs").columns == columns


def test_a_required_source_of_which_nothing_is_left_is_refused(engine: Engine, tmp_path: Path) -> None:
    """A run without invoices would say that all is well."""
    _write(tmp_path / "invoices.csv", [_row(1, total="none")])
    with pytest.raises(InputError, match="none could be accepted"):
        _load(engine, tmp_path, NEVER)


def test_accepted_rows_have_the_types_of_the_schema(engine: Engine, tmp_path: Path) -> None:
    """Money is decimal and instants are UTC without a zone, either way."""
    _write(tmp_path / "invoices.csv", [_row(1)])
    for bulk_bytes in (NEVER, ALWAYS):
        _load(engine, tmp_path, bulk_bytes)
        types = engine.frame("from accepted.accounting_invoices").schema
        assert types["total_amount"] == pl.Decimal(18, 4)
        assert types["created_at"] == pl.Datetime("us")
        assert types["invoice_date"] == pl.Date


@pytest.mark.parametrize("odd", [_row(9000, total="abc"), _row(0)], ids=["a row that does not fit", "a copy"])
def test_a_table_that_is_written_anew_is_stored_as_before(engine: Engine, tmp_path: Path, odd: dict[str, str]) -> None:
    """One odd row among millions must not make the engine try dictionaries on ids again."""
    _write(tmp_path / "a.csv", [*map(_row, range(9000)), odd])
    assert len(_load(engine, tmp_path, ALWAYS).aside) == 1
    engine.save()
    stored = engine.rows(
        "select distinct compression from pragma_storage_info('accepted.accounting_invoices')"
        " where column_name = 'invoice_id_acct' and segment_type = 'VARCHAR'"
    )
    assert stored == [("ZSTD",)]
