"""The SQL of the bulk path: every kind of value cast in its strict form only, so that nothing is guessed.

The strict forms and limits lie inside those of validation: what is accepted here would be accepted there, as the same
value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from etl.domain import FALSE_WORDS, MALFORMED_ID, TRUE_WORDS
from etl.extract.bulk_scan import BulkScan
from etl.extract.conform import BLANKS, MIDNIGHTS
from etl.extract.footers import LABELED
from etl.extract.profiles.document_terms import DOCUMENT_STATUSES, DOCUMENT_TYPES
from etl.extract.unread_lines import LEADS_ON
from etl.extract.word_sql import PORTAL_STATUS, WORDS, folded, look_up, with_said
from etl.schemas import BOOKED, IDS_OF_BOOKS, SQL_TYPE, Column, ColumnKind
from etl.warehouse.engine import literal

_BLANKS: Final = " || ".join(f"chr({ord(sign)})" for sign in BLANKS)
_BETWEEN: Final = "chr(31)"
"""What stands between the texts of a row while they are looked at together, which costs less than one by one."""

_EDGE: Final = r"[\x00-\x1e \p{Z}\x{85}\x{200b}\x{feff}]"
_START, _END = r"(?:^|\x1f)", r"(?:\x1f|$)"
_SUSPECT: Final = (
    rf"{_START}{_EDGE}|{_EDGE}{_END}|[\x00-\x08\x0b\x0c\x0e-\x1e\x7f-\x{{9f}}]"
    rf"|{_START}(?:{MALFORMED_ID}){_END}"
    rf"|{_START}(?:@\{{|System\.|=\")"
)
"""Blanks around a text or a control character in it, an id that a spreadsheet spoilt, a cut object."""
_MONEY: Final = r"-?[0-9]{1,13}(\.[0-9]{1,4})?"
_MONEY_WITHOUT_GROUPS: Final = r"-?[0-9]{1,13}(\.([0-9]{1,2}|[0-9]{4}))?"
"""Where nobody says that a point separates the decimals, three of them may be a group of thousands."""

_TERMS: Final = {"document_type": DOCUMENT_TYPES, "document_status": DOCUMENT_STATUSES}
"""Columns of documents that hold words; a row with an unknown one is read with care, so that it is told."""

_COMMON_CURRENCIES: Final = ("USD", "EUR", "GBP", "CAD", "AUD")
"""Told without a pattern, which costs several times as much."""

_DAY: Final = "____-__-__"
_FRACTION: Final = r"[0-9-]{10}[T ][0-9:]{8}\.[0-9]{1,6}"
_FIRST_DAY, _LAST_DAY = "1970-01-03", "2200-12-30"
_LARGEST_OFFSET: Final = "14"
_UTC: Final = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT"})


@dataclass(frozen=True)
class _Cast:
    """How the values of one file are cast."""

    scan: BulkScan
    zone: ZoneInfo
    currency_code: str

    def value(self, column: Column) -> str:
        """The typed expression of a column, before derivation; null where the text is not in its strict form."""
        text = f"text_{column.name}"
        if column.name not in self.scan.columns:
            absent = literal(self.currency_code) if column.kind is ColumnKind.CURRENCY else "null"
            return f"{absent}::{SQL_TYPE[column.kind]}"
        match column.kind:
            case ColumnKind.MONEY:
                form = _MONEY if self.scan.is_point_certain else _MONEY_WITHOUT_GROUPS
                return f"case when regexp_full_match({text}, '{form}') then {text}::decimal(18, 4) end"
            case ColumnKind.DATE:
                return _date(text)
            case ColumnKind.INSTANT:
                return _instant(text, self.zone)
            case ColumnKind.BOOLEAN:
                return _boolean(text, column.name)
            case ColumnKind.CURRENCY:
                common = " ".join(f"when {text} = '{code}' then '{code}'" for code in _COMMON_CURRENCIES)
                other = f"when regexp_full_match({text}, '[A-Za-z]{{3}}') then upper({text})"
                return f"case when {text} is null then {literal(self.currency_code)} {common} {other} end"
            case ColumnKind.TEXTS:
                parts = f"list_transform(string_split_regex({text}, '[;,|]'), lambda part: trim(part, {_BLANKS}))"
                return f"nullif(list_filter({parts}, lambda part: part <> ''), [])"
            case ColumnKind.TEXT | ColumnKind.INTEGER:
                return text


def bulk_select(scan: BulkScan, zone: ZoneInfo, currency_code: str = "XXX") -> str:
    """One select over the file: the relation's columns typed, source_file, source_line (null), and `unparsed`.

    `unparsed` is null for a row that fits; else it is a JSON object of the row's fields as they are in the file,
    because a required value is missing or a value is not in its strict form. Such a row's typed columns are not to be
    used.

    Args:
        scan: the file.
        zone: of times without an offset.
        currency_code: of rows that name none.
    """
    cast = _Cast(scan, zone, currency_code)
    ours = _in_book(scan, {**{name: f"typed.{name}" for name in scan.relation.names}, **_derived(scan)})
    missing = [f"{ours[column.name]} is null" for column in scan.relation.columns if column.required]
    if scan.relation.one_of:
        missing.append(f"coalesce({', '.join(ours[name] for name in scan.relation.one_of)}) is null")
    raw = ", ".join(f"'{name}', raw_{name}" for name in scan.columns)
    selected = ",\n    ".join(f"{value} as {name}" for name, value in ours.items())
    words = [f"{folded(f'text_{name}')} as word_{name}" for name in WORDS if name in scan.columns]
    typed = ",\n        ".join(
        [*(f"{cast.value(column)} as {column.name}" for column in scan.relation.columns), *words]
    )
    texts = ", ".join(f"{_text(scan, at)} as text_{name}, c{at} as raw_{name}" for name, at in scan.columns.items())
    rows = f"""select
        {typed},
        {", ".join(f"raw_{name}, text_{name}" for name in scan.columns)}
    from (select {texts} from {bulk_source(scan)}) as written"""
    return f"""select
    {selected},
    {literal(scan.name)} as source_file,
    null::bigint as source_line,
    case when {" or ".join([*missing, *_unfit(scan)])} then json_object({raw})::varchar end as unparsed
