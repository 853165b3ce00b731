"""The inbox: decided files that a run takes first, and moves aside with what became of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.config import Settings
from etl.domain import Run
from etl.errors import NotFoundError
from etl.files import FILE_MODE, make_folder
from etl.review.contacts.import_contacts import import_contacts
from etl.review.import_decisions import FileOutcome, ImportOptions
from etl.review.import_mappings import import_files
from etl.review.inbox_memory import DONE, REJECTED, Destination, recall, remember
from etl.review.read_decision_file import is_about_contacts
from etl.review.register import RegisterError
from etl.review.settled_files import Seen, look, settled
from etl.review.site.site_key import SiteKeyError
from etl.safe_text import readable

_REASONS: Final = ".reasons.txt"
_LONGEST: Final = 220
"""Bytes of a name, so that a number and the name of its reasons fit into the 255 that file systems allow."""

_STUCK: Final = "was read, but cannot be moved; it is not read again"
_NOT_YET: Final = (".", "~$")
"""How the names of files begin that are hidden, or that a spreadsheet has open."""


@dataclass(frozen=True)
class InboxResult:
    """What a run found in its inbox.

    Attributes:
        done: files of which at least something was taken, or had been before.
        refused: files of which nothing was taken.
        judgements: decisions that were added to the register.
        partly: files of which some rows were not taken; among `done`.
        rows_refused: decided rows that were not taken.
        folder: the name of the inbox.
        trouble: why files stay where they are; null where none does.
    """

    done: int = 0
    refused: int = 0
    judgements: int = 0
    trouble: str | None = None
    partly: int = 0
    rows_refused: int = 0
    folder: str = "inbox"

    def facts(self) -> dict[str, int | str | None]:
        """For summary.json and the page; the reasons of what was not taken are in files of their own."""
        return {
            "files_taken": self.done,
            "files_taken_in_part": self.partly,
            "files_refused": self.refused,
            "decisions": self.judgements,
            "rows_refused": self.rows_refused,
            "reasons": self.reasons,
            "note": self.trouble,
        }

    @property
    def reasons(self) -> str | None:
        """Where the reasons are; null where everything was taken."""
        folders = [folder for folder, files in ((REJECTED, self.refused), (DONE, self.partly)) if files]
        return " and ".join(f"{self.folder}/{folder}/*{_REASONS}" for folder in folders) or None

    def __str__(self) -> str:
        found = self.done + self.refused
        if not found and self.trouble is None:
            return ""
        count = f"{self.judgements} decision{'' if self.judgements == 1 else 's'}"
        line = f"Inbox: {self.done} taken ({count}), {self.refused} refused" if found else "Inbox"
        reasons = f"Reasons: {self.reasons}. " if self.reasons else ""
        return f"{line}{f': {self.trouble}' if self.trouble else ''}. {reasons}"


def take_inbox(settings: Settings, run: Run) -> InboxResult:
    """Import what lies in the inbox; a bad file is moved aside and never ends the run.

    The files are checked together, so that two people who contradict each other are both told; and they are compared
    with the last published run, on which they were decided. A file that is still being written waits. Where a file
    belongs is written down before it is moved, so that none is read twice.

    Args:
        settings: the configuration.
        run: the run; its clock is that of the imports.
    """
    inbox = settings.inbox_path
    try:
        files = waiting(inbox)
    except OSError as error:
        return InboxResult(trouble=f"it cannot be read ({error.strerror})")
    blocked = _blocked(inbox)
    if not files or blocked is not None:
        return InboxResult(trouble=blocked)
    held, moving = settled(files, settings.review.settle_seconds)
    known = recall(settings.register_path)
    new = [seen for seen in held if seen.digest not in known]
    trouble = [f"{readable(file.name)} is still being written, and waits for the next run" for file in moving]
    outcomes, waits = _import(settings, run, new)
    where = {id(seen): _destination(outcome) for seen, outcome in outcomes}
    places = [
        (seen, where.get(id(seen)) or known[seen.digest or ""])
        for seen in held
        if id(seen) in where or seen.digest in known
    ]
    trouble += waits
    refused = sum(outcome.is_refused for _, outcome in outcomes)
    added = [verdict for _, outcome in outcomes for verdict in outcome.verdicts if verdict.kind == "apply"]
    trouble += _settle(settings.register_path, inbox, places)
    partly = sum(not outcome.is_whole and not outcome.is_refused for _, outcome in outcomes)
    rows = sum(verdict.kind not in {"apply", "no-op"} for _, outcome in outcomes for verdict in outcome.verdicts)
    note = "; ".join(trouble) or None
    return InboxResult(len(outcomes) - refused, refused, len(added), note, partly, rows, readable(inbox.name))


def _import(settings: Settings, run: Run, new: Sequence[Seen]) -> tuple[list[tuple[Seen, FileOutcome]], list[str]]:
    """Import the bytes that were seen, whatever the files hold by now; each kind of file by its own importer."""
    by_file = {seen.file: seen for seen in new}
    of_contacts = [seen.file for seen in new if seen.content is not None and is_about_contacts(seen.content)]
    others = [file for file in by_file if file not in of_contacts]

    def content(file: Path) -> bytes:
        return by_file[file].read()

    may_override = settings.review.allow_override
    act = ImportOptions(None, run.as_of, may_override, folder="inbox/", content=content)
    imports: list[tuple[list[Path], Callable[[], Sequence[FileOutcome]]]] = [
        (others, lambda: import_files(settings, others, act).files),
        (of_contacts, lambda: import_contacts(settings, of_contacts, act).files),
    ]
    outcomes: list[tuple[Seen, FileOutcome]] = []
    waits: list[str] = []
    for files, imported in imports:
        try:
            outcomes += [(by_file[outcome.file], outcome) for outcome in (imported() if files else ())]
        except (NotFoundError, SiteKeyError, RegisterError) as error:
            files_wait = "1 file waits" if len(files) == 1 else f"{len(files)} files wait"
            waits.append(f"{files_wait} for the next run, because they cannot be checked now: {error}")
    return outcomes, waits


def _destination(outcome: FileOutcome) -> Destination:
    return Destination(REJECTED if outcome.is_refused else DONE, None if outcome.is_whole else str(outcome))


def _settle(register: Path, inbox: Path, places: Sequence[tuple[Seen, Destination]]) -> list[str]:
    """Move what was read; what cannot be moved is remembered, so that no later run applies it again."""
    trouble: list[str] = []
    stuck: dict[str, Destination] = {}
    with suppress(OSError):
        # whatever ends the run while files are moved
        remember(register, {seen.digest: destination for seen, destination in places if seen.digest is not None})
    for seen, destination in places:
        why = _move(inbox, seen, destination)
        if why is not None:
            trouble.append(f"{readable(seen.file.name)} {why}")
        if why == _STUCK and seen.digest is not None:
            stuck[seen.digest] = destination
    try:
        remember(register, stuck)
    except OSError as error:
        if stuck:
            trouble.append(f"this cannot be remembered ({error.strerror}), so move them away by hand")
    return trouble


def _blocked(inbox: Path) -> str | None:
    """Why nothing can be moved: the folders must be folders, and in the inbox."""
    for path in (inbox / DONE, inbox / REJECTED):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            kind = "a symbolic link" if path.is_symlink() else "a file"
            return f"{inbox.name}/{path.name} is {kind}, not a folder, so no file is read: give it another name"
    return None


def waiting(inbox: Path) -> Sequence[Path]:
    """Everything that was put there, by name; folders and what is still open are left alone."""
    if not inbox.is_dir():
        return []
    return sorted(
        path
        for path in inbox.iterdir()
        if not path.name.startswith(_NOT_YET)
        and path.name not in {DONE, REJECTED}
        and (path.is_symlink() or not path.is_dir())
    )


def _move(inbox: Path, seen: Seen, destination: Destination) -> str | None:
    """Move a file to where it belongs, with the reasons next to it where not all of it was taken.

    The reasons are written first, so that a person who finds the file finds them. No name is taken twice. If another
    file replaced it since it was read, that one is put back: nobody has read it.

    Returns:
        Why the file stays; null where it was moved.
    """
    folder = inbox / destination.folder
    try:
        make_folder(folder)
        target = _free(folder, seen.file.name)
        reasons = target.with_name(target.name + _REASONS)
        try:
            if destination.reasons is not None:
                reasons.write_text(f"{destination.reasons}\n", encoding="utf-8")
            seen.file.rename(target)
        except OSError:
            reasons.unlink(missing_ok=True)
            raise
        if not seen.is_now(look(target)):
            _put_back(target, seen.file)
            reasons.unlink(missing_ok=True)
            return "changed after it was read, and waits for the next run"
        with suppress(OSError):
            # whoever put it there may have let everybody read it; only its owner can change that
            if not target.is_symlink():
                target.chmod(target.stat().st_mode & FILE_MODE)
    except OSError:
        return _STUCK
    return None


def _put_back(target: Path, file: Path) -> None:
    """Under its own name, or a free one where a third file has that by now."""
    place = _free(file.parent, file.name) if _is_there(file) else file
    try:
        os.link(target, place, follow_symlinks=False)
        target.unlink()
    except (OSError, NotImplementedError):
        # not every disk has links
        target.rename(place)


def _free(folder: Path, name: str) -> Path:
    """A name that neither a file nor its reasons have."""
    name = _writable(name)
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    names = [name, *(f"{stem}-{number}{dot}{suffix}" for number in range(2, 10_000))]
    free = (folder / one for one in names if not any(map(_is_there, (folder / one, folder / f"{one}{_REASONS}"))))
    found = next(free, None)
    if found is None:
        raise FileExistsError(name)
    return found


def _writable(name: str) -> str:
    """A name to which something can be added, and that a person can see and type."""
    seen = readable(name)
    stem, suffix = Path(seen).stem, Path(seen).suffix[:10]
    while len(f"{stem}{suffix}".encode()) > _LONGEST:
        stem = stem[:-1]
    return f"{stem}{suffix}"


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()
