"""Large exports of known shapes, invented row by row: a flat report, two grouped ones, two tables of loaders."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Final

_DAYS: Final = [date(2018, 1, 1) + timedelta(days=at) for at in range(3_300)]
_US: Final = [day.strftime("%m/%d/%Y") for day in _DAYS]
_ISO: Final = [day.isoformat() for day in _DAYS]
_FIRST: Final = ("Orchard", "Lakeside", "Harbor", "Summit", "Cedar", "Maple", "Granite", "Pioneer", "Silver", "Valley")
_LAST: Final = ("Works", "Dental", "Logistics", "Law Group", "Builders", "Clinic", "Motors", "Foods", "Studio")
_MEMOS: Final = ("", "Monthly care", '"Backup for servers, 12 units"', "Onsite visit")
_CUSTOMERS: Final = 20_000
_BANDS: Final = ("91 or more days past due", "61 - 90 days past due", "31 - 60 days past due", "CURRENT")
_ROWS_IN_BAND: Final = 200_000


def write_export(name: str, path: Path, size: int) -> None:
    """Write one of `EXPORTS`, the same for the same size.

    Args:
        name: which one.
        path: the file.
        size: bytes after which it ends, wherever that is: the last group of a report has no total.
    """
    lines = EXPORTS[name](random.Random(name))
    with path.open("w", encoding="utf-8") as out:
        written = 0
        while written < size:
            written += out.write(next(lines) + "\n")


def _customer(at: int) -> str:
    return f"{_FIRST[at % len(_FIRST)]} {_LAST[at // len(_FIRST) % len(_LAST)]} {at}"


def _amount(cents: int) -> str:
    text = f"{cents / 100:,.2f}"
    return f'"{text}"' if "," in text else text


def _flat_report(chance: random.Random) -> Iterator[str]:
    yield from ("Invoice List by Date,,,,,,,", "", "Date,Transaction type,Num,Name,Memo,Due date,Amount,Open balance")
    for number in count(1):
        day, total = chance.randrange(3_200), chance.randrange(1, 900_000)
        balance = total if chance.random() < 0.1 else 0
        yield (
            f"{_US[day]},Invoice,{number},{_customer(chance.randrange(_CUSTOMERS))},{chance.choice(_MEMOS)},"
            f"{_US[day + 30]},{_amount(total)},{_amount(balance)}"
        )


def _by_customer(chance: random.Random) -> Iterator[str]:
    yield from ("Open Invoices,,,,,,", "", ",Date,Transaction type,Num,Term,Due date,Open balance")
    number = count(1)
    for customer in count(1):
        yield f"{_customer(customer)},,,,,,"
        whole = 0
        for _ in range(chance.randrange(1, 60)):
            day, balance = chance.randrange(3_200), chance.randrange(1, 900_000)
            whole += balance
            yield f",{_US[day]},Invoice,{next(number)},Net 30,{_US[day + 30]},{_amount(balance)}"
        yield f"Total for {_customer(customer)},,,,,,{_amount(whole)}"


def _by_age(chance: random.Random) -> Iterator[str]:
    yield from (
        "A/R Aging Detail,,,,,,,", "", ",Date,Transaction type,Num,Customer full name,Due date,Amount,Open balance",
    )  # fmt: skip
    number = count(1)
    for band in cycle(_BANDS):
        yield f"{band},,,,,,,"
        totals = balances = 0
        for _ in range(_ROWS_IN_BAND):
            day, total = chance.randrange(3_200), chance.randrange(1, 900_000)
            balance = chance.randrange(1, total + 1)
            totals, balances = totals + total, balances + balance
            customer = _customer(chance.randrange(_CUSTOMERS))
            yield (f",{_US[day]},Invoice,{next(number)},{customer},{_US[day + 30]},{_amount(total)},{_amount(balance)}")
        yield f"Total for {band},,,,,,{_amount(totals)},{_amount(balances)}"


def _fivetran(chance: random.Random) -> Iterator[str]:
    yield (
        "id,_fivetran_deleted,_fivetran_synced,balance,billing_email,created_at,currency_id,customer_id,doc_number,"
        "due_date,private_note,sync_token,total_amount,transaction_date,updated_at"
    )
    for number in count(1):
        day, total, customer = chance.randrange(3_200), chance.randrange(1, 900_000), chance.randrange(_CUSTOMERS)
        balance, is_deleted = (total if chance.random() < 0.1 else 0), chance.random() < 0.02
        yield (
            f"{number},{str(is_deleted).upper()},2026-09-30 02:00:00,{balance / 100:.2f},ap@c{customer}.example,"
            f"{_ISO[day]} 10:00:00,USD,{customer},{70_000 + number},{_ISO[day + 30]},{chance.choice(_MEMOS)},1,"
            f"{total / 100:.2f},{_ISO[day]},{_ISO[day + 20]} 11:00:00"
        )


def _airbyte(chance: random.Random) -> Iterator[str]:
    yield "_airbyte_raw_id,Id,DocNumber,TxnDate,DueDate,TotalAmt,Balance,CustomerRef,CurrencyRef,MetaData"
    for number in count(1):
        day, total, customer = chance.randrange(3_200), chance.randrange(1, 900_000), chance.randrange(_CUSTOMERS)
        balance = total if chance.random() < 0.1 else 0
        yield (
            f"r{number},{number},{70_000 + number},{_ISO[day]},{_ISO[day + 30]},{total / 100:.2f},{balance / 100:.2f},"
            f'"{{""value"":""{customer}"",""name"":""{_customer(customer)}""}}","{{""value"":""USD""}}",'
            f'"{{""CreateTime"":""{_ISO[day]}T10:00:00-07:00""}}"'
        )


EXPORTS: Final[Mapping[str, Callable[[random.Random], Iterator[str]]]] = {
    "qbo_invoice_list": _flat_report,
    "qbo_open_invoices": _by_customer,
    "qbo_ar_aging_detail": _by_age,
    "qbo_loader_invoices, Fivetran": _fivetran,
    "qbo_loader_invoices, Airbyte": _airbyte,
}
"""Shape, and who made the file -> its lines, without an end."""