from ({with_said(rows) if "portal_status" in scan.columns else rows}) as typed"""


def _in_book(scan: BulkScan, ours: dict[str, str]) -> dict[str, str]:
    """Ids of a named book with the book before them."""
    if scan.book is None or scan.relation.name not in BOOKED:
        return ours
    book = f"coalesce(typed.book, {literal(scan.book)})"
    ids = {name: f"{book} || '/' || ({value})" for name, value in ours.items() if name in IDS_OF_BOOKS}
    return {**ours, **ids, "book": book}


def bulk_source(scan: BulkScan) -> str:
    """The file as a relation of text columns c0, c1, ...: strict, nothing is detected."""
    columns = ", ".join(f"'c{at}': 'varchar'" for at in range(len(scan.captions)))
    return (
        f"read_csv({literal(str(scan.path))}, auto_detect = false, header = true, delim = {literal(scan.delimiter)}, "
        f"""quote = '"', escape = '"', nullstr = '', encoding = 'utf-8', strict_mode = true, """
        f"compression = '{'gzip' if scan.is_gzip else 'none'}', columns = {{{columns}}})"
    )


def _date(text: str) -> str:
    """ISO. A pattern of the right length comes first because it is the cheapest test; the cast judges the digits."""
    endings = ", ".join(literal(ending) for ending in MIDNIGHTS)
    return (
        f"case when {_is_out_of_range(text)} then null when {text} like '{_DAY}' then try_cast({text} as date) "
        f"when {text} like '{_DAY}_%' and substr({text}, 11) in ({endings}) then try_cast(left({text}, 10) as date) end"
    )


def _instant(text: str, zone: ZoneInfo) -> str:
    """ISO with Z or an offset; without one it is in the zone, and an hour that clocks skip or repeat does not fit."""
    written, zoned = f"try_cast({text} as timestamp)", f"make_timestamp(epoch_us(try_cast({text} as timestamptz)))"
    local = _local(written, zone)
    offset = f"case when substr({text}, 21, 2) <= '{_LARGEST_OFFSET}' then {zoned} end"
    return (
        f"case when {_is_out_of_range(text)} or contains({text}, 'T24') or contains({text}, ' 24') then null "
        f"when {text} like '{_DAY}T__:__:__Z' then {written} "
        f"when {text} like '{_DAY}T__:__:__-__:__' or {text} like '{_DAY}T__:__:__+__:__' then {offset} "
        f"when {text} like '{_DAY}T__:__:__' or {text} like '{_DAY} __:__:__' then {local} "
        f"when regexp_full_match({text}, '{_FRACTION}Z') then {written} "
        f"when regexp_full_match({text}, '{_FRACTION}') then {local} end"
    )


def _is_out_of_range(text: str) -> str:
    return f"{text} < '{_FIRST_DAY}' or {text} > '{_LAST_DAY}'"


def _local(written: str, zone: ZoneInfo) -> str:
    if zone.key in _UTC:
        return written
    name = literal(zone.key)
    instant = f"timezone({name}, {written})"
    is_once = " and ".join(
        f"timezone({name}, {instant} {shift}) {sign} {written}"
        for shift, sign in (("", "="), ("+ interval 1 hour", "<>"), ("- interval 1 hour", "<>"))
    )
    return f"case when {is_once} then make_timestamp(epoch_us({instant})) end"


def _boolean(text: str, name: str) -> str:
    true, false = list(TRUE_WORDS), list(FALSE_WORDS)
    if name == "is_closed":
        true, false = [*true, "closed"], [*false, "open"]
    words = [*((word, "true") for word in true), *((word, "false") for word in false)]
    return f"case lower({text}) {' '.join(f'when {literal(word)} then {value}' for word, value in words)} end"


def _derived(scan: BulkScan) -> dict[str, str]:
    """What the text path derives after reading, in SQL: our column -> expression over the typed columns."""
    has = scan.columns.keys()
    match scan.relation.name:
        case "accounting_invoices":
            return _invoice_terms(scan)
        case "accounting_customers":
            marked = "coalesce(lower(typed.customer_name) like '%(deleted)', false)"
            return {
                "customer_name": "coalesce(typed.customer_name, typed.customer_id_acct)",
                "is_active": f"case when {marked} then false else typed.is_active end",
            }
        case "portal_invoices":
            return _portal_terms(scan)
        case "portal_mappings" if "customer_id_acct" not in has:
            return {"customer_id_acct": "typed.customer_name"}
        case "connectwise_invoices":
            key = {} if "invoice_id_cw" in has else {"invoice_id_cw": "typed.invoice_number"}
            return key | _stated_type(scan)
        case _:
            return {}


def _invoice_terms(scan: BulkScan) -> dict[str, str]:
    has = scan.columns.keys()
    amounts = (
        "case when typed.total_amount is null or typed.balance_amount is null then 'unknown' "
        "when typed.balance_amount = 0 and typed.total_amount > 0 then 'paid' else 'open' end"
    )
    type_ = f"coalesce({look_up('document_type', DOCUMENT_TYPES)}, 'invoice')"
    known = look_up("document_status", DOCUMENT_STATUSES)
    # no coalesce, which works out both
    status = f"case when {known} is not null then {known} else {amounts} end"
    return {
        "document_type": type_ if "document_type" in has else "'invoice'",
        "document_status": status if "document_status" in has else amounts,
        **({} if "has_internal_id" in has else {"has_internal_id": "true"}),
    }


def _portal_terms(scan: BulkScan) -> dict[str, str]:
    has = scan.columns.keys()
    terms = {}
    if "portal_status" in has:
        terms["portal_status"] = PORTAL_STATUS
    terms |= _stated_type(scan)
    if "portal_invoice_id" not in has:
        customer = "coalesce(typed.customer_id_acct, typed.customer_name, typed.company_id_cw)"
        together = f"coalesce(typed.invoice_number, '') || '|' || coalesce({customer}, '')"
        made = f"case when coalesce(typed.invoice_number, {customer}) is not null then {together} end"
        terms["portal_invoice_id"] = f"coalesce(typed.invoice_id_acct, {made})"
    return terms


def _stated_type(scan: BulkScan) -> dict[str, str]:
    if "document_type" not in scan.columns:
        return {}
    known = look_up("document_type", DOCUMENT_TYPES)
    return {"document_type": f"case when text_document_type is not null then coalesce({known}, 'unknown') end"}


def _unfit(scan: BulkScan) -> list[str]:
    """When a row is set aside: text that is not in its kind's form, a word that nobody knows, a spoilt id ..."""
    kinds = {column.name: column.kind for column in scan.relation.columns}
    texts = [f"text_{name}" for name in scan.columns if kinds[name] in {ColumnKind.TEXT, ColumnKind.TEXTS}]
    castable = [name for name in scan.columns if kinds[name] not in {ColumnKind.TEXT, ColumnKind.TEXTS}]
    uncast = [f"(typed.{name} is null and text_{name} is not null)" for name in castable]
    uncast += [f"(text_{name} is not null and {look_up(name, _TERMS[name])} is null)" for name in _terms(scan)]
    if "portal_status" in scan.columns:
        uncast.append("(text_portal_status is not null and said_portal_status is null)")
    ids = [text for text in texts if "id" in text.split("_")]
    # a length is far cheaper to look at than the whole
    uncast += _footers(scan)
    uncast += [f"({_may_be_malformed(text)} and regexp_full_match({text}, '{MALFORMED_ID}'))" for text in ids]
    if scan.is_plain:
        return uncast
    return [
        *uncast,
        f"regexp_matches(concat_ws({_BETWEEN}, {', '.join(texts)}), '{_SUSPECT}')",
        *(f"contains({text}, {_BETWEEN})" for text in ids),
    ]


