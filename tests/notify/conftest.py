"""A receiver of messages, a small provider, and the figures of the fixtures' run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.demo import DemoPlan
from etl.notify import health_check
from tests.support import provider_runs
from tests.support.command_results import Billsight
from tests.support.http_receiver import Receiver, Site, receiving


@pytest.fixture(autouse=True)
def _nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address, credential or proxy of whoever runs the tests; and nobody waits between attempts."""
    names = ("BILLSIGHT_NOTIFY_URLS", "BILLSIGHT_PING_URL", "CREDENTIALS_DIRECTORY")
    proxies = ("http_proxy", "https_proxy", "all_proxy")
    for name in (*names, *proxies, *map(str.upper, proxies)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(health_check, "PAUSES", (0.0, 0.0))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of messages."""
    with receiving() as server:
        yield server


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small provider, not to be changed."""
    return provider_runs.invented(tmp_path_factory.mktemp("told") / "small", DemoPlan(12, 30, 18))


@pytest.fixture
def provider(small: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(small, tmp_path / "provider")


@pytest.fixture(scope="session")
def fixture_summary(decided_on: Path) -> dict[str, Any]:
    """The summary of the fixtures' run; not to be changed."""
    content: dict[str, Any] = json.loads((decided_on / "out" / "latest" / "summary.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def small_summary(small: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The summary of the small provider's run; not to be changed."""
    return provider_runs.run(shutil.copytree(small, tmp_path_factory.mktemp("told") / "night")).summary


@pytest.fixture
def site(provider: Path, receiver: Receiver, billsight: Billsight, small_summary: dict[str, Any]) -> Site:
    """A provider whose runs are reported."""
    return Site(provider, receiver, billsight, small_summary)
