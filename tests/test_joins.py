"""The join must hold before an answer is given: what does not join is not believed, and nothing false is said of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from etl.errors import ExitCode
from tests.support.command_results import Billsight, Ended
from tests.support.orderly_clients import Clients, Row, clients

AS_OF = "2026-11-29T06:00:00Z"


def _run(billsight: Billsight, provider: Clients, run_id: str = "one", *orders: str) -> Ended:
    return billsight("run", "--config", provider.written(), "--as-of", AS_OF, "--run-id", run_id, *orders)


def _answers(provider: Clients) -> pl.DataFrame:
    answers = pl.read_csv(provider.folder / "out" / "latest" / "invoices.csv", infer_schema=False)
    return answers.with_columns(pl.all().fill_null(""))


def _summary(provider: Clients) -> Row:
    found: Row = json.loads((provider.folder / "out" / "latest" / "summary.json").read_text(encoding="utf-8"))
    return found


def _is_fine(provider: Clients) -> bool:
    answers = _answers(provider)
    return bool((answers["state"] == "visible").all() and (answers["unknown_checks"] == "").all())


@pytest.fixture
def provider(tmp_path: Path) -> Clients:
    """Three clients."""
    return clients(tmp_path, 3)


def _identifier(_: int, row: Row) -> Row:
    return row | {"Company ID": row["Company Name"].replace(" ", "").upper()}


def _numbered(number: int) -> dict[int, int]:
    """Company IDs that are the RecIDs of other companies."""
    return {101 + place: 101 + (place + 1) % number for place in range(number)}


def test_a_provider_in_order_joins_whole_and_says_nothing(tmp_path: Path, billsight: Billsight) -> None:
    """The quiet twin of all that follows; `check` and the summary have every join that can be measured."""
    provider = clients(tmp_path, 24)
    assert _run(billsight, provider).code == ExitCode.COMPLETE
    assert _is_fine(provider)
    joins = {join["name"]: join for join in _summary(provider)["joins"]}
    assert all((join["rows"], join["joined"], join["notes"]) == (24, 24, []) for join in joins.values())
    assert joins["open invoices -> customers"]["amounts"][0]["joined_amount"] == "2676.00"
    told = billsight("check", "--config", tmp_path / "billsight.toml").out
    assert all(f"{name}: 24 of 24 join" in told for name in joins)


@pytest.mark.parametrize("number", [4, 24])
def test_identifiers_in_the_portals_mappings_are_understood_and_said(
    tmp_path: Path, billsight: Billsight, number: int
) -> None:
    """Company ID is what every screen of ConnectWise calls the identifier."""
    provider = clients(tmp_path, number).change("portal_mappings", _identifier)
    assert _run(billsight, provider).code == ExitCode.COMPLETE
    assert _is_fine(provider)
    sentence = f"companies are keyed by RecID: {number} of {number} match company_identifier"
    assert any(sentence in note for join in _summary(provider)["joins"] for note in join["notes"])
    assert any(sentence in (source["notes"] or "") for source in _summary(provider)["quality"]["sources"])
    assert sentence in billsight("check", "--config", tmp_path / "billsight.toml").out


def test_company_ids_that_are_other_companies_record_ids_are_told_by_the_names(
    tmp_path: Path, billsight: Billsight
) -> None:
    """Six of six customers would be mapped to strangers, and called visible."""
    ids = _numbered(6)
    provider = (
        clients(tmp_path, 6)
        .change("connectwise_companies", lambda _, row: row | {"Company ID": ids[row["RecID"]]})
        .change("portal_mappings", lambda _, row: row | {"Company ID": ids[row["Company ID"]]})
    )
    assert _run(billsight, provider).code == ExitCode.COMPLETE
    assert _is_fine(provider)
    assert _answers(provider)["company_id_cw"].to_list() == [str(101 + place) for place in range(6)]


def test_a_mapping_that_contradicts_itself_maps_nobody_and_is_listed(tmp_path: Path, billsight: Billsight) -> None:
    """The id says one company, the name beside it another: unknown, and never a fault of the client."""
    provider = clients(tmp_path, 12).change(
        "portal_mappings", lambda place, row: row | {"Company ID": 105} if place == 0 else row
    )
    del provider.rows["portal_invoices"]
    assert _run(billsight, provider).code == ExitCode.COMPLETE
    first = _answers(provider).row(0, named=True)
    assert (first["state"], first["causes"]) == ("unknown", "")
    assert "MAPPING_CONFLICT" in first["unknown_checks"]
    (row,) = _summary(provider)["quality"]["contradictions"]["rows"]
    assert (row["kind"], row["one_says"]) == ("id against name", "mapping: customer 11 to company 105")
    assert "Quill Orchards is company 101" in row["other_says"]
    assert row["one_says"] in (tmp_path / "out" / "latest" / "report.html").read_text(encoding="utf-8")


def test_a_contradictory_mapping_does_not_make_its_customer_unmapped(tmp_path: Path, billsight: Billsight) -> None:
    """Nothing else maps it: whether the portal does is not known, so nobody is asked to map it."""
    provider = clients(tmp_path, 12).change(
        "portal_mappings",
        lambda place, row: row | {"Customer Name": "Somebody", "Company ID": 105, "Company Name": "Brack Orchards"}
        if place == 0 else row,
    )  # fmt: skip
    provider.change(
        "accounting_customers", lambda place, row: row | {"Customer Name": "Somebody"} if place == 0 else row
    ).change("accounting_invoices", lambda place, row: row | {"Customer Name": "Somebody"} if place == 0 else row)
    _run(billsight, provider)
    first = _answers(provider).row(0, named=True)
    assert (first["state"], first["causes"]) == ("unknown", "")


def _known(provider: Clients) -> dict[str, bool]:
    rows = _summary(provider)["quality"]["contradictions"]["rows"]
    return {row["subject_id"]: row["is_known"] for row in rows}


def test_paid_with_an_open_balance_is_listed_and_a_rest_below_a_cent_is_not(
    tmp_path: Path, billsight: Billsight
) -> None:
    """Status against balance; less than a minor unit is no balance."""
    provider = clients(tmp_path, 12).change(
        "accounting_invoices",
        lambda place, row: (
            row
            | {
                0: {"Status": "paid"},
                1: {"Status": "paid", "Balance": "0.005"},
                2: {"Status": "paid", "Balance": "0.006"},
            }.get(place, {})
        ),
    )
    _run(billsight, provider)
    found = _summary(provider)["quality"]["contradictions"]["rows"]
    assert [(row["kind"], row["subject_id"]) for row in found] == [
        ("status against balance", "9001"), ("status against balance", "9003"),
    ]  # fmt: skip
    # whoever has looked at it marks it, until its values change
    provider.settings += f'[review]\nknown_contradictions = ["{found[0]["mark"]}"]\n\n'
    _run(billsight, provider, "two")
    assert _known(provider) == {"9001": True, "9003": False}
    provider.change("accounting_invoices", lambda place, row: row | ({"Balance": "7.00"} if place == 0 else {}))
    _run(billsight, provider, "three")
    assert _known(provider) == {"9001": False, "9003": False}


def test_an_id_whose_number_and_total_both_contradict_is_listed_and_an_edited_total_is_not(
    tmp_path: Path, billsight: Billsight
) -> None:
    """Total alone: the same invoice, edited after the sync. Number alone: written differently."""
    changed = {
        0: {"invoice_number": "INV-9999", "total": "7.00"},
        1: {"total": "8.00"},
        2: {"invoice_number": "inv 4003"},
        # the total agrees, and the number is another invoice's
        3: {"invoice_number": "INV-4005"},
    }
    provider = clients(tmp_path, 6).change("portal_invoices", lambda place, row: row | changed.get(place, {}))
    _run(billsight, provider)
    found = _summary(provider)["quality"]["contradictions"]["rows"]
    row, other = sorted(found, key=lambda one: str(one["subject_id"]))
    assert [(one["kind"], one["subject_id"]) for one in (row, other)] == [
        ("id against number", "P0"), ("id against number", "P3"),
    ]  # fmt: skip
    assert (row["one_says"], row["other_says"]) == (
        "portal: id 9001 is INV-9999 over 7.00", "accounting: id 9001 is INV-4001 over 100.00"
    )  # fmt: skip


def test_invoices_without_customers_stop_the_run(tmp_path: Path, billsight: Billsight) -> None:
    """Ids of another book: the message says what was compared, and gives examples."""
    provider = clients(tmp_path, 24).change("accounting_customers", lambda _, row: row | {"id": f"X{row['id']}"})
    provider.change("accounting_invoices", lambda _, row: row | {"Customer Name": f"{row['Customer Name']} (US)"})
    ended = _run(billsight, provider)
    assert ended.code == ExitCode.UNUSABLE
    assert "open invoices -> customers: 0 of 24 join (USD 0.00 of 2,676.00)" in ended.err
    assert "accounting_invoices.customer_id_acct with accounting_customers.customer_id_acct" in ended.err
    assert not (tmp_path / "out" / "latest").exists()


def test_fewer_than_twenty_rows_never_stop_and_say_so(tmp_path: Path, billsight: Billsight) -> None:
    """A share of a short list says little."""
    provider = clients(tmp_path, 12).change("accounting_customers", lambda _, row: row | {"id": f"X{row['id']}"})
    provider.change("accounting_invoices", lambda _, row: row | {"Customer Name": f"{row['Customer Name']} (US)"})
    assert _run(billsight, provider).code == ExitCode.COMPLETE
    (notes,) = (join["notes"] for join in _summary(provider)["joins"] if join["name"] == "open invoices -> customers")
    assert notes == ["fewer than 20 rows: too few to conclude anything from"]


def test_money_decides_where_it_is_known(tmp_path: Path, billsight: Billsight) -> None:
    """Most invoices are of customers that were not exported, over a dollar each: nothing stops."""
    provider = clients(tmp_path, 24).change("accounting_customers", lambda place, row: row if place >= 20 else None)
    provider.change(
        "accounting_invoices",
        lambda place, row: row | {"Total": "1.00", "Balance": "1.00"} if place < 20 else row,
    )
    assert _run(billsight, provider).code == ExitCode.COMPLETE


def test_companies_without_contacts_stop_the_run_and_contacts_of_others_do_not(
    tmp_path: Path, billsight: Billsight
) -> None:
    """An export of clients joins a fifth of all contacts, and that is right; the other way round nobody could see."""
    for name in ("all", "few"):
        (tmp_path / name).mkdir()
    provider = clients(tmp_path / "all", 24)
    strangers = [row | {"RecID": 9000 + place, "Company RecID": 7000 + place, "Email Address": f"a{place}@b.example"}
                 for place, row in enumerate(provider.rows["connectwise_contacts"] * 4)]  # fmt: skip
    provider.rows["connectwise_contacts"] += strangers
    assert _run(billsight, provider).code == ExitCode.COMPLETE
    assert _is_fine(provider)
    few = clients(tmp_path / "few", 24).change(
        "connectwise_contacts", lambda place, row: row if place < 5 else row | {"Company RecID": 7000 + place}
    )
    ended = _run(billsight, few)
    assert (ended.code, "companies with open invoices -> contacts: 5 of 24 join" in ended.err) == (4, True)


def test_mappings_of_another_system_are_not_checked(tmp_path: Path, billsight: Billsight) -> None:
    """The run is partial, says why, and no company is called gone."""
    provider = clients(tmp_path, 24).change(
        "portal_mappings", lambda _, row: row | {"Company ID": f"Z-{row['Company ID']}"}
    )
    ended = _run(billsight, provider)
    assert ended.code == ExitCode.PARTIAL
    (reason,) = _summary(provider)["run"]["partial_reasons"]
    assert reason.startswith("the portal's own mappings are not used, because too few of their rows join.")
    assert "portal mappings -> companies: 0 of 24 join" in reason
    assert not _answers(provider)["causes"].str.contains("TARGET_MISSING").any()


@pytest.mark.parametrize(("share", "code"), [(0.3, ExitCode.PARTIAL), (0.05, ExitCode.COMPLETE)])
def test_a_lower_join_share_holds_for_every_join(
    tmp_path: Path, billsight: Billsight, share: float, code: ExitCode
) -> None:
    """Two of 24 mappings are of customers that accounting has: enough only if the setting says so."""
    provider = clients(tmp_path, 24).change(
        "portal_mappings",
        lambda place, row: row if place < 2 else row | {"Customer ID": 7000 + place, "Customer Name": f"Ex {place}"},
    )
    provider.settings += f"[gates]\njoin_share = {share}\n\n"
    assert _run(billsight, provider).code == code


def test_a_join_that_fell_sharply_stops_unless_a_person_says_that_it_is_right(
    tmp_path: Path, billsight: Billsight
) -> None:
    """Two thirds join, where all did in the last run."""
    (tmp_path / "one").mkdir()
    provider = clients(tmp_path / "one", 24)
    assert _run(billsight, provider).code == ExitCode.COMPLETE
    other = clients(shutil.copytree(provider.folder, tmp_path / "other", symlinks=True), 24)
    provider.change("accounting_customers", lambda place, row: row if place >= 8 else None)
    ended = _run(billsight, provider, "two", "--accept-shrink")
    assert ended.code == ExitCode.COMPLETE
    other.change("accounting_invoices", lambda place, row: row | {"Customer ID": f"U{place}"} if place < 8 else row)
    ended = _run(billsight, other, "two")
    assert (ended.code, "usually 100% join" in ended.err) == (ExitCode.UNUSABLE, True)


@pytest.mark.parametrize(
    ("expected", "setting"),
    [
        ({"Inactive": "unknown", "On Hold": "unknown", "inactive": "unknown"}, ""),
        ({" ACTIVE ": "passed", "Active": "passed", "active": "passed"}, ""),
        (
            {"Current": "passed", "Lost": "failed", "Active": "passed"},
            'active_company_statuses = ["current"]\ninactive_company_statuses = ["lost"]',
        ),
    ],
)
def test_only_active_speaks_for_itself(
    provider: Clients, billsight: Billsight, expected: dict[str, str], setting: str
) -> None:
    """Without a list of statuses and without the setting, whether a company is inactive is not known; why says so."""
    statuses = list(expected)
    provider.change("connectwise_companies", lambda place, row: row | {"Status": statuses[place]})
    provider.settings += f"[provider]\n{setting}\n\n"
    _run(billsight, provider)
    told = "[provider] inactive_company_statuses or active_company_statuses"
    for number, (status, result) in enumerate(expected.items(), 4001):
        asked = ("why", f"INV-{number}", "--json", "--config", provider.folder / "billsight.toml")
        (answer,) = json.loads(billsight(*asked).out)
        (check,) = (check for check in answer["checks"] if check["cause"] == "TARGET_INACTIVE")
        assert check["result"] == result, status
        assert (told in check["values"]) == (result == "unknown"), status
    remarks = _summary(provider)["run"]["remarks"]
    assert any(told in remark for remark in remarks) == ("unknown" in expected.values())


def test_statuses_join_by_caption_where_companies_have_no_ids_of_them(tmp_path: Path, billsight: Billsight) -> None:
    """A view of companies shows captions; the list of statuses explains them."""
    provider = clients(tmp_path, 3).change("connectwise_companies", lambda _, row: row | {"Status": "Gone"})
    provider.rows["connectwise_statuses"] = [{"id": 1, "name": "gone", "inactiveFlag": "true"}]
    _run(billsight, provider)
    assert set(_answers(provider)["primary_cause"]) == {"TARGET_INACTIVE"}


def test_init_offers_the_statuses_that_it_saw(tmp_path: Path, billsight: Billsight) -> None:
    """With counts, the ones that sound inactive in the line that is to be switched on."""
    provider = clients(tmp_path, 5).change(
        "connectwise_companies", lambda place, row: row | {"Status": "Former Client" if place > 2 else "Active"}
    )
    provider.written().unlink()
    billsight("init", tmp_path)
    written = (tmp_path / "billsight.toml").read_text(encoding="utf-8")
    assert "# Statuses seen in the companies: Active (3), Former Client (2)" in written
    assert '# inactive_company_statuses = ["Former Client"]' in written
