"""What systems call their documents and their states, in our words, and what amounts say where no word does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

DOCUMENT_TYPES: Final[Mapping[str, str]] = {
    "invoice": "invoice",
    "salesinvoice": "invoice",
    "taxinvoice": "invoice",
    "accrec": "invoice",
    "creditmemo": "credit_memo",
    "creditnote": "credit_memo",
    "salescreditnote": "credit_memo",
    "accreccredit": "credit_memo",
    "salesreceipt": "sales_receipt",
    "estimate": "estimate",
    "quote": "estimate",
    "payment": "payment",
    "arprepayment": "payment",
    "aroverpayment": "payment",
    "journal": "journal",
    "journalentry": "journal",
    "bill": "bill",
    "purchaseinvoice": "bill",
    "accpay": "bill",
    "check": "other",
    "expense": "other",
    "deposit": "other",
    "transfer": "other",
    "refund": "other",
    "billpayment": "other",
    "billpayment(check)": "other",
    "billpayment(creditcard)": "other",
    "vendorcredit": "other",
    "creditcardcredit": "other",
    "creditcardpayment": "other",
    "creditcardexpense": "other",
    "cashexpense": "other",
    "other": "other",
}
"""Folded type -> ours; anything else is `other`, nothing at all is `invoice`."""

DOCUMENT_STATUSES: Final[Mapping[str, str]] = {
    "open": "open",
    "authorised": "open",
    "authorized": "open",
    "approved": "open",
    "awaitingpayment": "open",
    "partiallypaid": "open",
    "unpaid": "open",
    "overdue": "open",
    "sent": "open",
    "paid": "paid",
    "draft": "draft",
    "submitted": "draft",
    "awaitingapproval": "draft",
    "pending": "draft",
    "void": "voided",
    "voided": "voided",
    "deleted": "deleted",
    "unknown": "unknown",
}
"""Folded status -> ours; anything else is read from the amounts."""

PORTAL_STATUSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("open", "unpaid", "notpaid", "due", "overdue", "pastdue", "outstanding", "partial"), "open"),
    **dict.fromkeys(("partiallypaid", "partlypaid", "partpaid", "partialpayment"), "open"),
    **dict.fromkeys(("paid", "paidinfull", "fullypaid", "settled"), "paid"),
    **dict.fromkeys(
        ("pending", "processing", "scheduled", "submitted", "paymentpending", "pendingpayment"), "in transit"
    ),
    **dict.fromkeys(("paymentprocessing", "paymentscheduled", "paymentsubmitted", "intransit"), "in transit"),
}
"""Folded word of the portal -> ours; any other word (AutoPay, Sent, Viewed) says nothing of what is owed."""

FOLDED_AWAY: Final = " _-"
"""Characters that do not matter in these words; the bulk reader leaves out the same."""

_SIGN: Final = r"^\W*[-(]|-\s*$|(?i)CR\s*$"


def fold_term(column: str) -> pl.Expr:
    """The words of a column in lower case without spaces, dashes and underscores."""
    return pl.col(column).str.to_lowercase().str.replace_all(r"[ _\-]", "")


def document_type(column: str) -> pl.Expr:
    """The document's type in our words; none is an invoice."""
    word = fold_term(column)
    known = word.replace_strict(DOCUMENT_TYPES, default="other", return_dtype=pl.String)
    return pl.when(pl.col(column).is_null()).then(pl.lit("invoice")).otherwise(known)


def document_status(column: str | None) -> pl.Expr:
    """The document's status in our words; where the source has no word that we know, what its amounts say."""
    if column is None:
        return status_of_amounts()
    known = fold_term(column).replace_strict(DOCUMENT_STATUSES, default=None, return_dtype=pl.String)
    return pl.coalesce(known, status_of_amounts())


def portal_status(column: str) -> pl.Expr:
    """What the portal says is owed, in our words; null where it has no word that says so."""
    return fold_term(column).replace_strict(PORTAL_STATUSES, default=None, return_dtype=pl.String)


def portal_type(column: str) -> pl.Expr:
    """The kind of a row on the portal's list; null where it says none, unknown where it says one we do not know."""
    known = fold_term(column).replace_strict(DOCUMENT_TYPES, default="unknown", return_dtype=pl.String)
    return pl.when(pl.col(column).is_not_null()).then(known)


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


def unknown_words(frame: pl.DataFrame, column: str, known: Mapping[str, str]) -> list[str]:
    """Words of a column that are not among the known ones, sorted; at most five."""
    words = frame.filter(~fold_term(column).is_in(list(known))).get_column(column).drop_nulls().unique().sort()
    return words.head(5).to_list()
