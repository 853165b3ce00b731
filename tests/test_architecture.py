"""The house rules that a machine can hold: arrows between modules, sizes, headers, names, nobody's machine."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb
import pytest

from etl.warehouse.engine import MACROS

ROOT = Path(__file__).parents[1]
SQL = ROOT / "sql"

LAYERS = (
    {"__main__"},
    {"cli"},
    {"pipeline"},
    {"review", "report"},
    {"history"},
    {"extract", "validate", "match", "diagnose", "publish", "notify", "demo"},
    {"warehouse"},
    {"schemas", "config", "causes"},
    {"amounts", "csv_guard", "domain", "errors", "files", "limits", "resources", "safe_text", "signals"},
)  # fmt: skip
"""Every part of `etl`, from the command line down; a part may import what stands below it."""
PACKAGES = frozenset().union(*LAYERS[:7])
"""Of these, none imports another one of its own layer."""
DEPTH = {part: depth for depth, layer in enumerate(LAYERS) for part in layer}
DOORS = {
    "duckdb": {"warehouse"},
    "click": {"cli"},
    "jinja2": {"report"},
    "rapidfuzz": {"match"},
    "xlsxwriter": {"review"},
    "apprise": {"notify"},
    "prometheus_client": {"notify"},
}
"""The only part that may import each engine."""
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "lib", "tools"}
MOST_LINES, MOST_FUNCTION_LINES = 300, 40
TABLES = {
    "etl/schemas.py": "one dictionary of every input column",
    "etl/causes.py": "one table of every cause",
}
"""Files that may be longer, because they are data."""
HEADER_KEYS = ("model", "grain", "kind", "reads", "purpose", "units", "source")
FOREIGN = ("reports/vendor/",)
"""Folders of other people's files, kept as they came."""
SOMEBODYS_MACHINE = re.compile(
    r"(?<![\w./:-])/(?:work|root|home|Users|opt/\w+)/[\w.]"  # a path that only one machine has
    r"|\bC:\\Users\\"
    r"|\b(?:files\.pythonhosted|(?:test\.)?pypi)\.org\b|\bregistry\.(?:npmjs\.org|yarnpkg\.com)\b"
    r"|--(?:extra-)?index-url|--find-links|--trusted-host",
)