def _footers(scan: BulkScan) -> list[str]:
    """Rows of a portal's list that may be a sum or a page counter, or the captions again."""
    if scan.relation.name not in {"portal_invoices", "portal_mappings"}:
        return []
    texts = [f"text_{name}" for name in LABELED if name in scan.columns]
    is_lone = f"({' + '.join(f'({text} is not null)::int' for text in texts)} = 1)"
    if scan.relation.name == "portal_invoices":
        return [is_lone]
    again = " and ".join(f"text_{name} = {literal(scan.captions[at])}" for name, at in scan.columns.items())
    # a customer without a company is no footer, unless its name has a number or leads on
    return [rf"({is_lone} and regexp_matches(coalesce({', '.join(texts)}), '\p{{Nd}}|{LEADS_ON}'))", f"({again})"]


def _may_be_malformed(text: str) -> str:
    """A cheap look that every spoilt id passes, and few others: its ending, or a sign that ids seldom hold."""
    signs = " or ".join(f"contains({text}, '{sign}')" for sign in ("#", "-", ".", ",", "+", ":"))
    return f"({signs})"


def _terms(scan: BulkScan) -> list[str]:
    relations = {"accounting_invoices", "portal_invoices"}
    return [name for name in _TERMS if name in scan.columns and scan.relation.name in relations]


def _text(scan: BulkScan, at: int) -> str:
    """Trimming every value costs more than reading it, so only a file that pads its values is trimmed."""
    return f"nullif(trim(c{at}, {_BLANKS}), '')" if scan.is_padded else f"c{at}"
