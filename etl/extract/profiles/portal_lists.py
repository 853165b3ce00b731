"""What the portal side gives: its list of invoices, its mappings, its sync log. All are generic tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from etl.extract.profiles.invoice_keys import finish_portal_invoices, finish_portal_mappings
from etl.extract.profiles.profile import Transform

SUCCEEDED: Final = (
    "ok", "success", "successful", "successfully", "succeeded", "completed", "complete", "completed successfully",
    "finished", "done", "passed", "erfolgreich", "erfolg", "terminé", "réussi", "exitoso", "éxito", "completado",
    "sucesso", "concluído", "riuscito", "completato", "geslaagd", "voltooid", "成功", "true", "yes", "1",
)  # fmt: skip
RUNNING: Final = "running|progress|started|queued|pending"
"""A run that has not ended has not succeeded yet."""
FAILED: Final = (
    r"fail|error|abort|cancel|timed out|time-?out|crash|exception|unsuccess|not success|incomplete|partial|partly"
    r"|\b(?:issues?|problems?|except|skipped)\b|fehler|fehlg|erreur"
)
_WRONG: Final = r"(?:errors?|failures?|failed|exceptions?|issues?|problems?|skipped|rejected|fehler|erreurs?|errores)"
_NOTHING_WRONG: Final = (
    rf"\b(?:0|no|zero|without(?: any)?|ohne|sans|sin|keine?)\s+{_WRONG}\b|\b{_WRONG}\s*[:=]?\s*0(?:[^0-9.,]|$)"
    r"|\berror[- ]free\b"
)
_AMOUNT: Final = r"([0-9]+(?:[.,][0-9]{3})*)"
_SHARE: Final = (
    rf"(?:^|[^0-9/.,]){_AMOUNT}(?:\s*/\s*|\s+(?:out of|of|von|de|sur|di|van)\s+(?:the )?)"
    rf"{_AMOUNT}(?:[^0-9/.,]|$)"
)
"""How many of how many: `10 of 12`, `10/12`; no day."""
_PERCENT: Final = r"([0-9]+)(?:[.,][0-9]+)?\s*%"
_ALL: Final = 100
_NONE: Final = r"^(?:success|successful|succeeded)\W*0\W*$"
_COUNTED: Final = (
    r"(?:with|and|in|invoices?|records?|rows?|items?|documents?|customers?|synced|sent|updated|created|exported"
    r"|s|sec|seconds?|min|minutes?|ms)"
)


def _has_succeeded(word: pl.Expr) -> pl.Expr:
    """A word for success, alone or with what was counted: `Success!`, `Completed: 120 invoices`."""
    longest_first = sorted((one for one in SUCCEEDED if one.isalpha() or " " in one), key=len, reverse=True)
    counted = rf"^(?:{'|'.join(longest_first)})\W*(?:(?:[0-9][0-9.,]*|\b{_COUNTED}\b)\W*)*$"
    return word.is_in(SUCCEEDED) | (word.str.contains(counted) & ~word.str.contains(_NONE))


def _shares(word: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Whether fewer were done than there are, and whether all were."""
    part = pl.element().str.extract(_SHARE, 1).str.replace_all("[.,]", "").cast(pl.Int64, strict=False)
    whole = pl.element().str.extract(_SHARE, 2).str.replace_all("[.,]", "").cast(pl.Int64, strict=False)
    shares = word.str.extract_all(_SHARE)
    percent = word.str.extract(_PERCENT, 1).cast(pl.Int64, strict=False)
    is_part = shares.list.eval(part < whole).list.any() | (percent < _ALL).fill_null(value=False)
    is_all = shares.list.eval(part == whole).list.all() & (percent == _ALL).fill_null(value=True)
    return is_part.fill_null(value=False), is_all.fill_null(value=False)


