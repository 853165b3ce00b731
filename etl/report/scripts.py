"""The page's script: modules of `reports/page`, put together as one, in the order of their imports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from typing import Final

from etl.resources import resource

_IMPORT: Final = re.compile(r'^import (?P<names>\{[^}]*\}) from "\./(?P<module>[a-z]+)\.js";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:const|function) (?P<name>\w+))", re.MULTILINE)


@cache
def page_script() -> str:
    """The page's own script as one module: nothing is loaded, and the names of all modules are one set."""
    folder = resource("reports") / "page"
    modules = {
        file.name.removesuffix(".js"): text(file.name, "page") for file in folder.iterdir() if file.name.endswith(".js")
    }
    return joined(modules)


def joined(modules: Mapping[str, str]) -> str:
    """Modules as one: each in a function of its own, after those that it imports.

    Args:
        modules: name -> source; imports name each other as `import { x } from "./name.js";`, exports are declarations.

    Raises:
        graphlib.CycleError: modules import each other.
    """
    reads = {
        # sorted, for the order of a set is another one in every process
        name: sorted({found["module"] for found in _IMPORT.finditer(source)})
        for name, source in sorted(modules.items())
    }
    return "const modules = {};\n" + "".join(
        _enclosed(name, modules[name]) for name in TopologicalSorter(reads).static_order()
    )


def _enclosed(name: str, source: str) -> str:
    exports = ", ".join(found["name"] for found in _EXPORT.finditer(source))
    body = _EXPORT.sub("", _IMPORT.sub(r"const \g<names> = modules.\g<module>;\n", source))
    return f"modules.{name} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"


@cache
def grid_script() -> str:
    """AG Grid Community as it is vendored; its licence and its digest stand beside it."""
    return text("ag-grid.js", "vendor")


def text(name: str, *folders: str) -> str:
    """A file of `reports/`; line ends are made one kind, for the policy's digest is of what the browser sees."""
    place = resource("reports").joinpath(*folders, name)
    return place.read_text(encoding="utf-8").replace("\r\n", "\n")
