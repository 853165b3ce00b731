"""A shape file, from TOML into a `Shape`; all problems are reported at once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from hashlib import sha256
from typing import Final, cast, get_args

from etl.domain import DateOrder, ShapeFormats
from etl.errors import InputError, Problem
from etl.extract.profiles.document_terms import fold_word
from etl.extract.shapes.named_patterns import PATTERNS
from etl.extract.shapes.shape import (
    GROUPS,
    KINDS,
    LINES,
    TABLES,
    CaptionPattern,
    Condition,
    Example,
    Knowledge,
    LeftOut,
    RecognizeRules,
    Refusal,
    RowRules,
    Setting,
    Shape,
    Sums,
    Values,
)
from etl.extract.shapes.toml_section import TomlSection
from etl.schemas import RELATIONS

_TERM: Final = re.compile(r"([+-]?)\s*(\w+)")
_SUM: Final = re.compile(r"\s*-?\s*\w+(?:\s*[+-]\s*\w+)*\s*")
_READ: Final = ("columns", "rows", "values", "knows")
"""Tables of a shape that is read; one that is refused has none."""


def parse_shape(text: str, where: str, *, is_own: bool = False) -> Shape:
    """The shape that a file describes.

    Args:
        text: TOML.
        where: the file, for messages; its name without `.toml` must be the shape's id.
        is_own: a user's own needs no example, and its examples need no text: counts and sums hold no data.

    Raises:
        InputError: it is no TOML, or something in it is wrong; every problem is listed.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Problem(where, f"text that is no TOML ({error})", "a shape file", "Correct it.")]) from None
    file = TomlSection(where, "", values, [])
    shape = _shape(file, is_own=is_own)
    file.finish()
    if file.problems:
        raise InputError(file.problems)
    return replace(shape, digest=sha256(text.encode()).hexdigest())


def _shape(file: TomlSection, *, is_own: bool) -> Shape:
    head = file.section("shape", is_needed=True)
    refused = file.section("refuse") if "refuse" in file.values else None
    identifier = head.text("id", is_needed=True)
    relation = head.text("relation", tuple(RELATIONS), is_needed=refused is None)
    names = RELATIONS[relation].names if relation else ()
    if identifier and file.where.rpartition("/")[2] != f"{identifier}.toml":
        head.note("id", repr(identifier), "the name of the file without .toml")
    columns = file.section("columns")
    not_read = _patterns(columns, "not_read")
    captions = {name: tuple(map(CaptionPattern.of, found)) for name, found in _named(columns, names).items()}
    shape = Shape(
        identifier,
        head.text("family") or identifier,
        head.text("system", is_needed=True),
        head.text("title", is_needed=True),
        _recognition(file.section("recognize", is_needed=True)),
        relation,
        head.text("export", is_needed=refused is None),
        captions,
        not_read,
        _rows(file.section("rows"), [*captions, *names]),
        _values(file.section("values"), [*captions, *names]),
        _knowledge(file.section("knows")),
        _refusal(refused) if refused else None,
        head.number("version", 1),
        examples=tuple(_example(one, is_own=is_own) for one in file.sections("example")),
    )
    head.finish()
    if refused is not None:
        for key in _READ:
            if key in file.values:
                file.note(key, "a table", "none in a shape that is refused")
    elif relation == "accounting_invoices" and not _has_amount(shape):
        columns.note("total_amount", "nothing", "a total or a balance: a document needs one of them")
    if not shape.examples and not is_own:
        file.note("example", "nothing", "at least one [[example]]: it is the test of the shape")
    return shape


def _has_amount(shape: Shape) -> bool:
    given = shape.columns.keys() | shape.values.computed.keys() | ({"total_amount"} if shape.rows.sum_of else set())
    return bool({"total_amount", "balance_amount"} & given)


