"""Before the first run: a configuration that fits the files, and a check that reads them as the run would."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from etl.config import Backfill, Limits, Matching, Output, Portal, Provider, Source, load
from etl.demo import DemoPlan
from etl.errors import BillsightError, ConfigurationError, GateError, InputError
from etl.pipeline.first_run import write_configuration
from etl.pipeline.setup import check_sources
from etl.review.register import Import, Judgement, Register
from tests.support import provider_runs


def _exports(folder: Path) -> Path:
    """A folder as a provider has it: the files, and no truth beside them."""
    for path in (*folder.glob("truth_*.csv"), *folder.glob("judgements.csv")):
        path.unlink()
    return folder


@pytest.mark.parametrize("name", ["night", "shapes/quickbooks_report", "shapes/xero_csv"])
def test_init_recognises_every_source_that_the_fixtures_configuration_names(tmp_path: Path, name: str) -> None:
    """What a person configured by hand, `init` finds by itself, each file under its relation."""
    folder = _exports(provider_runs.copied(tmp_path / "night", name))
    by_hand = load(folder / "billsight.toml", {})
    named = {
        relation: sorted(file.name for pattern in _patterns(source) for file in folder.glob(pattern))
        for relation, source in by_hand.sources.items()
    }
    (folder / "billsight.toml").unlink()
    told = write_configuration(folder, is_forced=False)
    found = load(folder / "billsight.toml", {})
    for relation, files in named.items():
        assert relation in found.sources, f"{relation}: {told}"
        assert sorted({file.name for one in _patterns(found.sources[relation]) for file in folder.glob(one)}) == files
    assert set(found.sources) == set(named)


def _patterns(source: Source) -> list[str]:
    return [source.path] if isinstance(source.path, str) else source.path


def test_what_init_writes_runs(tmp_path: Path) -> None:
    """From a folder of files to a published run, without touching the configuration."""
    folder = _exports(provider_runs.invented(tmp_path, DemoPlan(30, 120, 4, "quickbooks_online")))
    (folder / "billsight.toml").unlink()
    write_configuration(folder, is_forced=False)
    outcome = provider_runs.run(folder)
    assert outcome.summary["numbers"]["invoices"] == 120


def test_init_never_overwrites_unless_told(tmp_path: Path) -> None:
    """Somebody has worked on that file."""
    folder = provider_runs.copied(tmp_path / "night")
    before = (folder / "billsight.toml").read_bytes()
    with pytest.raises(ConfigurationError, match="--force"):
        write_configuration(folder, is_forced=False)
    assert (folder / "billsight.toml").read_bytes() == before


def test_init_on_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    """And writes a template in which everything is switched off."""
    told = write_configuration(tmp_path, is_forced=False)
    for required in ("connectwise_companies", "connectwise_contacts", "accounting_invoices"):
        assert f"[sources.{required}]" in told
    assert "sources" not in tomllib.loads((tmp_path / "billsight.toml").read_text(encoding="utf-8"))


def test_every_line_that_is_switched_off_can_be_switched_on(tmp_path: Path) -> None:
    """The template names only keys that exist, with values that are allowed."""
    path = provider_runs.copied(tmp_path / "night") / "billsight.toml"
    path.unlink()
    write_configuration(path.parent, is_forced=False)
    lines = path.read_text(encoding="utf-8").splitlines()
    on = [line.removeprefix("# ") if " = " in line or line.startswith("# [sources") else line for line in lines]
    path.write_text("\n".join(on), encoding="utf-8")
    settings = load(path, {})
    assert settings.portal.sync_from_date is not None
    assert settings.provider.email_domains
    assert all(source.date_order for source in settings.sources.values() if source.path != "...")


def test_names_of_files_are_quoted(tmp_path: Path) -> None:
    """A quote or a backslash in a name is not the end of the configuration."""
    folder = provider_runs.copied(tmp_path / "night", "shapes/xero_csv")
    (folder / "sales_invoices.csv").rename(folder / 'sales "2026" invoices.csv')
    write_configuration(folder, is_forced=True)
    assert load(folder / "billsight.toml", {}).sources["accounting_invoices"].path == 'sales "2026" invoices.csv'


def test_check_says_what_the_night_will_do_with_each_file(tmp_path: Path) -> None:
    """Rows, shape, and what would be quarantined and why."""
    folder = provider_runs.copied(tmp_path / "night")
    told = check_sources(load(folder / "billsight.toml", {}))
    assert "accounting_invoices-spoilt.json (" in told
    assert "3 rows, 3 would be quarantined" in told
    assert "invoice_date" in told
    for relation, source in load(folder / "billsight.toml", {}).sources.items():
        assert told.count(f"{relation}: ") == sum(len(list(folder.glob(p))) for p in _patterns(source))


def test_no_value_can_add_a_line_to_what_check_and_init_print(tmp_path: Path) -> None:
    """A quarantined value, the name of a file or a status with a line break; nor to the configuration."""
    folder = provider_runs.copied(tmp_path / "night", "shapes/xero_csv")
    forged = "x\nEverything can be read.\nminimum_security_level = 1"
    sales = folder / "sales_invoices.csv"
    text = re.sub(r"\d\d/\d\d/\d{4}|\d{4}-\d\d-\d\d", f'"{forged}"', sales.read_text(encoding="utf-8"), count=1)
    sales.unlink()
    (folder / f"sales {forged}.csv").write_text(text, encoding="utf-8")
    path = folder / "connectwise_companies.json"
    companies = json.loads(path.read_text(encoding="utf-8"))
    companies[0]["status"] = {"id": 1, "name": f"Former {forged}"}
    path.write_text(json.dumps(companies), encoding="utf-8")
    (folder / "billsight.toml").unlink()
    told = write_configuration(folder, is_forced=False)
    settings = load(folder / "billsight.toml", {})
    assert settings.sources["accounting_invoices"].path == f"sales {forged.replace('1', '*')}.csv"
    assert settings.portal.minimum_security_level == 6
    told = f"{told}\n{check_sources(settings)}"
    assert "1 would be quarantined" in told
    assert "x Everything can be read. minimum" in told
    assert not re.search("(?m)^(Everything can be read\\.$|minimum)", told)


@pytest.mark.parametrize(
    ("line", "ending"),
    [
        ("a: b.csv (table): 3 rows", "Everything can be read. Next:"),
        ("a: b.csv (table): 3 rows, 1 would be quarantined", "but some rows would be quarantined, see above. Next:"),
        ("A run would be partial (exit code 3): x", "Not everything can be read: a run would be partial"),
        ("A run would stop (exit code 4): x", "A run would stop, see above: correct that first. Next:"),
    ],
)
def test_the_last_line_of_check_agrees_with_those_above(
    tmp_path: Path, line: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """'Everything can be read' is said only where a run would read everything."""
    folder = provider_runs.copied(tmp_path / "night", "shapes/xero_csv")
    write_configuration(folder, is_forced=True)
    monkeypatch.setattr("etl.pipeline.setup._together", lambda _: [line])
    last = check_sources(load(folder / "billsight.toml", {})).splitlines()[-1]
    assert ending in last
    assert last.endswith(" billsight run")


def test_check_says_what_each_list_holds(tmp_path: Path) -> None:
    """Scope, time and completeness, each with where it is known from; nothing of lists that are not configured."""
    folder = provider_runs.copied(tmp_path / "night")
    told = check_sources(load(folder / "billsight.toml", {}))
    assert re.search(r"\n  the portal's own list of invoices: scope \w[\w ]* \(.+\); made \d{4}-.+ UTC \(.+\)\.", told)
    assert "\n  invoices of the accounting package: scope everything (setting scope)" in told
    provider_runs.without(folder, "portal_invoices")
    assert "the portal's own list" not in check_sources(load(folder / "billsight.toml", {}))


def test_check_tells_all_problems_at_once(tmp_path: Path) -> None:
    """A file that is missing and one that is no list of invoices."""
    folder = provider_runs.copied(tmp_path / "night", "shapes/xero_csv")
    (folder / "connectwise_companies.json").unlink()
    (folder / "sales_invoices.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(InputError) as refused:
        check_sources(load(folder / "billsight.toml", {}))
    assert {problem.where for problem in refused.value.problems} == {"connectwise_companies.json", "sales_invoices.csv"}


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    """What differs from machine to machine need not stand in a file that is shared."""
    folder = provider_runs.copied(tmp_path / "night")
    settings = load(
        folder / "billsight.toml", {"BILLSIGHT_PORTAL__GRACE_HOURS": "7", "BILLSIGHT_OUTPUT__FOLDER": "there"}
    )
    assert settings.portal.grace_hours == 7
    assert settings.out == folder / "there"


@pytest.mark.parametrize("part", [Portal, Provider, Matching, Backfill, Limits, Output, Source])
def test_every_setting_says_what_it_is(part: type[Portal]) -> None:
    """The guide is made from these words."""
    assert [name for name, field in part.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('scope = "paid"', "expected all, open or since:2026-01-01"),
        ("as_of = 2999-01-01T00:00:00Z", "as_of = 2999-01-01 00:00, which is in the future"),
    ],
)
def test_a_setting_of_a_list_that_cannot_be_is_refused_in_words(tmp_path: Path, setting: str, told: str) -> None:
    """No pattern is shown to a person, and no list was made tomorrow."""
    folder = provider_runs.copied(tmp_path / "night")
    path = folder / "billsight.toml"
    text = path.read_text(encoding="utf-8")
    table = "[sources.accounting_customers]"
    path.write_text(text.replace(table, f"{table}\n{setting}"), encoding="utf-8")
    with pytest.raises(BillsightError, match=re.escape(told)):
        check_sources(load(path, {}))


def test_check_says_what_a_run_would_do(tmp_path: Path) -> None:
    """It leaves out what nobody asks, repeats the configuration, and stops where a run would, naming the column."""
    folder = provider_runs.copied(tmp_path / "night")
    path = folder / "billsight.toml"
    told = check_sources(load(path, {}), path)
    assert told.endswith(f"Next: billsight run --config {path}")
    assert "0 of 0 join" not in told
    invoices = [f"{at},N{at},X{at},Firm {at},2026-11-10,10,10,USD" for at in range(30)]
    captions = "Internal ID,Invoice Number,Customer ID,Customer Name,Date,Total,Balance,Currency"
    (folder / "other.csv").write_text("\n".join([captions, *invoices, ""]), encoding="utf-8")
    text = re.sub(
        r"(?s)\[sources\.accounting_invoices\].*?(?=\n\[|\Z)",
        '[sources.accounting_invoices]\npath = "other.csv"\n',
        path.read_text(encoding="utf-8"),
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GateError, match="Nothing joins: check these columns") as stopped:
        check_sources(load(path, {}))
    assert ".." not in str(stopped.value)
    assert "lower" not in str(stopped.value)


@pytest.fixture(scope="module")
def used_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of exports after a run in it; not to be changed."""
    folder = _exports(provider_runs.invented(tmp_path_factory.mktemp("used") / "site", DemoPlan(30, 120, 4)))
    provider_runs.run(folder, "first")
    return folder


