"""The page says what the summary says, all of it, and lets nobody else speak."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from etl.report.charts import pictures
from etl.report.filters import certainty, points
from etl.report.page import policy, render, state_bar
from etl.report.page_data import Payloads
from etl.report.scripts import grid_script, joined, page_script, text
from etl.report.summary import summarise
from etl.resources import resource
from tests.report.sample import sample_facts
from tests.report.sample_work import packed_work

Summary = dict[str, Any]
WITHOUT_NUMBERS = {
    "schema",
    "points",
    "score",
    "certainty",
    "lead",
    "best_lead",
    "rank",
    "option_rank",
    "rows_accepted",
}
"""Keys whose numbers are looked for elsewhere, or only order things."""


class _Page(HTMLParser):
    """What is on a page: text, values of data elements, dates, and every element with its attributes."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.values: set[tuple[str | None, str | None]] = set()
        self.counts: set[str | None] = set()
        self.dates: set[str | None] = set()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(document)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "data":
            kind = found.get("class")
            (self.counts if kind == "count" else set()).add(found.get("value"))
            self.values.add((found.get("value"), found.get("data-currency")))
        if tag == "time":
            self.dates.add(found.get("datetime"))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _amounts(value: Any) -> set[tuple[str, str]]:
    """Every (amount, currency) that the summary has beside each other."""
    found: set[tuple[str, str]] = set()
    if isinstance(value, dict):
        currency = value.get("currency_code")
        if currency:
            wanted = ("amount", "balance_amount", "total_amount", "staging_amount", "marts_amount", "unknown_amount")
            found |= {(value[key], currency) for key in wanted if isinstance(value.get(key), str)}
        found |= {pair for item in value.values() for pair in _amounts(item)}
    elif isinstance(value, list):
        found |= {pair for item in value for pair in _amounts(item)}
    return found


def _counts(value: Any, key: str = "") -> set[int]:
    """Every whole number of the summary."""
    if isinstance(value, dict):
        return {number for name, item in value.items() for number in _counts(item, name)}
    if isinstance(value, list):
        return {number for item in value for number in _counts(item, key)}
    is_number = isinstance(value, int) and not isinstance(value, bool) and key not in WITHOUT_NUMBERS
    return {value} if is_number else set()


def test_every_amount_of_the_summary_is_on_the_page(summary: Summary, document: str) -> None:
    """With its currency, exactly; a bucket or part of nothing may be a dash."""
    shown = _Page(document).values
    missing = {pair for pair in _amounts(summary) if pair not in shown and pair[0] != "0.00"}
    assert not missing


def test_no_amount_is_on_the_page_that_the_summary_does_not_have(summary: Summary, document: str) -> None:
    """The page adds nothing up by itself."""
    told = set(re.findall(r"'(-?[\d.]+)'", str(summary)))
    shown = {amount for amount, currency in _Page(document).values if currency}
    assert shown <= told


def test_every_count_of_the_summary_is_on_the_page(summary: Summary, document: str) -> None:
    """Counts of invoices, customers, rows, gaps: all of them."""
    page = _Page(document)
    numbers = {number for number in _counts(summary) if number > 0}
    missing = {n for n in numbers if str(n) not in page.counts and not re.search(rf"(?<![\d.]){n}(?![\d.])", page.text)}
    assert not missing


def test_every_share_of_the_summary_is_on_the_page(summary: Summary, document: str) -> None:
    """In the order of the table: currencies, and largest amount first."""
    shown = [attributes["value"] for tag, attributes in _Page(document).elements if attributes.get("class") == "share"]
    told = [amount["share"] for cause in summary["causes"] for amount in cause["amounts"]]
    assert sorted(filter(None, shown)) == sorted(told)


def test_every_score_is_shown_with_its_parts(summary: Summary, document: str) -> None:
    """One number everywhere: the score of a candidate and the points it is made of."""
    text = _Page(document).text
    for row in summary["mapping"]["queue"]:
        for candidate in row["candidates"]:
            shown = [part["points"] for part in candidate["evidence"]] + [candidate["score"]]
            assert all(points(number) in text for number in shown)
            assert certainty(candidate["certainty"]) in text


def test_the_recommended_date_is_there_to_be_copied(summary: Summary, document: str) -> None:
    """As a date for the reader, and in the one form that every portal setting understands."""
    page = _Page(document)
    date = summary["sync"]["recommended"]["sync_from_date"]
    assert date in page.dates
    assert date in page.text


def test_the_policy_comes_first_and_covers_what_is_there(document: str) -> None:
    """Before anything that it is to hold: the policy with the digests of our own style and script."""
    page = _Page(document)
    tags = [tag for tag, _ in page.elements]
    assert tags[tags.index("head") + 1] == "meta"
    told = page.elements[tags.index("head") + 1][1]["content"] or ""
    inside = re.findall(r'<style nonce="[0-9a-f]+">(.*?)</style>', document, re.DOTALL) + _scripts(document)
    assert len(inside) == 3
    for content in inside:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in told
    assert "default-src 'none'" in told
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in told
    assert "unsafe" not in policy(["a"], ["b"], "c")


