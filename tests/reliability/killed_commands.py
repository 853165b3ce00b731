"""Imports, reverts and prunes that are killed at any moment, and runs that are killed while another one waits.

Each command is repeated until it ends by itself. Its effect is then there exactly once: whole, and nothing beside it.
"""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from etl.errors import ExitCode
from tests.reliability.calling import begun, called
from tests.support.decision_files import Rows, decide, proposed, save

if TYPE_CHECKING:
    from tests.reliability.crashes import Site

SIDE_BY_SIDE: Final = "two runs side by side"
_FIRST_GUESS: Final = 2.0
"""Seconds of a command, until one has ended by itself."""
_ROWS: Final = 3


@dataclass(frozen=True)
class Command:
    """One command that is killed, and what it leaves.

    Attributes:
        kind: what it is, as it is counted.
        words: what it is called with.
        effect: how often its effect is there, in parts; 1.0 is once and whole.
        again: how it may end when it is called once more, though it had worked.
        rows: what it decides.
    """

    kind: str
    words: tuple[str, ...]
    effect: Callable[[], float]
    again: frozenset[int] = frozenset({ExitCode.COMPLETE})
    rows: Rows = field(default_factory=list)


def kill_command(site: Site) -> list[str]:
    """Kill one command, or one of two runs; count it if it was killed.

    Returns:
        What does not hold.
    """
    kind = site.chance.choice(["mappings import", "contacts import", "revert", "prune", SIDE_BY_SIDE])
    if kind == SIDE_BY_SIDE:
        return _kill_side_by_side(site)
    command = _COMMANDS[kind](site)
    began = time.monotonic()
    with begun(site.folder, *command.words, more=site.kept) as child:
        time.sleep(site.chance.random() * site.lasting.get(command.kind, _FIRST_GUESS) * 1.05)
        child.send_signal(signal.SIGKILL)
        child.communicate()
    is_killed = child.returncode == -signal.SIGKILL
    if is_killed:
        site.died[command.kind] += 1
    else:
        site.lasting[command.kind] = time.monotonic() - began
    half = command.effect()
    ended = called(site.folder, *command.words, more=site.kept)
    wrong = [] if half in {0.0, 1.0} else [f"{kind}: {half} of its effect was there after the kill"]
    allowed = {int(ExitCode.COMPLETE)} if half == 0.0 else command.again
    if ended.code not in allowed:
        wrong.append(f"{kind}, repeated, ended with {ended.code}: {ended.out}{ended.err}")
    if command.effect() != 1.0:
        wrong.append(f"{kind}, repeated: its effect is there {command.effect()} times: {ended.out}{ended.err}")
    verified = called(site.folder, "register", "verify")
    return wrong if verified.code == 0 else [*wrong, f"after {kind}: {verified.err}"]


def _kill_side_by_side(site: Site) -> list[str]:
    """Two runs, one of which is killed: the other ends well, or says that it was not alone."""
    with site.start() as first:
        time.sleep(site.chance.random() * 0.5)
        with site.start() as second:
            victim, other = site.chance.choice([(first, second), (second, first)])
            time.sleep(site.chance.random() * site.lasted * 0.8)
            victim.send_signal(signal.SIGKILL)
            victim.communicate()
            _, said = other.communicate(timeout=300)
    if victim.returncode == -signal.SIGKILL:
        site.died[SIDE_BY_SIDE] += 1
    published = {int(ExitCode.COMPLETE), int(ExitCode.PARTIAL)}
    site.is_ended = bool(published & {victim.returncode, other.returncode})
    is_well = other.returncode in {*published, int(ExitCode.LOCKED)}
    return [] if is_well else [f"the run beside a killed one ended with {other.returncode}: {said}"]


def _import_mappings(site: Site) -> Command:
    """Of a customer whose decision was taken back, a file of the first run is stale: it has to be meant."""
    site.imported += 1
    chosen = site.chance.sample(site.proposed_for_imports, _ROWS)
    until = date(2027, 1, 1) + timedelta(days=site.imported)
    path = save(site.folder / f"m-{site.imported:04}.csv", decide(chosen, f"snooze:{until}"))
    query = "select count(*) from judgements where source = ?"
    meant = ["--again"] if site.reverted & {row["acct_customer_id"] for row in chosen} else []
    words = ("mappings", "import", *meant, path.name)
    return Command("mappings import", words, lambda: _count(site, query, path.name) / _ROWS, rows=chosen)


def _import_contacts(site: Site) -> Command:
    """Of mappings instead, once every company of the latest run is decided."""
    rows = proposed(site.folder, "contact_fixes.csv")
    if not rows:
        return _import_mappings(site)
    site.imported += 1
    chosen = site.chance.sample(rows, min(_ROWS, len(rows)))
    until = date(2027, 1, 1) + timedelta(days=site.imported)
    path = save(site.folder / f"c-{site.imported:04}.csv", decide(chosen, f"snooze:{until}"))
    query = "select count(*) from contact_decisions where source = ?"
    words = ("contacts", "import", path.name)
    return Command("contacts import", words, lambda: _count(site, query, path.name) / len(chosen))


def _revert(site: Site) -> Command:
    """Of an import that nobody disturbs, and that nothing later concerns."""
    done = _import_mappings(site)
    called(site.folder, *done.words)
    with closing(sqlite3.connect(site.state / "register.sqlite")) as connection:
        (import_id,) = connection.execute("select import_id from imports order by rowid desc limit 1").fetchone()
    site.reverted |= {row["acct_customer_id"] for row in done.rows}
    query = "select count(*) from imports where reverts = ?"
    return Command(
        "revert", ("mappings", "revert", import_id), lambda: float(_count(site, query, import_id)),
        frozenset({int(ExitCode.REFUSED)}),
    )  # fmt: skip


def _prune(site: Site) -> Command:
    """What it leaves is looked at by whoever looks at the folder of the runs: it has no effect of its own to count."""
    del site
    return Command("prune", ("prune",), lambda: 1.0)


_COMMANDS: Final[dict[str, Callable[[Site], Command]]] = {
    "mappings import": _import_mappings, "contacts import": _import_contacts, "revert": _revert, "prune": _prune,
}  # fmt: skip
KINDS: Final = (*_COMMANDS, SIDE_BY_SIDE)


def _count(site: Site, query: str, name: str | Path) -> int:
    """As the register is after a kill: what SQLite has not finished is undone by whoever opens it next."""
    with closing(sqlite3.connect(site.state / "register.sqlite")) as connection:
        try:
            return int(connection.execute(query, (str(name),)).fetchone()[0])
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return 0
            raise