def test_init_takes_nothing_that_billsight_wrote_for_an_export(used_site: Path, tmp_path: Path) -> None:
    """Reports, decisions and configurations; the configuration that is replaced is kept."""
    folder = shutil.copytree(used_site, tmp_path / "site", symlinks=True)
    before = (folder / "billsight.toml").read_bytes()
    (folder / "inbox" / "done").mkdir(parents=True)
    (folder / "inbox" / "done" / "d.csv").write_bytes((folder / "out" / "latest" / "mapping_fixes.csv").read_bytes())
    told = write_configuration(folder, is_forced=True)
    assert "out/" not in told
    assert "inbox/" not in told
    assert "state/" not in told
    assert f"The configuration that was there is now {folder / 'billsight.toml.1'}." in told
    assert (folder / "billsight.toml.1").read_bytes() == before
    assert "billsight.toml" not in write_configuration(folder, is_forced=True).partition("The configuration")[0]
    assert (folder / "billsight.toml.2").exists()


def test_what_a_run_wrote_is_no_source(used_site: Path, tmp_path: Path) -> None:
    """Its own answers would prove themselves."""
    folder = shutil.copytree(used_site, tmp_path / "site", symlinks=True)
    config = folder / "billsight.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace('"portal_mappings.csv"', '"out/latest/mapping_fixes.csv"'),
        encoding="utf-8",
    )
    told = "a file that a run wrote; expected an export. Correct path under [sources.portal_mappings]"
    with pytest.raises(InputError, match=re.escape(told)):
        provider_runs.run(folder, "second")
    with pytest.raises(InputError, match=re.escape(told)):
        check_sources(load(config, {}))