def _named(columns: TomlSection, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    rest = TomlSection(
        columns.where, columns.name, {key: one for key, one in columns.values.items() if key != "not_read"},
        columns.problems,
    )  # fmt: skip
    return rest.texts_by_key(names)


def _patterns(section: TomlSection, key: str) -> tuple[CaptionPattern, ...]:
    return tuple(map(CaptionPattern.of, section.texts(key)))


def _recognition(section: TomlSection) -> RecognizeRules:
    found = RecognizeRules(
        section.texts("kinds", KINDS) or TABLES,
        _patterns(section, "title_any"),
        bool(section.flag("title_required")),
        _patterns(section, "captions_all"),
        tuple(tuple(map(CaptionPattern.of, group)) for group in section.groups("captions_any")),
        _patterns(section, "captions_none"),
        section.flag("first_caption_empty"),
        section.text("groups", ("names", "bands")),
    )
    if not found.captions_all and not found.captions_any and not (found.titles and found.is_title_required):
        section.note("captions_all", "nothing", "captions, or title_any with title_required = true")
    if found.is_title_required and not found.titles:
        section.note("title_required", "true without title_any", "the titles that are required")
    section.finish()
    return found


def _rows(section: TomlSection, known: list[str]) -> RowRules:
    rules = RowRules(
        section.text("group", GROUPS),
        _expressions(section, "total"),
        section.text("own_rows"),
        "|".join(_expressions(section, "footer")),
        _expressions(section, "skip"),
        bool(section.flag("amounts_alone_are_total")),
        section.texts("document", known),
        section.text("lines", LINES),
        section.text("sum_of", known),
        section.text("sum_once", known),
        section.texts("inherit", known),
        section.texts("unique", known),
        section.texts("same", known),
    )
    if bool(rules.document) != bool(rules.lines):
        section.note(
            "document", "document without lines, or lines without document", "both, where a row is a line item"
        )
    if (rules.lines == "sum") != bool(rules.sum_of) or (rules.sum_once and not rules.sum_of):
        section.note("sum_of", "sum_of without lines = 'sum', or the other way round", "both")
    section.finish()
    return rules


def _expressions(section: TomlSection, key: str) -> tuple[str, ...]:
    """Expressions with those that are named written out."""
    found: list[str] = []
    for one in section.texts(key):
        named = PATTERNS.get(one, one)
        if one.startswith("@") and one not in PATTERNS:
            section.note(key, repr(one), f"one of {', '.join(PATTERNS)}", PATTERNS)
            continue
        for expression in [named] if isinstance(named, str) else named:
            try:
                re.compile(expression.replace("{group}", "(.+)"))
            except re.error as error:
                section.note(key, f"{expression!r} ({error})", "a regular expression")
            else:
                found.append(expression)
    return tuple(found)


def _values(section: TomlSection, known: list[str]) -> Values:
    constants = section.section("constants")
    words, joined = section.section("words"), section.section("joined")
    values = Values(
        {name: constants.text(name) for name in constants.values},
        {name: _folded(words.section(name)) for name in words.values},
        tuple(_left_out(one, known) for one in section.sections("left_out")),
        tuple(_setting(one, known) for one in section.sections("set")),
        {name: _terms(section.section("computed"), name, known) for name in section.section("computed").values},
        {name: joined.texts(name, known) for name in joined.values},
        section.texts("key", known),
        _formats(section),
    )
    for table in (constants, words, joined):
        for name in table.values:
            if name not in known:
                table.note(name, f"the unknown column {name!r}", "a column of the relation or a helper", known)
    section.finish()
    return values


def _formats(section: TomlSection) -> ShapeFormats:
    order = section.text("date_order", get_args(DateOrder))
    return ShapeFormats(cast("DateOrder", order) if order else None, section.flag("decimal_comma"))


def _folded(section: TomlSection) -> dict[str, str]:
    return {fold_word(word): section.text(word) for word in section.values}


def _condition(section: TomlSection, known: list[str]) -> Condition:
    when = section.section("when", is_needed=True)
    found = {name: tuple(map(fold_word, when.texts(name))) for name in when.values}
    for name in found:
        if name not in known:
            when.note(name, f"the unknown column {name!r}", "a column of the relation or a helper", known)
    return Condition(found)


def _left_out(section: TomlSection, known: list[str]) -> LeftOut:
    found = LeftOut(_condition(section, known), section.text("as", is_needed=True))
    section.finish()
    return found


def _setting(section: TomlSection, known: list[str]) -> Setting:
    to = section.section("to", is_needed=True)
    for name in to.values:
        if name not in known:
            to.note(name, f"the unknown column {name!r}", "a column of the relation or a helper", known)
        copied = to.text(name)
        if copied.startswith("{") and copied.strip("{}") not in known:
            to.note(name, f"the unknown column {copied!r}", "a column of the relation or a helper", known)
    found = Setting(_condition(section, known), {name: to.text(name) for name in to.values})
    section.finish()
    return found


def _terms(section: TomlSection, name: str, known: list[str]) -> tuple[tuple[int, str], ...]:
    text = section.text(name)
    if not _SUM.fullmatch(text):
        section.note(name, repr(text), "columns with + or - between them, such as total_amount - _paid")
        return ()
    terms = tuple((-1 if sign == "-" else 1, column) for sign, column in _TERM.findall(text))
    for _, column in terms:
        if column not in known:
            section.note(name, f"the unknown column {column!r}", "a column of the relation or a helper", known)
    return terms


def _knowledge(section: TomlSection) -> Knowledge:
    found = Knowledge(section.texts("absent"), bool(section.flag("only_open")))
    section.finish()
    return found


def _refusal(section: TomlSection) -> Refusal:
    found = Refusal(section.text("reason", is_needed=True), section.text("remedy", is_needed=True))
    section.finish()
    return found


def _example(section: TomlSection, *, is_own: bool) -> Example:
    documents, left_out, sums = (section.section(key) for key in ("documents", "left_out", "sums"))
    found = Example(
        section.text("text", is_needed=not is_own).lstrip("\n"),
        {name: documents.number(name) for name in documents.values},
        {code: _sums(sums.section(code)) for code in sums.values},
        {name: left_out.number(name) for name in left_out.values},
        section.number("quarantined"),
        section.number("warnings"),
    )
    section.finish()
    return found


def _sums(section: TomlSection) -> Sums:
    found = Sums(section.text("total") or None, section.text("balance") or None)
    section.finish()
    return found
