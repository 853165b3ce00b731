"""What two spellings of one firm have in common, and what keeps two firms apart."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.match import normalize_names
from etl.match.fields import normalize_fields
from etl.match.fields.phones import phone_keys


def one(expression: pl.Expr, value: str | None) -> object:
    """What the expression makes of one value."""
    return pl.DataFrame({"value": [value]}, schema={"value": pl.String}).select(expression).item()


def listed(expression: pl.Expr, value: str) -> list[str]:
    """The list that the expression makes of one value."""
    return list(one(expression, value))  # type: ignore[call-overload]


VALUE = pl.col("value")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("The Acme Dental, Inc.", "ACME DENTAL"),
        ("Müller & Söhne GmbH & Co. KG", "Muller and Sohne"),
        ("O\u2019Brien\u2018s \u201cBest\u201d Pty Ltd", "OBriens Best Limited"),
        ("A.O. Smith Corp", "AO Smith Corporation"),
        ("Acme Dental (deleted)", "Acme Dental"),
        ("Acme Dental_C", "acme-dental"),
        ("Smith + Sons L.L.C.", "Smith & Sons, LLC"),
        ("Acme, The", "Acme"),
        ("Campus F.C.U.", "Campus Federal Credit Union"),
        ("Farmers Bk & Tr", "Farmers Bank and Trust"),
        ("1st Pulaski S&L", "First Pulaski Savings and Loan"),
    ],
)
def test_spellings_of_one_firm_have_one_normal_form(left: str, right: str) -> None:
    """Case, accents, punctuation, quotes, `&`, the article and the legal form are no part of the identity."""
    assert one(normalize_names.normal_name(VALUE), left) == one(normalize_names.normal_name(VALUE), right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Dental #2", "Dental"),
        ("Acme (Dallas)", "Acme (Austin)"),
        ("Johnson & Johnson", "Johnson"),
        ("Limited Edition Ltd", "Edition Ltd"),
        ("The Company", "The LLC"),
        ("Main St Bank", "Main State Bank"),
        ("Lubbock UMC", "Lubbock United Methodist Church"),
        ("Ballet of LA", "Ballet of Louisiana"),
        ("Church 1st Ward", "Church First Ward"),
        ("S&L Plumbing", "Savings and Loan Plumbing"),
    ],
)
def test_what_tells_firms_apart_stays(left: str, right: str) -> None:
    """Numbers, places and the words of the name itself stay; a legal form counts only behind a name."""
    assert one(normalize_names.normal_name(VALUE), left) != one(normalize_names.normal_name(VALUE), right)


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("Campus C. U.", "campus credit union"),
        ("FARMERS ST BK & TR CO", "farmers state bank and trust co"),
        ("First Nat Bk St Bk", "first national bank state bank"),
        ("Austin ISD", "austin independent school district"),
        ("Community Bank of S.C.", "community bank of south carolina"),
        ("Bank of Mt Vernon", None),
        ("BK Precision", None),
        ("CU Boulder", None),
        ("Acme Dental", None),
        (None, None),
    ],
)
def test_what_is_probably_short_is_a_guess_apart(name: str | None, guess: str | None) -> None:
    """Never at the beginning, and a state's code only at the end: `of LA` may be Los Angeles."""
    assert one(normalize_names.write_out_guesses(VALUE), name) == guess
    if name is not None and guess is not None:
        assert one(normalize_names.may_be_short(VALUE), name) is True


@given(st.text(max_size=40))
def test_the_normal_form_is_its_own_normal_form_of_case_and_space(name: str) -> None:
    """Whatever is typed: the normal form has no capitals, no outer or double spaces, and is never empty."""
    normal = one(normalize_names.normal_name(VALUE), name)
    assert normal is None or (isinstance(normal, str) and normal != "" and normal == " ".join(normal.split()))


