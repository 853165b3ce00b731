"""The text of a message: counts, amounts and fixes, never the names of customers.

Locality: whole. The same figures give the same message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from etl.amounts import NO_BALANCE
from etl.errors import ExitCode
from etl.notify.digest import Changes, Difference, Figures, FixFigures, Money, Pile

TOP_FIXES: Final = 3
TITLE_CURRENCIES: Final = 2

_BY_KIND: Final = {
    "InputError": (
        "at least one source cannot be understood as a whole",
        "Run 'billsight check' on the server: it lists every problem with its file, what was expected and what to do.",
    ),
    "InvariantError": (
        "an integrity check failed, so the answers could not be trusted",
        "Read what the job wrote: it names what does not hold. Keep the source files of this run.",
    ),
    "GateError": (
        "the run looks wrong: far fewer rows or mappings than usual, old invoices, or decisions on unknown companies",
        "Read what the job wrote: it says what to do. Where fewer of them are right, run it with --accept-shrink.",
    ),
    "JoinError": ("too few rows of one list join another", "Read what the job wrote, and export both lists again."),
    "JoinDropError": ("far fewer rows join than usual", "Read what the job wrote; if right, run with --accept-shrink."),
    "ClockError": (
        "the clock of the server does not fit the sources or the last run",
        "Correct the clock of the server, or run with --as-of.",
    ),
    "HistoryError": (
        "the history of the runs cannot be read, or lost runs",
        "Read what the job wrote; restore the history: billsight register restore --history.",
    ),
    "RegisterUnusableError": (
        "the register of people's decisions is damaged, gone, or not the one that the last run used",
        "Run 'billsight register verify' on the server; then restore it: billsight register restore.",
    ),
    "SiteKeyError": (
        "the site's key is gone, or not the one that the last run used",
        "Restore it on the server: billsight register restore --site-key.",
    ),
    "ResourcesExhaustedError": (
        "the machine gave too little memory, disk space, threads or open files",
        "Read what the job wrote: it names what was too little. A run may use the memory_gb under [limits].",
    ),
    "OutputError": (
        "the output folder could not be written",
        "See that the disk is not full, and that the job may write there.",
    ),
}
_BY_CODE: Final = {
    ExitCode.BUG: ("billsight itself failed: a bug", "Send what the job wrote to those who maintain billsight."),
    ExitCode.UNUSABLE: (
        "the sources could not be used, or the result could not be trusted",
        "Read what the job wrote, then run 'billsight check' on the server.",
    ),
    ExitCode.LOCKED: (
        "another run was still busy in the same output folder",
        "See whether that run is alive; the next run works once it has ended.",
    ),
    ExitCode.CONFIGURATION: ("billsight.toml cannot be used", "Run 'billsight check' on the server: it lists why."),
}
_UNKNOWN: Final = ("it ended with an exit code of its own", "Read what the job wrote.")


@dataclass(frozen=True)
class Message:
    """A message, with the facts that prevent sending it twice.

    Attributes:
        fingerprint: the same for two messages that leave people with the same knowledge.
        is_news: something changed since the previous run, even if the figures are the same.
    """

    title: str
    body: str
    kind: Literal["info", "success", "warning", "failure"]
    fingerprint: str
    is_news: bool = False


@dataclass(frozen=True)
class Failure:
    """The end of a run that published nothing.

    Attributes:
        kind: name of the error's class. Its text is never sent: it may contain values of rows.
        link: where the last report is; empty where there is none.
        joins: the names of the joins in which too little joins, where that stopped it.
    """

    run_id: str
    provider_name: str
    exit_code: int
    kind: str
    link: str
    joins: tuple[str, ...] = ()


def run_message(run: Figures, exit_code: int, link: str, *, is_recovered: bool) -> Message:
    """The message of a published run.

    Args:
        run: its figures.
        exit_code: 0, 3 (partial) or 10 (the gate matched).
        link: where people open the report.
        is_recovered: the last message was a failure.
    """
    lines = [
        *(["The runs work again.", ""] if is_recovered else []),
        *_blocked_lines(run),
        *_change_lines(run.changes),
        *(_difference_line(one) for one in run.differences if one.pile.invoices),
        "",
        *_fix_lines(run),
        *_ready_lines(run),
        *_trouble_lines(run, exit_code),
        "",
        f"Report: {link}",
    ]
    is_warning = bool(run.partial_reasons) or exit_code != ExitCode.COMPLETE
    marks = [*(["recovered"] if is_recovered else []), *(["partial"] if run.partial_reasons else [])]
    return Message(
        title=f"{run.provider_name or 'billsight'}: {' · '.join([*marks, _headline(run)])}",
        body="\n".join(lines),
        kind="warning" if is_warning else "success" if is_recovered else "info",
        fingerprint=_fingerprint(run, exit_code),
        is_news=any(pile and pile.invoices for pile in (run.changes.newly_blocked, run.changes.freed))
        or any(one.new for one in run.differences),
    )


def failure_message(failure: Failure) -> Message:
    """The message of a run that published nothing: the kind of failure, the report that stays, the next step."""
    (what, remedy), joins = _meaning(failure.exit_code, failure.kind), failure.joins
    stays = f"The last report stays as it is: {failure.link}" if failure.link else "There is no report yet."
    lines = [
        f"This run published nothing: {'; '.join((what, *joins))} (exit code {failure.exit_code}, {failure.kind}).",
        stays,
        "",
        f"What to do: {remedy}",
        f"What the job wrote to stderr tells more: the mail of cron, or the journal. Run {failure.run_id}.",
    ]
    return Message(
        title=f"{failure.provider_name or 'billsight'}: the run failed (exit code {failure.exit_code})",
        body="\n".join(lines),
        kind="failure",
        fingerprint=_digest({"exit_code": failure.exit_code, "kind": failure.kind, "joins": failure.joins}),
    )


def trial_message(provider_name: str) -> Message:
    """The message of `billsight notify test`."""
    return Message(
        title=f"{provider_name or 'billsight'}: a test",
        body="Messages about billsight's runs arrive here. This one is a test: there is nothing to do.",
        kind="info",
        fingerprint="",
    )


def count(number: int, word: str) -> str:
    """`1 invoice`, `1,200 invoices`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _sums(pile: Pile) -> str:
    return ", ".join(money.words for money in pile.amounts)


