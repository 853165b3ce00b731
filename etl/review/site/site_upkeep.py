"""The state of a site, for the person who runs it: verified, copied, restored, or begun again on purpose."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from etl.config import Settings
from etl.errors import HistoryError
from etl.files import make_folder, output_errors
from etl.history.store import History
from etl.publish.publication import lock
from etl.review.chain import objection
from etl.review.marker import marker_path
from etl.review.register import Register, RegisterError
from etl.review.site import backups
from etl.review.site.backups import Copy
from etl.review.site.site_key import SiteKeyError, key_fingerprint, read_site_key, site_key, write_site_key
from etl.review.site.site_state import (
    HISTORY,
    REGISTER,
    SITE_KEY,
    check_history,
    check_site_key,
    last_run,
    missed_heads,
    open_contacts,
    open_register,
    witnesses,
)

Part = Literal["register", "history", "site_key"]
_SHORT: Final = 12


@dataclass(frozen=True)
class Order:
    """What is to be restored, or begun again.

    Attributes:
        part: the register, the history or the site's key.
        at: now, UTC.
        file: the copy; the best one of those in the backups where none is named.
        is_meant: whether what would be lost is given up on purpose.
    """

    part: Part
    at: datetime
    file: Path | None = None
    is_meant: bool = False


def verify(settings: Settings) -> str:
    """Check the register, the site's key and the history, and say what they hold and which copies there are.

    Raises:
        RegisterError: the register is damaged, shortened, swapped or gone.
        SiteKeyError: the key is gone, or not the one that the last run used.
        HistoryError: the history is damaged, or not the one that the last run knew.
    """
    path = settings.register_path
    register = open_register(settings)
    head, judgements = register.head(), register.log().drop_nulls("judgement_id").height
    decisions = open_contacts(settings).log().drop_nulls("company_id_cw").height
    known = [witness.who for witness in witnesses(settings)]
    if marker_path(path).exists():
        known.insert(0, f"the marker {marker_path(path).name}")
    counts = f"{_count(head.imports, 'import')}, {_count(judgements, 'judgement')}"
    counts += f", {_count(decisions, 'decision')} about contacts" if decisions else ""
    lines = [
        f"{path}: intact, {counts}, head {head.digest[:_SHORT]}",
        f"  confirmed by: {', '.join(known) or 'nothing yet; the next import or run records it'}",
    ]
    check_site_key(settings)
    has_key = settings.site_key_path.exists()
    lines.append(f"{settings.site_key_path}: {'the key of the last run' if has_key else 'not created yet'}")
    runs = _checked_history(settings)
    lines.append(f"{settings.history_path}: intact, {_count(runs, 'published run')}")
    found = backups.copies(backups.backups_folder(path))
    newest = f", newest {found[0].name}" if found else ""
    copies = "1 copy" if len(found) == 1 else f"{len(found)} copies"
    return "\n".join([*lines, f"{backups.backups_folder(path)}: {copies} of the register{newest}"])


def backup(settings: Settings, folder: Path | None, at: datetime) -> str:
    """Copy the register, the history and the site's key, while they may be in use.

    Raises:
        RegisterError: the register is not the one that its witnesses know: a copy of it would be no help.
        OutputError: a copy cannot be written.
    """
    place = folder or backups.backups_folder(settings.register_path)
    open_register(settings).head()
    with output_errors(place):
        make_folder(place)
        made = [backups.back_up(settings.register_path, at, place)]
        if settings.history_path.exists():
            made.append(backups.copy_database(settings.history_path, place / f"history-{_stamp(at)}.sqlite"))
        if settings.site_key_path.exists():
            made.append(_copy_key(settings.site_key_path, place))
    names = [str(path) for path in made if path is not None]
    return "\n".join(names) if names else "Nothing to copy yet."


def restore(settings: Settings, order: Order) -> str:
    """Put a copy in the place of what is damaged or gone; that is moved aside, never removed.

    Raises:
        RegisterError: there is no whole copy, or it holds less than the site knows of and that was not accepted.
        HistoryError, SiteKeyError: the same of these.
        RunLockedError: a run is under way.
        OutputError: it cannot be written.
    """
    with lock(settings.out, "register restore"), output_errors(settings.register_path):
        if order.part == REGISTER:
            return _restore_register(settings, order)
        return _restore_history(settings, order) if order.part == HISTORY else _restore_key(settings, order)


def begin_again(settings: Settings, order: Order) -> str:
    """Begin with an empty register, an empty history or a new key; what was there is moved aside, never removed.

    Raises:
        RegisterError: what is there is whole, and it was not said that it is to be given up.
        RunLockedError: a run is under way.
        OutputError: it cannot be written.
    """
    with lock(settings.out, "register init"), output_errors(settings.register_path):
        place = {REGISTER: settings.register_path, HISTORY: settings.history_path, SITE_KEY: settings.site_key_path}
        path = place[order.part]
        if not order.is_meant and (holds := _holds(settings, order.part)):
            remedy = "To start over anyway, repeat the command with --forget."
            raise RegisterError(path, f"it is intact and holds {holds}", remedy)
        last, register = last_run(settings), open_register(settings)
        lost = missed_heads(settings, [])
        if order.part != REGISTER:
            register.head()
        replaced = backups.move_aside(path, order.at)
        given_up = last.names[order.part] if last else None
        if order.part == REGISTER:
            register.adopt(lost)
        else:
            register.give_up([given_up] if given_up else [])
        if order.part == SITE_KEY:
            site_key(path)
    return f"{path}: started over.{_moved(replaced)}"


def _restore_register(settings: Settings, order: Order) -> str:
    path = settings.register_path
    if order.file is None:
        with suppress(RegisterError):
            head = open_register(settings).head()
            if head.imports:
                return f"{path} is intact: nothing was restored."
    copy = backups.verified(order.file) if order.file else _best_copy(settings)
    missed = missed_heads(settings, copy.links)
    if missed and not order.is_meant:
        why = objection(copy.links, missed) or "it holds less"
        remedy = "To accept this copy, add --older; then import the missing files again."
        raise RegisterError(copy.path, why, remedy)
    replaced = backups.put_in_place(copy.path, path, order.at)
    Register.open(path).adopt(missed)
    count = f"{_count(copy.head.imports, 'import')}, head {copy.head.digest[:_SHORT]}"
    return f"{path}: restored from {copy.path} ({count}).{_moved(replaced)}"


def _best_copy(settings: Settings) -> Copy:
    """The newest copy that lacks nothing; where there is none, the one that holds most."""
    folder = backups.backups_folder(settings.register_path)
    found: list[Copy] = []
    for path in backups.copies(folder):
        with suppress(RegisterError):
            copy = backups.verified(path)
            if not missed_heads(settings, copy.links):
                return copy
            found.append(copy)
    if not found:
        raise RegisterError(folder, "no intact copy of the register", "Name one: billsight register restore FILE.")
    return max(found, key=lambda copy: copy.head.imports)


def _restore_history(settings: Settings, order: Order) -> str:
    path, folder = settings.history_path, backups.backups_folder(settings.register_path)
    found = sorted(folder.glob("history-*.sqlite"), reverse=True)
    file = order.file or next(iter(found), None)
    if file is None or not file.is_file():
        why = "no copy of the history" if file is None else "not there"
        raise HistoryError(file or folder, why, "Name one: billsight register restore --history FILE.")
    copy = History(file)
    copy.check_pages()
    published = [run.run_id for run in copy.runs() if run.is_published]
    if order.is_meant:
        last = last_run(settings)
        open_register(settings).give_up([last.run_id] if last else [])
    else:
        check_history(settings, published, "To accept this copy, add --older.")
    replaced = backups.put_in_place(file, path, order.at)
    return f"{path}: restored from {file} ({_count(len(published), 'published run')}).{_moved(replaced)}"


def _restore_key(settings: Settings, order: Order) -> str:
    path, folder = settings.site_key_path, backups.backups_folder(settings.register_path)
    last = last_run(settings)
    wanted = last.site_key if last else None
    files = [order.file] if order.file else sorted(folder.glob("site-*.key"))
    for file in files:
        key = read_site_key(file)
        if wanted in {None, key_fingerprint(key)}:
            replaced = backups.move_aside(path, order.at)
            write_site_key(path, key)
            return f"{path}: restored from {file}.{_moved(replaced)}"
    why = "no copy of the key that the last run used"
    raise SiteKeyError(order.file or folder, why, "Name one: billsight register restore --site-key FILE.")


def _checked_history(settings: Settings) -> int:
    history = History(settings.history_path)
    history.check_pages()
    published = [run.run_id for run in history.runs() if run.is_published]
    check_history(settings, published)
    return len(published)


def _holds(settings: Settings, part: Part) -> str:
    """What would be given up; empty where nothing is there, or it is damaged."""
    with suppress(RegisterError, HistoryError, SiteKeyError):
        if part == REGISTER:
            imports = open_register(settings).head().imports
            return _count(imports, "import") if imports else ""
        if part == HISTORY:
            runs = _checked_history(settings)
            return _count(runs, "published run") if runs else ""
        check_site_key(settings)
        return "the key that fix files were written with" if settings.site_key_path.exists() else ""
    return ""


def _copy_key(path: Path, folder: Path) -> Path:
    key = read_site_key(path)
    target = folder / f"site-{key_fingerprint(key)}.key"
    if not target.exists():
        write_site_key(target, key)
    return target


def _moved(replaced: Path | None) -> str:
    return f" The replaced file is now {replaced}." if replaced else ""


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