@pytest.mark.parametrize(
    ("name", "account", "rest"),
    [
        ("Acme (C-1001)", "C-1001", "Acme"),
        ("Acme (C-1001) (deleted)", "C-1001", "Acme"),
        ("Acme (Acme_C)", "Acme_C", "Acme"),
        ("Acme (2nd)", None, "Acme (2nd)"),
        ("Acme (2019)", None, "Acme (2019)"),
        ("Acme (Dallas)", None, "Acme (Dallas)"),
        ("Acme (North 2)", None, "Acme (North 2)"),
        ("Acme (ACMED)", None, "Acme (ACMED)"),
    ],
)
def test_an_account_in_brackets_is_told_from_a_place_or_a_number(name: str, account: str | None, rest: str) -> None:
    """`Name (ACCT)` is a name and an account; ordinals, years and places belong to the name."""
    assert one(normalize_names.account_in_name(VALUE), name) == account
    assert one(normalize_names.without_account(VALUE), name) == rest


def test_a_path_has_a_root_a_parent_and_a_leaf() -> None:
    """QuickBooks writes `Parent:Child`, Autotask `Parent ~ Child`."""
    parts = [
        one(part(VALUE), "A Inc:B:C") for part in (normalize_names.root, normalize_names.parent, normalize_names.leaf)
    ]
    assert parts == ["A Inc", "A Inc:B", "C"]
    assert one(normalize_names.leaf(VALUE), "Acme ~ North") == "North"
    assert one(normalize_names.leaf(VALUE), "Acme") is None


def test_legal_forms_are_canonical_and_company_is_none() -> None:
    """`Limited` is `Ltd`; `Company` says nothing that another form could contradict."""
    assert (
        one(normalize_names.form_of(normalize_names.plain_spelling(VALUE)), "Acme Limited")
        == one(normalize_names.form_of(normalize_names.plain_spelling(VALUE)), "Acme Pty. Ltd.")
        == "ltd"
    )
    assert one(normalize_names.form_of(normalize_names.plain_spelling(VALUE)), "Acme L.L.C.") == "llc"
    assert one(normalize_names.form_of(normalize_names.plain_spelling(VALUE)), "Acme & Company") is None


def test_roman_and_arabic_numbers_are_the_same_numbers() -> None:
    """`Acquisition V` is not `Acquisition VI`, and is `Acquisition 5`."""
    numbers = normalize_names.numbers(normalize_names.normal_name(VALUE))
    assert one(numbers, "Acquisition V LLC") == one(numbers, "Acquisition 5") == "5"
    assert one(numbers, "Acquisition VI") == "6"


def test_a_number_that_a_spreadsheet_shortened_is_still_the_number() -> None:
    """Leading zeros, punctuation and `_C` are no part of an account number; placeholders are no number at all."""
    assert (
        one(normalize_fields.account_key(VALUE), "00123") == one(normalize_fields.account_key(VALUE), "12-3") == "123"
    )
    assert (
        one(normalize_fields.account_key(VALUE), "Acme_C") == one(normalize_fields.account_key(VALUE), "acme") == "ACME"
    )
    assert one(normalize_fields.account_key(VALUE), "n/a") is None


def test_tax_ids_of_one_digit_are_placeholders() -> None:
    """Otherwise every customer without a tax id would be the same firm."""
    assert one(normalize_fields.tax_key(VALUE), "00-0000000") is None
    assert one(normalize_fields.tax_key(VALUE), "GB 123 456 789") == one(normalize_fields.tax_key(VALUE), "123456789")