def _headline(run: Figures) -> str:
    first_amounts, hidden = run.blocked.amounts[:TITLE_CURRENCIES], len(run.blocked.amounts) - TITLE_CURRENCIES
    if not run.blocked.invoices:
        headline = "no invoice is known to be blocked" if _is_unsure(run) else "no invoice is blocked"
    else:
        more = f" and {'one more currency' if hidden == 1 else f'{hidden} more currencies'}" if hidden > 0 else ""
        sums = ", ".join(money.words for money in first_amounts) or count(run.blocked.invoices, "invoice")
        headline = f"{sums}{more} blocked"
    return f"{headline}{_moves(run.changes)}"


def _is_unsure(run: Figures) -> bool:
    """True if the data leaves open whether an invoice is blocked."""
    return bool(run.unknown or run.partial_reasons)


def _unsure(run: Figures) -> str:
    """The questions that the data leaves open."""
    partial = ["not everything was read"] if run.partial_reasons else []
    unknown = [f"the data cannot tell for {count(run.unknown, 'invoice')}"] if run.unknown else []
    words = ", and ".join([*unknown, *partial])
    return words[:1].upper() + words[1:]


def _moves(changes: Changes) -> str:
    newly, freed = (pile.invoices if pile else 0 for pile in (changes.newly_blocked, changes.freed))
    parts = [f"{count(newly, 'invoice')} newly blocked"] if newly else []
    parts += [f"{freed:,} freed" if parts else f"{count(freed, 'invoice')} freed"] if freed else []
    return f" · {', '.join(parts)}" if parts else ""


def _blocked_lines(run: Figures) -> Iterator[str]:
    if not run.blocked.invoices:
        if _is_unsure(run):
            yield f"No invoice is known to be blocked. {_unsure(run)}."
        else:
            yield f"None of {count(run.invoices, 'invoice')} is blocked."
    else:
        is_one = run.blocked.invoices == 1
        yield (
            f"{run.blocked.invoices:,} of {count(run.invoices, 'invoice')} {'is' if is_one else 'are'} blocked,"
            f" of {count(run.customers, 'customer')}:"
        )
    yield from (f"  {money.words}" for money in run.blocked.amounts)
    if run.blocked.unknown:
        totals = ", ".join(money.words for money in run.blocked.totals)
        yield f"  {run.blocked.unknown:,} of them {NO_BALANCE}: {totals} in total, and nobody knows what is open"


