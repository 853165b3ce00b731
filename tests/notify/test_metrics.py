"""Metrics: read back by Prometheus' own parser, whole at any moment, and never without the last success."""

from __future__ import annotations

import copy
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from etl.config import load
from etl.domain import Run
from etl.errors import InputError
from etl.notify.digest import figures
from etl.notify.metrics import Ending, write_failure, write_run
from etl.notify.notifier import Notifier
from tests.support.change_figures import changes

NIGHT = Ending(1_800_000_000.5, 0, 41.25)
NIGHT_AS_OF = datetime(2026, 11, 22, 2, tzinfo=UTC)
LATER = Ending(1_800_086_400.0, 4, 1.5)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(path: Path) -> Samples:
    """Name and labels -> value."""
    families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    assert all(family.type == "gauge" and family.documentation for family in families)
    return {
        (sample.name.removeprefix("billsight_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where node_exporter reads."""
    return tmp_path / "billsight.prom"


def test_a_night_is_measured(file: Path, fixture_summary: dict[str, Any]) -> None:
    """Every figure that an alert can be on, as it is in the summary."""
    write_run(file, figures({**fixture_summary, "changes": changes()}), NIGHT)
    found = samples(file)
    assert found["last_success_timestamp_seconds", ()] == NIGHT.at
    assert found["last_run_exit_code", ()] == 0
    assert found["run_duration_seconds", ()] == 41.25
    assert found["source_rows", (("source", "accounting_invoices"),)] == 903
    assert found["quarantined_rows", (("source", "accounting_invoices"),)] == 3
    assert found["source_age_seconds", (("source", "accounting_invoices"),)] == 17_778
    assert found["decisions_pending", ()] == fixture_summary["mapping"]["customers"]
    assert found["issues", (("state", "reopened"),)] == 9
    blocked = {labels[0][1]: value for (name, labels), value in found.items() if name == "invoices_blocked"}
    assert blocked == {cause["code"]: cause["invoices"] for cause in fixture_summary["causes"]}
    amounts = {labels: value for (name, labels), value in found.items() if name == "blocked_amount"}
    assert amounts == {
        (("cause", cause["code"]), ("currency", money["currency_code"])): float(money["amount"])
        for cause in fixture_summary["causes"]
        for money in cause["amounts"]
    }


def test_amounts_that_differ_are_measured_per_currency(file: Path, fixture_summary: dict[str, Any]) -> None:
    """Money of two currencies is never added, and a figure in which there is nothing says zero invoices."""
    amounts = [
        {"currency_code": "USD", "invoices": 2, "amount": "200.00"},
        {"currency_code": "CAD", "invoices": 1, "amount": "5.50"},
    ]
    nothing = {"invoices": 0, "amounts": []}
    write_run(
        file,
        figures({**fixture_summary, "shown_not_owed": {"invoices": 3, "amounts": amounts}, "paid_in_portal": nothing}),
        NIGHT,
    )
    found = samples(file)
    assert found["shown_not_owed_invoices", ()] == 3
    assert found["shown_not_owed_amount", (("currency", "USD"),)] == 200
    assert found["shown_not_owed_amount", (("currency", "CAD"),)] == 5.5
    assert found["paid_in_portal_invoices", ()] == 0
    assert not [name for name, _ in found if name == "paid_in_portal_amount"]


def test_everybody_may_read_it_whole(file: Path, fixture_summary: dict[str, Any]) -> None:
    """node_exporter runs as somebody else; beside the file nothing is left that it would read."""
    before = os.umask(0o077)
    try:
        write_run(file, figures(fixture_summary), NIGHT)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [path.name for path in file.parent.iterdir()] == ["billsight.prom"]


def test_a_failure_keeps_the_last_success(file: Path, fixture_summary: dict[str, Any]) -> None:
    """And every figure of the last report; only the exit code and the duration are new. Also twice in a row."""
    write_run(file, figures(fixture_summary), NIGHT)
    before = samples(file)
    for _ in range(2):
        write_failure(file, LATER)
    new = {("last_run_exit_code", ()): 4.0, ("run_duration_seconds", ()): 1.5}
    assert samples(file) == before | new


@pytest.mark.parametrize("content", [None, b"", b"billsight_last{", b"\xff\xfe", b"# TYPE x gauge\nx 1\nx{ 2"])
def test_a_success_that_is_not_known_is_as_old_as_can_be(file: Path, content: bytes | None) -> None:
    """So the alert on its age comes; what is not ours is not kept."""
    if content is not None:
        file.write_bytes(content)
    write_failure(file, LATER)
    expected = {("last_success_timestamp_seconds", ()): 0.0, ("last_run_exit_code", ()): 4.0}
    assert samples(file) == expected | {("run_duration_seconds", ()): 1.5}


def test_a_night_tells_its_own_clock(provider: Path, fixture_summary: dict[str, Any]) -> None:
    """The success is the moment of publishing, not the instant that the run is judged at; partial runs count."""
    path = provider / "billsight.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n[notify]\nmetrics_file = "metrics/billsight.prom"\n', encoding="utf-8")
    settings, run = load(path, {}), Run("night", NIGHT_AS_OF)
    (warning,) = Notifier(settings, {}, lambda: 5.0).published(copy.deepcopy(fixture_summary), provider, 0)
    assert warning.endswith("the file that [notify] metrics_file names: No such file or directory")
    (provider / "metrics").mkdir()
    assert Notifier(settings, {}, lambda: 7.0).published(fixture_summary, provider, 3) == []
    assert Notifier(settings, {}, lambda: 9.0).failed(run, InputError([])) == []
    found = samples(provider / "metrics" / "billsight.prom")
    assert found["last_success_timestamp_seconds", ()] == 7.0
    assert found["last_run_exit_code", ()] == 4
