"""What the guide says about notifications is what is sent."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from etl.config import Notify
from etl.notify import metrics
from etl.notify.digest import figures
from etl.notify.messages import run_message
from tests import dictionary
from tests.support.change_figures import changes

SECTION = re.split(r"(?m)^## ", dictionary.GUIDE.read_text(encoding="utf-8").partition("## Notifications\n")[2])[0]


def _block(language: str) -> str:
    (block,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```", SECTION)
    return str(block)


def test_the_message_of_the_guide_is_that_of_the_fixtures(fixture_summary: dict[str, Any]) -> None:
    """To the letter, with the link of the configuration above it."""
    told = Notify.model_validate(tomllib.loads(_block("toml"))["notify"])
    night = figures({**fixture_summary, "changes": changes()})
    message = run_message(night, 0, told.report_link, is_recovered=False)
    assert _block("text") == f"{message.title}\n\n{message.body}\n"


def test_the_guide_lists_every_metric() -> None:
    """As the file explains them, and its alerts are on metrics that exist."""
    listed = re.findall(r"(?m)^\| `(billsight_\w+)(?:\{[\w,]+\})?` \| (.+) \|$", SECTION)
    assert [(name, f"{words}.") for name, words in listed] == list(metrics._HELP.items())
    assert set(re.findall(r"billsight_\w+", _block("yaml"))) <= set(metrics._HELP)