@cache
def parsed(path: Path) -> ast.Module:
    """The tree of a Python file, made once for all rules; not to be changed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def _files() -> list[Path]:
    """The files that are, or would be, tracked; without git, all but hidden folders and what is made here."""
    git = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(git, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
        return [ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file()]
    made = {".venv", ".venv-lock", "out", "dist", "state", "__pycache__"}
    return [path for path in sorted(ROOT.rglob("*")) if path.is_file() and not made & set(path.parts)]


FILES = _files()
PYTHON = [path for path in FILES if path.suffix == ".py"]
PRODUCT = [path for path in PYTHON if path.is_relative_to(ROOT / "etl")]
MODELS = [
    path for path in FILES if path.suffix == ".sql" and path.is_relative_to(SQL) and path.parent.name != "functions"
]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _part(path: Path) -> str:
    """The part of `etl` that a file belongs to: its module, or its sub-package; empty for `etl/__init__.py`."""
    first = path.relative_to(ROOT / "etl").parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Dotted names of everything imported, also inside functions and for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            # `from etl import domain` names a part, `from etl import __version__` does not
            yield from (f"{module}.{alias.name}" if module == "etl" else module for alias in node.names)


def _wrong_arrows(part: str, tree: ast.AST, package: str) -> list[str]:
    """What this part imports and may not."""
    wrong = []
    for name in _imports(tree, package):
        root, _, rest = name.partition(".")
        if part not in DOORS.get(root, {part}):
            wrong.append(name)
        target = rest.partition(".")[0]
        if root != "etl" or target in {"", "__version__", part} or not part:
            continue
        is_sibling = part in PACKAGES and DEPTH[part] == DEPTH.get(target)
        if target not in DEPTH or DEPTH[target] < DEPTH[part] or is_sibling:
            wrong.append(name)
    return wrong


def _package(path: Path) -> str:
    return ".".join(path.parent.relative_to(ROOT).parts)


def _lines(node: ast.AST, text: str) -> int:
    """Lines of a module or function, without the docstrings in it."""
    first = getattr(node, "lineno", 1)
    last = getattr(node, "end_lineno", None) or len(text.splitlines())
    docstrings = 0
    for inner in ast.walk(node):
        has_body = isinstance(inner, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if has_body and ast.get_docstring(inner) is not None:
            docstrings += (inner.body[0].end_lineno or 0) - inner.body[0].lineno + 1
    return last - first + 1 - docstrings


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _undocumented(body: list[ast.stmt]) -> Iterator[str]:
    """Public functions, and methods of public classes, without a docstring."""
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(node.body)


def _header(text: str) -> dict[str, str]:
    """The comment that opens a model: key -> value, continuation lines joined."""
    header: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        found = re.match(r"-- ([a-z]+): +(.*)", line)
        if found and found[1] in HEADER_KEYS:
            key = found[1]
            header[key] = found[2].strip()
        else:
            header[key] = f"{header.get(key, '')} {line[2:].strip()}".strip()
    return header


def _relations(sql: str) -> set[str]:
    """The relations a select names, as DuckDB's own parser sees them; with-queries are not among them."""
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        for functions in sorted((SQL / "functions").iterdir()):
            connection.execute(functions.read_text(encoding="utf-8"))
        names = connection.get_table_names(sql, qualified=True)
    return {re.sub(r"(?i) as .*", "", name).replace('"', "") for name in names}


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_a_module_imports_only_what_stands_below_it(path: Path) -> None:
    """The command line knows the pipeline, the pipeline the stages, and no stage another; each engine has one door."""
    part = _part(path)
    assert not part or part in DEPTH, f"{part} has no place in the layers: give it one, here and in CONTRIBUTING.md"
    assert not _wrong_arrows(part, parsed(path), _package(path))


def test_the_arrows_between_parts_go_round_nowhere() -> None:
    """Parts of one layer may lean on each other only one way."""
    arrows: dict[str, set[str]] = {}
    for path in PRODUCT:
        for name in _imports(parsed(path), _package(path)):
            target = name.split(".")[1] if name.startswith("etl.") else ""
            if target in DEPTH and target != _part(path):
                arrows.setdefault(_part(path), set()).add(target)
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(f"these parts import each other: {error.args[1]}")


@pytest.mark.parametrize(
    ("part", "source", "is_wrong"),
    [
        ("match", "from etl.extract.row_tables import read", True),
        ("match", "import etl.pipeline.run", True),
        ("match", "from ..extract import tables", True),
        ("match", "def late():\n    from etl import report", True),
        ("match", "import duckdb", True),
        ("report", "from rapidfuzz.fuzz import ratio", True),
        ("domain", "from etl.schemas import RELATIONS", True),
        ("match", "from etl.match.typos import typos\nfrom etl.warehouse.engine import Engine", False),
        ("match", "import rapidfuzz", False),
        ("match", "from .typos import typos\nfrom etl import __version__", False),
        ("config", "from etl.schemas import RELATIONS", False),
        ("review", "from etl.pipeline.run import reconcile", True),
        ("review", "from etl.report.page import render", True),
        ("pipeline", "from etl import match, warehouse, review", False),
        ("review", "from etl.history.store import History", False),
    ],
)
def test_the_rule_of_arrows_sees_a_wrong_one(part: str, source: str, *, is_wrong: bool) -> None:
    """A check that cannot fail is no check."""
    assert bool(_wrong_arrows(part, ast.parse(source), f"etl.{part}")) is is_wrong


