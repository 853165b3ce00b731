"""What systems call their documents and their states, in our words, and what amounts say where no word does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

_IGNORED: Final = " _-.'\u2019\u00a0"
"""Characters that do not matter in these words; the bulk reader leaves out the same."""

IGNORED_PATTERN: Final = "[" + _IGNORED.replace("-", "") + "-]"
"""The same as a pattern, for both engines."""


SAME_LETTERS: Final = (("i\u0307", "i"), ("\u03c2", "\u03c3"))
"""What is left of letters whose lower case the engines do not agree on -> the letter that they are read as."""


def _folded(words: Mapping[str, str]) -> Mapping[str, str]:
    """Each of our words with the words of others, separated by commas -> each of these words, folded -> ours."""
    away = str.maketrans("", "", _IGNORED)
    each = [(word.lower(), ours) for ours, listed in words.items() for word in listed.split(",")]
    for written, same in SAME_LETTERS:
        each = [(word.replace(written, same), ours) for word, ours in each]
    return {word.translate(away): ours for word, ours in each}


def fold_word(word: str) -> str:
    """A word as `fold_term` folds a column of them."""
    return next(iter(_folded({"": word.replace(",", "")})))


DOCUMENT_TYPES: Final[Mapping[str, str]] = _folded({
    "invoice": (
        # English; ConnectWise's own types; an accounting package's codes
        "invoice, invoices, inv, sales invoice, tax invoice, customer invoice, service invoice, service tax invoice,"
        "posted sales invoice, commercial invoice, final invoice, deposit invoice, down payment invoice, downpayment,"
        "progress invoice, progress, agreement, standard, miscellaneous, misc invoice, time and materials, accrec,"
        "ar invoice, ar inv, custinvc, si, statement charge, stmt charge, stmt chrg, finance charge, fin chrg,"
        # French, German, Spanish, Portuguese, Italian, Dutch
        "facture, factures, facture client, facture de vente, facture d'acompte, facture de situation,"
        "rechnung, rechnungen, ausgangsrechnung, kundenrechnung, verkaufsrechnung, anzahlungsrechnung,"
        "abschlagsrechnung, teilrechnung, schlussrechnung, faktura, faktur,"
        "factura, facturas, factura de venta, factura de cliente, factura electrónica, factura electronica,"
        "fatura, faturas, nota fiscal, fattura, fatture, fattura di vendita, fattura elettronica,"
        "factuur, facturen, verkoopfactuur,"
        # the north, the east, Turkish, Greek, Asia
        "faktura sprzedaży, faktura vat, kundfaktura, salgsfaktura, lasku, laskut, számla, faktúra, factură, račun,"
        "sat\u0131\u015f faturas\u0131, τιμολόγιο, счет, счёт, счет-фактура, счёт-фактура, рахунок, фактура,"
        "请求书, 請求書, 发票, 發票, 청구서, 송장, فاتورة, חשבונית, חשבונית מס, hóa đơn"
    ),
    "credit_memo": (
        "credit memo, credit memos, credit note, credit notes, creditnote, cr note, cn, crn, credit invoice, credit,"
        "sales credit note, sales credit memo, sales credit, tax credit note, customer credit, customer credit note,"
        "adjustment note, tax adjustment note, accreccredit, ar credit note, ar credit memo, custcred,"
        "posted sales credit memo, avoir, avoirs, note de crédit, note de credit, facture d'avoir,"
        "gutschrift, gutschriften, rechnungskorrektur, stornorechnung,"
        "nota de crédito, nota de credito, notas de crédito, abono, factura rectificativa,"
        "nota di credito, note di credito, creditnota, creditfactuur, kreditnota, kreditnote, kreditfaktura,"
        "faktura korygująca, hyvityslasku, jóváíró számla, dobropis, кредит-нота, кредитовое авизо,"
        "iade faturas\u0131, πιστωτικό τιμολόγιο, 贷项通知单, 紅字發票, 红字发票, クレジットノート, إشعار دائن"
    ),
    "sales_receipt": "sales receipt, cash sale, cash receipt invoice",
    "estimate": (
        "estimate, estimates, quote, quotes, quotation, sales quote, offer, proposal, devis, angebot,"
        "kostenvoranschlag, presupuesto, cotización, cotizacion, orçamento, orcamento, preventivo, offerte,"
        "oferta, offert,"
        "見積書, 报价单"
    ),
    "pro_forma": (
        "pro forma, proforma, pro forma invoice, proforma invoice, facture pro forma,"
        "proformarechnung, factura proforma, fattura proforma, fatura proforma, proforma factuur"
    ),
    "statement": "statement, statements, account statement, customer statement, statement of account",
    "template": (
        "recurring invoice, repeating invoice, recurring, repeating, recurring template, recurring invoice template,"
        "invoice template, template, scheduled invoice, recurring sales invoice"
    ),
    "payment": (
        "payment, payments, receipt, receive payment, received payment, customer payment, bank payment,"
        "invoice payment, paiement, zahlung, pago, pagamento, betaling, prepayment, overpayment, ar prepayment,"
        "ar overpayment, arprepayment, aroverpayment, credit card payment received"
    ),
    "opening_balance": (
        "opening balance, opening balances, customer opening balance, beginning balance,"
        "balance forward"
    ),
    "retainer": "retainer, retainers, retainer invoice",
    "journal": "journal, journals, journal entry, general journal, general journal entry, manual journal, gj",
    "bill": "bill, bills, purchase invoice, supplier invoice, vendor invoice, vendor bill, vendbill, accpay",
    "other": (
        "check, cheque, expense, deposit, transfer, refund, customer refund, bill payment, bill payment (check),"
        "bill payment (cheque), bill payment (credit card), vendor credit, supplier credit, accpaycredit,"
        "credit card credit, credit card payment, credit card expense, credit card charge, cash expense,"
        "purchase order, sales order, inventory adjustment, inventory qty adjust, inventory starting value,"
        "item receipt, build assembly, bill pmt -check, bill pmt -ccard, cc expense, cc-credit, paycheck,"
        "payroll check, payroll liability, liability check, sales tax payment, sales tax adjustment, tax payment,"
        "global tax payment, global tax adjustment, billable expense charge, delayed charge, delayed credit,"
        "time activity, time charge"
    ),
})  # fmt: skip
"""Folded type -> ours; nothing at all is `invoice`, and any other word is `unknown`: nobody knows what it is."""
VENDOR_WORDS: Final = frozenset(_folded({
    "": "bill payment, bill payment (check), bill payment (cheque), bill payment (credit card), bill pmt -check,"
    "bill pmt -ccard, bill credit, vendor credit, supplier credit, vendor payment, supplier payment, item receipt,"
    "accpaycredit, purchase order",
}))  # fmt: skip
"""Folded words for what only vendors send or get."""

_OPEN: Final = (
    "open, partially paid, partly paid, part paid, partial, unpaid, not paid, outstanding, due, overdue, past due,"
    "offen, überfällig, teilweise bezahlt, teilbezahlt, unbezahlt, nicht bezahlt, impayée, impayé, non payée, non payé,"
    "en retard, pendiente, vencida, vencido, no pagada, no pagado, em aberto, não paga, não pago, aperta, scaduta,"
    "da pagare, non pagata, openstaand, vervallen, niet betaald"
)
_PAID: Final = (
    "paid, paid in full, fully paid, auto-paid, settled, bezahlt, payée, payé, réglée, acquittée, pagada, pagado, paga,"
    "pago, pagata, saldata, betaald"
)
_VOIDED: Final = (
    "void, voided, cancelled, canceled, reversed, storniert, annulliert, annulée, annulé, anulada, anulado,"
    "cancelada, annullata, stornata, geannuleerd"
)
_DELETED: Final = "deleted, gelöscht, supprimée, supprimé, eliminada, eliminado, excluída, eliminata, verwijderd"
_DRAFT: Final = "draft, entwurf, brouillon, borrador, rascunho, bozza, concept"

DOCUMENT_STATUSES: Final[Mapping[str, str]] = _folded(
    {
        "open": (
            f"{_OPEN}, authorised, authorized, approved, awaiting payment, sent, viewed, posted, issued, emailed,"
            "en attente, envoyée, enviada, verzonden"
        ),
        "paid": _PAID,
        "draft": f"{_DRAFT}, submitted, awaiting approval, pending, pending approval",
        "voided": _VOIDED,
        "deleted": _DELETED,
        "unknown": "unknown",
    }
)
"""Folded status -> ours; anything else is read from the amounts."""

SHOWN: Final = "shown"
_SHOWN_THERE: Final = (
    "autopay, auto pay, sent, viewed, seen, read, delivered, emailed, mailed, printed, downloaded, current, "
    "active, posted, approved, new, visible, published, shown, displayed, released, available, shared, synced, "
    "uploaded, issued, invoiced, billed, finalized, final, closed, opened, accepted, acknowledged, created, "
    "updated, live, online, public, enabled, confirmed, normal, ok, complete, completed, declined, disputed, "
    "awaiting payment, collections, in collections, payment plan, not due, upcoming, authorised, authorized, "
    "unviewed, unread, gesendet, versendet, verschickt, gesehen, zugestellt, aktiv, neu, veröffentlicht, "
    "sichtbar, freigegeben, genehmigt, envoyée, envoyé, vue, consultée, livrée, nouvelle, publiée, approuvée, "
    "validée, émise, enviada, vista, entregada, activa, nueva, publicada, aprobada, emitida, ativa, nova, "
    "aprovada, inviata, consegnata, attiva, nuova, pubblicata, approvata, emessa, visibile, verzonden, bekeken, "
    "actief, nieuw, gepubliceerd, goedgekeurd, in sync, in portal, on portal"
)
SHOWN_WORDS: Final = "|".join(word.strip() for word in _SHOWN_THERE.split(","))
"""Words of a portal that say nothing of what is owed, and nothing against its showing the invoice; alternatives."""

PORTAL_STATUSES: Final[Mapping[str, str]] = _folded(
    {
        "open": f"{_OPEN}, partial payment",
        "paid": f"{_PAID}, closed and paid",
        "in transit": "pending, processing, scheduled, submitted, in transit, payment pending, pending payment",
        "gone": f"{_VOIDED}, {_DELETED}, {_DRAFT}, removed, hidden, inactive",
        SHOWN: _SHOWN_THERE,
    }
)
"""Folded word of the portal -> ours; one that is `shown`, and any other word, says nothing of what is owed. A row
that is void, deleted or hidden there proves nothing."""
UNKNOWN_TYPE: Final = "unknown"

_SIGN: Final = r"^\W*[-(]|-\s*$|(?i)CR\s*$"


def fold_term(column: str) -> pl.Expr:
    """The words of a column in lower case without spaces, dashes and other marks that do not matter."""
    return lower(column).str.replace_all(IGNORED_PATTERN, "")


def lower(column: str) -> pl.Expr:
    """The text in lower case, as `word_sql.lowered` has it."""
    # the other engine makes one letter of it
    text = pl.col(column).str.replace_all("\u0130", "i", literal=True).str.to_lowercase()
    for written, same in SAME_LETTERS:
        text = text.str.replace_all(written, same, literal=True)
    return text


def document_type(column: str) -> pl.Expr:
    """The document's type in our words; none is an invoice, and a word that nobody knows is no proof of anything."""
    word = fold_term(column)
    known = word.replace_strict(DOCUMENT_TYPES, default=UNKNOWN_TYPE, return_dtype=pl.String)
    return pl.when(pl.col(column).is_null()).then(pl.lit("invoice")).otherwise(known)


