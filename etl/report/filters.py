"""How a value looks: as text in the summary, as an element on the page."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from etl.amounts import money_text, with_currency

_EMAIL: Final = re.compile(r"([^\s@\"'<>,;:()]*)@([^\s@\"'<>,;:()]*[^\s@\"'<>,;:().])")
_ALMOST: Final = 0.999


def instant_text(instant: datetime) -> str:
    """A UTC instant in ISO 8601, whether it carries its zone or not."""
    return instant.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def plain(value: object) -> object:
    """The value as JSON holds it: decimals and dates as text, nothing lost."""
    if isinstance(value, Decimal):
        return money_text(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def mask_email(email: str | None) -> str | None:
    """`jane@example.com` as `j•••@e•••.com`, what is no address as `j•••`: to recognize, and not to write to."""
    if not email:
        return email
    return mask_emails(email) if _EMAIL.search(email) else f"{email[0]}•••"


def mask_emails(text: str) -> str:
    """The text with every e-mail address in it masked."""
    return _EMAIL.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    name, domain = found.groups()
    host, dot, top = domain.rpartition(".")
    shown = f"{host[0]}•••.{top}" if dot and host else f"{domain[0]}•••"
    return f"{name[:1]}•••@{shown}"


def money(amount: str, currency_code: str) -> Markup:
    """An amount; the reader's browser writes it in the reader's way."""
    shown = with_currency(f"{Decimal(amount):,f}", currency_code)
    return Markup('<data class="money" value="{}" data-currency="{}">{}</data>').format(amount, currency_code, shown)


def currency(code: str) -> str:
    """The code as a heading; XXX is ISO 4217 for none."""
    return "No currency named" if code == "XXX" else code


def count(number: int) -> Markup:
    """A whole number."""
    return Markup('<data class="count" value="{}">{}</data>').format(number, f"{number:,}")


def moved(change: str | int, currency_code: str = "") -> Markup:
    """A change of an amount, or of a whole number, with its sign."""
    number = Decimal(change)
    sign = "+" if number > 0 else "\N{MINUS SIGN}" if number < 0 else ""
    shown = f"{sign}{abs(number):,f}"
    if not currency_code:
        return Markup('<data class="moved" value="{}">{}</data>').format(change, shown)
    words = with_currency(shown, currency_code)
    return Markup('<data class="moved" value="{}" data-currency="{}">{}</data>').format(change, currency_code, words)


def way(change: str | int) -> str:
    """Which way a number went, in a word."""
    number = Decimal(change)
    return "more" if number > 0 else "less" if number < 0 else "the same"


def share(ratio: str) -> Markup:
    """A ratio 0 to 1 as a percentage."""
    return Markup('<data class="share" value="{}">{}</data>').format(ratio, f"{Decimal(ratio):.1%}")


def certainty(ratio: float) -> str:
    """A certainty as a percentage that never says 100 % of an estimate."""
    return "> 99.9 %" if ratio > _ALMOST else f"{ratio * 100:.1f} %"


def points(number: float) -> str:
    """Signed points of evidence."""
    return f"{number:+.1f}".replace("-", "\N{MINUS SIGN}") if number else "0.0"


def day(iso_date: str | None) -> Markup:
    """A calendar date."""
    if iso_date is None:
        return Markup('<span class="none">no date</span>')
    return Markup('<time class="day" datetime="{0}">{0}</time>').format(iso_date)


def instant(iso_instant: str | None) -> Markup:
    """An instant, in UTC until the reader's browser writes it in the reader's zone."""
    if iso_instant is None:
        return Markup('<span class="none">not known</span>')
    shown = iso_instant[:16].replace("T", " ") + " UTC"
    return Markup('<time class="instant" datetime="{}">{}</time>').format(iso_instant, shown)


def name(text: str | None, otherwise: str = "no name") -> Markup:
    """A name from the data, fenced off so that right-to-left text stays in its place."""
    if not text:
        return Markup('<span class="none">{}</span>').format(otherwise)
    return Markup("<bdi>{}</bdi>").format(text)


def words(code: str) -> str:
    """`sync_runs` as `Sync runs`."""
    spoken = code.replace("_", " ").replace("connectwise", "ConnectWise").strip()
    return spoken[:1].upper() + spoken[1:]


FILTERS: Final = {
    "money": money, "currency": currency, "count": count, "moved": moved, "way": way, "share": share,
    "certainty": certainty, "points": points, "day": day, "instant": instant, "name": name, "words": words,
}  # fmt: skip
