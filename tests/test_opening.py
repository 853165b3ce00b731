"""Files opened ahead of whoever stores them."""

from __future__ import annotations

import threading
import weakref
from contextlib import closing
from pathlib import Path

import pytest

from etl import extract
from etl.config import Settings, Source
from etl.errors import InputError
from etl.pipeline import prefetch
from etl.pipeline.deduplicate import Settled
from etl.pipeline.load import Loader
from etl.pipeline.prefetch import AHEAD, IN_TURN, Opener, opened_ahead
from etl.schemas import RELATIONS, Relation
from etl.warehouse.engine import Engine

HEAD = "Invoice,Customer,Date,Total,Balance\n"
COLUMNS = {
    "invoice_id_acct": "Invoice", "customer_id_acct": "Customer", "invoice_date": "Date", "total_amount": "Total",
    "balance_amount": "Balance",
}  # fmt: skip


def _opener(folder: Path, files: int) -> Opener:
    for number in range(files):
        (folder / f"{number}.csv").write_text(f"{HEAD}{number},C,2026-01-01,1.00,1.00\n", encoding="utf-8")
    source = Source(path="*.csv", shape="table", columns=COLUMNS)
    return Opener(Settings(base=folder, sources={"accounting_invoices": source}), 1 << 40, {})


def test_every_relation_comes_once_and_ends_with_null(tmp_path: Path) -> None:
    """Whoever loads knows where one ends, also where nothing was configured."""
    coming = list(opened_ahead(_opener(tmp_path, 3)))
    ends = [at for at, one in enumerate(coming) if one is None]
    assert len(ends) == len(IN_TURN) == len(RELATIONS)
    files = [one.file.name for one in coming if one is not None and not isinstance(one, InputError)]
    assert files == ["0.csv", "1.csv", "2.csv"]


def test_what_is_wrong_with_a_file_comes_in_its_place(tmp_path: Path) -> None:
    """The files behind it are opened all the same."""
    opener = _opener(tmp_path, 3)
    (tmp_path / "1.csv").write_bytes(b"%PDF-1.7")
    found = list(opener.opened_of(RELATIONS["accounting_invoices"]))
    assert [isinstance(one, InputError) for one in found] == [False, True, False]


def test_a_few_files_are_opened_ahead_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand pages are never all in memory, and the next are opened before this one is given back."""
    opened: list[str] = []
    are_open = threading.Event()

    def read_text(file: extract.SourceFile, *others: object) -> extract.Extract:
        opened.append(file.name)
        if len(opened) == 1 + AHEAD:
            are_open.set()
        return original(file, *others)  # type: ignore[arg-type]

    original = extract.read_text
    monkeypatch.setattr(prefetch.extract, "read_text", read_text)
    coming = opened_ahead(_opener(tmp_path, 9))
    next(one for one in coming if one is not None)
    assert are_open.wait(20)
    assert opened == [f"{number}.csv" for number in range(1 + AHEAD)]
    coming.close()  # type: ignore[attr-defined]


def test_what_nobody_takes_any_more_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that fails while it loads ends at once: it does not parse the next files first, nor behind its back."""
    opened: list[str] = []
    is_given_up = threading.Event()

    def read_text(file: extract.SourceFile, *others: object) -> extract.Extract:
        opened.append(file.name)
        if len(opened) > 1:
            assert is_given_up.wait(20)
        return original(file, *others)  # type: ignore[arg-type]

    def give_up(*_: object) -> None:
        threading.Timer(0.2, is_given_up.set).start()
        raise MemoryError

    original = extract.read_text
    monkeypatch.setattr(prefetch.extract, "read_text", read_text)
    monkeypatch.setattr(Loader, "_file", give_up)
    before = threading.active_count()
    with closing(Engine(tmp_path / "run.duckdb")) as engine, pytest.raises(MemoryError) as failed:
        Loader(engine, _opener(tmp_path, 9).settings).load()
    assert failed.value.__traceback__ is not None  # and with it whatever the loader held
    assert len(opened) <= 2
    assert threading.active_count() <= before + 1  # the timer may be about to end


def test_the_text_of_a_file_is_let_go_once_it_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done with a relation as a whole has the memory of its last file to itself."""
    texts: list[weakref.ref[extract.Extract]] = []

    def read_text(file: extract.SourceFile, *others: object) -> extract.Extract:
        text = original(file, *others)  # type: ignore[arg-type]
        texts.append(weakref.ref(text))
        return text

    def settle(_loader: Loader, relation: Relation, _read: object) -> Settled:
        held[relation.name] = [text() is not None for text in texts]
        return Settled()

    held: dict[str, list[bool]] = {}
    original = extract.read_text
    monkeypatch.setattr(prefetch.extract, "read_text", read_text)
    monkeypatch.setattr(Loader, "_settle_copies", settle)
    with closing(Engine(tmp_path / "run.duckdb")) as engine:
        Loader(engine, _opener(tmp_path, 3).settings).load()
    assert held["accounting_invoices"] == [False, False, False]
