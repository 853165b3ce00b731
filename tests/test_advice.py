"""Advice that is never given: what would show one client's invoices to another, destroy, mail or charge unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from etl.causes import CAUSES
from tests.support.visible_texts import ROOT, of_causes, of_guide, of_page, of_python, of_sql

OF_FILES = {"cli", "config", "demo", "extract", "match"}
"""Packages that speak of files, settings and commands: what to remove there is no document."""


@dataclass(frozen=True)
class Rule:
    """A phrase that is advice, and what must stand in the same text to make it safe; nothing where it never is.

    Attributes:
        places: where the condition stands beside the text, not in it.
    """

    phrase: str
    needs: str | None
    places: tuple[str, ...] = ()


RULES = {
    "merging contacts of two companies": Rule(r"(?<!after a )\bmerg(e|ing)\b", r"of this company"),
    "deleting without proof": Rule(
        # the site's own key is no document
        r"\b(delet(e|ing)|remov(e|ing)) (it|its|the|this|them|one|a|that)\b",
        r"no payment is pending",
        ("site_key.py",),
    ),
    "voiding without proof": Rule(r"\bvoid(ing)? (it|its|the|this|them|one|a|that)\b", None),
    "renumbering": Rule(r"\brenumber\b", None),
    "resyncing while a payment is in transit": Rule(
        # the page's list stands under the advice that has the condition, and so does the list of dates
        r"(?<!single )(?<!do not )(?<!never )\bresync\b",
        r"no payment is pending",
        ("sync.html.j2", "backfill.py", "gaps.py"),
    ),
    "an option of all clients as if it were of one": Rule(
        r"Show Child Companies|Hide Zero Dollar|hide list|hidden types", r"every client"
    ),
    "an earlier date without saying whom it mails and charges": Rule(
        r"set New Sync From Date|set the sync date|from an earlier date",
        r"mail and charge every client",
        ("sync.html.j2",),
    ),
    "making former clients active": Rule(r"\breactivate\b", None),
    "making somebody active without asking": Rule(r"\bmake (it|one|the \w+) active\b", r"only if"),
    "restoring before a remap was considered": Rule(
        r"\brestore\b.*\bConnectWise|\brestore\b.*\bcompany", r"^Remap|^Choose"
    ),
    "sending again what may be there": Rule(r"\bunbatch\b", r"Remove Records.*only if accounting has no copy"),
    "text to a client about what it may not see": Rule(
        r"\b(tell|inform|remind|e-?mail|write to|send \w+ to|forward \w+ to) the client\b|\bDear\b", None
    ),
}


def _violations(place: str, text: str) -> list[str]:
    return [
        name
        for name, rule in RULES.items()
        if re.search(rule.phrase, text, re.IGNORECASE)
        and place not in rule.places
        and not (rule.needs and re.search(rule.needs, text, re.IGNORECASE))
    ]


def _advising() -> Iterator[tuple[str, str]]:
    return ((file.name, text) for file, text in of_python() if file.relative_to(ROOT / "etl").parts[0] not in OF_FILES)


TEXTS = {"causes": of_causes, "sql": of_sql, "python": _advising, "page": of_page, "guide": of_guide}


@pytest.mark.parametrize("source", TEXTS)
def test_no_text_gives_advice_that_harms(source: str) -> None:
    """Every fix, value, note and sentence: each phrase either never occurs, or has its condition beside it."""
    texts = list(TEXTS[source]())
    assert len(texts) > 50
    assert [(place, found, text) for place, text in texts for found in _violations(place, text)] == []


HARMFUL = {
    "merging contacts of two companies": "Merge the contacts, or give each its own e-mail",
    "deleting without proof": "delete its card in Entities",
    "voiding without proof": "Void the copy, then sync",
    "renumbering": "Renumber the copy",
    "resyncing while a payment is in transit": "Entities: open the card, find the invoice, Resync",
    "an option of all clients as if it were of one": "Billing settings: Show Child Companies",
    "an earlier date without saying whom it mails and charges": "Setup: set New Sync From Date to May 1",
    "making former clients active": "Reactivate the customer",
    "making somebody active without asking": "Make it active in ConnectWise",
    "restoring before a remap was considered": "Restore the company in ConnectWise, or remap to the live one",
    "sending again what may be there": "Look it up in the GL batches: unbatch and resend",
    "text to a client about what it may not see": "Tell the client that 4001 is open",
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_catches_what_it_is_about(name: str) -> None:
    """A rule that finds nothing protects nobody."""
    assert name in _violations("anywhere", HARMFUL[name])


def test_a_document_that_accounting_deleted_is_the_only_one_to_be_deleted() -> None:
    """The proof is accounting's own word, and no payment may be on its way."""
    deleting = {
        cause.code for cause in CAUSES if re.search("delete", cause.fix_legacy + cause.fix_current, re.IGNORECASE)
    }
    assert deleting == {"DELETED"}
