"""Every text that people read, and where it is: what the causes, the SQL, the Python, the page and the guide say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from etl.causes import CAUSES

ROOT = Path(__file__).parents[2]
UNSPOKEN = re.compile(r"\bNone\b|\bTrue\b|\bFalse\b|\bnan\b|\bnull\b|Decimal|\d\.\d{4}\b|  \(\)| ,")
"""What no person says; amounts have two decimals."""
_SPOKEN_ATTRIBUTE = re.compile(r'(?:aria-label|title|placeholder)="([^"]*)"')


def of_causes() -> Iterator[tuple[str, str]]:
    """Title and fixes of each cause; they are put together of parts, so each is looked at as a whole."""
    for cause in CAUSES:
        for text in (cause.title, cause.fix_legacy, cause.fix_current):
            yield cause.code, text


def of_sql() -> Iterator[tuple[str, str]]:
    """The literals of all models; those that are put together are one text."""
    for file in sorted((ROOT / "sql").rglob("*.sql")):
        text = re.sub(r"'\s*\|\|\s*'", "", re.sub(r"--.*", "", file.read_text(encoding="utf-8")))
        for found in re.findall(r"'((?:[^']|'')*)'", text):
            yield file.name, found


def of_python() -> Iterator[tuple[Path, str]]:
    """The strings of all modules but the causes, without docstrings; what is put together with values is one text."""
    for file in sorted((ROOT / "etl").rglob("*.py")):
        if file.name == "causes.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
                yield file, "…".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield file, node.value


def of_page() -> Iterator[tuple[str, str]]:
    """The lines of the templates, of tags what is read out, and the strings of the page's scripts."""
    for file in sorted((ROOT / "reports").rglob("*.j2")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield file.name, re.sub(r"<[^>]*>", lambda tag: " ".join(_SPOKEN_ATTRIBUTE.findall(tag[0])), line)
    for file in sorted((ROOT / "reports" / "page").glob("*.js")):
        for found in re.findall(r"\"([^\"]*)\"|`([^`]*)`", file.read_text(encoding="utf-8")):
            yield file.name, "".join(found)


def of_guide() -> Iterator[tuple[str, str]]:
    """The guide, paragraph by paragraph."""
    for paragraph in (ROOT / "docs" / "guide.md").read_text(encoding="utf-8").split("\n\n"):
        yield "guide.md", paragraph.replace("\n", " ")
