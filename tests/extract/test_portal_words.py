"""A portal's words for its invoices: what is owed, what a client may not see, and what nobody knows."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from etl.config import Source
from etl.extract import bulk_scan, bulk_select
from etl.extract.profiles.document_terms import fold_term
from etl.extract.word_sql import folded
from etl.schemas import RELATIONS
from etl.warehouse.engine import Engine, literal
from tests.support.ledger_files import kept, load_files
from tests.support.loading import ALWAYS, NEVER

PORTAL = "portal_invoices"
HEADER = "Date,Invoice Number,Customer,Status,Amount,Balance"

STATUSES = {
    "Paid (Partial)": "open", "Partially paid": "open", "Paid - thank you": "paid", "Paid": "paid",
    "Processing failed": None, "Payment declined": None, "Paid - reversed": None, "Paid until 2026-01": None,
    "Void - duplicate": "gone", "Voided by Ann": "gone", "Cancelled (wrong client)": "gone", "Void pending": None,
    "Payment Pending - ACH": "in transit", "Scheduled 12/01": "in transit", "Past due 30 days": "open",
    "Opened by client": None, "Open - 30 days": "open", "Past due, now paid": None, "Overdue (unpaid)": "open",
    "AutoPay": None, "Not yet paid": "open", "un-paid": "open", "Paid in part": "open", "Isn't paid": None,
    "Paid (not confirmed)": None, "Paid? No": None, "Paid but vorked": None, "Paid 50.00": None, "Vorked paid": None,
    "Paid by ACH on 11/20/2026": "paid", "Paid by check on Nov 20, 2026": "paid", "AutoPay on": None,
    "Paid - check #1044": "paid", "Paid 11/28/2026": "paid", "Paid on Nov 28": "paid", "Not pending": None,
    "Unscheduled": None, "Impending": None, "No payment pending": None, "Pending vork": None, "Not partial": None,
    "Not yet delivered": "gone", "Paid - not visible to client": "gone", "Never published": "gone", "Not void": None,
    "Voidable": None, "Canceled: no": None, "Hidden from vorkers": "gone", "Undeleted": None, "Nicht bezahlt": "open",
    "In transit": "in transit", "Submitted via ACH on 11/28": "in transit", "Overdue since 2026-11-01": "open",
}  # fmt: skip

_GONE = (
    "Open (hidden)|Zorb invoice hidden|Is deleted|Vork void|In draft|Visible: No|Published = false|Shown to client: no"
    "|Portal: off|Not yet approved|Never uploaded|Pending publication|Awaiting final approval|Release pending"
    "|Scheduled for release|Scheduled to publish Dec 9|Upload failed|Failed to sync|Internal only|Unlisted|Invisible"
    "|Ausgeblendet|Offen (versteckt)|Storniert am 3.11.2026|Noch nicht freigegeben|Gel\u00f6scht von Ann|Masqu\u00e9e"
    "|Annul\u00e9e le 3/11/2026|Brouillon - non envoy\u00e9e|N'est pas publi\u00e9e|Oculta|No visible|Anulada 3/11/2026"
    "|N\u00e3o publicada|Nascosta|Niet zichtbaar"
    "|Hidden?|Not hidden?|Void - check vorked|Void - check"
    "|Deleted (duplicate payment)|Cancelled by e-mail"
    "|Do not show|No access|isVisible=false|Un-published|Client cannot view|Sin enviar"
    "|Hidden - balance 0|Paid, draft|VO\u0130D|STORN\u0130ERT"
)
"""Whoever reads these must understand more before saying that the client sees the invoice."""
_QUIET = (
    "AutoPay|Sent|Viewed|Delivered|Emailed|Current|Active|Posted|Approved|New|Sent 11/03/2026|Viewed by client"
    "|In sync|Hidden: No|Visible: Yes|Not deleted|Gesendet|Envoy\u00e9e|Enviada"
    "|Cancelled AutoPay|Removed from AutoPay|Deleted card|Reversed payment|Voided check|Removed from collections"
    "|Unsent reminder|Undelivered e-mail|Not available for payment|Open - reminder not sent|AutoPay: cancelled"
    "|Not sent by e-mail|Paid (check voided)|Due - autopay removed"
    "|Payment pending sync|Card on hold|Zahlung storniert|Carte supprim\u00e9e"
    "|Due: 0|Outstanding 0|Open balance 0.00|Overdue: 0 days"
)
"""They say nothing of what is owed, and nothing against the invoice's being shown."""
GONE, QUIET = _GONE.split("|"), _QUIET.split("|")
STATUSES |= dict.fromkeys(GONE, "gone") | dict.fromkeys(QUIET) | {
    "Paid?": None, "Open?": None, "Paid\uff1f": None, "PA\u0130D": "paid", "Due in 10 days": "open",
    "Due 12/05/2026": "open", "International": None, "Open; viewed: no": None, "Avoided": None,
}  # fmt: skip


