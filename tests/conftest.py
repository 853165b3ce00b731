"""What tests share: how Hypothesis searches, the Chromium that the report is opened in, a run and its way back."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # read once, on import: small frames, and a worker for each core

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright

from etl import cli
from etl.demo import DemoPlan
from etl.pipeline.run import RunOutcome
from etl.warehouse.engine import Engine
from tests.support import contact_provider, provider_runs
from tests.support.command_results import Billsight, Contacts, Ended, Mappings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No deadline: shared machines pause. CI searches the same examples every time; elsewhere each run looks at new ones.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

os.umask(cli.UMASK)  # as the command sets it

RUNNING = frozenset({
    "etl.pipeline.run", "etl.report.page", "tests.fuzz.judging", "tests.laws.provider", "tests.reliability.calling",
    "tests.support.accepted_database", "tests.support.contact_provider", "tests.support.one_client",
    "tests.support.orderly_clients", "tests.support.provider_runs", "tests.support.two_runs",
})  # fmt: skip
"""What a module has imported in which tests make whole runs, databases or pages."""
RUNS = frozenset({"billsight", "closed_to_all", "engine", "fixture_night", "invented_night", "make", "match"})
"""Fixtures that make a whole run, a match or a database."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make check` leaves out: tests that make a run, a match, a database or a page, and those beside."""
    for item in items:
        if isinstance(item, pytest.Function) and (RUNS & set(item.fixturenames) or _is_running(item.module)):
            item.add_marker(pytest.mark.whole)


def _is_running(module: ModuleType) -> bool:
    imported = (value.__name__ if isinstance(value, ModuleType) else value.__module__
                for value in vars(module).values() if isinstance(value, ModuleType | FunctionType | type))  # fmt: skip
    return not RUNNING.isdisjoint(imported)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium: the one named in CHROMIUM, or else the machine's."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if named is None:
        pytest.fail("No Chromium on this machine: 'make test' installs one, CHROMIUM=/path/to/chrome names one.")
    with sync_playwright() as playwright:
        # Inside a container there is rarely a user namespace for Chromium's sandbox, and little shared memory.
        chromium = playwright.chromium.launch(executable_path=named, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that reaches no network: a self-contained report needs none."""
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def fixture_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunOutcome]:
    """The fixtures, and their one run; not to be changed."""
    folder = provider_runs.copied(tmp_path_factory.mktemp("way-back") / "night")
    return folder, provider_runs.run(folder, "night-1")


@pytest.fixture(scope="session")
def decided_on(fixture_night: tuple[Path, RunOutcome]) -> Path:
    """The fixtures after one run; not to be changed."""
    return fixture_night[0]


@pytest.fixture
def folder(decided_on: Path, tmp_path: Path) -> Path:
    """A copy of the fixtures after one run."""
    return shutil.copytree(decided_on, tmp_path / "night", symlinks=True)


@pytest.fixture(scope="session")
def invented_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented provider after one run; not to be changed."""
    folder = provider_runs.invented(tmp_path_factory.mktemp("apart") / "provider", DemoPlan(150, 700, 3))
    provider_runs.run(folder, "night-1")
    return folder


@pytest.fixture
def provider(invented_night: Path, tmp_path: Path) -> Path:
    """A copy of the invented provider after one run."""
    return shutil.copytree(invented_night, tmp_path / "provider", symlinks=True)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database that every example begins with empty tables."""
    opened = Engine(tmp_path_factory.mktemp("engine") / "run.duckdb", threads=1, memory_gb=0.5)
    yield opened
    opened.close()


@pytest.fixture
def billsight(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Billsight:
    """The command, as a shell calls it."""

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["billsight", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return call


@pytest.fixture
def mappings(folder: Path, billsight: Billsight) -> Mappings:
    """`billsight mappings`, as a shell calls it."""

    def call(*arguments: object) -> Ended:
        return billsight("mappings", *arguments, "--config", folder / "billsight.toml")

    return call


@pytest.fixture(scope="session")
def closed_to_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A provider into whose clients nobody can look, after one run; not to be changed."""
    folder = contact_provider.made(tmp_path_factory.mktemp("contacts") / "provider")
    contact_provider.run(folder, "run-1")
    return folder


@pytest.fixture
def clients(closed_to_all: Path, tmp_path: Path) -> Path:
    """A copy of that provider, with an empty inbox."""
    copy = shutil.copytree(closed_to_all, tmp_path / "clients", symlinks=True)
    (copy / "inbox").mkdir()
    return copy


@pytest.fixture
def contacts(clients: Path, billsight: Billsight) -> Contacts:
    """`billsight contacts`, as a shell calls it."""
    return lambda *arguments: billsight("contacts", *arguments, "--config", clients / "billsight.toml")