def test_of_several_addresses_the_registered_domains_count() -> None:
    """Each once."""
    text = "a@mail.acme.co.uk; c@ACME.com help@acme.com"
    assert listed(normalize_fields.email_domains(VALUE), text) == ["acme.co.uk", "acme.com"]


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mail.zavent.on.ca", "zavent.on.ca"), ("zavent.qc.ca", "zavent.qc.ca"), ("zavent.ca", "zavent.ca"),
        ("www.zavent.nsw.edu.au", "zavent.nsw.edu.au"), ("zavent.uk.com", "zavent.uk.com"),
        ("www.web.de", "web.de"), ("www.gov.uk", "gov.uk"), ("www2.zavent.com", "zavent.com"),
        ("mail.web.de", "web.de"), ("zavent.web.za", "zavent.web.za"),
        ("www.zavent.asso.fr", "zavent.asso.fr"), ("zavent.priv.at", "zavent.priv.at"),
        ("mail.zavent.firm.in", "zavent.firm.in"), ("zavent.com.pg", "zavent.com.pg"),
        ("zavent.anything.bd", "zavent.anything.bd"), ("mail.www.ck", "www.ck"), ("asso.fr", "asso.fr"),
        ("mail.zavent.chuo.tokyo.jp", "zavent.chuo.tokyo.jp"), ("zavent.bunkyo.tokyo.jp", "zavent.bunkyo.tokyo.jp"),
        ("mail.zavent.\u092d\u093e\u0930\u0924", "zavent.\u092d\u093e\u0930\u0924"),
        ("mail.zavent.xn--h2brj9c", "zavent.\u092d\u093e\u0930\u0924"),
        ("mail.zavent.xn--999999999999", "zavent.xn--999999999999"),
        ("www.zavent.\u516c\u53f8.cn", "zavent.\u516c\u53f8.cn"),
        ("www.zavent.xn--55qx5d.cn", "zavent.\u516c\u53f8.cn"),
        ("zavent.onmicrosoft.de", "zavent.onmicrosoft.de"), ("zavent-my.sharepoint.cn", "zavent-my.sharepoint.cn"),
        ("zavent.wixsite.com", "zavent.wixsite.com"), ("main.zavent.pages.dev", "zavent.pages.dev"),
        ("zavent.netlify.app", "zavent.netlify.app"), ("zavent.vercel.app", "zavent.vercel.app"),
        ("zavent.web.app", "zavent.web.app"), ("zavent.square.site", "zavent.square.site"),
        ("www\u3002zavent\u3002co\u3002jp", "zavent.co.jp"), ("mail\uff0ezavent\uff61jp", "zavent.jp"),
    ],
)  # fmt: skip
def test_a_site_is_known_by_what_its_firm_has_registered(host: str, domain: str) -> None:
    """Two firms below one province, one state or one host are two."""
    assert listed(normalize_fields.site_domains(VALUE), f"https://{host}/contact") == [domain]
    mail = host.removeprefix("www2.").removeprefix("www.").removeprefix("www\u3002")
    assert listed(normalize_fields.email_domains(VALUE), f"a@{mail}; b@{mail}") == [domain]


def test_a_domain_is_the_same_with_its_letters_encoded() -> None:
    """In an address, too; its label is written as names are."""
    for written in ("m\u00fcller-bau.de", "mu\u0308ller-bau.de", "xn--mller-bau-q9a.de"):
        assert listed(normalize_fields.site_domains(VALUE), f"https://{written}/") == ["m\u00fcller-bau.de"]
        assert listed(normalize_fields.email_domains(VALUE), f"a@{written}; b@{written}") == ["m\u00fcller-bau.de"]
    assert one(normalize_fields.label(VALUE), "m\u00fcller-bau.de") == "mullerbau"
    assert listed(normalize_fields.site_domains(VALUE), "xn--999999999999.de") == ["xn--999999999999.de"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("00 1 212 355 0134", ["2123550134"]), ("011 44 20 7946 0958", ["02079460958"]),
        ("020 7946 0958", ["02079460958"]), ("+44 (0)20 7946 0958", ["02079460958"]),
        ("0307 946 0958", ["03079460958"]),
        ("212-355-0134 102", ["2123550134"]), ("(212) 355-0134/17", ["2123550134"]),
        ("212-355-0134 / 312-355-0199", ["2123550134", "3123550199"]), ("+49 30 98765430", ["03098765430"]),
    ],
)  # fmt: skip
def test_a_phone_of_ten_digits_is_whole_whatever_stands_around_it(text: str, keys: list[str]) -> None:
    """A prefix of calls abroad, a country, a zero before it; an extension or a second number behind it."""
    assert listed(phone_keys(VALUE), text) == keys