def test_longer_phrases_of_the_portal_are_read_with_care(engine: Engine, shelf: Any) -> None:
    """A phrase that says two things, or has a word that nobody knows, says nothing; both ways of reading agree."""
    rows = "".join(f'2026-11-14,{1000 + at},Acme,"{word}",1.00,\n' for at, word in enumerate(STATUSES))
    shelf.put("p.csv", f"{HEADER}\n{rows}")
    careful = shelf.read(PORTAL, "p.csv").frame["portal_status"].to_list()
    assert dict(zip(STATUSES, careful, strict=True)) == STATUSES
    scan = bulk_scan(shelf.file("p.csv"), RELATIONS[PORTAL], Source(path="p.csv"), 0)
    assert scan is not None
    assert engine.frame(bulk_select(scan, ZoneInfo("UTC")))["portal_status"].to_list() == careful


@pytest.mark.parametrize("word", QUIET)
def test_ordinary_words_of_the_portal_are_not_told(shelf: Any, word: str) -> None:
    """Whoever has AutoPay in every list need not read of it each time."""
    shelf.put("p.csv", f'{HEADER}\n2026-11-14,1001,Acme,"{word}",1.00,1.00\n')
    assert shelf.read(PORTAL, "p.csv").unknown == []


def test_words_of_the_portal_that_nobody_knows_are_told_either_way(engine: Engine, tmp_path: Path) -> None:
    """With their rows, for types and for states, however the file is read; the rows are kept."""
    rows = "".join(
        f'2026-11-14,{1001 + at},Acme,{kind},"{state}",1.00,1.00\n'
        for at, (kind, state) in enumerate([("Flurb", "Open"), ("Flurb", "Sent"), ("Invoice", "Glorp"), ("", "Paid?")])
    )
    (tmp_path / "p.csv").write_text(f"Date,Invoice Number,Customer,Type,Status,Amount,Balance\n{rows}")
    for bulk_bytes in (NEVER, ALWAYS):
        loaded = load_files(engine, tmp_path, PORTAL, bulk_bytes)
        types, states = loaded.reports[0].unknown
        assert types.startswith("document_type 'Flurb' (2 rows): ")
        assert states.startswith("portal_status 'Glorp' (1 row), 'Paid?' (1 row): ")
        assert kept(engine, "document_type", "portal_status", relation=PORTAL) == [
            ("invoice", None), ("unknown", "open"), ("unknown", None), (None, None),
        ]  # fmt: skip


def test_both_engines_fold_letters_alike(engine: Engine) -> None:
    """Letters with two lower cases, or whose lower case depends on what stands beside them."""
    letters = "iI\u0130\u0131\u03c3\u03c2\u03a3\u00df\u1e9e\u212a\u00c9\u0307a -"
    words = ["".join(three) for three in itertools.product(letters, repeat=3)]
    careful = pl.DataFrame({"word": words}).select(fold_term("word")).to_series().to_list()
    listed = ", ".join(map(literal, words))
    assert [
        one for (one,) in engine.rows(f"select {folded('word')} from (select unnest([{listed}]) as word)")
    ] == careful
