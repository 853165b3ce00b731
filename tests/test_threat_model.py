"""Each promise of the threat model is held by a test that is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.dictionary import DOCS
from tests.support import provider_runs

PAGE = (DOCS / "threat-model.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"(?m)^\| ([^|]+) \| `(tests/[\w/]+\.py)::(test_\w+)` \|$", PAGE)


def test_every_promise_names_its_test() -> None:
    """No row of that table is without one, and none is named twice."""
    (section,) = re.findall(r"(?ms)^## Guarantees\n(.*?)^## ", PAGE)
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(PROMISES) > 15
    assert len({name for *_, name in PROMISES}) == len(PROMISES)


@pytest.mark.parametrize(("promise", "file", "name"), PROMISES, ids=[name for *_, name in PROMISES])
def test_the_test_of_a_promise_is_there(promise: str, file: str, name: str) -> None:
    """By its name, in its file, and with something to assert."""
    tree = ast.parse((provider_runs.ROOT / file).read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert len(found) == 1, promise
    is_checked = any(isinstance(node, ast.Assert | ast.With) for node in ast.walk(found[0]))
    assert is_checked or "_is_clear" in ast.unparse(found[0]), promise
