"""The review of customers with any name: what is shown, marked and decided is one customer, after every key."""

from __future__ import annotations

import random
from itertools import cycle, islice
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.report.any_names import NAMES, named_page
from tests.report.opening import keys, reviewing, saved
from tests.report.review_model import WORDS, Review

pytestmark = pytest.mark.browser

SEEN = """() => {
  const kept = Object.keys(localStorage).find((key) => key.includes(':2026-'));
  const named = (row) => row?.querySelector('.names strong bdi')?.textContent ?? null;
  const marked = [...document.querySelectorAll('#queue .ag-row[aria-selected=true]')].map(named);
  const focused = document.activeElement.closest('#queue .ag-row');
  return {
    marked, focused: focused ? named(focused) : marked[0],
    panel: [...document.querySelectorAll('#panel-title > bdi, #panel-title .id bdi')].map((each) => each.textContent),
    asks: !document.querySelector('#ask').hidden,
    stored: (kept ? JSON.parse(localStorage.getItem(kept)).decisions : [])
      .map(([id, each]) => [id, each.word, each.companyId ?? null]),
  };
}"""


@pytest.fixture(scope="module")
def any_names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of customers with any name."""
    return saved(tmp_path_factory.mktemp("any-names"), named_page())


def _agrees(page: Page, model: Review, pressed: list[str]) -> None:
    seen: dict[str, Any] = page.evaluate(SEEN)
    name = NAMES[model.at]
    assert (seen["marked"], seen["focused"], seen["panel"]) == ([name], name, [name, name]), pressed[-5:]
    stored = sorted([NAMES[at], *decision] for at, decision in model.decided.items())
    assert sorted(seen["stored"]) == stored, pressed[-5:]
    assert seen["asks"] == (model.asking is not None), pressed[-5:]


def test_every_customer_gets_the_decision_that_was_made_on_it(
    page: Page, complaints: list[str], any_names: str
) -> None:
    """Down the whole list, one key each: no name is too odd to be selected, and none gets another's decision."""
    model, pressed = Review(len(NAMES)), []
    reviewing(page, any_names)
    for key in islice(cycle(["a", "Shift+A", "r", "s", "u", "e"]), 6 * len(NAMES)):
        if len(model.decided) == len(NAMES):
            break
        pressed.append(key)
        keys(page, key)
        model.press(key)
        _agrees(page, model, pressed)
    assert len(model.decided) == len(NAMES)
    assert {word for word, _ in model.decided.values()} == set(WORDS)
    assert complaints == []


@pytest.mark.parametrize("seed", [1, 2])
def test_row_panel_and_decision_are_one_customer_whatever_is_pressed(
    page: Page, complaints: list[str], any_names: str, seed: int
) -> None:
    """Any keys in any order do what a model of a few lines does; Enter and Space decide nothing."""
    chance = random.Random(seed)  # noqa: S311 (to try things, not to hide them)
    model, pressed = Review(len(NAMES)), []
    reviewing(page, any_names)
    for _ in range(200):
        pressed.append(chance.choice([*"jjkkaaarresuucz12", "Enter", "Space", "Escape", "Shift+A", "Shift+A"]))
        keys(page, pressed[-1])
        model.press(pressed[-1])
        _agrees(page, model, pressed)
    assert complaints == []
