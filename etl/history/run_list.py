"""The runs that are remembered, told: all of them, one of them, and what lies between two."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Final

from etl.amounts import NO_BALANCE, with_currency
from etl.causes import BY_CODE
from etl.config import Settings
from etl.domain import RUNS
from etl.errors import ExitCode, NotFoundError
from etl.history.store import History, PastRun
from etl.publish.manifest import verify
from etl.safe_text import json_text, text_table
from etl.schemas import RELATIONS

_SHOWN: Final = 50
_LATEST: Final = ("latest", "last")


def list_runs(settings: Settings, most: int) -> str:
    """The last runs, one line each, the newest last.

    Args:
        settings: the configuration.
        most: how many.
    """
    runs = History(settings.history_path).runs()
    if not runs:
        return "No run yet. Next: billsight run"
    rows: list[tuple[str, ...]] = [("run", "as of", "ended", "blocked", "new", "reopened", "resolved", "seconds")]
    for run in runs[-most:]:
        issues = run.facts.get("issues", {})
        counts = [str(issues.get(change, "")) for change in ("new", "reopened", "resolved")]
        rows.append(
            (
                run.run_id,
                run.as_of_at,
                _ended(run),
                _blocked(run),
                *counts,
                "" if run.seconds is None else f"{run.seconds:g}",
            )
        )
    return text_table(rows)


def show_run(settings: Settings, name: str, *, as_json: bool = False) -> str:
    """One run: how it ended, what it read, what it found, and whether its files are whole.

    Args:
        settings: the configuration.
        name: its id, the beginning of it, or `latest`.
        as_json: what is remembered of it, as JSON.

    Raises:
        NotFoundError: there is no such run.
    """
    run = _find(History(settings.history_path).runs(), name)
    if as_json:
        return json_text(vars(run), indent=1, is_sorted=True)
    took = "" if run.seconds is None else f", in {run.seconds:g} s"
    lines = [f"{run.run_id}, as of {run.as_of_at}: {_ended(run)}{took}"]
    if not run.is_published:
        log = settings.out / "logs" / f"{run.run_id}.jsonl"
        return "\n".join([*lines, f"Nothing was published. Log: {log}" if log.exists() else "Nothing was published."])
    issues = run.facts["issues"]
    entries = ", ".join(f"{issues[change]} {change.replace('_', ' ')}" for change in issues)
    lines += [f"{run.facts['blocked_invoices']} invoices blocked: {_blocked(run)}", f"Issues: {entries}", "Sources:"]
    for name_, source in run.facts["sources"].items():
        whole = "" if name_ in run.facts["complete"] else ", not read completely"
        age = "" if source["age_days"] is None else f", newest {source['age_days']:g} days old"
        lines.append(f"  {RELATIONS[name_].help}: {source['rows']} rows{age}{whole}")
    folder = settings.out / RUNS / run.run_id
    if not folder.is_dir():
        return "\n".join([*lines, f"Its folder {folder} is gone."])
    wrong = verify(folder)
    whole = "every file is as it was published" if (folder / "report.html").exists() else "pruned: its numbers are kept"
    return "\n".join([*lines, f"{folder}: {'; '.join(wrong) or whole}"])


def diff_runs(settings: Settings, earlier: str, later: str, *, is_whole: bool = False) -> str:
    """What opened and what was resolved between two runs.

    Args:
        settings: the configuration.
        earlier: the one run: its id, the beginning of it, or `latest`.
        later: the other.
        is_whole: list every issue, not only the first ones.

    Raises:
        NotFoundError: there is no such run, or it has no report.
    """
    history = History(settings.history_path)
    runs = history.runs()
    first, second = (_published(runs, name) for name in (earlier, later))
    between = history.episodes_between(first.number, second.number).to_dicts()
    opened = [row for row in between if row["is_open"]]
    ended = [row for row in between if not row["is_open"]]
    reasons = Counter(row["reason"] or "ended later, or before" for row in ended)
    lines = [f"From {first.run_id} to {second.run_id}: {len(opened)} opened, {len(ended)} resolved."]
    lines += [f"  blocked: {_blocked(first)} -> {_blocked(second)}"]
    lines += [f"  resolved, because {reason}: {count}" for reason, count in reasons.most_common()]
    entries = [*(f"+ {_issue(row)}" for row in opened), *(f"- {_issue(row)}{_because(row)}" for row in ended)]
    shown = entries if is_whole else entries[:_SHOWN]
    more = [f"... and {len(entries) - len(shown)} more: --all lists them"] if len(shown) < len(entries) else []
    return "\n".join([*lines, *shown, *more])


def _issue(row: dict[str, Any]) -> str:
    title = BY_CODE[row["code"]].title if row["code"] in BY_CODE else ""
    return f"{row['kind']} {row['subject_id']}: {row['code']}{f' ({title})' if title else ''}"


def _because(row: dict[str, Any]) -> str:
    return f": {row['reason']}" if row["reason"] else ""


def _published(runs: list[PastRun], name: str) -> PastRun:
    run = _find(runs, name)
    if not run.is_published:
        message = f"{run.run_id} published nothing, so there is nothing to compare with."
        raise NotFoundError(message)
    return run


def _find(runs: list[PastRun], name: str) -> PastRun:
    if name in _LATEST:
        found = [run for run in runs if run.is_published][-1:]
    else:
        found = [run for run in runs if run.run_id == name] or [run for run in runs if run.run_id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{name!r} is the beginning of {len(found)} runs: {', '.join(run.run_id for run in found[:5])}."
        raise NotFoundError(message)
    message = f"No run {name!r} is remembered. 'billsight runs list' shows those that are."
    raise NotFoundError(message)


def _ended(run: PastRun) -> str:
    words = {code.value: code.name.lower() for code in ExitCode}
    return f"{words.get(run.exit_code, 'stopped')} ({run.exit_code})"


def _blocked(run: PastRun) -> str:
    unknown = run.facts.get("unknown_balances", 0)
    amounts = [
        with_currency(f"{Decimal(row['amount']):,.2f}", row["currency_code"])
        for row in run.facts.get("amounts", [])
        if Decimal(row["amount"]) or not unknown
    ]
    amounts += [f"{unknown:,} {NO_BALANCE}"] if unknown else []
    return ", ".join(amounts) or ("nothing" if run.is_published else "")
