"""What changed since the run before, for the tests of what is reported."""

from __future__ import annotations

from typing import Any


def changes(**others: Any) -> dict[str, Any]:
    """What changed since the run before, as the summary has it."""
    usd = [{"currency_code": "USD", "amount": "18000.00"}]
    row = {"name": "INV-1042 · Acme Dental", "code": "NO_CONTACT", "currency_code": "USD", "amount": "120.00"}
    return {
        "since": {"run_id": "before", "as_of_at": "2026-11-21T02:00:00Z"},
        "is_first": False,
        "counts": {"new": 41, "reopened": 9, "open": 1200, "not_checked": 0, "resolved": 88},
        "invoices": {
            "newly_blocked": {"invoices": 132, "amounts": usd},
            "freed": {"invoices": 88, "amounts": []},
            "not_checked": {"invoices": 0, "amounts": []},
        },
        "blocked": [
            {
                "currency_code": "USD",
                "amount": "1037845.51",
                "before": "1019845.51",
                "change": "18000.00",
                "not_compared": "0.00",
            }
        ],
        "blocked_change": 44,
        "not_checked_sources": [],
        "not_compared_sources": [],
        "rows": [row],
    } | others


def quiet(**others: Any) -> dict[str, Any]:
    """Nothing was newly blocked, nothing freed."""
    nothing = {"invoices": 0, "amounts": []}
    return changes(**{"invoices": {"newly_blocked": nothing, "freed": nothing, "not_checked": nothing}} | others)
