"""The file of decisions: what the page writes, it and the import read as it was."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from etl.csv_guard import guarded, unguarded
from etl.report import scripts
from tests.report.opening import downloaded, loaded_into_empty, reviewing

pytestmark = pytest.mark.browser


def test_the_page_guards_against_formulas_as_the_files_do(page: Page) -> None:
    """One rule in two languages, in both directions: every text comes back as it was, in each of them."""
    signs = "=+-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05\u2212\ufe62\ufe63\ufe66\ufe6b"
    before = ["", " ", "\t", "\r", "\n", "\u200f", "\u2028", "\ufeff", "\u3000", "a", "'", "\u00e9", "\x00", "\x1f "]
    chance = random.Random(1)  # noqa: S311 (to try things, not to hide them)
    marked = [f"{mark}{start}" for mark in ("", "'", "''") for start in before]
    texts = [start + sign + "1" for start in marked for sign in [*signs, "", "x"]]
    texts += ["".join(chance.choices("'=x\t -\u200b|\U0001f469\u2066", k=chance.randrange(6))) for _ in range(2000)]
    names = ("csv", "columns", "reviews", "store")
    script = scripts.joined({name: scripts.text(f"{name}.js", "page") for name in names})
    both = "[modules.csv.guarded(text), modules.csv.unguarded(text), modules.csv.unguarded(modules.csv.guarded(text))]"
    found = page.evaluate(f"(texts) => {{ {script} return texts.map((text) => {both}); }}", texts)
    assert [each[0] for each in found] == pl.select(guarded(pl.Series(texts))).to_series().to_list()
    assert [each[1] for each in found] == [unguarded(text) for text in texts]
    assert [each[2] for each in found] == texts


@pytest.mark.parametrize("note", ["=1", "'=1", "''=1", "'s Gravenhage", "'\u200b=1"])
def test_a_note_comes_back_from_the_file_as_it_was(page: Page, tmp_path: Path, sample_file: str, note: str) -> None:
    """Written, downloaded, loaded into an empty page: an apostrophe of its own stays, one of the guard does not."""
    reviewing(page, sample_file)
    page.fill("#note", note)
    page.locator("[data-do=exclude]").click()
    text = downloaded(page)
    loaded_into_empty(page, sample_file, tmp_path / "decisions.csv", text)
    expect(page.locator("#said")).to_have_text("1 decision loaded.")
    expect(page.locator("#note")).to_have_value(note)


def test_a_heading_is_known_however_it_is_written(page: Page, tmp_path: Path, sample_file: str) -> None:
    """Capitals, blanks and full-width letters, as in the import; what is known once is known as a double."""
    reviewing(page, sample_file)
    page.fill("#note", "asked Kim")
    page.locator("[data-do=exclude]").click()
    text = downloaded(page)
    other = text.replace('"decision"', '" DECISION "').replace('"note"', '"\uff2e\uff2f\uff34\uff25"')
    loaded_into_empty(page, sample_file, tmp_path / "decisions.csv", other)
    expect(page.locator("#said")).to_have_text("1 decision loaded.")
    expect(page.locator("#note")).to_have_value("asked Kim")
    twice = other.replace('"reviewer"', '"Note"')
    loaded_into_empty(page, sample_file, tmp_path / "decisions.csv", twice)
    expect(page.locator("#said")).to_contain_text("was not loaded: it has a column twice")
