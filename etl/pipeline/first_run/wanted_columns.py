"""Which of our columns a table that nobody knows is asked for, and which of its captions fits each of them best."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from etl import extract
from etl.extract import UnknownTable
from etl.pipeline.first_run.column_values import EMAILS, TableValues, find_misfit
from etl.schemas import RELATIONS, Column, ColumnKind

WANTED: Final[Mapping[str, tuple[str, ...]]] = {
    "accounting_invoices": (
        "invoice_number", "invoice_id_acct", "customer_name", "customer_id_acct", "invoice_date", "due_date",
        "document_type", "document_status", "total_amount", "balance_amount", "currency_code",
    ),
    "accounting_customers": (
        "customer_name", "customer_id_acct", "account_number", "tax_identifier", "email", "phone_number", "website",
        "is_active",
    ),
    "connectwise_companies": (
        "company_name", "company_id_cw", "company_identifier", "status_name", "account_number", "phone_number",
        "website", "is_deleted",
    ),
    "connectwise_contacts": (
        "default_email", "company_id_cw", "company_identifier", "company_name", "contact_id_cw", "first_name",
        "last_name", "portal_security_level", "is_inactive",
    ),
    "portal_invoices": (
        "invoice_number", "portal_invoice_id", "invoice_id_acct", "customer_name", "customer_id_acct", "company_name",
        "company_id_cw", "portal_status", "document_type", "invoice_date", "due_date", "total_amount",
        "balance_amount", "currency_code",
    ),
}  # fmt: skip
"""Relation -> the columns that are asked for, in this order. Amounts stand behind what they are held against."""

REQUIRED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "accounting_invoices": (
        ("invoice_number", "invoice_id_acct"), ("customer_name", "customer_id_acct"), ("invoice_date",),
        ("total_amount", "balance_amount"),
    ),
    "accounting_customers": (("customer_name",),),
    "connectwise_companies": (("company_name",), ("company_id_cw", "company_identifier")),
    "connectwise_contacts": (("default_email",), ("company_id_cw", "company_identifier", "company_name")),
    "portal_invoices": (("invoice_number", "portal_invoice_id", "invoice_id_acct"),),
}  # fmt: skip
"""Relation -> groups of columns of each of which one is needed."""

_PHRASES: Final[Mapping[str, str]] = {
    "invoice_number": "number of the invoice", "invoice_id_acct": "internal id of the invoice, in accounting",
    "customer_id_acct": "id of the customer, in accounting", "document_type": "kind: invoice, credit memo, payment",
    "customer_name": "name of the customer",
    "document_status": "status: open, paid, void", "portal_status": "status: open, paid, hidden",
    "total_amount": "total of the invoice", "balance_amount": "what is still owed of the invoice; no running balance",
    "currency_code": "currency, three letters", "portal_invoice_id": "the portal's own id of the invoice",
    "company_id_cw": "RecID of the ConnectWise company", "contact_id_cw": "RecID of the contact",
    "default_email": "e-mail address of the login", "email": "e-mail address",
    "portal_security_level": "portal security level, 1 to 6", "is_inactive": "whether it is inactive",
}  # fmt: skip
"""Our column -> what it is, where the dictionary of the data says more than a question needs."""

_STEMS: Final[Mapping[str, str]] = {
    "invoice_number": r"^(?:re|rg|rechnung|beleg|invoice|inv|bill|doc|document|facture|factura|fattura|faktura)\w*"
    r"(?: (?:nr|no|num|number|ref|#)\b.*)?$|^(?:rechnungs?|beleg)nummer$",
    "customer_name": r"kunde(?!n?n(?:r|ummer))|(?<!to )(?<!by )(?:customer|client)|debtor|debitor(?!en)|payer"
    r"|bill(?:ed)? to|firma?\b|\bname$|trading",
    "customer_id_acct": r"(?:kunden?|customer|client|debit\w*|account|acct)\W*(?:nr|no|num\w*|id|code|key|ref|#)\b",
    "invoice_date": r"^(?:(?:rechnung|beleg|invoice|issue|bill|post|raise)\w* ?(?:datum|date|day|on)?"
    r"|datum|date|day|fecha)$",
    "due_date": r"f[äa]e?llig|due|zahlbar|pay by|vencim|[ée]ch[ée]ance|scadenza",
    "total_amount": r"betrag|summe|brutto|total|amount|gross|value|montant|importe|importo|billed$",
    "balance_amount": r"offen|rest|open|outstanding|unpaid|owed|owing|remaining|saldo|balance|amount due|still",
    "currency_code": r"w[äa]e?hrung|currency|devise|moneda|valuta|\bccy\b|\bcur\b",
    "document_type": r"\btype?\b|\bart\b|\bkind\b|belegart",
    "document_status": r"status|state\b|zustand",
    "portal_status": r"status|state\b|zustand",
    "account_number": r"(?:account|acct|konto|debitoren?)\W*(?:nr|no|num\w*|#)",
    "tax_identifier": r"\bvat\b|\btax\b|ust|\babn\b|steuer",
    "email": r"mail", "default_email": r"mail",
    "phone_number": r"phone|telefon|\btel\b|mobile?", "website": r"web|url|homepage|site",
    "is_active": r"\bactive\b|aktiv", "is_inactive": r"inactive|inaktiv",
    "company_name": r"company|firm|organi[sz]ation|client|customer|account name", "status_name": r"status",
    "company_identifier": r"company (?:id|code|key)|short name", "company_id_cw": r"rec ?id",
    "contact_id_cw": r"contact\W*(?:rec)?id", "first_name": r"first|given|vorname",
    "last_name": r"last|surname|family|nachname",
    "portal_security_level": r"security|level",
}  # fmt: skip
"""Our column -> words in captions that nobody's list has, as they are in folded captions."""

