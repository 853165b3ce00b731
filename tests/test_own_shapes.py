"""Shapes of a user's own, beside the configuration."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from etl.errors import InputError
from etl.extract import shapes_beside
from etl.extract.shapes.catalogue import all_shapes
from tests.support.command_results import Billsight
from tests.support.orderly_clients import AS_OF, clients

SHAPE = """
[shape]
id = "quarry_open_items"
system = "Quarry Ledger"
relation = "accounting_invoices"
title = "Open items"
export = "Print > Open items"
version = 3

[recognize]
captions_all = ["Voucher", "Debtor", "Posted on", "Still open"]

[columns]
invoice_number = ["Voucher"]
customer_name = ["Debtor"]
invoice_date = ["Posted on"]
balance_amount = ["Still open"]

[knows]
only_open = true

[[example]]
documents = { invoice = 2 }
[example.sums.XXX]
balance = "150.00"
"""
OPEN_ITEMS = (
    "Voucher,Debtor,Posted on,Still open\nQ-1,Quill Orchards,2026-11-10,100.00\nQ-2,Brack Dental,2026-11-11,50.00\n"
)
NUMBER = 3


def _written(folder: Path, shape: str = SHAPE, name: str = "quarry_open_items") -> Path:
    (folder / "shapes").mkdir(exist_ok=True)
    path = folder / "shapes" / f"{name}.toml"
    path.write_text(shape)
    return path


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """Clients whose invoices are in a layout that only their own shape reads."""
    path = clients(tmp_path, NUMBER).written()
    (tmp_path / "accounting_invoices.csv").write_text(OPEN_ITEMS)
    return path


def test_every_command_reads_with_a_shape_of_the_users_own(configuration: Path, billsight: Billsight) -> None:
    """Refused without it; with it `check`, `run`, `shapes explain` and `init` read the list."""
    folder = configuration.parent
    assert billsight("check", "--config", configuration).code != 0
    shape = _written(folder)
    assert "Quarry Ledger: Open items" in billsight("check", "--config", configuration).out
    explained = billsight("shapes", "explain", folder / "accounting_invoices.csv", "--config", configuration, "--json")
    found = json.loads(explained.out)
    assert (found["profile"], found["sums"]["XXX"]["balance"]) == ("quarry_open_items", "150.00")
    ran = billsight("run", "--config", configuration, "--as-of", AS_OF.isoformat(), "--run-id", "one")
    assert "accounting_invoices.csv" not in ran.err
    manifest = json.loads((folder / "out" / "runs" / "one" / "manifest.json").read_bytes())
    readers = {entry["relation"]: entry["shape"] for entry in manifest["inputs"]}
    digest = sha256(shape.read_bytes()).hexdigest()
    assert readers["accounting_invoices"] == {"id": "quarry_open_items", "version": 3, "digest": digest}
    assert readers["accounting_customers"] == {"id": "table", "version": None, "digest": None}
    shutil.rmtree(folder / "out")
    configuration.unlink()
    begun = billsight("init", folder)
    assert "Quarry Ledger: Open items" in begun.out
    assert "quarry_open_items.toml" not in begun.out


def test_two_configurations_share_no_shapes(tmp_path: Path, billsight: Billsight) -> None:
    """What one folder has, another in the same process does not."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "items.csv").write_text(OPEN_ITEMS)
    _written(first)
    assert [shape.id for shape in shapes_beside(first)[len(all_shapes()) :]] == ["quarry_open_items"]
    assert shapes_beside(second) == all_shapes()
    assert "Quarry Ledger" in billsight("init", first).out
    assert "Quarry Ledger" not in billsight("init", second).out
    assert shapes_beside(second) == all_shapes()


@pytest.mark.parametrize(
    ("shape", "name", "told"),
    [
        (SHAPE.replace("[columns]", "[colums]"), "quarry_open_items", "colums"),
        (SHAPE.replace('title = "Open items"', "title = "), "quarry_open_items", "line 6"),
        (SHAPE, "other_name", "the name of the file"),
        (SHAPE.replace("quarry_open_items", "qbo_open_invoices"), "qbo_open_invoices", "that is shipped"),
        (SHAPE.replace("quarry_open_items", "xero_json"), "xero_json", "that is shipped"),
        (SHAPE.replace("version = 3", 'version = 3\nfamily = "table"'), "quarry_open_items", "shape.family"),
    ],
)
def test_a_wrong_shape_is_refused_with_its_file_and_key(  # noqa: PLR0913
    configuration: Path, billsight: Billsight, shape: str, name: str, told: str
) -> None:
    """Also one that would stand in for a shape that is shipped."""
    _written(configuration.parent, shape, name)
    with pytest.raises(InputError) as error:
        shapes_beside(configuration.parent)
    assert all(problem.where == f"shapes/{name}.toml" for problem in error.value.problems)
    for words in (("check",), ("run",), ("shapes", "explain", configuration.parent / "accounting_invoices.csv")):
        ended = billsight(*words, "--config", configuration)
        assert ended.code != 0
        assert told in ended.err
        assert f"shapes/{name}.toml" in ended.err


def test_two_shapes_that_fit_are_named(configuration: Path, billsight: Billsight) -> None:
    """A second shape of the user's own that fits the same list: both are named, and `shape` decides."""
    folder = configuration.parent
    _written(folder)
    _written(folder, SHAPE.replace("quarry_open_items", "quarry_copy"), "quarry_copy")
    ended = billsight("check", "--config", configuration)
    assert "quarry_open_items" in ended.err
    assert "quarry_copy" in ended.err
    source = '[sources.accounting_invoices]\nshape = "quarry_copy"\n'
    configuration.write_text(configuration.read_text().replace("[sources.accounting_invoices]\n", source))
    assert "Quarry Ledger" in billsight("check", "--config", configuration).out
