"""Places that take nothing more: a run in a namespace of its own, where a folder is full, read-only or unreadable.

Run by tests as a process inside `unshare`; it mounts, makes one run, and says as JSON what it saw, for outside of the
namespace nothing of it is left.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from etl.publish.manifest import verify
from tests.reliability.calling import NIGHT, called, environment, hidden
from tests.support.command_results import Ended

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
WITHOUT_PRIVILEGES = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")
_ROOMY = "size=400m"


@dataclass(frozen=True)
class Seen:
    """What was seen inside.

    Attributes:
        run: how the run ended.
        latest: the run that `latest` names afterwards.
        wrong: what its manifest has to say against it.
        hidden: what was left half made.
        register: what SQLite says of the register.
        inbox: what lies in the inbox afterwards.
    """

    night: Ended
    latest: str
    wrong: list[str]
    hidden: list[str]
    register: str
    inbox: list[str]


@cache
def can_mount() -> bool:
    """Whether this machine lets us have a namespace with mounts of our own."""
    if shutil.which(NAMESPACE[0]) is None:
        return False
    mounting = [*NAMESPACE, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    return subprocess.run(mounting, capture_output=True, check=False).returncode == 0


def night_where(folder: Path, place: str, how: str) -> Seen:
    """A run while a place in its folder is `full:BYTES` (so many are free), `read-only` or `unreadable`."""
    words = [sys.executable, "-m", "tests.reliability.places", str(folder), place, how]
    said = subprocess.run(
        [*NAMESPACE, *words], env=environment(), capture_output=True, text=True, check=False, timeout=240
    )
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    return Seen(**{**found, "night": Ended(**found["night"])})


def night_with_small_files(folder: Path, most_bytes: int) -> Ended:
    """A run that may write no file larger than this: what a quota feels like, without a namespace."""
    program = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({most_bytes}, {resource.RLIM_INFINITY}))"
    return called(folder, *NIGHT, program=("-c", f"{program}; from etl.__main__ import main; main()"))


def _mount(*words: str) -> None:
    subprocess.run([shutil.which("mount") or "mount", *words], check=True)


def _fill(place: Path, free: int) -> None:
    """Put the place on a disk of its own that has so many bytes left."""
    aside = place.with_name(f"{place.name}-aside")
    shutil.copytree(place, aside, symlinks=True)
    _mount("-t", "tmpfs", "-o", _ROOMY, "tmpfs", str(place))
    shutil.copytree(aside, place, symlinks=True, dirs_exist_ok=True)
    page = os.sysconf("SC_PAGE_SIZE")
    size = (shutil.disk_usage(place).used + free) // page * page
    _mount("-o", f"remount,size={size}", str(place))


def _prepare(place: Path, how: str) -> None:
    if how == "read-only":
        _mount("--bind", str(place), str(place))
        _mount("-o", "remount,bind,ro", str(place))
    elif how == "unreadable":
        place.chmod(0)
    else:
        _fill(place, int(how.partition(":")[2]))


def _night(folder: Path, how: str) -> Ended:
    if how != "unreadable":
        return called(folder, *NIGHT)
    # whoever is root in a namespace reads what he likes, unless that is taken from him
    words = [*WITHOUT_PRIVILEGES, sys.executable, "-m", "etl", *NIGHT]
    ended = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def _seen(folder: Path, night: Ended) -> Seen:
    register = folder / "state" / "register.sqlite"
    with closing(sqlite3.connect(f"{register.as_uri()}?immutable=1", uri=True)) as connection:
        ((integrity,),) = connection.execute("pragma integrity_check").fetchall()
    inbox = folder / "inbox"
    names = sorted(path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file())
    latest = folder / "out" / "latest"
    return Seen(night, latest.readlink().name, verify(latest), hidden(folder), integrity, names)


def main() -> None:
    """Inside the namespace."""
    folder, place, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    _prepare(folder / place, how)
    sys.stdout.write(json.dumps(asdict(_seen(folder, _night(folder, how)))))


if __name__ == "__main__":
    main()
