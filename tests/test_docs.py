"""Whatever is written down is executed: the commands of the README, the examples, the links, the generated pages."""

from __future__ import annotations

import json
import re
import shlex
import struct
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from etl import cli
from etl.config import load
from etl.schemas import RELATIONS
from etl.warehouse.engine import Engine
from etl.warehouse.models import FOLDERS
from tests import dictionary
from tests.support import provider_runs
from tests.support.decision_files import decide, proposed, save
from tests.test_promises import FILES

README = provider_runs.ROOT / "README.md"
PAGES = [README, provider_runs.ROOT / "CONTRIBUTING.md", *sorted(dictionary.DOCS.rglob("*.md"))]
RUNNABLE = [README, dictionary.GUIDE, dictionary.DOCS / "database.md"]


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"))


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _commands(page: Path) -> Iterator[list[str]]:
    for block in _blocks(page, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words:
                yield words


@pytest.fixture(scope="module")
def night(decided_on: Path) -> Path:
    """The published run of the fixtures."""
    return decided_on / "out" / "runs" / "night-1"


@pytest.mark.parametrize("page", [README, dictionary.GUIDE], ids=lambda page: page.name)
def test_the_commands_of_a_page_work_in_their_order(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a folder of exports to the answer for one invoice, as somebody would type it."""
    folder = provider_runs.copied(tmp_path / "exports")
    beside = (*folder.glob("truth_*"), *folder.glob("judgements.csv"), *folder.glob("state/*"))
    for path in (folder / "billsight.toml", *beside):
        path.unlink()
    monkeypatch.chdir(tmp_path)
    first = ["billsight", "init", "exports/"], ["billsight", "run", "--config", "exports/billsight.toml"]
    told = [words for words in _commands(page) if words[0] == "billsight"]
    assert told
    # the guide gives the first steps in its prose
    for words in told if page is README else [*first, *told]:
        typed = ["ben.martonman@fallowford-thornlowbrook.example" if "@" in word else word for word in words]
        if "approved.csv" in typed and not Path("approved.csv").exists():
            decided = [row for row in proposed(folder) if row["acct_customer_id"] == "ACCT-116"]
            save(Path("approved.csv"), decide(decided[:1], "approve"))
        if "approved-contacts.csv" in typed and not Path("approved-contacts.csv").exists():
            save(Path("approved-contacts.csv"), decide(proposed(folder, "contact_fixes.csv")[:1], "nobody"))
        monkeypatch.setattr(sys, "argv", typed)
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        assert code == 0, f"{' '.join(words)}: {said.out}{said.err}"
    assert (folder / "out" / "latest" / "report.html").exists()


def test_the_targets_of_make_are_there() -> None:
    """`make run`, `make test` and what else the pages name; CI runs the first two."""
    makefile = (provider_runs.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):.*## ", makefile))
    named = {
        words[1]
        for page in (README, provider_runs.ROOT / "CONTRIBUTING.md")
        for words in _commands(page)
        if words[0] == "make"
    }
    assert {"run", "test"} <= named <= targets
    (example,) = re.findall(r"make why INVOICE=(\S+)", README.read_text(encoding="utf-8"))
    assert f"INVOICE={example}" in makefile


def test_the_invoice_of_the_example_has_something_to_tell(night: Path) -> None:
    """The README's invoice is one that somebody is waiting for."""
    (example,) = re.findall(r"make why INVOICE=(\S+)", README.read_text(encoding="utf-8"))
    answers = pl.read_parquet(night / "invoices.parquet")
    assert answers.filter(invoice_number=example)["state"].to_list() == ["blocked"]


def test_the_configuration_of_the_readme_runs(tmp_path: Path) -> None:
    """Three sources in four lines, as the sentence above them promises."""
    folder = provider_runs.copied(tmp_path / "night")
    (block,) = _blocks(README, "toml")
    assert "\nFour lines " in README.read_text(encoding="utf-8")
    assert len(block.splitlines()) == 4
    (folder / "billsight.toml").write_text(block, encoding="utf-8")
    page = json.loads((folder / "accounting_invoices-0001.json").read_text(encoding="utf-8"))
    outcome = provider_runs.run(folder)
    assert outcome.summary["numbers"]["invoices"] == len(page["QueryResponse"]["Invoice"])
    assert outcome.summary["run"]["minimum_level"] == 5


def test_the_configuration_of_the_guide_reads_such_a_table(tmp_path: Path) -> None:
    """The captions of the example, and amounts and dates in their spelling."""
    folder = provider_runs.copied(tmp_path / "night")
    block, _books, _messages = _blocks(dictionary.GUIDE, "toml")
    named = tomllib.loads(block)["sources"]["accounting_invoices"]["columns"]
    assert set(named) <= set(RELATIONS["accounting_invoices"].names)
    head = ",".join(f'"{caption}"' for caption in named.values())
    rows = [f'{n},A-{n},Acme,{n:02}/04/2026,"1,234.50",10.00,{n:02}/04/2026 09:30' for n in range(1, 20)]
    (folder / "ledger.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    people = "".join(
        f'[sources.{name}]\npath = "{name}.json"\n' for name in ("connectwise_companies", "connectwise_contacts")
    )
    (folder / "billsight.toml").write_text(block + people, encoding="utf-8")
    answers = provider_runs.answers(provider_runs.run(folder))
    assert set(answers["currency_code"]) == {"AUD"}
    assert {day.month for day in answers["invoice_date"]} == {4}
    assert answers.height == 19


@pytest.mark.parametrize("number", range(3))
def test_the_queries_find_something(night: Path, number: int) -> None:
    """Each example of docs/database.md runs on a published run and has an answer."""
    queries = _blocks(dictionary.DOCS / "database.md", "sql")
    assert len(queries) == 3
    engine = Engine(night / "run.duckdb", is_read_only=True)
    try:
        assert engine.frame(queries[number]).height > 0
    finally:
        engine.close()


def test_every_relation_of_a_night_is_described(night: Path) -> None:
    """And none is described that is not there."""
    engine = Engine(night / "run.duckdb", is_read_only=True)
    try:
        found = {
            name
            for (name,) in engine.rows("""
                select schema_name || '.' || table_name from duckdb_tables()
                union all
                select schema_name || '.' || view_name from duckdb_views() where not internal""")
        }
    finally:
        engine.close()
    described = {*dictionary.JUDGED, *dictionary.headers(), *(f"accepted.{name}" for name in RELATIONS)}
    assert found == described
    schemas = set(re.findall(r"(?m)^\| `(\w+)` \|", (dictionary.DOCS / "database.md").read_text(encoding="utf-8")))
    assert schemas == {"ctl", "accepted", "quarantine", *FOLDERS}


def test_the_generated_pages_are_current() -> None:
    """`make docs` writes them anew."""
    assert dictionary.DICTIONARY.read_text(encoding="utf-8") == dictionary.dictionary(), "run 'make docs'"
    text = dictionary.GUIDE.read_text(encoding="utf-8")
    assert text == dictionary.guide(text), "run 'make docs'"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file that is there and, where it says so, to a heading in it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        assert not anchor or anchor in _anchors(file), target


def test_the_readme_tells_the_files_as_they_are() -> None:
    """Every published file has its reader."""
    text = README.read_text(encoding="utf-8")
    published = re.findall(r"(?m)^\| (`[\w.]+`(?:, `[\w.]+`)*) \|", text)
    assert set(re.findall(r"`([\w.]+)`", " ".join(published))) == FILES


def test_the_picture_is_one() -> None:
    """As wide as a page of the report, and small enough for a clone."""
    content = (dictionary.DOCS / "report.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", content[16:20])[0] == 1280
    assert len(content) < 300_000


def test_the_settings_of_the_fixtures_are_those_of_the_guide() -> None:
    """Each key of the demonstration stands in the reference."""
    reference = dictionary.settings()
    document = tomllib.loads((provider_runs.FIXTURES / "night" / "billsight.toml").read_text(encoding="utf-8"))
    keys = {key for part, values in document.items() if part != "sources" for key in values}
    assert keys
    assert all(f"| `{key}` |" in reference for key in keys)
    assert load(provider_runs.FIXTURES / "night" / "billsight.toml", {}).sources
