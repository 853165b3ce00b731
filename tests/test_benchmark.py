"""The benchmark of the run says on what it was measured."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from benchmarks import __main__ as benchmark
from benchmarks.session import Limits


@pytest.mark.parametrize("peers", [("duckdb",), ("duckdb", "pandas"), ()], ids=str)
def test_only_the_versions_of_who_takes_part_are_named(monkeypatch: pytest.MonkeyPatch, peers: tuple[str, ...]) -> None:
    """A peer that was left out need not be installed; the run itself is always there."""
    monkeypatch.setattr(benchmark, "version", lambda name: "9.9" if name == "pandas" else version(name))
    told = benchmark._machine(Limits(2, 2.0), frozenset(peers))
    assert ("pandas 9.9" in told) == ("pandas" in peers)
    assert f"duckdb {version('duckdb')}" in told
    assert f"polars {version('polars')}" in told
