"""What changed in the sample run, and the thirty runs that it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from etl.causes import BY_CODE

TONIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NIGHTS = 30
STATES = ("new", "reopened", "open", "not_checked", "resolved")

_BLOCKED = {"USD": Decimal("102891.99"), "CAD": Decimal("10619.55"), "EUR": Decimal("2654.50")}
_BEFORE = {"USD": Decimal("84891.99"), "CAD": Decimal("11629.90"), "EUR": Decimal("2654.50"), "GBP": Decimal("410.00")}
_INVOICES, _INVOICES_BEFORE = 37, 43

# kind, cause, then how many are new, reopened, still open, not checked, resolved
_CAUSES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("invoice", "UNMAPPED_PROBABLE", (4, 0, 2, 0, 1)),
    ("invoice", "LEVEL_TOO_LOW", (0, 1, 3, 4, 0)),
    ("invoice", "MISSED_IN_WINDOW", (3, 0, 5, 0, 9)),
    ("invoice", "DRAFT", (1, 0, 0, 0, 2)),
    ("customer", "UNMAPPED_PROBABLE", (1, 0, 1, 0, 1)),
    ("customer", "UNMAPPED_AMBIGUOUS", (0, 1, 0, 0, 0)),
    ("contact", "LEVEL_TOO_LOW", (0, 0, 2, 7, 0)),
    ("contact", "LOGIN_DISABLED", (1, 0, 1, 0, 1)),
)

# state, kind, id, name, cause, reason, currency and amount, days since it was first seen, times reopened
_ROWS: tuple[tuple[Any, ...], ...] = (
    ("new", "customer", "00110", "Heritage Motor Works", "UNMAPPED_PROBABLE", None, "USD 27830.75", 0, 0),
    ("new", "invoice", "7100", "INV-1042 · Heritage Motor Works", "UNMAPPED_PROBABLE", None, "USD 18450.00", 0, 0),
    ("resolved", "invoice", "7093", "INV-1035 · Orchard Realty", "MISSED_IN_WINDOW", "synced", "USD 6120.00", 12, 0),
    ("reopened", "invoice", "7112", "INV-1054 · Lakeside Veterinary", "LEVEL_TOO_LOW", None, "USD 2640.00", 41, 2),
    ("not_checked", "invoice", "7113", "INV-1055 · Lakeside Veterinary", "LEVEL_TOO_LOW", None, "USD 2640.00", 33, 0),
    ("resolved", "invoice", "7060", "INV-1002 · Prairie Foods Ltd.", "UNMAPPED_PROBABLE", "mapping approved",
     "CAD 1010.35", 9, 0),
    ("resolved", "invoice", "7061", "INV-1003 · Tower Bridge Tea", "DRAFT", "voided", "GBP 410.00", 5, 0),
    ("new", "invoice", "7135", "INV-1077", "DRAFT", None, "XXX 15.00", 0, 0),
    ("not_checked", "contact", "9001", "Jane Okafor jane@lakesidevet.com", "LEVEL_TOO_LOW", None, None, 33, 0),
    ("resolved", "contact", "9012", "Sam Ortiz", "LOGIN_DISABLED", "level raised", None, 3, 1),
)  # fmt: skip


def sample_changes() -> dict[str, Any]:
    """A run with a change of every state; what is not listed by hand is more of the same."""
    causes = [
        {"code": code, "kind": kind, "title": BY_CODE[code].title, **dict(zip(STATES, counts, strict=True))}
        for kind, code, counts in _CAUSES
    ]
    totals = {state: sum(cause[state] for cause in causes) for state in STATES}
    return {
        "since": {"run_id": _night(1)["run_id"], "as_of_at": _night(1)["as_of_at"]},
        "is_first": False,
        "counts": totals,
        "kinds": [_kind(kind, causes) for kind in ("invoice", "customer", "contact")],
        "causes": causes,
        "invoices": {
            "newly_blocked": {"invoices": 7, "amounts": _amounts("USD 24120.00", "XXX 15.00")},
            "freed": {"invoices": 13, "amounts": _amounts("USD 6135.00", "GBP 410.00")},
            "not_checked": {"invoices": 4, "amounts": _amounts("USD 2640.00")},
        },
        "resolved": [
            {"reason": "synced", "issues": 9, "invoices": 9, "amounts": _amounts("USD 6120.00")},
            {"reason": "mapping approved", "issues": 2, "invoices": 1, "amounts": _amounts("CAD 1010.35")},
            {"reason": "voided", "issues": 2, "invoices": 2, "amounts": _amounts("GBP 410.00", "USD 15.00")},
            {"reason": "level raised", "issues": 1, "invoices": 0, "amounts": []},
        ],
        "blocked": [_moved(currency) for currency in _BEFORE],
        "blocked_change": _INVOICES - _INVOICES_BEFORE,
        "not_checked_sources": ["ConnectWise contacts"],
        "not_compared_sources": [],
        "rows": [_row(*row) for row in _ROWS],
    }  # fmt: skip


def sample_trend() -> list[dict[str, Any]]:
    """Thirty runs, oldest first; one of them partial, and one that never ran."""
    return [_night(back) for back in reversed(range(NIGHTS + 1)) if back != 17]


def many_rows(number: int) -> list[dict[str, Any]]:
    """As many changed issues, for what is too long to show."""
    told = sample_changes()["rows"]
    return [{**told[place % len(told)], "subject_id": f"I{place}"} for place in range(number)]


def _night(back: int) -> dict[str, Any]:
    at = TONIGHT - timedelta(days=back)
    # every run a little more, until a backfill frees most of it ten runs ago
    grown = {0: _BLOCKED, 1: _BEFORE}.get(back) or {
        code: (amount * (100 + (7 * back) % 13 + (22 if back > 10 else 0)) / 100).quantize(Decimal("0.01"))
        for code, amount in _BLOCKED.items()
        if code != "EUR" or back < 20
    }
    counts = sample_changes()["counts"] if not back else {"new": back % 4, "reopened": 0, "open": 40, "resolved": 3}
    return {
        "run_id": f"{at:%Y-%m-%dT%H%M%SZ}-{back:04x}" if back else "2026-11-22T020000Z-7f3a",
        "as_of_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "is_partial": back in {0, 6},
        "blocked_invoices": {0: _INVOICES, 1: _INVOICES_BEFORE}.get(back, 40 + back),
        "amounts": [_amount(code, amount) for code, amount in grown.items()],
        **{state: counts[state] for state in ("new", "reopened", "resolved", "open")},
    }  # fmt: skip


def _kind(kind: str, causes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": kind} | {state: sum(each[state] for each in causes if each["kind"] == kind) for state in STATES}


def _amount(currency: str, amount: Decimal) -> dict[str, str]:
    return {"currency_code": currency, "amount": f"{amount:.2f}"}


def _amounts(*told: str) -> list[dict[str, str]]:
    return [dict(zip(("currency_code", "amount"), each.split(), strict=True)) for each in told]


def _moved(currency: str) -> dict[str, Any]:
    now, before = _BLOCKED.get(currency, Decimal(0)), _BEFORE[currency]
    return {
        **_amount(currency, now),
        "before": f"{before:.2f}",
        "change": f"{now - before:.2f}",
        "not_compared": "0.00",
    }


def _row(*told: Any) -> dict[str, Any]:
    state, kind, subject_id, name, code, reason, money, days, reopened = told
    currency, amount = money.split() if money else (None, None)
    seen = TONIGHT - timedelta(days=days)
    last = TONIGHT - timedelta(days={"resolved": 1, "not_checked": 2}.get(state, 0))
    return {
        "state": state, "kind": kind, "subject_id": subject_id, "name": name, "code": code,
        "title": BY_CODE[code].title, "reason": reason, "currency_code": currency, "amount": amount,
        "first_seen_at": f"{seen:%Y-%m-%dT%H:%M:%SZ}", "last_seen_at": f"{last:%Y-%m-%dT%H:%M:%SZ}",
        "times_reopened": reopened,
    }  # fmt: skip
