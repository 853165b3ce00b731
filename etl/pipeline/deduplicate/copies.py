"""Several rows with one key: the row that holds, rows that say the same or less, and undecidable cases.

The newer row holds: by its own change time, else by the time at which its file was made. Where neither is known, a
void or deleted document was open before, and an open balance only gets smaller, for payments are never taken back as
a rule; another total has no such order, and is refused. Then the row that says more holds, and never the place or the
name of its file. Rows of one file that contradict each other are all quarantined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from etl.errors import InputError, Problem
from etl.pipeline.deduplicate.completion import open_amount, remarks, settings_of, with_given
from etl.pipeline.deduplicate.full_names import use_full_names
from etl.pipeline.deduplicate.identity import content, identify_invoices, separate_documents
from etl.schemas import ColumnKind, Relation
from etl.warehouse.engine import Engine, literal

_DOCUMENTS: Final = frozenset({"accounting_invoices", "connectwise_invoices"})
_LOOSE: Final = frozenset(
    {"phone_number", "website", "address_line1", "city", "state", "postal_code", "country", "title", "has_internal_id"}
)
"""Columns that two systems write differently without meaning anything else."""
_FILLED: Final = ("reference", "customer_name", "due_date", "payment_terms", "bill_email", "created_at", "modified_at")
"""What a document does not lose because the newer list does not have it."""
_BOOKS: Final[Mapping[str, str]] = {
    "accounting_invoices": """
        upper(trim(older.invoice_number)) <> upper(trim(newer.invoice_number))
        and older.customer_id_acct <> newer.customer_id_acct
        and coalesce(lower(trim(older.customer_name)) <> lower(trim(newer.customer_name)), true)
        and coalesce(older.total_amount <> newer.total_amount, true)""",
    "accounting_customers": """
        lower(trim(older.customer_name)) <> lower(trim(newer.customer_name))
        and not coalesce(lower(older.email) = lower(newer.email), false)
        and not coalesce(older.phone_number = newer.phone_number, false)
        and not coalesce(older.account_number = newer.account_number, false)
        and not coalesce(older.tax_identifier = newer.tax_identifier, false)
        and not coalesce(lower(older.address_line1) = lower(newer.address_line1), false)""",
}
"""When one id stands for two things, which it does in the books of two companies only."""
_EXAMPLE: Final = ("invoice_number", "customer_name", "total_amount", "balance_amount")
_FEWEST_CUSTOMERS: Final = 3
"""A customer alone may have got another name and nothing else."""


@dataclass(frozen=True)
class Settled:
    """The result of settling rows with one key.

    Attributes:
        copies: file -> how many of its rows another row stands for, so that nothing of them is missing.
        notes: file -> notes for the user.
    """

    copies: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, list[str]] = field(default_factory=dict)


def settle(engine: Engine, relation: Relation, made_at: Mapping[str, datetime]) -> Settled | None:
    """Quarantine all but one row of each key; None if every key stood once.

    The rows are still in `accepted` then: their positions are in the temporary table `older`.

    Args:
        engine: the run's database.
        relation: whose rows are in `accepted`; those set aside are written to `quarantine.rows`.
        made_at: file -> when it was made, where that is known.

    Raises:
        InputError: files contradict each other and nothing says which is newer, or are the books of two companies.
    """
    is_accounting = relation.name == "accounting_invoices"
    doubts = use_full_names(engine) if is_accounting else {}
    if is_accounting and not identify_invoices(engine):
        return None
    key = ", ".join(relation.key)
    # hashes are quicker to compare than texts, and keys whose hashes differ are different
    hashes = engine.frame(f"select hash({key}) as hash from accepted.{relation.name}")["hash"]
    if hashes.n_unique() == len(hashes):
        engine.run("create or replace temp table older as select null::bigint as position limit 0")
        return Settled(notes=doubts) if doubts else None
    separate_documents(engine, relation)
    settling = _Settling(engine, relation)
    settling.gather(made_at)
    settling.part()
    settling.rank()
    problems = settling.two_books() or settling.contradictions()
    if problems:
        raise InputError(problems)
    settling.set_aside()
    notes = settling.notes()
    return Settled(settling.copies(), {file: notes.get(file, []) + doubts.get(file, []) for file in {*notes, *doubts}})


@dataclass(frozen=True)
class _Settling:
    """One relation on its way to one row of each key."""

    engine: Engine
    relation: Relation

    def gather(self, made_at: Mapping[str, datetime]) -> None:
        """`grouped`: the rows whose key others have, too, and what decides among them."""
        known = " ".join(f"when {literal(file)} then timestamp '{at}'" for file, at in made_at.items())
        made = f"case source_file {known} end" if known else "null::timestamp"
        table, key, has = f"accepted.{self.relation.name}", ", ".join(self.relation.key), self.relation.names
        document = ", ".join(f"coalesce({name}::varchar, chr(30))" for name in self.relation.key)
        status = "coalesce(document_status in ('voided', 'deleted'), false)" if "document_status" in has else "false"
        said = " + ".join(f"({name} is not null)::int" for name in has)
        self.engine.run(f"""
            create or replace temp table grouped as
            select
                rows.rowid as position, rows.*, concat_ws(chr(31), {document}) as document, {made} as made_at,
                {content(self.relation, "has_internal_id")} as content,
                {"modified_at" if "modified_at" in has else "null::timestamp"} as changed_at, {status} as is_void,
                {"currency_code = 'XXX'" if "currency_code" in has else "false"} as lacks_currency,
                {f"abs({open_amount(self.relation, 'rows')})" if "balance_amount" in has else "null::decimal(18, 4)"}
                as open_amount,
                {said} as said
            from {table} as rows
            where hash({key}) in (select hash({key}) from {table} group by 1 having count(*) > 1)""")

    def part(self) -> None:
        """`conflicts`: the documents that one file says twice and differently, at one time or at none."""
        several = "count(distinct content)"
        if self.relation.name not in _DOCUMENTS:
            # a row may lack what the other has; two values are a contradiction
            counts = (f"count(distinct {_plain('newest', name)})" for name in self._decisive())
            several = f"greatest({', '.join(('1', *counts))})"
        self.engine.run(f"""
            create or replace temp table conflicts as
            with timed as (
                select *, bool_and(changed_at is not null) over (partition by document, source_file) as is_timed
                from grouped
            ),
            newest as (
                select *
                from timed
                qualify not is_timed or changed_at = max(changed_at) over (partition by document, source_file)
            )
            select document, source_file from newest group by all having {several} > 1""")

    def rank(self) -> None:
        """`pairs`: every other row with the one that holds."""
        pairs = """
            select
                older, newer, newer.content = older.content as is_same,
                older.source_file <> newer.source_file as is_apart,
                coalesce(newer.is_timed and newer.changed_at <> older.changed_at, false)
                or coalesce(newer.is_dated and newer.made_at <> older.made_at, false) as is_newer
            from ranked as older
            inner join ranked as newer on older.document = newer.document and newer.place = 1
            where older.place > 1"""
        self.engine.run("""
            create or replace temp table ranked as
            with rest as (
                select
                    grouped.*, bool_and(changed_at is not null) over same as is_timed,
                    bool_and(made_at is not null) over same as is_dated
                from grouped
                anti join conflicts using (document, source_file)
                window same as (partition by document)
            )
            select
                *, row_number() over (
                    partition by document
                    order by
                        case when is_timed then changed_at end desc nulls last,
                        case when is_dated then made_at end desc nulls last,
                        is_void desc, lacks_currency, open_amount nulls last, said desc, content, position desc
                ) as place
            from rest""")
        is_document = self.relation.name in _DOCUMENTS
        select = with_given(self.relation, pairs) if is_document else pairs
        self.engine.run(f"create or replace temp table pairs as {select}")

    def two_books(self) -> list[Problem]:
        """Ids that stand for two things."""
        if self.relation.name not in _BOOKS:
            return []
        fewest = _FEWEST_CUSTOMERS if self.relation.name == "accounting_customers" else 1
        return [
            Problem(
                row["kept"],
                f"{row['seen']} of {row['shared']} ids that mean something else in {row['file']}: {row['examples']}",
                "files of one accounting company (book): these look like two books",
                f"Name the book of each file: write [[sources.{self.relation.name}]] once for each book, "
                'with its path and a name, such as book = "US".',
            )
            for row in self._where(_BOOKS[self.relation.name], is_mutual=True)
            if row["seen"] >= fewest and (fewest == 1 or 2 * row["seen"] >= row["shared"])
        ]

    def contradictions(self) -> list[Problem]:
        """Files that say different things, and nothing says which is newer."""
        differs = " or ".join(f"{_plain('older', name)} <> {_plain('newer', name)}" for name in self._decisive())
        comparable = "not is_newer and older.is_void = newer.is_void and older.lacks_currency = newer.lacks_currency"
        condition = f"{comparable} and ({differs or 'false'})"
        remedy = (
            "Give only the newer of the two, or name the day on which each was made in its name, such as "
            "list-2026-11-29.csv."
        )
        return [
            Problem(
                row["kept"],
                f"{row['seen']} rows that contradict {row['file']}: {row['examples']}",
                "files that agree, or files whose dates show which is newer",
                remedy,
            )
            for row in self._where(condition, is_mutual=True)
        ]

    def set_aside(self) -> None:
        """`older`: the positions of the rows that do not hold; they go into quarantine and say why."""
        key, values = ", ".join(self.relation.key), ", ".join(f"'{n}', older.{n}" for n in self.relation.names)
        self.engine.run(f"""
            create or replace temp table older as
            select
                older.position, older.source_file, older.source_line, true as is_copy,
                '{key}: ' || case
                    when is_same then 'the same row is in '
                    when is_newer then 'a newer copy of this row is in '
                    else 'another copy of this row was used; it is in '
                end || concat_ws(' line ', newer.source_file, newer.source_line) as reason,
                json_object({values})::varchar as row_values
            from pairs
            union all
            select
                older.position, older.source_file, older.source_line, false as is_copy,
                '{key}: rows of this file contradict each other, and no change time shows which is newer' as reason,
                json_object({values})::varchar as row_values
            from grouped as older
            semi join conflicts using (document, source_file);

            insert into quarantine.rows
            select '{self.relation.name}', source_file, source_line, [reason], row_values
            from older
            order by position""")
        self._fill()

    def _fill(self) -> None:
        """Fill the row that holds with values that only the others have."""
        filled = [name for name in _FILLED if name in self.relation.names]
        if self.relation.name in _DOCUMENTS:
            given, given_sets = settings_of(self.relation)
            found = ", ".join(f"min(older.{name}) as {name}" for name in filled) + given
            sets = ", ".join(f"{name} = coalesce(rows.{name}, found.{name})" for name in filled) + given_sets
            # an amount without a currency is in the currency of the same amount elsewhere, and of no other
            same = "older.currency_code <> 'XXX' and older.total_amount = newer.total_amount"
            found += f", min(older.currency_code) filter (where {same}) as currency_code"
            sets += ", currency_code = coalesce(case when rows.currency_code = 'XXX' then found.currency_code end, "
            sets += "rows.currency_code)"
            self.engine.run(f"""
                update accepted.{self.relation.name} as rows set {sets}
                from (select newer.position as position, {found} from pairs group by 1) as found
                where rows.rowid = found.position""")

    def copies(self) -> dict[str, int]:
        """File -> rows that others stand for."""
        rows = self.engine.rows("select source_file, count(*) from older where is_copy group by 1")
        return {str(file): int(count) for file, count in rows}

    def notes(self) -> dict[str, list[str]]:
        """The notes on amounts that differ between files, or are put together from several of them."""
        if self.relation.name not in _DOCUMENTS:
            return {}
        notes: dict[str, list[str]] = {}
        for words, condition in remarks(self.relation).items():
            for row in self._where(condition):
                note = f"{row['seen']} documents {words} {row['file']}: {row['examples']}"
                notes.setdefault(row["kept"], []).append(note)
        return notes

    def _decisive(self) -> list[str]:
        if self.relation.name in _DOCUMENTS:
            return ["total_amount"]
        loose = {"created_at", "modified_at", "currency_code", *_LOOSE, *self.relation.key}
        kinds = {column.name: column.kind for column in self.relation.columns}
        return [name for name in self.relation.names if name not in loose and kinds[name] is not ColumnKind.TEXTS]

    def _where(self, condition: str, *, is_mutual: bool = False) -> list[dict[str, Any]]:
        """Pairs from two files that satisfy a condition, counted per pair of files, with three examples.

        Args:
            condition: on `newer`, the row that holds, and `older`.
            is_mutual: it does not matter which of the two files has the row that holds.
        """
        shown = [name for name in self.relation.names if name in _EXAMPLE] or list(self.relation.names[:3])
        kept, other = (
            f"concat_ws(' ', {', '.join(f'{side}.{name}' for name in shown)}, 'on line ' || {side}.source_line)"
            for side in ("kept", "other")
        )
        example = f"concat(kept.{self.relation.key[0]}, ' is ', {kept}, ' and ', {other})"
        examples = f"(list({example} order by newer.position) filter (where {condition}))[:3]"
        swapped = "newer.source_file < older.source_file" if is_mutual else "false"
        return self.engine.frame(f"""
            select
                kept.source_file as kept, other.source_file as file, count(*) as shared,
                count(*) filter (where {condition}) as seen,
                array_to_string({examples}, '; ') as examples
            from (
                select
                    *, case when {swapped} then older else newer end as kept,
                    case when {swapped} then newer else older end as other
                from pairs
                where is_apart
            ) as sided
            group by kept.source_file, other.source_file
            having seen > 0
            order by all""").to_dicts()


def _plain(side: str, name: str) -> str:
    """A value without the differences that spelling makes."""
    return f"lower(trim({side}.{name}::varchar))"
