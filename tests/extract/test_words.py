"""Words for documents, states and flags: each is known, or it is unknown and reported; none passes for another."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract.profiles.document_terms import DOCUMENT_STATUSES, DOCUMENT_TYPES

HEADER = "id,doc_number,customer_id,customer_name,txn_date,total,balance,type,status"
WORDS = {
    "invoice": (
        "Invoice|INV|Inv.|Tax Invoice|Agreement|Standard|Progress|Miscellaneous|DownPayment|Down Payment Invoice"
        "|Facture|FACTURE|Rechnung|RECHNUNG|Factura|Fattura|Fatura|Factuur|Faktura|Счёт-фактура|請求書|Statement charge"
        "|Finance Charge|Sales_Invoice|tax-invoice|Final invoice"
    ),
    "credit_memo": (
        "Credit Memo|CreditMemo|Credit note|Adjustment Note|Gutschrift|Avoir|Nota de crédito|NOTA DE CRÉDITO"
        "|Nota di credito|Creditnota|Facture d'avoir|Facture d\u2019avoir|Sales Credit Note"
    ),
    "template": "Recurring Invoice|Repeating invoice|RECURRING INVOICE|Recurring",
    "estimate": "Estimate|Quote|Quotation|Devis|Angebot|Presupuesto",
    "pro_forma": "Pro forma|Pro-forma|Proforma Invoice",
    "statement": "Statement|Statement of Account",
    "opening_balance": "Opening Balance",
    "retainer": "Retainer|Retainer Invoice",
    "journal": "Journal|General Journal|Journal Entry",
    "payment": "Payment|Receipt|Zahlung",
}


@pytest.mark.parametrize(("ours", "listed"), WORDS.items())
def test_a_document_is_what_its_word_says(shelf: Any, ours: str, listed: str) -> None:
    """In the big languages, in any case, whatever separates the words; the sign of the total decides nothing."""
    words = listed.split("|")
    rows = "".join(f"{at},D-{at},7,Acme,2026-01-05,{-5 if at % 2 else 5},5,{word},\n" for at, word in enumerate(words))
    shelf.put("i.csv", f"{HEADER}\n{rows}")
    extract = shelf.read("accounting_invoices", "i.csv")
    assert dict(zip(words, extract.frame["document_type"], strict=True)) == dict.fromkeys(words, ours)
    assert not extract.unknown


@given(word=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_any_other_word_is_unknown_and_told(common_shelf: Any, word: str) -> None:
    """A word that nobody here knows is neither an invoice nor none, and the file's answer says so, with how often."""
    common_shelf.put(
        "i.csv", f"{HEADER}\n1,D-1,7,Acme,2026-01-05,5,5,Zz{word},\n2,D-2,7,Acme,2026-01-05,5,5,Zz{word},\n"
    )
    extract = common_shelf.read("accounting_invoices", "i.csv")
    assert set(extract.frame["document_type"]) == {"unknown"}
    (told,) = extract.unknown
    assert "(2 rows)" in told
    assert "document_type" in told


def test_no_word_means_an_invoice(shelf: Any) -> None:
    """A list without types is a list of invoices."""
    shelf.put("i.csv", f"{HEADER}\n1,D-1,7,Acme,2026-01-05,5,5,,\n")
    extract = shelf.read("accounting_invoices", "i.csv")
    assert (extract.frame["document_type"][0], extract.unknown) == ("invoice", [])


def test_a_status_that_nobody_knows_is_told_and_the_amounts_decide(shelf: Any) -> None:
    """The words are listed, the most frequent first; known ones in other languages are read."""
    words = ["Flurb", "Offen", "Annulée", "Glorp", "Glorp", "Paid"]
    rows = "".join(f"{at},D-{at},7,Acme,2026-01-05,5,5,,{word}\n" for at, word in enumerate(words))
    shelf.put("i.csv", f"{HEADER}\n{rows}")
    extract = shelf.read("accounting_invoices", "i.csv")
    assert extract.frame["document_status"].to_list() == ["open", "open", "voided", "open", "open", "paid"]
    assert extract.unknown == [
        "document_status 'Glorp' (2 rows), 'Flurb' (1 row): billsight does not know this word; the amounts decide"
    ]


def test_xeros_words_are_told_as_well(shelf: Any) -> None:
    """An answer may have a type of tomorrow."""
    invoice = {"InvoiceID": "1", "Contact": {"ContactID": "7", "Name": "Acme"}, "Type": "ACCNEW", "Total": 5}
    shelf.put("i.json", {"Invoices": [invoice]})
    extract = shelf.read("accounting_invoices", "i.json")
    assert extract.frame["document_type"].to_list() == ["unknown"]
    assert "ACCNEW" in extract.unknown[0]


@pytest.mark.parametrize("words", [DOCUMENT_TYPES, DOCUMENT_STATUSES])
def test_every_word_is_folded_as_the_files_are(words: dict[str, str]) -> None:
    """A word with a mark that is taken out of the file's words would never be found."""
    assert not [word for word in words if any(mark in word for mark in " _-.'\u2019\u00a0") or word != word.lower()]
    assert "" not in words


@pytest.mark.parametrize(("word", "is_active"), [("Active", "true"), ("Not-active", "false"), ("Inactive", "false")])
def test_an_active_status_is_a_flag(shelf: Any, word: str, is_active: str) -> None:
    """Desktop lists say Active and Not-active; a flag that is not given is unknown."""
    shelf.put("c.csv", f"Active Status,Customer,Main Email\n{word},Acme,a@x.example\n,Beta,b@x.example\n")
    first, second = shelf.rows("accounting_customers", "c.csv")
    assert first["is_active"] == is_active
    assert "is_active" not in second