@pytest.mark.parametrize("form", [normalize_fields.tax_key, normalize_fields.postal_key, normalize_fields.house_key])
def test_digits_of_any_script_are_digits_and_raised_ones_are_none(form: Any) -> None:
    """In tax ids, postal codes and house numbers."""
    assert one(form(VALUE), "\uff17\uff18\uff17\uff10\uff14\uff12") == one(form(VALUE), "787042") is not None
    assert one(form(VALUE), "78704\u00b2") != one(form(VALUE), "787042")
    assert one(form(VALUE), "787041\u00b2") != one(form(VALUE), "787041")


def test_a_minus_sign_is_a_dash() -> None:
    """Spreadsheets and web pages write it."""
    key = normalize_fields.account_key(VALUE, is_apart=True)
    assert one(key, "A\u221212") == one(key, "A-12") == "A-12"
    assert one(normalize_fields.postal_key(VALUE), "78701\u22121234") == "78701"


@pytest.mark.parametrize("mark", ["\u2122", "\u2120", "\u00ae"])
def test_a_mark_of_trade_is_no_letter(mark: str) -> None:
    """`Acme\u2122` is `Acme`, and no `Acmetm`."""
    assert one(normalize_names.normal_name(VALUE), f"Acme{mark} Dental") == "acme dental"


@pytest.mark.parametrize("sign", "-.\u00b7\u2010\u2011\u2012\u2013\u2014\u2015\u2022\u2212\ufe58\ufe63\uff0d")
def test_a_phone_is_the_same_with_any_dash_or_dot(sign: str) -> None:
    """Word processors, web pages and spreadsheets write others than the keyboard."""
    assert listed(phone_keys(VALUE), f"410{sign}415{sign}7406") == ["4104157406"]
    assert listed(phone_keys(VALUE), f"555{sign}0142") == ["5550142"]


@pytest.mark.parametrize(
    ("cell", "keys"),
    [
        ("555-0100 / 555-0101", ["5550100", "5550101"]), ("555-0100/555-0101", ["5550100", "5550101"]),
        ("555-0100; 555-0101", ["5550100", "5550101"]), ("555 0100 or 555 0101", ["5550100", "5550101"]),
        ("555-0100 - 555-0101", ["5550100", "5550101"]), ("555-0100 \u2013 555-0101", ["5550100", "5550101"]),
        ("555-0100 555-0101", ["5550100", "5550101"]), ("555-0100. 555-0101", ["5550100", "5550101"]),
        ("555-0100\n555-0101", ["5550100", "5550101"]), ("9358 6599, 9358 6600", ["93586599", "93586600"]),
        ("020 7946 0100 / 020 7946 0101", ["02079460100", "02079460101"]),
        ("08 9358 6599 08 9358 6600", ["0893586599", "0893586600"]),
        ("+44 20 7946 0100 / +44 20 7946 0101", ["02079460100", "02079460101"]),
        ("0241/89 40 21 / 0241/89 40 22", ["0241894021", "0241894022"]),
        # an area code before it, a country, another ending behind it
        ("0241/894021", ["0241894021"]), ("+49 33203/89402", ["03320389402"]), ("02/555 12 34", ["025551234"]),
        ("+44 (0)207 946 - 0100", ["02079460100"]), ("1-410-415/7406", ["4104157406"]),
        ("1 - 410 - 415 - 7406", ["4104157406"]), ("020 7946 0100/0101", ["02079460100"]),
        # nobody knows whether it is another number
        ("555-0100/0101", []), ("8946 0100 7946 01013 33", []),
    ],
)  # fmt: skip
def test_several_numbers_in_a_cell_are_never_a_long_one(cell: str, keys: list[str]) -> None:
    """Each is compared alone; where they cannot be distinguished, there is none."""
    assert listed(phone_keys(VALUE), cell) == keys


def test_a_phone_is_the_same_with_and_without_its_country() -> None:
    """Every phone of a cell counts; too short or obviously invented ones do not."""
    cell = "Phone:(410) 415-7406 Mobile:+61 8 9358 6599 Fax:000-000-0000"
    assert listed(phone_keys(VALUE), cell) == ["4104157406", "893586599"]
    assert listed(phone_keys(VALUE), "1-410-415-7406") == ["4104157406"]