def _change_lines(changes: Changes) -> Iterator[str]:
    if changes.since is None:
        yield "This is the first run. From the next run on, the message says what is new and what was freed."
        return
    since = f"Since the run of {changes.since:%Y-%m-%d}"
    if changes.newly_blocked is None or changes.freed is None:
        yield f"{since}: which invoices were newly blocked or freed is not known."
        return
    parts = [
        f"{count(pile.invoices, 'invoice')} {word}{f' ({_sums(pile)})' if pile.amounts else ''}"
        for pile, word in ((changes.newly_blocked, "newly blocked"), (changes.freed, "freed"))
        if pile.invoices
    ]
    unchecked = changes.unchecked if changes.unchecked and changes.unchecked.invoices else None
    if parts:
        yield f"{since}: {'; '.join(parts)}."
    elif unchecked or changes.not_checked or changes.not_compared:
        yield f"{since}: no change among the invoices that were checked in both runs."
    else:
        yield f"{since} no invoice was newly blocked or freed."
    if unchecked:
        sums = f" ({_sums(unchecked)})" if unchecked.amounts else ""
        yield f"Not checked, so neither newly blocked nor freed: {count(unchecked.invoices, 'invoice')}{sums}."


def _difference_line(one: Difference) -> str:
    new = f", {one.new:,} new" if one.new else ""
    return f"{one.title}: {count(one.pile.invoices, 'invoice')}, {_sums(one.pile)}{new}; {one.remark}."


def _fix_lines(run: Figures) -> Iterator[str]:
    freeing = [fix for fix in run.fixes if fix.freed.invoices][:TOP_FIXES]
    if freeing:
        yield "What frees most:"
        yield from (f"{place}. {_fix_words(fix)}" for place, fix in enumerate(freeing, 1))
    elif run.blocked.invoices:
        yield "No single fix frees an invoice: the report says why."


def _fix_words(fix: FixFigures) -> str:
    who = f" - {fix.who}" if fix.who else ""
    return f"{fix.title}: frees {_counted(fix.freed)}{who}"


def _counted(pile: Pile) -> str:
    """How many, and their balances, where any is known."""
    return ", ".join(part for part in (count(pile.invoices, "invoice"), _sums(pile)) if part)


def _ready_lines(run: Figures) -> Iterator[str]:
    if run.ready_customers:
        verb = "is" if run.ready_customers == 1 else "are"
        yield f"{count(run.ready_customers, 'mapping')} {verb} ready to approve: {_counted(run.ready)}."


def _trouble_lines(run: Figures, exit_code: int) -> Iterator[str]:
    missed = run.changes.not_checked
    if run.partial_reasons:
        yield from ("", "The run is partial:", *(f"- {reason}" for reason in run.partial_reasons))
    if missed:
        yield from ("", f"Nothing was concluded from what was not read: {', '.join(missed)}.")
    if run.changes.not_compared:
        yield from ("", f"Read in this run only, so not compared: {', '.join(run.changes.not_compared)}.")
    if exit_code == ExitCode.FAIL_ON:
        yield from ("", f"What --fail-on asks for is the case (exit code {exit_code}).")


def _meaning(exit_code: int, kind: str) -> tuple[str, str]:
    if exit_code == ExitCode.UNUSABLE and kind in _BY_KIND:
        return _BY_KIND[kind]
    return next((words for code, words in _BY_CODE.items() if code == exit_code), _UNKNOWN)


def _fingerprint(run: Figures, exit_code: int) -> str:
    """A digest of the state that a message reports, without the changes, the time and the run."""
    return _digest(
        {
            "exit_code": exit_code,
            "invoices": run.blocked.invoices,
            "customers": run.customers,
            "blocked": _standing(run.blocked.amounts),
            **({"unknown": _standing(run.blocked.totals)} if run.blocked.unknown else {}),
            "ready": [run.ready_customers, run.ready.invoices, _standing(run.ready.amounts)],
            "fixes": [
                [fix.code, fix.freed.invoices, _standing(fix.freed.amounts)] for fix in run.fixes if fix.freed.invoices
            ][:TOP_FIXES],
            "differences": [
                [one.name, one.pile.invoices, _standing(one.pile.amounts)]
                for one in run.differences
                if one.pile.invoices
            ],
            "partial": run.partial_reasons,
            "not_checked": run.changes.not_checked,
        }
    )


def _standing(amounts: Sequence[Money]) -> list[list[str]]:
    return [[money.currency_code, f"{money.amount:f}"] for money in amounts if money.amount]


def _digest(content: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
