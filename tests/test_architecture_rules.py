"""More of the house rules that a machine can hold: one way to print, sizes, and the page on architecture as it is."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.test_architecture import LAYERS, PRODUCT, ROOT, _name, parsed

PRINTS = re.compile(
    r"print|click\.(?:echo|secho|echo_via_pager|open_file|get_\w+_stream)|(?:sys\.)?(?:__)?stdout(?:__)?\.(?:buffer\.)?write\w*"
)

MOST_LOOSE, MOST_PACKAGES, MOST_MODULES = 11, 14, 26
MOST_PATHS = 3
SELECT = re.compile(r"\bselect\b|\bjoin\s+\w+\.\w+", re.IGNORECASE)
OF_SQL = re.compile(r"queries|load|bulk_load|bulk_sql|store|register\w*")
"""Modules that look up rows by a key, load files, or keep a SQLite file: their SQL stands in Python."""
ALSO_SQL = {
    "etl/warehouse/": "the door to DuckDB",
    "etl/pipeline/deduplicate/": "the relation and its key are known only when it is loaded",
    "etl/extract/word_sql.py": "a part of the select of bulk_sql",
    "etl/history/coverage.py": "compares with keys of the last run that are not kept",
    "etl/pipeline/control.py": "writes ctl.run, which every model reads",
    "etl/validate/join_questions.py": "asks sources, before staging, by columns that differ from run to run",
    "etl/validate/joins.py": "the same",
    "etl/validate/other_keys.py": "the same",
    "etl/validate/row_keys.py": "the same",
    "etl/validate/portal_witnesses.py": "the same",
    "etl/validate/company_joins.py": "the same",
    "etl/pipeline/decided_companies.py": "the same, against the decisions of people",
    "etl/review/chain.py": "SQLite: the register",
    "etl/review/kept_tables.py": "SQLite: the register",
    "etl/review/opened.py": "SQLite: the register",
    "etl/review/contacts/contact_schema.py": "SQLite: the register of contacts",
}
"""More files and folders with SQL, each with its reason."""
CLOCKS = re.compile(r"time\.(?:monotonic|perf_counter|time)(?:_ns)?")

BANNED_WORDS = frozenset({"told", "tell", "telling", "night", "tonight", "evening", "spoilt", "furniture", "anew"})


def test_no_test_measures_how_long_something_takes() -> None:
    """A busy machine makes nothing wrong: tests bound the time of the processor; only a wait for a process may end."""
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if CLOCKS.search(path.read_text(encoding="utf-8"))]
    assert tests == []


def test_the_house_keeps_its_size() -> None:
    """Few loose modules and packages, no folder of too many files: what is new raises a number, with a reason."""
    loose = [path.stem for path in PRODUCT if path.parent.name == "etl" and not path.stem.startswith("__")]
    folders = Counter(path.parent for path in PRODUCT if path.stem != "__init__")
    packages = {path.relative_to(ROOT / "etl").parts[0] for path in PRODUCT if path.parent.name != "etl"}
    assert len(loose) <= MOST_LOOSE
    assert set(loose) == LAYERS[-1] | {"causes", "schemas"}
    assert len(packages) <= MOST_PACKAGES
    assert {_name(folder): count for folder, count in folders.items() if count > MOST_MODULES} == {}


def test_no_two_modules_have_one_name() -> None:
    """A name says of which module it is; a command may be called as the package that it calls."""
    stems = Counter(path.stem for path in PRODUCT if path.stem != "__init__" and path.parent.name != "cli")
    assert {stem for stem, count in stems.items() if count > 1} == set()


def _banned(tree: ast.AST) -> set[str]:
    """Identifiers with a banned word, wherever Python code can have one."""
    names: set[str] = set()
    for node in ast.walk(tree):
        fields = (getattr(node, field, None) for field in ("id", "attr", "arg", "name", "asname", "rest"))
        names |= {name for name in fields if isinstance(name, str)}
        if isinstance(node, ast.Global | ast.Nonlocal):
            names |= set(node.names)
    return {name for name in names if BANNED_WORDS & set(_words(name))}


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_an_identifier_says_what_it_holds(path: Path) -> None:
    """These words stand for ten things each: a name takes the word of the one that it holds."""
    assert _banned(parsed(path)) == set()


@pytest.mark.parametrize(
    ("source", "banned"),
    [
        ("told = 1", {"told"}),
        ("def tell(): pass", {"tell"}),
        ("class TonightRun: pass", {"TonightRun"}),
        ("def f(is_told): pass", {"is_told"}),
        ("f(last_night=1)", {"last_night"}),
        ("row._told", {"_told"}),
        ("import furniture", {"furniture"}),
        ("from rules import SPOILT as bad", {"SPOILT"}),
        ("import rules as anew", {"anew"}),
        ("lambda telling: 0", {"telling"}),
        ("def f():\n    global night", {"night"}),
        ("row['told'] = 'night'", set()),
        ("teller = nightly = untold = 1", set()),
    ],
)
def test_an_identifier_with_a_banned_word_is_seen(source: str, banned: set[str]) -> None:
    """A check that cannot fail is no check; strings are data, and only whole words count."""
    assert _banned(ast.parse(source)) == banned


def _classes(paths: list[Path]) -> dict[str, list[str]]:
    """Class, without its underscore -> the modules that define it."""
    modules: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                modules[node.name.lstrip("_")].append(_name(path))
    return modules


def test_no_two_classes_have_one_name() -> None:
    """A class name means one thing in all of `etl`."""
    twice = {name: where for name, where in _classes(PRODUCT).items() if len(where) > 1}
    assert twice == {}


def test_two_classes_of_one_name_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A private class and a public one of the same name are two."""
    monkeypatch.setattr("tests.test_architecture.ROOT", tmp_path)
    paths = [tmp_path / "one.py", tmp_path / "other.py"]
    for path, name in zip(paths, ("Fit", "_Fit"), strict=True):
        path.write_text(f"class {name}: ...\n", encoding="utf-8")
    assert _classes(paths) == {"Fit": ["one.py", "other.py"]}


