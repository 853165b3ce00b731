"""A wrong setting is reported in our own words, with the nearest key where one is misspelled."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from etl.config import Settings, Source, load
from etl.errors import ConfigurationError, Problem

_REQUIRED = """
[sources.connectwise_companies]
path = "companies.json"
[sources.connectwise_contacts]
path = "contacts.json"
[sources.accounting_invoices]
path = "invoices.csv"
"""
_OF_THE_LIBRARY = (
    "Input ",
    "Value error",
    "valid",
    "Field required",
    "pydantic",
    "<class",
    "another kind",
    "should be",
)
_WRONG = ("{ a = 1 }", "[[1]]", '"x y"', "-1", "1000000000", "1.5", '""', "true", "1979-05-27", '"' + "z" * 300 + '"')


def _sections() -> dict[str, type[BaseModel]]:
    fields = {name: field.annotation for name, field in Settings.model_fields.items() if not field.exclude}
    models = {name: kind for name, kind in fields.items() if isinstance(kind, type) and issubclass(kind, BaseModel)}
    return {**models, "sources.sync_runs": Source}


_KEYS = [
    (section, field.alias or name)
    for section, model in _sections().items()
    for name, field in model.model_fields.items()
]


def _problems(folder: Path, text: str) -> list[Problem]:
    path = folder / "billsight.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load(path, environment={})
    except ConfigurationError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize(("section", "key"), _KEYS)
def test_no_wrong_value_shows_a_sentence_of_the_settings_library(section: str, key: str, tmp_path: Path) -> None:
    """Whatever is wrong with a setting, the message is ours and names the key."""
    path = '\npath = "x.csv"' if section.startswith("sources") and key != "path" else ""
    told = []
    for wrong in _WRONG:
        told += _problems(tmp_path, f"{_REQUIRED}[{section}]{path}\n{key} = {wrong}\n")
    assert told, "at least one of these values is wrong for any key"
    for problem in told:
        assert not any(words in f"{problem.found} {problem.expected} {problem.remedy}" for words in _OF_THE_LIBRARY)
        assert f"{section}.{key}" in problem.found
        assert problem.line


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("[portal]\ntime_zon = 'UTC'", "Did you mean time_zone?"),
        ("[provider]\ntime_zon = 'UTC'", "Did you mean portal.time_zone?"),
        ("[matchin]\npolicy = 'strict'", "Did you mean matching?"),
        ("[sources.sync_run]\npath = 'x.csv'", "Did you mean [sources.sync_runs]?"),
        ("[sources.sync_runs]\npath = 'x.csv'\ndate_orde = 'mdy'", "Did you mean date_order?"),
        ("[output]\nregister_fil = 'x'", "Did you mean register?"),
        ("[portal]\nqqqq = 1", "Rename or remove it."),
    ],
)
def test_a_misspelled_key_names_the_one_that_was_meant(text: str, near: str, tmp_path: Path) -> None:
    """A key that nearly fits gets the key that it may be; one that fits nothing gets none."""
    (problem,) = _problems(tmp_path, _REQUIRED + text)
    assert problem.remedy.startswith(near)


def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    """A value of [notify] may be a secret, even where it is of the wrong kind."""
    (problem,) = _problems(tmp_path, f"{_REQUIRED}[notify]\nwhen = 'mailto://user:hunter22@example.com'\n")
    assert "hunter22" not in f"{problem.found} {problem.expected} {problem.remedy}"
