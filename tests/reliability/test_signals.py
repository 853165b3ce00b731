"""SIGINT and SIGTERM: the run stops at once, publishes nothing, leaves nothing, and says so in one line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.reliability.calling import NIGHT, begun, called, environment, hidden, records, wait_for

BUSY = """
import sys
from pathlib import Path
import polars as pl
from etl.warehouse.engine import Engine
from etl.signals import at_stop, stop_on_signals

what, folder = sys.argv[1], Path(sys.argv[2])
work = folder / "work"
work.mkdir()
stop_on_signals()
with at_stop(lambda code: work.rmdir()):
    engine = Engine(folder / "run.duckdb")
    numbers = pl.LazyFrame({"a": pl.int_range(30_000_000, eager=True)})
    print("ready", flush=True)
    while True:
        if what == "duckdb":
            engine.rows("select count(*) from range(300000) a, range(300000) b where (a.range * b.range) % 7 = 3")
        elif what == "frame":
            engine.frame("select count(*) from range(300000) a, range(300000) b where (a.range * b.range) % 7 = 3")
        else:
            numbers.select((pl.col("a") * 7919 % 30_000_001).alias("b")).sort("b").group_by("b").len().collect()
"""
SHOWING = """
import os, signal, sys
from pathlib import Path
from etl.publish import publication as publish
from etl.signals import stop_on_signals

sync = publish.sync
def interrupted(path):
    if path.name == "runs":
        os.kill(os.getpid(), signal.SIGTERM)
    sync(path)
publish.sync = interrupted
stop_on_signals()
with publish.lock(Path(sys.argv[1]), "one") as held, publish.Publication(held) as publication:
    publication.write("report.html", "whole")
    publication.publish()
"""


@pytest.mark.parametrize(
    ("number", "stage"),
    [
        (signal.SIGINT, "import_inbox"),
        (signal.SIGTERM, "load_sources accounting_invoices"),
        (signal.SIGINT, "match"),
        (signal.SIGTERM, "write_outputs"),
    ],
    ids=["int-inbox", "term-reading", "int-mapping", "term-writing"],
)
def test_a_signal_stops_the_night_and_nothing_is_published(provider: Path, number: signal.Signals, stage: str) -> None:
    """One line, the code a shell would give, nothing half made; the log ends with the code, and the next run runs."""
    with begun(provider, *NIGHT, "--run-id", "stopped") as child:
        wait_for(child, provider, "stopped", stage)
        child.send_signal(number)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 128 + number
    assert (out, err) == ("", f"billsight: stopped by {number.name}. Nothing was published, the last report stays.\n")
    assert (provider / "out" / "latest").readlink() == Path("runs/night-1")
    assert [path.name for path in (provider / "out" / "runs").iterdir()] == ["night-1"]
    assert hidden(provider) == []
    assert records(provider / "out" / "logs" / "stopped.jsonl")[-1]["exit_code"] == 128 + number
    if number is signal.SIGTERM:
        assert called(provider, *NIGHT, "--run-id", "next").code == 0


def cpu_seconds(number: int) -> float:
    """What a process has used so far, all its threads together."""
    fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("what", ["duckdb", "frame", "polars"])
def test_a_signal_is_heard_while_an_engine_is_busy(tmp_path: Path, what: str) -> None:
    """The main thread is in native code for as long as it takes; the process ends nevertheless, and tidily."""
    command = [sys.executable, "-c", BUSY, what, str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.3)
        used = cpu_seconds(child.pid)
        child.terminate()
        # its numbers are there until somebody asks how it ended
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        used = cpu_seconds(child.pid) - used
        _, err = child.communicate(timeout=60)
    assert child.returncode == 128 + signal.SIGTERM
    assert used < 5
    assert err.count("\n") == 1
    assert not (tmp_path / "work").exists()


def test_what_has_become_visible_stays_and_is_told(tmp_path: Path) -> None:
    """The signal comes between the new name and the swap of `latest`: the two belong together."""
    command = [sys.executable, "-c", SHOWING, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert ended.returncode == 128 + signal.SIGTERM
    report = tmp_path / "runs" / "one" / "report.html"
    assert ended.stderr == f"billsight: stopped by SIGTERM. The report was published before that: {report}\n"
    assert (tmp_path / "latest" / "report.html").read_text() == "whole"


def test_who_is_told_to_ignore_interrupts_does(provider: Path) -> None:
    """`nohup` and shells without job control start their children so; only SIGTERM stops them then."""
    ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); from etl.__main__ import main; main()"
    with begun(provider, *NIGHT, "--run-id", "calm", program=("-c", ignoring)) as child:
        wait_for(child, provider, "calm", "load_sources")
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert "Report: " in out