def _table(heading: str) -> list[list[str]]:
    """The rows of a table of docs/architecture.md, each with the names in its second cell."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = page.partition(f"## {heading}\n")[2].partition("\n## ")[0].splitlines()
    return [re.findall("`([^`]+)`", row.split("|")[2]) for row in rows if row.startswith("| ")][1:]


def test_the_page_on_architecture_has_the_layers_as_they_are() -> None:
    """From the command line down, each with all of its parts."""
    assert [set(parts) for parts in _table("Import layers")] == [set(layer) for layer in LAYERS]


def test_each_question_is_answered_by_three_files_at_most() -> None:
    """And each of them is there."""
    answers = _table("Where do I ...?")
    assert len(answers) > len(LAYERS)
    assert all(0 < len(paths) <= MOST_PATHS for paths in answers)
    assert [path for paths in answers for path in paths if not (ROOT / path).is_file()] == []


def _prints(tree: ast.AST) -> list[str]:
    """Calls that print, or that open what is printed to."""
    names = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [name for name in names if PRINTS.fullmatch(name)]


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_whatever_a_command_prints_is_made_safe(path: Path) -> None:
    """Only `say` and `hand_over` print: they know what a terminal must not get."""
    if _name(path) != "etl/cli/options.py":
        assert _prints(parsed(path)) == []


@pytest.mark.parametrize(
    ("source", "is_wrong"),
    [
        ("click.echo(text)", True),
        ("click.secho(text, fg='red')", True),
        ("print(text)", True),
        ("sys.stdout.write(text)", True),
        ("sys.stdout.buffer.write(data)", True),
        ("click.get_binary_stream('stdout').write(data)", True),
        ("click.open_file('-', 'wb')", True),
        ("say(text)", False),
        ("sys.stdout.isatty()", False),
        ("stream.write(data)", False),
    ],
)
def test_a_command_that_prints_by_itself_is_seen(source: str, *, is_wrong: bool) -> None:
    """A check that cannot fail is no check."""
    assert bool(_prints(ast.parse(source))) is is_wrong


def _selects(tree: ast.AST) -> list[str]:
    """Strings that select or join, docstrings left out."""
    has_body = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, has_body)]
    bodies += [node.body for node in ast.walk(tree) if isinstance(node, ast.If | ast.With | ast.For | ast.Try)]
    said = {id(line.value) for body in bodies for line in body if isinstance(line, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node.value for node in texts if id(node) not in said and SELECT.search(node.value)]


def _has_sql(name: str) -> bool:
    """Whether the SQL of this module may stand in Python."""
    return bool(OF_SQL.fullmatch(Path(name).stem)) or any(name.startswith(path) for path in ALSO_SQL)


@pytest.mark.parametrize("path", [path for path in PRODUCT if not _has_sql(_name(path))], ids=_name)
def test_a_select_stands_in_a_file_of_sql(path: Path) -> None:
    """There it has a header, a linter and a place in the dictionary; Python reads `from schema.relation`."""
    assert _selects(parsed(path)) == []


def test_every_exception_is_needed() -> None:
    """A file that no longer has a select loses its place in the list."""
    for listed in ALSO_SQL:
        paths = [path for path in PRODUCT if _name(path).startswith(listed)]
        assert any(_selects(parsed(path)) for path in paths), listed


@pytest.mark.parametrize(
    ("source", "is_wrong"),
    [
        ("engine.rows('select count(*) from marts.issues')", True),
        ("QUERY = f'with a as (SELECT {x} from b) from a'", True),
        ("engine.frame('from marts.issues anti join ctl.states using (state)')", True),
        ("engine.frame('from marts.issues order by code')", False),
        ("engine.columns('ctl.run', 'run_id')", False),
        ("frame.select('run_id')", False),
        ('def f():\n    """Rows that a select finds."""', False),
        ("x = 1\n'What people select.'", False),
    ],
)
def test_a_select_in_python_is_seen(source: str, *, is_wrong: bool) -> None:
    """A check that cannot fail is no check."""
    assert bool(_selects(ast.parse(source))) is is_wrong
