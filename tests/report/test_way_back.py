"""The whole loop: a run, a review in the browser, the import, the next run, the way back."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from playwright.sync_api import Page

from etl.review.register import Register
from tests.report.opening import downloaded, keys, reviewing
from tests.support import provider_runs
from tests.support.command_results import Mappings

ANSWERS = ["mapping_state", "mapping_source", "company_id_cw", "reason"]


def mapped(folder: Path) -> pl.DataFrame:
    """Who is mapped to what, and who says so."""
    return provider_runs.latest(folder, "matching.mappings").select("customer_id_acct", *ANSWERS)


def picked(page: Page) -> str:
    """The customer that the panel shows."""
    shown = page.locator("#panel-title .id").text_content()
    assert shown
    return shown


def test_decisions_of_the_page_come_back_as_mappings_and_can_be_taken_back(
    page: Page, folder: Path, mappings: Mappings, tmp_path: Path
) -> None:
    """Run 1, approve, map through the search, exclude, download, import, run 2, revert, run 3 as run 1."""
    before = mapped(folder)
    reviewing(page, (folder / "out" / "latest" / "report.html").resolve().as_uri())
    chosen = []
    for word in ("approve", "search", "exclude"):
        keys(page, "j", "k")
        chosen.append(picked(page))
        if word == "search":
            keys(page, "/")
            page.keyboard.type("1019")
            keys(page, "Enter", "a", "Shift+A")
        else:
            keys(page, "1", "a", "Shift+A") if word == "approve" else keys(page, "e")
    page.fill("#reviewer", "r. okafor")
    decided = tmp_path / "decisions.csv"
    decided.write_bytes(downloaded(page).encode("utf-8"))

    ended = mappings("import", decided, "--allow-override", "--as", "r. okafor")
    assert ended.code == 0, ended.out + ended.err
    provider_runs.run(folder, "night-2")
    after = {row["customer_id_acct"]: row for row in mapped(folder).rows(named=True)}
    states = [after[customer]["mapping_state"] for customer in chosen]
    assert states == ["mapped", "mapped", "excluded"]
    assert after[chosen[1]]["company_id_cw"] == "1019"
    assert {after[customer]["mapping_source"] for customer in chosen} == {"judgement"}

    import_id = Register.open(folder / "state" / "register.sqlite").log()["import_id"][-1]
    assert mappings("revert", import_id).code == 0
    provider_runs.run(folder, "night-3")
    assert mapped(folder).equals(before)
