"""An amount or a status that the row of a document lacks, and another row of the same document gives.

One list has totals, another has balances: together they say more than either, where nothing in them disagrees. What
differs is reported and never filled in.
"""

from __future__ import annotations

from typing import Final

from etl.schemas import Relation

_SETTLED: Final = "('paid', 'voided', 'deleted')"


def open_amount(relation: Relation, side: str) -> str:
    """What a row says is open: its balance, or nothing where its status says so; null where it does not say."""
    if "document_status" not in relation.names:
        return f"{side}.balance_amount"
    return f"coalesce({side}.balance_amount, case when {side}.document_status in {_SETTLED} then 0 end)"


def with_given(relation: Relation, pairs: str) -> str:
    """A select of pairs of rows, with what the row that holds takes from the best of the others that give it.

    Args:
        relation: of documents.
        pairs: `older`, `newer` (rows with their `place`) and `is_newer`.

    Returns:
        The select; it adds `given_total`, `given_balance` and `given_status`.
    """
    has_status = "document_status" in relation.names
    balance = f"({open_amount(relation, 'newer')}) is null and older.balance_amount is not null"
    gives = {
        "total_amount": f"newer.total_amount is null and {_fits('newer.balance_amount', 'older.total_amount')}",
        "balance_amount": f"{balance} and {_fits('older.balance_amount', 'coalesce(newer.total_amount, 0)')}",
    }
    given = ", ".join(
        f"arg_min(older.{name}, older.place) filter (where {_MAY_GIVE} and {condition}) over same"
        f" as given_{name.removesuffix('_amount')}"
        for name, condition in gives.items()
    )
    status = f"""arg_min(older.document_status, older.place) filter (
        where not {_IS_CHANGED} and coalesce(newer.document_status, 'unknown') = 'unknown' and {_FITTING_STATUS}
    ) over same""" if has_status else "null::varchar"  # fmt: skip
    return f"""
        select *, {given}, {status} as given_status
        from ({pairs}) as joined
        window same as (partition by newer.position)"""


def settings_of(relation: Relation) -> tuple[str, str]:
    """What is chosen from the pairs of a document, and how it is set."""
    names = {"total_amount": "given_total", "balance_amount": "given_balance"}
    if "document_status" in relation.names:
        names["document_status"] = "given_status"
    found = "".join(f", min({given}) as {given}" for given in names.values())
    kept = {name: f"rows.{name}" for name in names}
    kept["document_status"] = "nullif(rows.document_status, 'unknown')"
    last = {name: f", rows.{name}" if name == "document_status" else "" for name in names}
    sets = "".join(f", {name} = coalesce({kept[name]}, found.{given}{last[name]})" for name, given in names.items())
    return found, sets


def remarks(relation: Relation) -> dict[str, str]:
    """Remark on two files -> when it applies, for a pair of rows of documents."""
    older, newer = open_amount(relation, "older"), open_amount(relation, "newer")
    total, balance = "coalesce(newer.total_amount, given_total)", f"coalesce({newer}, given_balance)"
    settled = f"case when given_status in {_SETTLED} then 0 end"
    differs = f"older.total_amount <> {total} or {older} <> {balance}"
    is_unused = (
        f"({total} is null and older.total_amount is not null)"
        f" or (coalesce({balance}, {settled}) is null and ({older}) is not null)"
    )
    return {
        # a change time says why an amount is another one
        "have another amount in": f"not newer.is_timed and ({differs})",
        "have their total from": "newer.total_amount is null and older.total_amount = given_total",
        "have their balance from": "newer.balance_amount is null and older.balance_amount = given_balance",
        "have an amount that was not used in": f"not {_IS_CHANGED} and ({is_unused})",
    }


_IS_CHANGED: Final = "(newer.is_timed and newer.changed_at <> older.changed_at)"
"""The document changed between the two rows: what the older one says may not be so any more."""

_IS_SAME_CURRENCY: Final = """(
    newer.currency_code = older.currency_code
    or (
        (newer.lacks_currency or older.lacks_currency)
        and coalesce(newer.total_amount = older.total_amount, newer.balance_amount = older.balance_amount, false)
    )
)"""
"""Two amounts of one currency; without one, an amount that both give says so."""

_MAY_GIVE: Final = f"""not {_IS_CHANGED} and {_IS_SAME_CURRENCY}
    and coalesce(newer.total_amount = older.total_amount, true)"""

_FITTING_STATUS: Final = f"""(
    older.document_status = 'open'
    or (older.document_status in {_SETTLED} and coalesce(abs(newer.balance_amount) <= no_money(), true))
    or (older.document_status = 'draft' and not is_newer)
)"""
"""What is settled is not open again as a rule, and a draft may have been sent since."""


def _fits(balance: str, total: str) -> str:
    """Whether a balance is a part of a total."""
    return f"(abs({balance}) <= abs({total}) + no_money() and {balance} * {total} >= 0)"
