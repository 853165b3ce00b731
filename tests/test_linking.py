"""The linker on its own: two tables in, an answer for every row of the first out."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest

from etl.match.scorecard import KINDS, read_scorecard
from etl.pipeline.link_tables import LEFT, RIGHT, Request, link_tables
from tests.support import provider_runs
from tests.support.command_results import Billsight

CUSTOMERS = """left_id,name,city,phone,email
A1,Acme Dental LLC,Austin,512 555 0100,ap@acmedental.test
A2,"Smith, Ann",,,
A3,Blue Harbour Foods,Dallas,,
A4,Quillfeather,,,
"""
COMPANIES = """right_id,name,city,phone,website
1,"Acme Dental, L.L.C.",Austin,(512) 555-0100,www.acmedental.test
2,Ann Smith,Austin,,
3,Blue Harbor Food,Dallas,,
"""


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """Two small tables on disk."""
    left, right = tmp_path / "customers.csv", tmp_path / "companies.csv"
    left.write_text(CUSTOMERS, encoding="utf-8")
    right.write_text(COMPANIES, encoding="utf-8")
    return left, right


def told(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


def written(folder: Path, left: str, right: str) -> tuple[Path, Path]:
    """Two tables on disk, their rows apart by `;`."""
    paths = folder / "left.csv", folder / "right.csv"
    for path, text in zip(paths, (left, right), strict=True):
        path.write_text(text.replace(";", "\n") + "\n", encoding="utf-8")
    return paths


def linked(tables: tuple[Path, Path]) -> pl.DataFrame:
    """The whole answer for two tables."""
    return pl.concat(link_tables(Request(*tables), read_scorecard()).rows())


def test_every_row_of_the_left_table_has_an_answer(billsight: Billsight, tables: tuple[Path, Path]) -> None:
    """Certain, to review or none: nobody is lost, and what was found is counted on stderr."""
    ended = billsight("match", *tables)
    rows = told(ended.out)
    assert ended.code == 0
    assert [row["left_id"] for row in rows if row["rank"] in {"1", ""}] == ["A1", "A2", "A3", "A4"]
    assert {row["left_id"]: row["decision"] for row in rows if row["rank"] in {"1", ""}} == {
        "A1": "certain", "A2": "review", "A3": "review", "A4": "none",
    }  # fmt: skip
    assert (rows[0]["right_id"], rows[0]["reason"]) == ("1", "name and e-mail domain agree")
    assert "4 rows: 1 certain, 2 to review, 1 none." in ended.err


def test_the_points_of_a_row_add_up_to_its_score(billsight: Billsight, tables: tuple[Path, Path]) -> None:
    """No score without its parts: each kind of evidence has its column, and the prior too."""
    for row in told(billsight("match", *tables).out):
        if row["score"]:
            parts = [row["prior"], *(row[kind.replace(" ", "_").replace("-", "_")] for kind in KINDS)]
            assert sum(float(part) for part in parts if part) == float(row["score"])


def test_a_table_of_names_alone_is_linked_by_names_and_this_is_said(billsight: Billsight, tmp_path: Path) -> None:
    """With nothing else to compare, equal names that are rare and unrivalled count; strict can be asked for."""
    names = written(
        tmp_path, "id,name;1,Zaventhorpe Instruments", "id,name;B,Zaventhorpe Instruments Ltd;C,Other Works"
    )
    ended = billsight("match", *names)
    assert "but names and towns to compare" in ended.err
    assert told(ended.out)[0]["decision"] == "certain"
    strict = billsight("match", *names, "--policy", "strict")
    assert told(strict.out)[0]["reason"] == "only the name agrees"


def test_what_there_is_to_compare_is_not_told_of_a_policy_that_was_asked_for(
    billsight: Billsight, tables: tuple[Path, Path]
) -> None:
    """There are phones and domains, too."""
    assert "but names" not in billsight("match", *tables, "--policy", "names").err


def test_a_town_beside_the_names_makes_no_less_certain(tmp_path: Path) -> None:
    """Names and towns are linked by names, too; another town contradicts."""
    left = "id,name,city;1,Zaventhorpe Instruments,Bled;2,Quux Works,Bled"
    right = "id,name,city;B,Zaventhorpe Instruments,Bled;C,Quux Works,Kranj"
    rows = linked(written(tmp_path, left, right)).filter(pl.col("rank") == 1)
    assert rows.select("left_id", "right_id", "decision").rows() == [("1", "B", "certain"), ("2", "C", "review")]


@pytest.mark.parametrize(
    ("columns", "place", "policy"),
    [
        ("address", "25 Elm St", "names"),
        ("city", "Bled", "names"),
        ("city,address", "Bled,25 Elm St", "strict"),
        ("zip", "78701", "strict"),
    ],
)
def test_only_what_can_make_certain_is_more_than_names(tmp_path: Path, columns: str, place: str, policy: str) -> None:
    """A street without a town can be anywhere, and a town has many firms."""
    paths = written(tmp_path, *[f"id,name,{columns};1,Zaventhorpe Instruments,{place}"] * 2)
    assert link_tables(Request(*paths), read_scorecard()).policy == policy


@pytest.mark.parametrize(
    ("name", "company"), [("Canarc Resource Corp.", "Canagold Resources Ltd."), ("Manx Resources", "X Resources")]
)
def test_of_many_with_one_common_word_the_one_that_begins_or_ends_alike_is_proposed(
    tmp_path: Path, name: str, company: str
) -> None:
    """However unlikely it is: a person may know better."""
    others = ";".join(f"{number},Zavent{number} Resources" for number in range(10, 60))
    rows = linked(written(tmp_path, f"id,name;A1,{name}", f"id,name;{others};99,{company}"))
    assert "99" in rows["right_id"].to_list()


def test_an_id_that_is_a_formula_is_guarded(billsight: Billsight, tables: tuple[Path, Path]) -> None:
    """The answer is opened in a spreadsheet, too; points stay numbers, whatever their sign."""
    tables[0].write_text(CUSTOMERS.replace("A1,", "=A1,").replace("A2,", "@A2,"), encoding="utf-8")
    rows = told(billsight("match", *tables).out)
    assert {"'=A1", "'@A2"} <= {row["left_id"] for row in rows}
    assert not any(row["prior"].startswith("'") for row in rows)


def test_columns_that_are_not_found_can_be_named(billsight: Billsight, tmp_path: Path) -> None:
    """Captions in any language: OURS=CAPTION."""
    left, right = tmp_path / "l.csv", tmp_path / "r.parquet"
    left.write_text("Debitor;Firma;Ort\n7;Acme Dental;Austin\n", encoding="utf-8")
    pl.DataFrame({"id": ["1"], "name": ["Acme Dental"], "city": ["Austin"]}).write_parquet(right)
    named = [f"--left-column={pair}" for pair in ("id=Debitor", "name=Firma", "city=Ort")]
    row = told(billsight("match", left, right, *named).out)[0]
    assert (row["left_id"], row["right_id"], row["city"] != "") == ("7", "1", True)
    assert billsight("match", left, right, "--left-column", "name").code == 2


def test_what_cannot_be_read_is_told_with_the_remedy(billsight: Billsight, tmp_path: Path) -> None:
    """An empty file and a table without names: the file is named, and nothing is written."""
    left, right = tmp_path / "l.csv", tmp_path / "r.csv"
    left.write_text("", encoding="utf-8")
    right.write_text("colour,size\nred,1\n", encoding="utf-8")
    assert "l.csv" in billsight("match", left, right).err
    left.write_text("id,name\n1,Acme\n", encoding="utf-8")
    ended = billsight("match", left, right)
    assert (ended.code, "r.csv" in ended.err) == (4, True)
    assert billsight("match", left).code == 2


def test_the_answers_do_not_depend_on_how_many_rows_are_written_at_once(
    tables: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In slices of one row the file is the same."""
    whole = linked(tables)
    monkeypatch.setattr("etl.pipeline.link_tables._ROWS_AT_ONCE", 1)
    monkeypatch.setattr("etl.match.evidence._PAIRS_AT_ONCE", 1)
    monkeypatch.setattr("etl.match.certainty._PAIRS_AT_ONCE", 1)
    monkeypatch.setattr("etl.match.candidates._HITS_AT_ONCE", 1)
    assert linked(tables).equals(whole)


