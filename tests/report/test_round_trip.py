"""What is decided on the page is what the register holds, whatever customers are called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import Page

from etl.review.register import Register
from tests.report.any_names import NAMES
from tests.report.opening import downloaded, keys, reviewing
from tests.support.command_results import Billsight
from tests.support.one_client import World, invoice, shown

pytestmark = pytest.mark.browser

Held = dict[str, tuple[str, str | None]]
CUSTOMERS = tuple(name for name in NAMES if name != "null")
"""`null` is what some programs write for nothing."""
DONE = {"e": "excluded", "u": "unsure", "s": "snoozed", "r": "rejected"}


def _companies() -> list[dict[str, object]]:
    """A company for two of three customers, and for some of them a second of the same name."""
    named = [name for place, name in enumerate(CUSTOMERS) if place % 3]
    named += [name for place, name in enumerate(CUSTOMERS) if place % 6 == 1]
    return [
        {
            "id": 200 + place, "identifier": f"C{place}", "name": name[:50], "status": {"id": 1, "name": "Active"},
            "types": [{"id": 1, "name": "Client"}], "deletedFlag": False, "city": f"Town {place}",
        }
        for place, name in enumerate(named)
    ]  # fmt: skip


@pytest.fixture
def provider_of_names(tmp_path: Path) -> Path:
    """A run in which every customer is known by its name only, as in a QuickBooks report."""
    world = World(tmp_path)
    known = json.loads((tmp_path / "companies.json").read_text(encoding="utf-8"))
    (tmp_path / "companies.json").write_text(json.dumps(known + _companies()), encoding="utf-8")
    owed = [invoice(place, customer_id_acct=name, customer_name=name) for place, name in enumerate(CUSTOMERS, start=10)]
    world.run([invoice(1), *owed], [shown(1)])
    return tmp_path


def _decided(page: Page, customers: int) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Decide one customer after the other, as the panel names them."""
    for key in (key for key, _ in zip(cycle("aeraosu"), range(3 * customers), strict=False)):
        name = page.locator("#panel-title .id bdi").text_content() or ""
        proposed = [text.strip() for text in page.locator("#panel .choices .id").all_text_contents()]
        if page.locator("#panel-title .decision").text_content() != "Undecided":
            return
        if key in "ar" and not proposed:
            continue
        if key == "a":
            keys(page, "1", "a", "Shift+A")
            yield name, ("approved", proposed[0])
        elif key == "o":
            keys(page, "/", *"101", "Enter", "a", "Shift+A")
            yield name, ("approved", "101")
        else:
            keys(page, key)
            yield name, (DONE[key], " ".join(sorted(proposed)) if key == "r" else None)


def _register(folder: Path) -> Held:
    current = Register.open(folder / "state" / "register.sqlite").current()
    held: dict[str, tuple[str, list[str]]] = {}
    for customer, company, decision in current.select("customer_id_acct", "company_id_cw", "decision").iter_rows():
        held.setdefault(customer, (decision, []))[1].append(company or "")
    return {customer: (decision, " ".join(sorted(ids)) or None) for customer, (decision, ids) in held.items()}


def test_the_register_holds_what_was_decided_on_the_page(
    page: Page, provider_of_names: Path, billsight: Billsight, tmp_path: Path
) -> None:
    """Every customer, with any sign in its name: decided, downloaded, imported, and none lost or swapped."""
    reviewing(page, (provider_of_names / "out" / "latest" / "report.html").resolve().as_uri())
    decided = dict(_decided(page, len(CUSTOMERS)))
    assert set(decided) == set(CUSTOMERS)
    file = tmp_path / "decisions.csv"
    file.write_bytes(downloaded(page).encode())
    ended = billsight("mappings", "import", file, "--allow-override", "--config", provider_of_names / "billsight.toml")
    assert ended.code == 0, ended.out + ended.err
    assert _register(provider_of_names) == decided
