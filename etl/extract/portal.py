"""What the portal side gives: its list of invoices, its mappings, its sync log. All are generic tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from etl.extract.invoice_keys import finish_portal_invoices, finish_portal_mappings
from etl.extract.profile import Transform

SUCCEEDED: Final = (
    "ok", "success", "successful", "successfully", "succeeded", "completed", "complete", "completed successfully",
    "finished", "done", "passed", "erfolgreich", "erfolg", "terminé", "réussi", "exitoso", "éxito", "completado",
    "sucesso", "concluído", "riuscito", "completato", "geslaagd", "voltooid", "成功", "true", "yes", "1",
)  # fmt: skip
RUNNING: Final = "running|progress|started|queued|pending"
"""A run that has not ended has not succeeded yet."""
FAILED: Final = (
    "fail|error|abort|cancel|timed out|time-?out|crash|exception|unsuccess|not success|incomplete|partial|partly|issue"
    "|problem|except|skipped|fehler|erreur"
)
_NOTHING_WRONG: Final = (
    r"\b(?:0|no|zero|without(?: any)?|ohne|sans|sin|keine?)\s+(?:errors?|failures?|failed|exceptions?|issues?|problems?"
    r"|skipped|fehler|erreurs?|errores)\b|\b(?:errors?|failures?|failed|skipped|exceptions?|fehler)\s*[:=]\s*0\b"
)
_COUNTED: Final = (
    r"(?:with|and|in|invoices?|records?|rows?|items?|documents?|customers?|synced|sent|updated|created|exported"
    r"|s|sec|seconds?|min|minutes?|ms)"
)


def _has_succeeded(word: pl.Expr) -> pl.Expr:
    """A word for success, alone or with what was counted: `Success!`, `Completed: 120 invoices`."""
    longest_first = sorted((one for one in SUCCEEDED if one.isalpha() or " " in one), key=len, reverse=True)
    counted = rf"^(?:{'|'.join(longest_first)})\W*(?:(?:[0-9][0-9.,]*|\b{_COUNTED}\b)\W*)*$"
    return word.is_in(SUCCEEDED) | word.str.contains(counted)


def finish_sync_runs(frame: pl.DataFrame) -> pl.DataFrame:
    """The log's words for success and failure in ours; a row with another word is set aside.

    Locality: row.
    """
    if "run_status" not in frame.columns:
        return frame
    word = pl.col("run_status").str.to_lowercase().str.replace_all(_NOTHING_WRONG, "")
    has_no_end = pl.col("finished_at").is_null() if "finished_at" in frame.columns else pl.lit(value=False)
    status = (
        pl.when(word.str.contains(FAILED)).then(pl.lit("failed"))
        .when(_has_succeeded(word)).then(pl.lit("succeeded"))
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