@pytest.mark.parametrize("path", PYTHON, ids=_name)
def test_a_file_and_its_functions_fit_on_a_page(path: Path) -> None:
    """At most 300 lines a file and 40 a function, docstrings not counted; only tables of data may be longer."""
    text = path.read_text(encoding="utf-8")
    tree = parsed(path)
    assert _lines(tree, text) <= MOST_LINES or _name(path) in TABLES
    sizes = {function.name: _lines(function, text) for function in _functions(tree)}
    assert {name: size for name, size in sizes.items() if size > MOST_FUNCTION_LINES} == {}


def test_a_long_function_is_seen_and_its_docstring_is_free() -> None:
    """Forty-one lines are too many; forty and a long docstring are not."""
    body = "    x = 1\n" * 39
    prose = '    """One.\n' + "    more\n" * 50 + '    """\n'
    sizes = [
        _lines(next(_functions(ast.parse(text))), text)
        for text in (f"def f():\n    y = 2\n{body}", f"def f():\n{prose}{body}")
    ]
    assert sizes == [41, 40]


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_everything_public_says_what_it_is(path: Path) -> None:
    """A public function or class without a docstring has no promise that could be held."""
    tree = parsed(path)
    assert list(_undocumented(tree.body)) == []


@pytest.mark.parametrize("path", MODELS, ids=_name)
def test_a_model_is_one_select_whose_header_tells_the_truth(path: Path) -> None:
    """The build is ordered by `reads`, so it must be what the select reads: no more, no less."""
    text = path.read_text(encoding="utf-8")
    header = _header(text)
    with duckdb.connect() as connection:
        kinds = [statement.type.name for statement in connection.extract_statements(text)]
    reads = [name.strip() for name in header.get("reads", "").split(",")]
    assert set(HEADER_KEYS) - set(header) <= {"kind"}, "a key of the header is missing"
    assert all(header.values()), "a key of the header says nothing"
    assert header["model"] == ".".join(path.relative_to(SQL).with_suffix("").parts)
    assert header.get("kind", "table") in {"table", "view"}
    assert kinds == ["SELECT"]
    assert sorted(reads) == sorted(_relations(text))


def test_a_header_that_lies_is_seen() -> None:
    """Relations are found wherever a select names them, and only there."""
    select = (
        "with seen as (select * from marts.a)\n-- from marts.comment\n"
        "select seen.x, (select max(k.y) from ctl.run as k)\n"
        'from seen left join staging.b__c as b on seen.x = b.x where exists (select 1 from quarantine."rows")'
    )
    assert _relations(select) == {"marts.a", "ctl.run", "staging.b__c", "quarantine.rows"}
    assert _header("-- reads:   a.b,\n--          c.d\n-- grain:   x\n\nselect 1") == {
        "reads": "a.b, c.d",
        "grain": "x",
    }


def test_every_module_is_named_for_what_it_does() -> None:
    """A drawer called utils fills up."""
    assert [_name(path) for path in PYTHON if NAMELESS & {path.stem, *path.relative_to(ROOT).parts}] == []


def test_no_file_knows_somebodys_machine() -> None:
    """A clone works anywhere: no private paths, and the registry is the machine's own affair."""
    found = []
    for path in FILES:
        content = path.read_bytes()
        if path == Path(__file__) or _name(path).startswith(FOREIGN) or b"\0" in content:
            continue
        lines = content.decode("utf-8", errors="replace").splitlines()
        found += [f"{_name(path)}:{number}" for number, line in enumerate(lines, 1) if SOMEBODYS_MACHINE.search(line)]
    assert found == []


@pytest.mark.parametrize(
    ("line", "is_private"),
    [
        ("open('/home/me/x.csv')", True),
        ("--index-url x", True),
        ("https://example.com/work/home/x", False),
        ("data/home/x", False),
    ],
)
def test_a_private_path_is_seen(line: str, *, is_private: bool) -> None:
    """A check that cannot fail is no check."""
    assert bool(SOMEBODYS_MACHINE.search(line)) is is_private
