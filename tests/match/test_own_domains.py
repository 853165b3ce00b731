"""A domain is a firm's own where its label bears the name; elsewhere it proves nothing by itself."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.match.fields.public_suffixes import LIST, registered_domain
from etl.match.fields.shared_domains import ANYWHERE, FOLDER, shared_domains
from tests.soak import runs

OTHER = {"company_id_cw": "9", "company_name": "Blue Harbour Foods"}


def verdict(match: Any, name: str, domain: str, **more: str) -> tuple[str, str]:
    """Decision and reason of a customer and a company with this name and domain."""
    customer = {"customer_id_acct": "A1", "customer_name": name, "email": f"ap@{domain}", **more}
    company = {"company_id_cw": "1", "company_name": name, "website": f"https://www.{domain}/", **more}
    row = match(match.night([customer], [company, OTHER])).of("A1", "1")
    return row["decision"], row["reason"]


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("Zavent Dental LLC", "zavent.com"), ("Zavent Dental", "zaventdental.com"),
        ("Zavent Dental", "zavent-dental.co.uk"), ("Zavent Dental", "zaventtx.com"),
        ("Zavent Dental", "thezaventgroup.com"),
        ("Global Health", "globalhealth.com"),
        ("International Flavors & Fragrances", "iff.com"), ("First National Bank", "fnb.com"),
        ("Müller Bau", "mueller-bau.de"), ("Müller Bau", "muller-bau.de"), ("Austin Dental", "austindental.com"),
        ("Müller Bau", "müller-bau.de"), ("Müller Bau", "xn--mller-bau-q9a.de"), ("Zavent Dental", "zavent.on.ca"),
        ("Ridgewave Cloud", "ridgewavecloud.com"), ("Zavent Dental", "zavent.myshopify.com"),
    ],
)  # fmt: skip
def test_a_label_that_bears_the_name_is_the_firms(match: Any, name: str, domain: str) -> None:
    """Its distinctive word, all of its common words, its letters, or its initials."""
    assert verdict(match, name, domain) == ("certain", "name and e-mail domain agree")


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("Zavent Dental", "ridgewave.net"), ("Ridge Cafe", "ridgewave.net"), ("Ridge Cafe", "ridgenet.com"),
        ("Austin Dental", "austin.com"), ("Austin Dental", "dental.com"), ("Chicago Dental", "chicago.net"),
        ("Texas Roofing", "texas.net"), ("Zavent Dental", "quorexbooks.com"), ("Zavent Dental", "zavent.linktr.ee"),
        ("Summit Roofing", "summit.net"), ("Harbor Broadband Cafe", "broadband.com"),
        ("Cape Dental", "capecod.net"), ("Cape Dental", "capetown.net"), ("Cape Dental", "escape.net"),
        ("Ontario Dental", "ontario.net"), ("Scotland Dental", "scotland.com"), ("Bavaria Dental", "bavaria.com"),
        ("Zavent Dental", "zaventqqx.com"), ("Canada Roofing", "canada.net"), ("Tahoe Dental", "tahoe.com"),
        ("Zavent Dental", "mail.yahoo.com.pk"),
        ("Chello Dental", "chello.sk"), ("Tiscali Dental", "tiscali.fr"), ("Laposte Dental", "laposte.fr"),
        ("163 Dental", "163.net"), ("Home Dental", "home.com"), ("Numericable Dental", "numericable.com"),
    ],
)  # fmt: skip
def test_a_label_that_does_not_is_perhaps_a_providers(match: Any, name: str, domain: str) -> None:
    """A common word, a place, a provider's word, somebody else's name: no second sign."""
    assert verdict(match, name, domain) == ("review", "only the name agrees")


def test_a_domain_that_one_firm_on_each_side_has_counts_with_another_sign(match: Any) -> None:
    """Where a second firm has it, on either side, it says nothing again; a family of customers is one firm."""
    mail, site = {"email": "a@ridgewave.net", "city": "Utica"}, {"website": "ridgewave.net", "city": "Utica"}
    customer = {"customer_id_acct": "A1", "customer_name": "Zavent Dental", **mail}
    company = {"company_id_cw": "1", "company_name": "Zavent Dental", **site}
    stranger = {"customer_id_acct": "A2", "customer_name": "Quorex Mills", **mail}
    firm = {"company_id_cw": "2", "company_name": "Ulbrit Mills", **site}
    for customers, companies, is_certain in (
        ([customer], [company, OTHER], True),
        ([customer, {**stranger, "parent_customer_id_acct": "A1"}], [company, OTHER], True),
        ([customer, stranger], [company, OTHER], False),
        ([customer], [company, firm], False),
    ):
        assert (("A1", "1") in match(match.night(customers, companies)).certain()) is is_certain


@settings(max_examples=runs(5))
@given(
    label=st.text("bcdfghklmnprstvw", min_size=5, max_size=12), suffix=st.sampled_from(["net", "com", "ca", "co.nz"])
)
def test_a_providers_domain_never_makes_certain_and_never_overrules_a_phone(
    match: Any, label: str, suffix: str
) -> None:
    """Whatever it is called, and in no list: two firms have it, or a phone differs."""
    domain = f"{label}.{suffix}"
    customers = [
        {
            "customer_id_acct": f"A{n}",
            "customer_name": name,
            "email": f"x@{domain}",
            "city": "Utica",
            "phone_number": phone,
        }
        for n, (name, phone) in enumerate((("Ava Dental", None), ("Eou Mills", "4104157406")))
    ]
    companies = [
        {"company_id_cw": str(n), "company_name": name, "website": domain, "city": "Utica", "phone_number": phone}
        for n, (name, phone) in enumerate((("Ava Dental", None), ("Eou Mills", "4104157499")))
    ]
    assert match(match.night(customers, companies)).certain() == set()


def test_every_list_has_its_terms_and_what_they_hold_says_nothing(match: Any) -> None:
    """Providers, pages, shops, networks and registrars, of several countries; a whole list is one law."""
    assert "Permission" in LIST.with_suffix(".LICENSE").read_text(encoding="utf-8")
    assert (FOLDER / "mail_providers.LICENSE").read_text(encoding="utf-8").count("Permission") >= 2
    assert len(shared_domains()) > 15_000
    assert all(domain == domain.lower() and "." in domain for domain in shared_domains())
    known = pl.Series([domain for domain in shared_domains() if not domain.endswith(ANYWHERE)])
    met = known.to_frame("domain").select(registered_domain(pl.col("domain"))).to_series()
    assert known.filter(met.ne_missing(known)).to_list() == []
    some = ("frontiernet.net", "eastlink.ca", "westnet.com.au", "btopenworld.com", "linktr.ee", "etsy.com",
            "ewetel.net", "facebook.com", "wixsite.com", "secureserver.net", "bill.com",
            "onmicrosoft.de", "sharepoint.cn")  # fmt: skip
    customers = [
        {"customer_id_acct": str(n), "customer_name": f"{domain.split('.')[0].title()} Dental", "email": f"a@{domain}"}
        for n, domain in enumerate(some)
    ]
    companies = [
        {"company_id_cw": row["customer_id_acct"], "company_name": row["customer_name"], "website": row["email"][2:]}
        for row in customers
    ]
    assert match(match.night(customers, companies)).certain() == set()
