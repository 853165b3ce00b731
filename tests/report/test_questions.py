"""What the review asks about before it is decided, and the search for a company: any text may be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from etl.report import scripts
from tests.report.any_names import KINDS, NAMES, kind_of, named_page
from tests.report.opening import decisions, downloaded, keys, opened, reviewing, saved

pytestmark = pytest.mark.browser

STRONG, TIE, CONTRADICTED, DELETED = (NAMES[place] for place in (0, 1, 5, 6))
FEW = NAMES[: len(KINDS)]


@pytest.fixture(scope="module")
def few_names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of one customer of each kind."""
    return saved(tmp_path_factory.mktemp("few-names"), named_page(FEW))


def test_no_key_but_one_approves_a_tie_and_the_question_names_both(page: Page, few_names: str) -> None:
    """Nothing is chosen for it; the question says record, Company ID and place of both; Enter is no answer."""
    reviewing(page, few_names)
    keys(page, "j", "a", "Enter")
    expect(page.locator("#panel-body .tie li")).to_have_count(2)
    expect(page.locator("#panel input[type=radio]:checked")).to_have_count(0)
    keys(page, "2", "a")
    ask = page.locator("#ask")
    for twin in kind_of(1):
        expect(ask).to_contain_text(
            f"CW-{twin.company_id} Company ID Id{twin.company_id} \u00b7 Town {twin.company_id}"
        )
    expect(ask.locator("li").first).to_contain_text("Chosen")
    expect(ask.locator("li").first).to_contain_text(f"CW-{kind_of(1)[1].company_id}")
    for press in ("Enter", "a", "Enter"):
        keys(page, press)
    keys(page, "a")
    page.locator("[data-do=confirm]").focus()
    keys(page, "Enter", "Enter")
    assert decisions(page) == {}
    keys(page, "Shift+A")
    assert decisions(page) == {TIE: "Approved"}


def test_a_contradicted_candidate_is_not_strong(page: Page, few_names: str) -> None:
    """However certain it is: bulk approval leaves it out, and by itself it is asked about."""
    reviewing(page, few_names)
    page.locator("[data-facet=strong]").click()
    expect(page.locator("#queue .ag-row")).to_have_count(2)
    page.locator("[data-facet=all]").click()
    page.locator("[data-do=bulk]").click()
    page.locator("#bulk [value=approve]").click()
    approved = decisions(page)
    assert set(approved.values()) == {"Approved"}
    assert STRONG in approved
    assert not {TIE, CONTRADICTED, DELETED} & set(approved)
    page.locator("#queue .ag-cell[col-id=customer]", has_text=f"{CONTRADICTED} Inc").click()
    keys(page, "a", "Enter")
    assert decisions(page) == approved
    keys(page, "a")
    expect(page.locator("#ask")).to_contain_text("evidence contradicts it (account number)")


def test_a_company_in_the_recycle_bin_is_not_approved(page: Page, few_names: str) -> None:
    """The import would refuse it, so the page says so at once, whether it was proposed or searched."""
    reviewing(page, few_names)
    page.locator("#queue .ag-cell[col-id=customer]", has_text=f"{DELETED} Inc").click()
    for choice in ((), ("/", *"998", "Enter")):
        keys(page, *choice, "a", "Shift+A")
        expect(page.locator("#said")).to_contain_text("recycle bin, and the import refuses it")
    assert decisions(page) == {}


def test_a_company_that_was_not_proposed_says_what_the_import_asks_for(
    page: Page, few_names: str, tmp_path: Path
) -> None:
    """Before it is decided and when it is downloaded; where the site allows it, nothing is asked for."""
    reviewing(page, few_names)
    keys(page, "/", *"999", "Enter")
    expect(page.locator("#panel-body")).to_contain_text("--allow-override")
    keys(page, "Enter")
    expect(page.locator("#ask")).to_contain_text("not proposed")
    expect(page.locator("#ask")).to_contain_text("mappings import --allow-override")
    expect(page.locator("#ask")).to_contain_text("CW-999 Company ID Elsewhere \u00b7 Reno")
    keys(page, "Enter")
    assert decisions(page) == {}
    keys(page, "a", "Shift+A")
    assert decisions(page) == {STRONG: "Mapped"}
    downloaded(page)
    expect(page.locator("#said")).to_contain_text("--allow-override (1 company was not proposed).")
    opened(page, saved(tmp_path, named_page(FEW, allow_override=True)))
    downloaded(page)
    expect(page.locator("#said")).to_contain_text("1 decision in 1 row. Next: billsight mappings import decisions-")