_HALF: Final = 0.5
"""Words that two captions share, of all that they have: fewer say nothing, as in `Job ref` and `Customer ref`."""
_SAME, _ALIKE, _STEM, _ONLY, _LEAST = 100.0, 60.0, 45.0, 12.0, 12.0
_ALONE: Final = (ColumnKind.DATE, ColumnKind.MONEY)
"""Kinds whose only caption in a file is proposed, whatever its words are."""
_WORDS: Final = re.compile(r"[^\W\d_]+|#")


def propose_columns(
    table: UnknownTable, values: TableValues, relation: str, shapes: extract.Shapes
) -> dict[str, int]:  # fmt: skip
    """Our column -> position of the caption that fits it best, by its words and its values; each caption once."""
    columns = {column.name: column for column in RELATIONS[relation].columns}
    scores: list[tuple[float, int, str, int]] = []
    for order, name in enumerate(WANTED[relation]):
        fitting = [at for at in table.places if not find_misfit(values, str(at), columns[name])]
        is_only = len(fitting) == 1 and (columns[name].kind in _ALONE or name in EMAILS)
        known = extract.known_captions(relation, name, shapes)
        for at in fitting:
            score = _score(table.header.cells[at], columns[name], known) + (_ONLY if is_only else 0)
            scores.append((-score, order, name, at))
    found: dict[str, int] = {}
    for score, _, name, at in sorted(scores):
        if -score >= _LEAST and name not in found and at not in found.values():
            found[name] = at
    return {name: found[name] for name in WANTED[relation] if name in found}


def _score(caption: str, column: Column, known: tuple[str, ...]) -> float:
    """How well the words of a caption fit; the whole of a known one fits best, then words that it shares with one."""
    own = _words(caption)
    shared = max((len(own & words) / max(1, len(own | words)) for words in map(_words, known)), default=0.0)
    shared = shared if shared >= _HALF else 0.0
    if any(extract.fold(caption) == extract.fold(alias) for alias in known):
        return _SAME
    stem = _STEMS.get(column.name)
    return _ALIKE * shared + (_STEM if stem and re.search(stem, extract.fold_caption(caption)) else 0.0)


@lru_cache(maxsize=4096)
def _words(caption: str) -> frozenset[str]:
    """The words of a caption in small letters: `InvoiceNo` has two."""
    apart = re.sub(r"(?<=[a-zäöüß])(?=[A-Z])", " ", caption)
    return frozenset(word.casefold() for word in _WORDS.findall(apart))


def describe_column(column: Column, relation: str) -> str:
    """What a column is, and whether it is needed."""
    group = next((one for one in REQUIRED[relation] if column.name in one), ())
    others = " or ".join(name for name in group if name != column.name)
    needed = f" - this or {others} is needed" if others else " - needed" if group else ""
    return f"{column.name}: {_PHRASES.get(column.name, column.help.partition(';')[0])}{needed}"


def lacking_groups(relation: str, columns: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """The groups of columns of which none is mapped."""
    return (group for group in REQUIRED[relation] if columns.keys().isdisjoint(group))
