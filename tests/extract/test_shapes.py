"""Every shape that is shipped reads its own examples, in every way in which such a file is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from etl.config import Source
from etl.errors import InputError
from etl.extract import SourceFile, describe_folder, read_text
from etl.extract.shapes.catalogue import all_shapes
from etl.extract.shapes.shape import Example, Shape, fold_caption
from etl.pipeline.explain_shape import explain_file
from etl.schemas import RELATIONS
from tests.soak import also

SHAPES: Final = {shape.id: shape for shape in all_shapes()}
READ: Final = [(shape, at) for shape in SHAPES.values() if not shape.refusal for at in range(len(shape.examples))]
REFUSED: Final = [(shape, at) for shape in SHAPES.values() if shape.refusal for at in range(len(shape.examples))]
LEAST: Final = 3


def _id(value: Any) -> str:
    return value.id if isinstance(value, Shape) else str(value)


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def _written(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


def _lower(text: str, shape: Shape) -> bytes:
    """The header three rows lower."""
    width = max(map(len, _rows(text)))
    return _written([["Prepared for the office"] + [""] * (width - 1)] * LEAST + _rows(text))


def _other_case(text: str, shape: Shape) -> bytes:
    rule = shape.recognition
    groups = [*((one,) for one in rule.captions_all), *rule.captions_any]
    rows = _rows(text)
    header = next(
        row for row in rows if all(any(one.fits(fold_caption(cell)) for cell in row for one in g) for g in groups)
    )
    header[:] = [cell.upper() for cell in header]
    return _written(rows)


def _workbook(text: str, shape: Shape) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in _rows(text):
        sheet.append([cell or None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WAYS: Final[dict[str, Callable[[str, Shape], bytes]]] = {
    "plain": lambda text, _: text.encode(),
    "bom": lambda text, _: b"\xef\xbb\xbf" + text.encode(),
    "crlf": lambda text, _: _written(_rows(text), end="\r\n"),
    "semicolons": lambda text, _: _written(_rows(text), ";"),
    "tabs": lambda text, _: _written(_rows(text), "\t"),
    "lower": _lower,
    "upper": _other_case,
    "workbook": _workbook,
}


def _expected(example: Example) -> dict[str, Any]:
    sums = {code: {"total": one.total, "balance": one.balance} for code, one in example.sums.items()}
    return {"documents": dict(example.documents), "sums": sums, "quarantined": example.quarantined}


def _read_in_ways() -> Iterator[tuple[Shape, int, str]]:
    """Each example as it is and in two other ways, which change from one to the next; `make soak` tries every way."""
    others = [way for way in WAYS if way != "plain"]
    for place, (shape, at) in enumerate(READ):
        some = {"plain", *(others[(2 * place + step) % len(others)] for step in range(2)), *also(others)}
        yield from ((shape, at, way) for way in WAYS if way in some)


@pytest.mark.parametrize(("shape", "at", "way"), list(_read_in_ways()), ids=_id)
def test_a_shape_reads_its_example(tmp_path: Path, shape: Shape, at: int, way: str) -> None:
    """Counts and sums, whatever the delimiter, the line ends, the case of the captions and the lines above."""
    example = shape.examples[at]
    path = tmp_path / ("x.xlsx" if way == "workbook" else "x.csv")
    path.write_bytes(WAYS[way](example.text, shape))
    found = explain_file(path)
    assert found["profile"] == shape.id, found
    assert {name: found[name] for name in ("documents", "sums", "quarantined")} == _expected(example)
    left_out = {kind: rows for kind, rows in found["left_out"].items() if kind not in {"blank", "title"}}
    assert left_out == {kind: rows for kind, rows in example.left_out.items() if kind not in {"blank", "title"}}
    if way == "plain":
        assert found["left_out"] == dict(example.left_out)
        assert len(found["warnings"]) == example.warnings, found["warnings"]


@pytest.mark.parametrize(("shape", "at"), READ, ids=_id)
def test_a_file_that_is_cut_off_never_reads_more(tmp_path: Path, shape: Shape, at: int) -> None:
    """Without its last rows a file gives at most what it gave, and a report with totals says that something is gone."""
    rows = _rows(shape.examples[at].text)
    whole = _expected(shape.examples[at])["documents"]
    for end in (len(rows) - 1, len(rows) - 3):
        path = tmp_path / "x.csv"
        path.write_bytes(_written(rows[:end]))
        found = explain_file(path)
        assert found["refused"] or all(count <= whole.get(kind, 0) for kind, count in found["documents"].items())


@pytest.mark.parametrize(("shape", "at"), REFUSED, ids=_id)
def test_a_refused_shape_is_refused_everywhere(tmp_path: Path, shape: Shape, at: int) -> None:
    """By its name, with what to export instead: in `shapes explain`, in `init`, and whatever it is given as."""
    name = "x.json" if "json" in shape.recognition.kinds else "x.csv"
    path = tmp_path / name
    path.write_text(shape.examples[at].text)
    found = explain_file(path)
    assert found["profile"] == shape.id, found
    assert found["refused"]["remedy"] == shape.refusal.remedy
    (sighting,) = describe_folder(tmp_path)
    assert sighting.recognition is None
    assert shape.refusal.reason in sighting.note
    for relation in RELATIONS.values():
        with pytest.raises(InputError) as refusal:
            read_text(SourceFile(path, name, ""), relation, Source(path=name))
        assert shape.refusal.reason in refusal.value.problems[0].found


@pytest.mark.parametrize(("shape", "at"), READ, ids=_id)
def test_a_file_given_as_another_relation_is_refused(tmp_path: Path, shape: Shape, at: int) -> None:
    """It is named as what it is: a run never begins with a list that it takes for another."""
    path = tmp_path / "x.csv"
    path.write_text(shape.examples[at].text)
    for relation in RELATIONS.values():
        if relation.name == shape.relation:
            continue
        with pytest.raises(InputError) as refusal:
            read_text(SourceFile(path, "x.csv", ""), relation, Source(path="x.csv"))
        assert shape.full_title in refusal.value.problems[0].found
