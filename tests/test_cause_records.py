"""One record per cause: everything about a cause is in its record, but how it is checked, worded and invented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from etl.causes import BIT, BY_CODE, CAUSES, bits, codes
from etl.domain import Cause
from etl.schemas import RELATIONS

ROOT: Final = Path(__file__).parents[1]
CODE: Final = re.compile(rf"(?<![A-Za-z_])(?:{'|'.join(sorted(BY_CODE, key=len, reverse=True))})(?![A-Za-z_])")
RECORD_AND_WORDS: Final = frozenset({"etl/causes.py", "etl/report/why/values.py"})

EXCEPTIONS: Final[Mapping[str, str]] = {
    "etl/history/issues.py": "which cause of a contact or a company takes the place of another one",
    "reports/sections/mapping.html.j2": "the reason of a mapping is a reason for it, or one against it",
    "sql/intermediate/company_facts.sql": "what is not known of a contact that could not be read",
    "sql/marts/portal_only_invoices.sql": "what only the portal has is no invoice of CAUSES; one code is the same",
    "sql/report/customer_cells.sql": "a visible invoice counts under the difference of its amount",
}
"""Other files that name a cause -> why no field of the record can stand for it."""
MOST_EXCEPTIONS: Final = 5


def _codes_in(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        constants = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
        text = "\n".join(str(value) for value in constants if isinstance(value, str))
    return set(CODE.findall(text))


def _files() -> Iterator[tuple[str, set[str]]]:
    for folder in ("etl", "sql", "reports"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".sql", ".j2", ".js", ".css"}:
                yield path.relative_to(ROOT).as_posix(), _codes_in(path)


NAMED_IN: Final = {name: found for name, found in _files() if found}


def test_a_cause_is_named_only_where_it_is_recorded_checked_worded_and_invented() -> None:
    """A new cause touches its record, one module that checks it, its words and the demonstration; nothing else."""
    others = {
        name
        for name in NAMED_IN
        if name not in RECORD_AND_WORDS and not name.startswith(("etl/diagnose/", "etl/demo/"))
    }
    assert others == set(EXCEPTIONS)
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_one_module_checks_a_cause(code: str) -> None:
    """Whoever looks for the rule of a cause finds it in one place."""
    assert len([name for name, found in NAMED_IN.items() if name.startswith("etl/diagnose/") and code in found]) == 1


def test_a_code_in_a_text_is_seen_and_a_name_like_it_is_not(tmp_path: Path) -> None:
    """A check that cannot fail is no check."""
    module = tmp_path / "module.py"
    module.write_text('DRAFT = 1\nx = ("VOIDED", "UNDRAFTED")\n', encoding="utf-8")
    model = tmp_path / "model.sql"
    model.write_text("select * from a where code = 'NO_CONTACT'", encoding="utf-8")
    assert (_codes_in(module), _codes_in(model)) == ({"VOIDED"}, {"NO_CONTACT"})


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.code)
def test_a_record_is_complete(cause: Cause) -> None:
    """It says what it means to pass, not to know and to be resolved, and which sources decide that."""
    texts = (cause.title, cause.fix_legacy, cause.fix_current, cause.who)
    assert all((*texts, cause.passed_as, cause.unknown_as, cause.resolved_as))
    assert cause.needs
    assert cause.needs <= set(RELATIONS)
    assert "accounting_invoices" in cause.needs


def test_a_mask_is_read_back_as_it_was_written() -> None:
    """In the order of the table, however it was asked for; twice the same cause is once."""
    every = [cause.code for cause in CAUSES]
    assert codes(bits(reversed(every))) == every
    assert [bits([code]) for code in every] == [2**bit for bit in range(len(every))]
    assert bits([every[3], every[3]]) == 2 ** BIT[every[3]]


def test_nobody_else_makes_a_mask() -> None:
    """`bits` alone knows which bit a cause is."""
    files = [path for folder in ("etl", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    shifts = re.compile(r"(?:<<|>>)\s*BIT\b")
    assert [path.name for path in files if shifts.search(path.read_text(encoding="utf-8"))] == ["causes.py"]