def test_a_decision_is_replaced_only_when_that_is_confirmed(page: Page, few_names: str) -> None:
    """By a key, a button or a file: what was decided is named first, and stays unless the answer is yes."""
    reviewing(page, few_names)
    keys(page, "e", "k", "k")
    before = downloaded(page)
    page.locator("[data-do=unsure]").click()
    expect(page.locator("#ask")).to_contain_text("is already decided: Excluded. Replace that with \u201cUnsure\u201d?")
    keys(page, "Enter")
    assert decisions(page) == {STRONG: "Excluded"}
    keys(page, "u", "Shift+A")
    assert decisions(page) == {STRONG: "Unsure"}
    file = {"name": "d.csv", "mimeType": "text/csv", "buffer": before.encode()}
    for answer, left in (("", "Unsure"), ("file", "Excluded")):
        page.set_input_files("#load", [file])  # type: ignore[list-item]
        expect(page.locator("#load-ask")).to_contain_text("The file and this page decide 1 customer differently")
        page.locator(f"#load-ask [value='{answer}']").click()
        expect(page.locator("#said")).to_contain_text("loaded")
        assert decisions(page) == {STRONG: left}


def test_another_tab_of_the_page_loses_nothing(page: Page, few_names: str) -> None:
    """Both decide, both show it, and neither writes over what the other has decided."""
    reviewing(page, few_names)
    other = page.context.new_page()
    reviewing(other, few_names)
    keys(page, "e")
    expect(other.locator("#tally")).to_contain_text("1 excluded")
    keys(other, "j", "u")
    expect(page.locator("#tally")).to_contain_text("1 unsure")
    assert decisions(page) == decisions(other) == {FEW[0]: "Excluded", FEW[1]: "Unsure"}
    opened(page, few_names)
    assert decisions(page) == {FEW[0]: "Excluded", FEW[1]: "Unsure"}


def test_the_invoices_of_a_customer_are_shown_whatever_it_is_called(page: Page, tmp_path: Path) -> None:
    """Its own and no other's, and the list says whose they are."""
    names = ("A&B", "Harlan & Pike LLP", "a&b", "customer: x")
    reviewing(page, saved(tmp_path, named_page(names)))
    for name in names:
        page.locator("#panel [data-key=its-invoices]").click()
        expect(page.locator("#one-customer")).to_contain_text(name)
        page.select_option("#by-state", "")
        shown = set(page.locator("#invoice-grid .names strong bdi").all_text_contents())
        assert shown == {name}
        page.locator("#facets button").first.focus()
        keys(page, "j")
    page.locator("#one-customer").click()
    expect(page.locator("#found")).to_contain_text("42 of 42")


COMPANIES = (
    "O'Brien & Sons",
    "North-West Ltd.",
    "cw-10",
    "C++ (Paris) [x]",
    "É\u0301lan Vital",
    "\u202eRTL \U0001f469",
)
SEARCH = """([script, names, questions]) => {
  const modules = new Function(`${script}; return modules;`)();
  const packed = {rows: names.length, held: names.length, all: names.length};
  const texts = (make) => ({t: names.map(make)});
  Object.assign(packed, {company_id_cw: texts((_, at) => String(at + 10)), company_name: texts((name) => name),
    company_identifier: texts((_, at) => `Id-${at}`),
    city: texts(() => "St. John's"), domain: texts(() => "a-b.example"),
    is_inactive: {s: 0, v: names.map(() => 0)}, is_deleted: {s: 0, v: names.map(() => 0)}});
  const companies = modules.companies.companiesOf(packed);
  const isBlank = (text) => !text.toLowerCase().normalize("NFD").replace(/\\p{M}/gu, "").trim();
  return questions.map((question) => [isBlank(question), companies.find(question).companies.map((each) => each.id)]);
}"""


def test_any_text_can_be_searched_for(page: Page) -> None:
    """No question is a pattern: none fails, and each company is found by its name, and by any beginning of it."""
    names = ("companies", "columns", "elements", "format")
    script = scripts.joined({name: scripts.text(f"{name}.js", "page") for name in names})

    @settings(max_examples=60)
    @given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5), st.text(max_size=20))
    @example(list(COMPANIES), "o'brien")
    @example(list(COMPANIES), "north-west")
    @example(list(COMPANIES), "& sons")
    @example(list(COMPANIES), "\\ [ ( * + ? ^ $ { } | . / - ' \" & cw- cw-cw-")
    def finds(companies: list[str], question: str) -> None:
        ids = [str(place + 10) for place in range(len(companies))]
        exact = [(word, found) for found in ids for word in (found, f"CW-{found}")]
        parts = [
            (name[:end], found) for name, found in zip(companies, ids, strict=True) for end in range(1, len(name) + 1)
        ]
        asked = [*exact, *parts, (question, "")]
        found = page.evaluate(SEARCH, [script, companies, [text for text, _ in asked]])
        for place, ((text, meant), (is_blank, results)) in enumerate(zip(asked[:-1], found, strict=False)):
            assert (results == []) if is_blank else (meant in results), text
            assert place >= len(exact) or results[0] == meant

    finds()


def test_odd_questions_on_the_page_itself(page: Page, complaints: list[str], few_names: str) -> None:
    """Typed into the box, as a reader types them."""
    reviewing(page, few_names)
    for question in ("o'brien", "north-west", "& sons", "cw-10", "\\", "[", "(?:", "*", "st. alban's", "\u0301"):
        page.fill("#company-search", question)
    page.fill("#company-search", "alban's")
    expect(page.locator("#company-list li")).to_have_count(2)
    page.fill("#company-search", "cw-999")
    expect(page.locator("#company-list li")).to_have_count(1)
    assert complaints == []
