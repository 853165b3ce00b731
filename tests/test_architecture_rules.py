"""More of the house rules that a machine can hold: one way to print, and CONTRIBUTING as it is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.test_architecture import LAYERS, PRODUCT, ROOT, _name

PRINTS = re.compile(
    r"print|click\.(?:echo|secho|echo_via_pager|open_file|get_\w+_stream)|(?:sys\.)?(?:__)?stdout(?:__)?\.(?:buffer\.)?write\w*"
)

CLOCKS = re.compile(r"time\.(?:monotonic|perf_counter|time)(?:_ns)?")


def test_no_test_measures_how_long_something_takes() -> None:
    """A busy machine makes nothing wrong: tests bound the time of the processor; only a wait for a process may end."""
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if CLOCKS.search(path.read_text(encoding="utf-8"))]
    assert tests == []


def test_contributing_tells_the_layers_as_they_are() -> None:
    """From the command line down, each with all of its parts."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    law = page.partition("## Import layers\n\n")[2].partition("\n\n")[0]
    assert re.fullmatch(r"`[^`]+`( ->\s`[^`]+`)+", law)
    assert [set(layer.split()) for layer in re.findall("`([^`]+)`", law)] == [set(layer) for layer in LAYERS]


def _prints(tree: ast.AST) -> list[str]:
    """Calls that print, or that open what is printed to."""
    names = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [name for name in names if PRINTS.fullmatch(name)]


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_whatever_a_command_prints_is_made_safe(path: Path) -> None:
    """Only `say` and `hand_over` print: they know what a terminal must not get."""
    if _name(path) != "etl/cli/options.py":
        assert _prints(ast.parse(path.read_text(encoding="utf-8"))) == []


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