def test_a_demonstration_never_replaces_what_people_work_with(tmp_path: Path) -> None:
    """A configuration of their own, or decisions; another demonstration it may replace."""
    folder = tmp_path / "site"
    for seed in (1, 2):
        provider_runs.invented(folder, DemoPlan(12, 30, seed))
    register = Register.open(folder / "state" / "register.sqlite")
    decision = Judgement("7", None, "excluded", provider_runs.AS_OF, "kim", "d.csv")
    register.append([decision], Import("import-2", provider_runs.AS_OF, "kim"))
    with pytest.raises(ConfigurationError, match="a register with decisions of people; expected none yet"):
        provider_runs.invented(folder, DemoPlan(12, 30, 3))
    assert register.log()["import_id"].to_list()[-1] == "import-2"
    other = tmp_path / "other"
    other.mkdir()
    (other / "billsight.toml").write_text("[portal]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="a configuration; expected none yet"):
        provider_runs.invented(other, DemoPlan(12, 30, 3))
    assert [path.name for path in other.iterdir()] == ["billsight.toml"]


@pytest.mark.parametrize(("level", "is_said"), [(4, True), (6, False)])
def test_a_level_that_nobody_has_is_pointed_out(tmp_path: Path, level: int, is_said: bool) -> None:  # noqa: FBT001
    """Every invoice would be blocked, because of a setting that may be wrong."""
    folder = provider_runs.copied(tmp_path / "night", "shapes/xero_csv")
    path = folder / "connectwise_contacts.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"portalSecurityLevel": 6', f'"portalSecurityLevel": {level}'), encoding="utf-8")
    words = "minimum_security_level is 5, and no contact has more than 4"
    assert (words in check_sources(load(folder / "billsight.toml", {}))) is is_said
    assert any(words in remark for remark in provider_runs.run(folder).summary["run"]["remarks"]) is is_said


def test_words_that_no_company_has_or_that_hide_every_one_are_pointed_out(tmp_path: Path) -> None:
    """A misspelled status hides nothing, and a type of all companies hides everything."""
    folder = provider_runs.copied(tmp_path / "night", "shapes/xero_csv")
    companies = json.loads((folder / "connectwise_companies.json").read_text(encoding="utf-8"))
    for company in companies:
        company["types"] = [{"id": 1, "name": "Client"}]
    (folder / "connectwise_companies.json").write_text(json.dumps(companies), encoding="utf-8")
    path = folder / "billsight.toml"
    text = path.read_text(encoding="utf-8").replace(
        "[portal]", '[portal]\nhidden_company_statuses = ["Actve"]\nhidden_company_types = ["client"]'
    )
    path.write_text(text, encoding="utf-8")
    said = check_sources(load(path, {}))
    assert "hidden_company_statuses names Actve, which no company has" in said
    assert f"hide all {len(companies)} companies" in said
    assert "hidden_company_types names" not in said