def test_the_nonce_is_of_the_night(summary: Summary, document: str) -> None:
    """A name in the data cannot know it: it is made of all of the data, and of nothing else."""
    other = {**summary, "run": {**summary["run"], "remarks": ["another"]}}
    nonces = [
        re.findall(r"nonce[-=]\W?([0-9a-f]{32})", page)
        for page in (document, render(other, packed_work(sample_facts())))
    ]
    assert all(len(set(found)) == 1 and len(found) == 2 for found in nonces)
    assert nonces[0][0] != nonces[1][0]


def _scripts(document: str) -> list[str]:
    return re.findall(r'<script(?: type="module")?>(.*?)</script>', document, re.DOTALL)


def test_the_page_needs_nobody(document: str) -> None:
    """No element loads anything, and no element carries style or script of its own."""
    for tag, attributes in _Page(document).elements:
        assert tag not in {"link", "iframe", "object", "embed", "base", "img"}
        assert not {name for name in attributes if name.startswith("on") or name in {"style", "src", "srcdoc"}}
        href = attributes.get("href") or "#"
        assert href.startswith("#") or re.fullmatch(r"[\w.]+", href), "only sections and files beside the page"


def test_no_style_and_no_script_can_end_its_element() -> None:
    """They are put into the page as they are; and ours reads nothing as markup and asks nobody."""
    assert "</" not in text("report.css")
    for content in (page_script(), grid_script()):
        assert not re.search(r"</script|<!--|<script", content, re.IGNORECASE)
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|XMLHttp|sendBeacon"
    assert not re.search(forbidden, page_script())


def test_the_grid_is_the_one_that_was_vendored() -> None:
    """Its digest stands beside it, and so does its licence; `make grid` writes all three."""
    folder = resource("reports") / "vendor"
    digest, name = (folder / "ag-grid.js.sha256").read_text(encoding="utf-8").split()
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert "MIT License" in (folder / "ag-grid.LICENSE.txt").read_text(encoding="utf-8")


def test_modules_stand_after_what_they_import() -> None:
    """Each in a function of its own: two may use the same name."""
    script = joined({
        "a": 'import { two } from "./b.js";\nconst one = 1;\nexport const three = one + two;\n',
        "b": "const one = 1;\nexport const two = one + 1;\n",
    })  # fmt: skip
    assert script.index("modules.b =") < script.index("modules.a =")
    assert "const { two } = modules.b;" in script
    assert "return { three };" in script
    assert not re.search("^(?:import|export)", script, re.MULTILINE)


def test_every_process_puts_the_script_together_alike() -> None:
    """The order of a set is another one in every process, and must not show in the page."""
    command = [sys.executable, "-c", "from etl.report.scripts import page_script; print(page_script())"]
    written = {
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "4", "7")
    }
    assert len(written) == 1


def test_hidden_rows_are_told(summary: Summary) -> None:
    """A page that holds a part says which, how much there is, and where the others stand."""
    blocked, everything = summary["numbers"]["blocked"]["invoices"], summary["numbers"]["invoices"]
    shortened = {**summary, "invoices": {**summary["invoices"], "not_visible": 12345}}
    shown = _Page(render(shortened, Payloads("", "", 30, has_reviews=False))).text
    assert "Shown: 42 of 12,345. invoices.csv holds every invoice" in shown
    assert (
        f"This page holds 30 of the {blocked} blocked invoices, the largest balances. All {everything} of the" in shown
    )
    shown = _Page(render(summary, Payloads("", "", blocked, has_reviews=False))).text
    assert f"This page holds the {blocked} blocked invoices only. All {everything} of the run are in" in shown
    shown = _Page(render(summary, Payloads("", "", everything, has_reviews=False))).text
    assert "Every invoice of the run." in shown


def test_a_partial_night_says_why_and_a_complete_one_does_not(document: str) -> None:
    """The banner is there when, and only when, the run is partial."""
    facts = sample_facts()
    facts = replace(facts, run=replace(facts.run, partial_reasons=()))
    complete = render(summarise(facts), packed_work(facts))
    assert "This run is partial" in document
    assert "2.1 % of the rows were quarantined" in document
    assert "This run is partial" not in complete


def test_the_same_summary_gives_the_same_page(summary: Summary, document: str) -> None:
    """Charts too: the same bytes."""
    assert render(summary, packed_work(sample_facts())) == document
    assert pictures(summary) == pictures(summary)


def test_a_chart_says_in_words_what_it_shows(summary: Summary) -> None:
    """Each is one image with a name, in the reader's colours, without style or script of its own."""
    drawn = pictures(summary)
    assert [picture.currency_code for picture in drawn] == ["USD", "CAD", "EUR"]
    for picture in drawn:
        for svg in (picture.causes, picture.ageing):
            assert svg.count('role="img"') == 1
            assert "currentColor" in svg
            assert not re.search(r"<style|<script|style=|url\(|\bid=", svg)
    assert "Missed by a sync 5,654.20" in drawn[1].causes


@pytest.mark.parametrize("counts", [[0, 0], [1, 999_999], [5, 5, 5]])
def test_every_state_that_has_invoices_can_be_seen_in_the_bar(counts: list[int]) -> None:
    """However few they are among a million; the parts fill the bar."""
    parts = state_bar([{"state": str(place), "invoices": number} for place, number in enumerate(counts)])
    assert len(parts) == sum(number > 0 for number in counts)
    assert all(float(part["width"]) >= 3 for part in parts)
    assert not parts or abs(sum(float(part["width"]) for part in parts) - 1000) < 1
