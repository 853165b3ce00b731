"""How large the page is, and how soon it can be used: `python -m benchmarks.page`, in a headless Chromium."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.pages import Plan, night
from etl.report.page import render
from etl.report.page_data import pack
from etl.report.summary import summarise


@dataclass(frozen=True)
class Budget:
    """What a page of so many invoices and reviews may take."""

    invoices: int
    reviews: int
    megabytes: float
    seconds: float


BUDGETS = (Budget(10_000, 1_500, 2, 2), Budget(100_000, 5_000, 5, 4))
_MARK = "(name) => performance.getEntriesByName(`billsight:${name}`)[0].startTime / 1000"
_FIND = """() => new Promise((resolve) => {
  const [field, started] = [document.getElementById('find'), performance.now()];
  field.value = 'den 12';
  field.dispatchEvent(new Event('input', {bubbles: true}));
  requestAnimationFrame(() => setTimeout(() => resolve((performance.now() - started) / 1000)));
})"""


def _measured(browser: Browser, file: Path) -> tuple[float, float, float]:
    """Seconds until the queue can be worked in, until everything can, and to filter all invoices."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
    found = page.evaluate(_MARK, "reviews"), page.evaluate(_MARK, "ready"), page.evaluate(_FIND)
    context.close()
    return found


def _line(budget: Budget, browser: Browser, *, rounds: int) -> bool:
    facts, work = night(Plan(budget.invoices, budget.reviews))
    started = time.perf_counter()
    document = render(summarise(facts), pack(facts, work))
    drawn = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(document, encoding="utf-8", newline="\n")
        size = file.stat().st_size / 1_000_000
        rows = [_measured(browser, file) for _ in range(rounds)]
    queue, ready, found = (statistics.median(column) for column in zip(*rows, strict=True))
    is_kept = size < budget.megabytes and ready < budget.seconds
    print(
        f"| {budget.invoices:,} + {budget.reviews:,} | {size:.2f} of {budget.megabytes:g} MB | {queue:.2f} s |"
        f" {ready:.2f} of {budget.seconds:g} s | {found:.2f} s | {drawn:.1f} s | {'kept' if is_kept else 'MISSED'} |"
    )
    return is_kept


def main() -> int:
    """Print one line per budget; 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is opened; the median counts")
    rounds = parser.parse_args().rounds
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    print("| invoices + reviews | size | queue usable | all usable | filter all | written in | budget |")
    print("|---|---|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        kept = [_line(budget, browser, rounds=rounds) for budget in BUDGETS]
        browser.close()
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
