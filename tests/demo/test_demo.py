"""The invented provider is what it says: the same every time, complete, and honest about its own truth."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.causes import BY_CODE, CAUSES, codes
from etl.config import load
from etl.demo import DemoPlan, write_demo
from etl.demo.connectwise import DECOY
from etl.demo.plan import Shape
from etl.domain import CauseClass, State
from tests.support.provider_runs import BY_SETTINGS

ROOT = Path(__file__).parents[2]
SHAPES: tuple[Shape, ...] = ("table", "quickbooks_online", "xero")
CONTACTS = "connectwise_contacts.json"
AMOUNTS = {"STALE_AMOUNT", "PORTAL_SHOWS_SETTLED", "PAYMENT_NOT_POSTED"}
"""A wrong amount is shown: it does not stand in the way."""
PREDICTING = {
    "CUSTOMER_INACTIVE", "DUPLICATE_NUMBER", "UNMAPPED_CERTAIN", "UNMAPPED_NO_CANDIDATE", "UNMAPPED_AMBIGUOUS",
    "UNMAPPED_PROBABLE", "SUBCUSTOMER_UNMAPPED",
}  # fmt: skip
"""What only predicts that an invoice does not show."""

PLANS = st.builds(
    DemoPlan,
    companies=st.integers(1, 150),
    invoices=st.integers(0, 400),
    seed=st.integers(-5, 2**40),
    shape=st.sampled_from(SHAPES),
    with_portal_list=st.booleans(),
    stalled=st.booleans(),
    chunk_rows=st.integers(40, 500),
)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{name}.csv", infer_schema=False)


def _written(folder: Path, plan: DemoPlan) -> Path:
    write_demo(folder, plan)
    return folder


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a size at which everything occurs."""
    return _written(tmp_path_factory.mktemp("night"), DemoPlan(companies=120, invoices=1_500, seed=3))