def finish_sync_runs(frame: pl.DataFrame) -> pl.DataFrame:
    """The log's words for success and failure in ours; a row with another word is set aside. A part is no success.

    Locality: row.
    """
    if "run_status" not in frame.columns:
        return frame
    said = pl.col("run_status").str.to_lowercase().str.replace_all(r"[.,](?:\s|$)", "  ")
    is_part, is_all = _shares(said)
    word = said.str.replace_all(_NOTHING_WRONG, " ").str.replace_all(_SHARE, " ").str.replace_all(_PERCENT, " ")
    word = word.str.replace_all(r"^\W+|\W+$", "").str.replace_all(r"\s+", " ")
    has_no_end = pl.col("finished_at").is_null() if "finished_at" in frame.columns else pl.lit(value=False)
    status = (
        pl.when(word.str.contains(FAILED) | (is_part & ~word.str.contains(RUNNING))).then(pl.lit("failed"))
        .when(is_all & (_has_succeeded(word) | ((word == "") & ~has_no_end))).then(pl.lit("succeeded"))
        .when(word.str.contains(RUNNING) | (word.is_null() & has_no_end)).then(pl.lit("running"))
    )  # fmt: skip
    is_strange = status.is_null() & pl.col("run_status").is_not_null()
    problem = pl.format("run_status: '{}' says neither that the run succeeded nor that it failed", "run_status")
    return frame.with_columns(
        run_status=status.otherwise("run_status"),
        read_problem=pl.coalesce("read_problem", pl.when(is_strange).then(problem)),
    )


LAYOUTS: Final[Mapping[str, tuple[dict[str, tuple[str, ...]], tuple[tuple[str, ...], ...], Transform]]] = {
    "portal_invoices": (
        {
            "portal_invoice_id": ("portal_id", "Portal Invoice ID", "Portal ID"),
            "invoice_id_acct": (
                "invoice_id",
                "Invoice ID",
                "Accounting ID",
                "accounting_invoice_id",
                "external_id",
                "External ID",
            ),
            "invoice_number": ("Invoice Number", "Invoice No", "Invoice #", "Number", "Invoice"),
            "customer_id_acct": ("customer_id", "Customer ID", "accounting_customer_id", "Accounting Customer ID"),
            "customer_name": ("Customer Name", "Customer", "Client", "Client Name", "Card Name", "Card"),
            "company_name": ("Company Name", "Company", "ConnectWise Company", "ConnectWise Company Name"),
            "document_type": ("Type", "Document Type", "Transaction Type"),
            "portal_status": ("Status", "Payment Status", "Invoice Status"),
            "invoice_date": ("Date", "Invoice Date", "Transaction Date"),
            "due_date": ("Due Date", "Due"),
            "company_id_cw": (
                "company_id",
                "company_rec_id",
                "Company RecID",
                "ConnectWise Company ID",
                "cw_company_id",
            ),
            "total_amount": ("Total", "Total Amount", "Amount", "Invoice Total"),
            "balance_amount": ("Balance", "Open Balance", "Amount Due", "Balance Due", "Outstanding"),
            "currency_code": ("Currency", "Currency Code"),
        },
        (("portal_invoice_id", "invoice_id_acct", "invoice_number"),),
        finish_portal_invoices,
    ),
    "portal_mappings": (
        {
            "customer_id_acct": (
                "customer_id",
                "Customer ID",
                "accounting_customer_id",
                "Accounting Customer ID",
                "Accounting ID",
            ),
            "customer_name": (
                "Customer Name",
                "Customer",
                "accounting_customer_name",
                "Accounting Customer",
                "Accounting Company",
            ),
            "company_id_cw": (
                "company_id",
                "company_rec_id",
                "Company RecID",
                "ConnectWise Company ID",
                "cw_company_id",
            ),
            "company_name": (
                "Company Name",
                "Company",
                "cw_company_name",
                "ConnectWise Company",
                "ConnectWise Company Name",
            ),
        },
        (("customer_id_acct", "customer_name"), ("company_id_cw",)),
        finish_portal_mappings,
    ),
    "sync_runs": (
        {
            "started_at": ("started", "Started", "start", "Start Time", "Sync Started", "start_time"),
            "from_at": (
                "from_date",
                "From Date",
                "from",
                "sync_from",
                "Sync From",
                "sync_from_date",
                "New Sync From Date",
            ),
            "finished_at": ("finished", "Finished", "ended_at", "end", "End Time", "Completed At", "end_time"),
            "run_status": ("status", "Status", "Result", "outcome"),
        },
        (("started_at",), ("from_at",), ("run_status",)),
        finish_sync_runs,
    ),
}
