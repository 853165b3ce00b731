"""Processes that are killed at any moment: `make crash` kills 200 of them, and says where they died.

Half are runs. Nearly half of their moments are spread evenly over the time of a run, as many evenly over its stages, so
that short ones are met too; one run in ten is killed when it was just published. The other half are imports, reverts,
prunes, and one of two runs side by side. People decide on mappings all the while, and a reader never stops reading.
What the history knows is compared with what was published.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from etl.demo.plan import AS_OF
from etl.publish.manifest import verify
from tests.reliability.calling import begun, hidden, records, stage_of, stages
from tests.reliability.killed_commands import KINDS, kill_command
from tests.reliability.reader import Reader
from tests.reliability.remembered import Memory, beside, copied, damages
from tests.support import provider_runs
from tests.support.decision_files import Rows, decide, proposed, save

STARTING, ENDING = "starting", "ending"
STEP = timedelta(minutes=20)
"""Between two runs, by their own clock: so that those of yesterday are pruned on the way."""

NIGHTS_BETWEEN = 10
HALF = 0.5
PUBLISHED = {0, 3}
KEPT_FOR_A_DAY = {"BILLSIGHT_RETENTION__DAYS": "1"}
LEVELS = (5, 6)
"""What the portal asks of a login, in turn: so that each run has issues to open, to end and to open again."""

_ONLY_ONE = (".tmp-", ".latest-", ".pruned-")


class BrokenError(Exception):
    """A promise that a kill has broken."""


@dataclass
class Site:
    """A provider whose runs are killed.

    Attributes:
        folder: where its configuration lies.
        count: runs that were started.
        handed_in: decided files so far.
        proposed: a row of each customer that the first run asked about.
        lasted: seconds of a whole run, and of each stage.
        died: stage -> runs that were killed in it.
        memory: what the history has to know.
        imported: decided files that a command was given.
        proposed_for_imports: as `proposed`, of other customers: for those.
        reverted: customers whose imported decision was taken back.
        lasting: seconds of each command.
        is_ended: whether the last run went through.
    """

    folder: Path
    chance: random.Random
    count: int = 0
    handed_in: int = 0
    proposed: Rows = field(default_factory=list)
    lasted: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    died: Counter[str] = field(default_factory=Counter)
    memory: Memory = field(default_factory=Memory)
    imported: int = 0
    proposed_for_imports: Rows = field(default_factory=list)
    reverted: set[str] = field(default_factory=set)
    lasting: dict[str, float] = field(default_factory=dict)
    is_ended: bool = True
    kept: Mapping[str, str] = field(default_factory=lambda: KEPT_FOR_A_DAY)

    @property
    def out(self) -> Path:
        """The output folder."""
        return self.folder / "out"

    @property
    def state(self) -> Path:
        """Where the register and the history lie."""
        return self.folder / "state"

    @property
    def log(self) -> Path:
        """The log of the run that was started last."""
        return self.out / "logs" / f"night-{self.count:04}.jsonl"

    def start(self) -> subprocess.Popen[str]:
        """Begin a run, as cron would."""
        self.count += 1
        instant = f"{AS_OF + self.count * STEP:%Y-%m-%dT%H:%M:%SZ}"
        words = ["run", "--config", "billsight.toml", "--as-of", instant, "--run-id", self.log.stem]
        level = {"BILLSIGHT_PORTAL__MINIMUM_SECURITY_LEVEL": str(LEVELS[self.count % 2])}
        return begun(self.folder, *words, more=KEPT_FOR_A_DAY | level)

    def whole_night(self) -> None:
        """A run that nobody disturbs, and what has to hold after it."""
        began = time.monotonic()
        with self.start() as child:
            _, said = child.communicate(timeout=300)
        if child.returncode not in PUBLISHED or said:
            message = f"the night after a kill ended with {child.returncode}: {said}"
            raise BrokenError(message)
        self.lasted = time.monotonic() - began
        self.stages = self._seconds_of_stages()
        if (self.out / "latest").readlink().name != self.log.stem:
            message = f"{self.log.stem} was published, but latest is {(self.out / 'latest').readlink()}"
            raise BrokenError(message)
        left = hidden(self.folder) + beside(self.state)
        if left:
            message = f"left behind after a whole night: {left}"
            raise BrokenError(message)

    def hand_in(self) -> None:
        """Somebody puts a decided file into the inbox: another customer, or another day, each time."""
        row = self.proposed[self.handed_in % len(self.proposed)]
        until = date(2027, 1, 1) + timedelta(days=self.handed_in)
        self.handed_in += 1
        aside = save(self.folder / "aside.csv", decide([row], f"snooze:{until}"))
        aside.rename(self.folder / "inbox" / f"d-{self.handed_in:04}.csv")

    def _seconds_of_stages(self) -> dict[str, float]:
        return {stage_of(record): record["seconds"] for record in records(self.log) if record["event"] == "done"}


def check(site: Site, *, is_ended: bool = True) -> None:
    """What has to hold after a run, and right after a kill.

    Args:
        site: the provider.
        is_ended: whether the in the last run was not killed.

    Raises:
        BrokenError: it does not hold.
    """
    wrong = [f"latest: {what}" for what in verify(site.out / "latest")]
    left = hidden(site.folder)
    wrong += [f"{left} grow" for kind in _ONLY_ONE if sum(name.startswith(kind) for name in left) > 1]
    site.memory.follow(site.out / "latest")
    with copied(site.state) as state:
        wrong += damages(state)
        wrong += site.memory.faults(state, site.out / "runs", is_ended=is_ended)
        wrong += _lost_decisions(site, state)
    if wrong:
        raise BrokenError("; ".join(wrong))


def _lost_decisions(site: Site, state: Path) -> list[str]:
    """Each decided file is in one place, and in the register at most once."""
    names = [f"d-{number:04}.csv" for number in range(1, site.handed_in + 1)]
    waiting = {path.name for path in (site.folder / "inbox").glob("d-*.csv")}
    done = {path.name for path in (site.folder / "inbox" / "done").glob("d-*.csv")}
    taken = _taken(state)
    wrong = [f"{name} is lost" for name in names if (name in waiting) + (name in done) != 1]
    wrong += [f"{name} was taken {taken[name]} times" for name in names if taken[name] > 1]
    return wrong + [f"{name} is done and was not taken" for name in done if taken[name] != 1]


def _taken(state: Path) -> Counter[str]:
    with closing(sqlite3.connect(state / "register.sqlite")) as connection:
        sources = connection.execute("select source from judgements where source like 'inbox/d-%'").fetchall()
    return Counter(source.removeprefix("inbox/") for (source,) in sources)


def kill_one(site: Site) -> bool:
    """Start a run and kill it at some moment; false where it was quicker."""
    with site.start() as child:
        _wait(site, child)
        child.send_signal(signal.SIGKILL)
        child.communicate()
    if child.returncode != -signal.SIGKILL:
        return False
    told, began = records(site.log), stages(site.log)
    is_over = bool(told) and told[-1]["event"] == "end"
    site.died[ENDING if is_over else began[-1] if began else STARTING] += 1
    return True


def _wait(site: Site, child: subprocess.Popen[str]) -> None:
    """Until the moment comes: of the run, of one of its stages, or when it is published and hardly remembered."""
    way, share = site.chance.choices(("night", "stage", "published"), (45, 45, 10))[0], site.chance.random()
    if way == "night":
        time.sleep(share * site.lasted * 1.02)
    elif way == "stage":
        stage = site.chance.choice(sorted(site.stages))
        _until(child, lambda: stage in stages(site.log))
        time.sleep(share * max(site.stages[stage], 0.005))
    else:
        _until(child, lambda: (site.out / "latest").readlink().name == site.log.stem)
        time.sleep(share * 0.02)


def _until(child: subprocess.Popen[str], is_there: Callable[[], bool]) -> None:
    while child.poll() is None and not is_there():
        time.sleep(0.001)


def prepared(folder: Path, seed: int) -> Site:
    """A copy of the fixtures after its first run, with an inbox."""
    site = Site(provider_runs.copied(folder), random.Random(seed))
    (site.folder / "inbox").mkdir()
    site.whole_night()
    check(site)
    by_customer = list({row["acct_customer_id"]: row for row in proposed(site.folder)}.values())
    site.proposed, site.proposed_for_imports = by_customer[::2], by_customer[1::2]
    return site


def crash(site: Site, kills: int, tell: Callable[[str], None] = lambda _: None) -> Reader:
    """Kill so many runs and, as many, commands and one of two runs; look after each, and let one in ten go through.

    Raises:
        BrokenError: a promise does not hold.
    """
    with Reader(site.out) as reader:
        while site.died.total() < kills:
            before = site.died.total()
            if site.chance.random() < HALF:
                site.hand_in()
                site.is_ended = not kill_one(site)
            elif wrong := kill_command(site):
                raise BrokenError("; ".join(wrong))
            check(site, is_ended=site.is_ended)
            if site.died.total() > before and site.died.total() % NIGHTS_BETWEEN == 0:
                site.whole_night()
                site.is_ended = True
                check(site)
                tell(f"{site.died.total()} of {kills} killed, {site.count} runs started, {reader.reads} readings")
        site.whole_night()
        check(site)
    if reader.faults:
        raise BrokenError("; ".join(reader.faults))
    missing = site.handed_in - sum(_taken(site.state).values())
    if missing:
        message = f"{missing} decisions never came into the register"
        raise BrokenError(message)
    return reader


def main() -> None:
    """The whole of it, in a folder of its own."""
    parser = argparse.ArgumentParser(description="Kills nights at random moments and looks what is left.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, scratch = time.monotonic(), Path(tempfile.mkdtemp(prefix="billsight-crash-"))
    site = prepared(scratch / "night", asked.seed)
    reader = crash(site, asked.kills, lambda line: print(line, flush=True))
    print(
        f"{site.died.total()} processes were killed in {time.monotonic() - began:.0f} s, seed {asked.seed};"
        f" {site.count} runs were started"
    )
    for stage in (STARTING, *site.stages, ENDING, *KINDS):
        print(f"  {site.died[stage]:4}  {stage}")
    print(f"{reader.reads} readings of {len(reader.runs)} runs, none torn, none missing a file")
    print(f"{site.handed_in} decided files in the inbox and {site.imported} given to a command, each taken once")
    known, late = len(site.memory.was_latest), len(site.memory.caught_up)
    print(f"{known} published runs, each in the history once; {late} were killed before it knew of them")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