def test_in_whatever_runs_customers_are_decided_they_are_held_against_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who share a tax id do so in two runs too, and a customer's two companies are weighed in one."""
    left = "id,name,tax id;A,Wafd,47-8213690;B,Wafd Branch,47-8213690;C,Rare Zither,"
    right = "id,name,tax id;1,Wafd Inc,47-8213690;2,Rare Zither,;3,Rare Zither Shop,"
    both = written(tmp_path, left, right)
    whole = linked(both)
    reasons = set(whole.filter(pl.col("right_id") == "1")["reason"])
    assert reasons == {"two customers share the tax id"}
    assert whole.filter(pl.col("left_id") == "C").height == 2
    monkeypatch.setattr("etl.match.certainty._PAIRS_AT_ONCE", 1)
    assert linked(both).equals(whole)


def test_the_sides_may_change_places(tables: tuple[Path, Path]) -> None:
    """Who is certain of whom does not depend on which table comes first."""
    forth = linked(tables).filter(pl.col("decision") == "certain")
    named = {LEFT: {"id": "right_id"}, RIGHT: {"id": "left_id"}}
    back = pl.concat(link_tables(Request(tables[1], tables[0], named), read_scorecard()).rows())
    certain = back.filter(pl.col("decision") == "certain")
    assert set(forth.select("left_id", "right_id").rows()) == set(certain.select("right_id", "left_id").rows())


def test_explain_draws_any_pair_of_the_latest_night(billsight: Billsight, folder: Path) -> None:
    """By id or by name, a candidate or not: the parts add up, and what keeps it from being certain is said."""
    config = ("--config", folder / "billsight.toml")
    candidates = provider_runs.latest(folder, "matching.candidates")
    customer, company = candidates.row(0)[:2]
    ended = billsight("explain", customer, company, *config)
    assert ended.code == 0
    assert f"Customer {customer}  ->  company {company}" in ended.out
    assert f"score {candidates['score'][0]:+22.1f}".split()[-1] in ended.out
    other = candidates.filter(pl.col("customer_id_acct") != customer)["company_id_cw"][-1]
    assert "prior" in billsight("explain", customer, other, *config).out
    assert "no customer with the id or the name 'Nobody'" in billsight("explain", "Nobody", company, *config).err


def test_too_few_judgements_teach_nothing_and_this_is_said(billsight: Billsight, folder: Path, tmp_path: Path) -> None:
    """A handful of decisions would fit anything: no file is written."""
    target = tmp_path / "scorecard.json"
    ended = billsight("match", "--fit", target, "--config", folder / "billsight.toml")
    assert ended.code != 0
    assert "are needed to learn anything" in ended.err
    assert not target.exists()