def _causes(folder: Path) -> set[str]:
    return set(_table(folder, "truth_invoices")["causes"].drop_nulls().str.split(" ").explode())


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path, shape: Shape) -> None:
    """A truth that changes between two runs could not be compared with anything."""
    first, again, other = (
        _files(_written(tmp_path / name, DemoPlan(80, 600, seed, shape)))
        for name, seed in (("first", 1), ("again", 1), ("other", 2))
    )
    assert first == again
    assert first["truth_invoices.csv"] != other["truth_invoices.csv"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rows", [1_700, 100, 73])
def test_it_does_not_matter_how_many_invoices_are_held_at_a_time(tmp_path: Path, shape: Shape, rows: int) -> None:
    """Fifty million invoices in small slices are the fifty million that one slice would give."""
    whole = _written(tmp_path / "whole", DemoPlan(60, 1_700, 5, shape))
    sliced = _written(tmp_path / "sliced", DemoPlan(60, 1_700, 5, shape, chunk_rows=rows))
    assert _files(whole) == _files(sliced)


@pytest.mark.parametrize("seed", range(5))
def test_every_cause_occurs_in_one_night_or_in_a_stalled_one(tmp_path: Path, seed: int) -> None:
    """What never occurs is never tested; a sync that is stalled leaves nothing waiting for its next run."""
    ordinary = _causes(_written(tmp_path / "ordinary", DemoPlan(120, 1_500, seed)))
    stalled = _causes(_written(tmp_path / "stalled", DemoPlan(120, 1_500, seed, stalled=True)))
    every = {cause.code for cause in CAUSES} - BY_SETTINGS
    assert ordinary == every - {"SYNC_STALLED"}
    assert stalled == every - {"PENDING_NEXT_SYNC"}


def test_without_the_portals_list_nothing_is_proven_to_be_visible(tmp_path: Path) -> None:
    """And what only the list could show, such as an old amount, is not claimed."""
    folder = _written(tmp_path, DemoPlan(120, 1_500, 3, with_portal_list=False))
    assert State.VISIBLE not in set(_table(folder, "truth_invoices")["state"])
    only_by_list = {
        "RECREATED_ID", "SKIPPED_WHILE_UNMAPPED", "BACKDATED_ENTRY", "MISSED_UNDATED", "STALE_AMOUNT",
        "PORTAL_SHOWS_SETTLED", "PAYMENT_NOT_POSTED", "PAYMENT_IN_TRANSIT", "PORTAL_NOT_CAUGHT_UP",
    }  # fmt: skip
    assert not _causes(folder) & only_by_list
    assert not any((folder / f"{name}.csv").exists() for name in ("portal_invoices", "truth_amounts"))


@settings(max_examples=25)
@given(plan=PLANS)
def test_every_invoice_has_one_truth_and_every_truth_an_invoice(
    tmp_path_factory: pytest.TempPathFactory, plan: DemoPlan
) -> None:
    """The counts add up at any size, down to a single company and no invoice at all."""
    folder = _written(tmp_path_factory.mktemp("any"), plan)
    truth = _table(folder, "truth_invoices")
    assert truth.height == plan.invoices
    assert truth["invoice_id_acct"].is_unique().all()
    assert _table(folder, "truth_mappings").height == plan.customers
    if plan.shape == "table":
        assert _table(folder, "accounting_invoices")["Id"].to_list() == truth["invoice_id_acct"].to_list()


def _verdict(causes: list[str], *, is_shown: bool) -> tuple[str, str | None]:
    """State and primary cause, as the rules of the business say them."""
    kinds = {code: BY_CODE[code].kind for code in causes}
    expected = [code for code in causes if kinds[code] is CauseClass.EXPECTED]
    counting = [code for code in causes if kinds[code] in {CauseClass.DEFECT, CauseClass.WAITING}]
    counting = [code for code in counting if code not in AMOUNTS and not (is_shown and code in PREDICTING)]
    primary = next(iter(expected or counting), None)
    if expected:
        return State.EXPECTED, primary
    if counting:
        return State.WAITING if kinds[counting[0]] is CauseClass.WAITING else State.BLOCKED, primary
    is_owner_known = not PREDICTING & set(causes) - {"CUSTOMER_INACTIVE", "DUPLICATE_NUMBER", "UNMAPPED_CERTAIN"}
    return State.VISIBLE if is_shown and is_owner_known else State.UNKNOWN, primary


def test_each_verdict_follows_from_its_causes(night: Path) -> None:
    """The causes stand in the order of the gates, and state and primary cause are those of the first that counts.

    What the portal's list shows counts as shown; a row by number may be the invoice, or none of its rows may.
    """
    ids = _table(night, "portal_invoices")["invoice_id"].drop_nulls()
    truth = _table(night, "truth_invoices").with_columns(is_listed=pl.col("invoice_id_acct").is_in(ids.implode()))
    for state, primary, causes, is_listed in (
        truth.select("state", "primary_cause", "causes", "is_listed").unique().rows()
    ):
        found = (causes or "").split()
        assert found == [code for code in codes((1 << len(CAUSES)) - 1) if code in found]
        readings = [_verdict(found, is_shown=is_shown) for is_shown in {is_listed, True}]
        assert (state, primary) in readings


def test_what_the_list_shows_is_not_blocked_by_what_only_predicts_absence(tmp_path: Path) -> None:
    """What the portal shows of an inactive customer, or of one that its list of mappings lacks, is visible."""
    truth = _table(_written(tmp_path, DemoPlan(120, 1_500, 3)), "truth_invoices")
    visible = truth.filter(pl.col("state") == State.VISIBLE)["causes"].fill_null("").str.split(" ").explode()
    assert {"CUSTOMER_INACTIVE", "DUPLICATE_NUMBER", "UNMAPPED_CERTAIN"} <= set(visible)
    unknown = truth.filter(pl.col("state") == State.UNKNOWN)["causes"].fill_null("").str.split(" ").explode()
    assert "UNMAPPED_NO_CANDIDATE" in set(unknown), "nobody knows who can look there"


def test_the_amounts_that_differ_are_those_of_the_files(night: Path) -> None:
    """Both figures occur; each is what the two lists say, and an edited total or a payment on its way is in none."""
    told = _table(night, "truth_amounts").with_columns(pl.col("amount").cast(pl.Decimal(18, 2)))
    assert set(told["figure"]) == {"shown_not_owed", "paid_in_portal"}
    assert (told["amount"] > 0).all()
    books = _table(night, "accounting_invoices").select(invoice_id="Id", owed="Balance")
    shown = _table(night, "portal_invoices").select("invoice_id", shown="balance").drop_nulls()
    both = told.rename({"invoice_id_acct": "invoice_id"}).join(books, on="invoice_id").join(shown, on="invoice_id")
    more = pl.col("shown").cast(pl.Decimal(18, 2)) - pl.col("owed").cast(pl.Decimal(18, 2))
    signed = pl.when(pl.col("figure") == "paid_in_portal").then(-more).otherwise(more)
    assert both.height > 0
    assert both.select((pl.col("amount") == signed).all()).item()
    causes = _table(night, "truth_invoices").join(told, on="invoice_id_acct", how="semi")["causes"]
    assert causes.str.contains("STALE_AMOUNT|PORTAL_SHOWS_SETTLED|PAYMENT_NOT_POSTED").all()
    assert not causes.str.contains("PORTAL_NOT_CAUGHT_UP|PAYMENT_IN_TRANSIT").any()


def test_some_rows_of_the_portal_hold_only_what_its_screens_show(night: Path) -> None:
    """Number, card name, due date and open balance: no id, no customer, no date, no total, no currency."""
    portal = _table(night, "portal_invoices")
    bare = portal.filter(pl.col("total").is_null())
    assert bare.height > 0
    empty = ("invoice_id", "customer_id", "company_id", "status", "date", "total", "currency")
    assert bare.select(pl.col(empty).is_null().all()).row(0) == (True,) * len(empty)
    assert bare.select(pl.col("invoice_number", "card_name", "due_date").is_not_null().all()).row(0) == (True,) * 3
    assert 0 < bare["balance"].null_count() < bare.height, "some have no amount at all: nothing decides"
    assert set(portal["status"].drop_nulls()) == {"Open", "Partially Paid", "Paid", "Pending"}


def test_the_portal_lists_what_it_can_know(night: Path) -> None:
    """It holds nothing that a sync missed, and no accounting id twice; and only what it shows although unmapped."""
    portal, truth = _table(night, "portal_invoices"), _table(night, "truth_invoices")
    assert portal["portal_id"].is_unique().all()
    ids = portal["invoice_id"].drop_nulls()
    assert ids.is_unique().all()
    listed = truth.filter(pl.col("invoice_id_acct").is_in(ids.implode()))["causes"].fill_null("")
    assert not listed.str.contains("PROBABLE|AMBIGUOUS|SUBCUSTOMER|EXCLUDED").any()
    assert not listed.str.contains("MISSED|BEFORE_SYNC|PENDING|SKIPPED|RECREATED|BACKDATED").any()
    strangers = portal.filter(pl.col("invoice_id").is_not_null()).join(
        truth, left_on="invoice_id", right_on="invoice_id_acct", how="anti"
    )
    told = _table(night, "truth_portal_only")
    assert set(strangers["portal_id"]) == set(told["portal_invoice_id"])
    assert set(told["cause"]) == {"PORTAL_GHOST", "RECREATED_ID"}


def test_a_number_is_shared_only_where_the_truth_says_so(night: Path) -> None:
    """Numbers that coincide by accident would be causes that nobody meant."""
    invoices, truth = _table(night, "accounting_invoices"), _table(night, "truth_invoices")
    shared = invoices.filter(~pl.col("DocNumber").is_unique())["Id"]
    doubted = truth.filter(pl.col("causes").str.contains("DUPLICATE_NUMBER"))["invoice_id_acct"]
    assert len(doubted) > 0
    assert set(doubted) < set(shared), "of a pair, what the portal holds by its id passes"


def test_amounts_have_two_decimals_and_no_rounding(night: Path) -> None:
    """Money never passes through a binary fraction, so no 0.30000000000000004 is ever written."""
    for name, columns in {
        "accounting_invoices": ("TotalAmt", "Balance"),
        "connectwise_invoices": ("total", "balance"),
        "portal_invoices": ("total", "balance"),
    }.items():
        for column in columns:
            assert _table(night, name)[column].drop_nulls().str.contains(r"^-?\d+\.\d\d$").all()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_secret_stays_in_the_contacts_own_file(tmp_path: Path, shape: Shape) -> None:
    """The decoy password is there to be found wherever it should not be."""
    folder = _written(tmp_path, DemoPlan(40, 200, 1, shape))
    holders = {name for name, content in _files(folder).items() if DECOY.encode() in content}
    assert holders == {CONTACTS}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("with_list", [True, False])
def test_the_configuration_loads_and_names_files_that_are_there(tmp_path: Path, shape: Shape, with_list: bool) -> None:  # noqa: FBT001
    """A demonstration can be run as it is."""
    loaded = load(_written(tmp_path, DemoPlan(90, 900, 1, shape, with_portal_list=with_list)) / "billsight.toml", {})
    assert ("portal_invoices" in loaded.sources) == with_list
    for source in loaded.sources.values():
        patterns = [source.path] if isinstance(source.path, str) else source.path
        assert all(list(tmp_path.glob(pattern)) for pattern in patterns)


def test_long_lists_of_companies_are_one_record_per_line(tmp_path: Path) -> None:
    """An array of a hundred thousand records is more than a reader should have to hold."""
    folder = _written(tmp_path, DemoPlan(6_000, 100, 1))
    records = pl.read_ndjson(folder / "connectwise_companies.json")
    assert abs(records.height - 6_000) < 200
    assert records["id"].is_unique().all()
    twins = records.filter(~pl.col("name").is_unique())
    ambiguous = _table(folder, "truth_mappings").filter(pl.col("mapping_state") == "review").height
    assert 0 < twins.height < 2 * ambiguous, "only the namesakes of ambiguous customers share a name"


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_invoices(tmp_path: Path) -> None:
    """Two hundred thousand invoices need hardly more memory than ten thousand: they are streamed."""
    program = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from etl.demo import DemoPlan, write_demo
        write_demo(Path(sys.argv[1]), DemoPlan(100, int(sys.argv[2]), 1, chunk_rows=10_000))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    """)

    def peak(invoices: int) -> int:
        command = [sys.executable, "-c", program, str(tmp_path / str(invoices)), str(invoices)]
        return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    assert peak(200_000) < 1.5 * peak(10_000)


@pytest.mark.parametrize("broken", [{"companies": 0}, {"invoices": -1}, {"chunk_rows": 0}])
def test_a_plan_that_makes_no_sense_is_refused(broken: dict[str, int]) -> None:
    """Better reported at once than as an empty folder."""
    with pytest.raises(ValueError, match="demonstration needs"):
        DemoPlan(**{"companies": 5, "invoices": 5, "seed": 1, **broken})
