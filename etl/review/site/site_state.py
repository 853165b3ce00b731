"""What a site must not lose: the register, the history and the site's key, compared with what the last run says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from etl.config import Settings
from etl.domain import LATEST, MANIFEST
from etl.errors import HistoryError, Problem, RegisterUnusableError
from etl.files import open_to_all, writable_by_all
from etl.history.store import History
from etl.review.chain import ChainHead, Link, Witness, objection
from etl.review.contacts.contact_register import ContactRegister
from etl.review.marker import MarkerError, marker_path, read_marker
from etl.review.register import Register, RegisterError, Snapshot
from etl.review.site.backups import back_up
from etl.review.site.site_key import SiteKeyError, key_fingerprint, read_site_key
from etl.safe_text import is_secret_like

REGISTER, HISTORY, SITE_KEY = "register", "history", "site_key"
_BEGIN_HISTORY: Final = (
    "Restore it: billsight register restore --history FILE. To begin a new one on purpose:"
    " billsight register init --history."
)
_BEGIN_KEY: Final = (
    "Restore it: billsight register restore --site-key. To begin with a new one on purpose:"
    " billsight register init --site-key; fix files that are already handed out can then not be imported."
)


@dataclass(frozen=True)
class LastRun:
    """What the manifest of the last published run says of the state that it used.

    Attributes:
        run_id: the run.
        register: the end of the register's chain; `None` where an earlier version wrote the manifest.
        after: the published run before it, which the history knew; `None` for a first run.
        site_key: fingerprint of the site's key.
    """

    run_id: str
    register: ChainHead | None = None
    after: str | None = None
    site_key: str | None = None

    @property
    def names(self) -> Mapping[str, str | None]:
        """By what each part is given up."""
        register = None if self.register is None else self.register.digest
        return {REGISTER: register, HISTORY: self.run_id, SITE_KEY: self.site_key}


@dataclass(frozen=True)
class Used:
    """The state that a run was made with, as its manifest and the history remember it."""

    register: ChainHead = field(default_factory=ChainHead)
    after: str | None = None
    site_key: str | None = None

    def facts(self) -> dict[str, Any]:
        """As it is written."""
        return {REGISTER: head_facts(self.register), HISTORY: {"after": self.after}, SITE_KEY: self.site_key}


def head_facts(head: ChainHead) -> dict[str, Any]:
    """The end of a chain, as it is written."""
    return {"imports": head.imports, "head": head.digest}


def last_run(settings: Settings) -> LastRun | None:
    """What the last published run says; `None` where there is none, or its manifest cannot be read."""
    try:
        manifest = json.loads((settings.out / LATEST / MANIFEST).read_bytes())
        state, run_id = manifest.get("state") or {}, str(manifest["run_id"])
        register, history = state.get(REGISTER), state.get(HISTORY) or {}
        return LastRun(run_id, register and _head(register), history.get("after"), state.get(SITE_KEY))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def open_register(settings: Settings) -> Register:
    """The register of the site; whatever the last run knew of it must still be in it.

    The manifest of the last run and the history are two witnesses beside the marker: none of the three can be lost,
    or swapped with the register, without the others.
    """
    return Register.open(settings.register_path, witnesses(settings))


def open_contacts(settings: Settings) -> ContactRegister:
    """The decisions about contacts in the register of the site; as `open_register`."""
    return ContactRegister.open(settings.register_path, witnesses(settings))


def witnesses(settings: Settings) -> list[Witness]:
    """Who knows what the register held, beside its own marker."""
    found = []
    last = last_run(settings)
    if last is not None and last.register is not None:
        found.append(Witness(f"the run {last.run_id}", last.register))
    with suppress(HistoryError, KeyError, TypeError):
        last_published = [run for run in History(settings.history_path).runs() if run.is_published][-1:]
        found += [
            Witness(f"the history of run {run.run_id}", _head(run.facts[REGISTER]))
            for run in last_published
            if REGISTER in run.facts
        ]
    return found


def missed_heads(settings: Settings, links: Sequence[Link]) -> list[Witness]:
    """Who knows of something that this chain does not hold."""
    known = witnesses(settings)
    with suppress(MarkerError, OSError):
        marker = read_marker(settings.register_path)
        if marker is not None:
            known = [one for one in known if one.head.digest not in marker.given_up]
            known.insert(0, Witness("its marker", marker.head))
    return [witness for witness in known if objection(links, [witness])]


def check_state(settings: Settings) -> None:
    """Refuse to run where the register or the site's key is not the one that the last run used.

    A marker and a copy of the register that an import could not write are made up for.

    Raises:
        RegisterUnusableError: the register cannot be used.
        SiteKeyError: the key is gone, or another.
    """
    path = settings.register_path
    try:
        open_register(settings).settle()
        if marker_path(path).exists():
            with suppress(OSError):
                back_up(path, datetime.now(UTC))
    except RegisterError as error:
        raise _refused(settings, error) from None
    check_site_key(settings)


def read_register(settings: Settings) -> Snapshot:
    """What the register holds; a run without it would map what people refused, so it does not run.

    Raises:
        RegisterUnusableError: the register cannot be used.
    """
    try:
        return open_register(settings).snapshot()
    except RegisterError as error:
        raise _refused(settings, error) from None


def mode_warnings(settings: Settings, configuration: Path) -> list[str]:
    """Files that everybody on the machine may read or change and should not, each in a sentence."""
    register = settings.register_path
    warnings = [
        writable_by_all(configuration, "the configuration"),
        _open_secret(configuration),
        writable_by_all(register.parent, "the register"),
        open_to_all(register, "people's decisions"),
        open_to_all(settings.history_path, "the history of runs"),
        open_to_all(settings.site_key_path, "the site's key", "0600"),
    ]
    return [warning for warning in warnings if warning is not None]


def _open_secret(configuration: Path) -> str | None:
    """The configuration should hold no secret; one that does, even in a comment, is no file for everybody."""
    lines = configuration.read_text(encoding="utf-8-sig").splitlines()
    found = next((number for number, line in enumerate(lines, 1) if is_secret_like(line)), None)
    warning = None if found is None else open_to_all(configuration, f"what seems to be a secret in line {found}")
    return warning and f"{warning}, and move the secret to a file of its own"


def check_site_key(settings: Settings) -> None:
    """Compare the site's key with the one that the last run used.

    Raises:
        SiteKeyError: it is gone, or another.
    """
    last, path = last_run(settings), settings.site_key_path
    if last is None or last.site_key is None or last.site_key in _given_up(settings):
        return
    if not path.exists():
        raise SiteKeyError(path, f"the site's key is not there, and the run {last.run_id} used one", _BEGIN_KEY)
    if key_fingerprint(read_site_key(path)) != last.site_key:
        raise SiteKeyError(path, f"not the key that the run {last.run_id} used", _BEGIN_KEY)


def check_history(settings: Settings, published: list[str], remedy: str = _BEGIN_HISTORY) -> None:
    """Refuse a history that lost more than the last run, which a run that was killed may not have added yet.

    Args:
        settings: the configuration.
        published: the ids of the published runs that the history holds.
        remedy: what to do about it.

    Raises:
        HistoryError: it is empty, gone, or an older copy.
    """
    last = last_run(settings)
    if last is None or last.after is None or {last.run_id, last.after} & {*published}:
        return
    if last.run_id not in _given_up(settings):
        why = f"it is empty or gone, or an older copy: it does not know the run {last.after}"
        raise HistoryError(settings.history_path, why, remedy)


def used(settings: Settings, head: ChainHead, after: str | None) -> Used:
    """The state that this run was made with.

    Args:
        settings: the configuration.
        head: the end of the register's chain when it was read.
        after: the published run before this one.
    """
    return Used(head, after, key_fingerprint(read_site_key(settings.site_key_path)))


def _given_up(settings: Settings) -> frozenset[str]:
    try:
        marker = read_marker(settings.register_path)
    except (MarkerError, OSError):
        return frozenset()
    return frozenset() if marker is None else marker.given_up


def _refused(settings: Settings, error: RegisterError) -> RegisterUnusableError:
    return RegisterUnusableError(
        [Problem(str(settings.register_path), error.why, "a register of judgements", error.remedy)]
    )


def _head(facts: Mapping[str, Any]) -> ChainHead:
    return ChainHead(int(facts["imports"]), str(facts["head"]))