def document_status(column: str | None) -> pl.Expr:
    """The document's status in our words; where the source has no word that we know, what its amounts say."""
    if column is None:
        return status_of_amounts()
    known = fold_term(column).replace_strict(DOCUMENT_STATUSES, default=None, return_dtype=pl.String)
    return pl.coalesce(known, status_of_amounts())


def stated_type(column: str) -> pl.Expr:
    """The type that a row states, in our words; null where it states none, unknown where nobody knows the word."""
    return pl.when(pl.col(column).is_not_null()).then(document_type(column))


def status_of_amounts() -> pl.Expr:
    """Paid where a positive total has nothing left to pay, open where something is known of the balance, else unknown.

    Zero and sign can be told without knowing which sign separates the decimals.
    """
    total, balance = pl.col("total_amount"), pl.col("balance_amount")
    is_paid = is_zero(balance) & ~is_zero(total) & ~is_negative(total)
    is_unknown = total.is_null() | balance.is_null()
    return pl.when(is_unknown).then(pl.lit("unknown")).when(is_paid).then(pl.lit("paid")).otherwise(pl.lit("open"))


def is_zero(amount: pl.Expr) -> pl.Expr:
    """Whether an amount in text is zero."""
    return amount.str.contains("0") & ~amount.str.contains("[1-9]")


def is_negative(amount: pl.Expr) -> pl.Expr:
    """Whether an amount in text is below zero: -5, $-5, (5), 5-, 5 CR."""
    return amount.str.contains(_SIGN)
