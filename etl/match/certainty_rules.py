"""The rules of certainty, clause by clause: the findings that make a candidate certain, and those that prevent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

STRICT, NAMES, EXACT_NAME = "strict", "names", "exact-name"
POLICIES: Final = (STRICT, NAMES, EXACT_NAME)
"""What makes certain: an identifier, or the name and a second sign; the name alone where it is rare or in its town,
and unrivalled; the name as it is written, whatever else there is."""

_ENOUGH_WITHOUT_NAME: Final = 5
"""Shared invoices that prove a mapping where the names have nothing in common."""
_LEAST_OF_NAMES: Final = 0.985
"""Under `names` a candidate is certain from this estimate on: no namesake and no near rival."""

_CUSTOMER: Final = "customer"


def says(kind: str, *findings: str) -> pl.Expr:
    """True if a kind of evidence has one of these findings."""
    return pl.any_horizontal(pl.col(kind) == finding for finding in findings).fill_null(value=False)


def facts() -> dict[str, pl.Expr]:
    """The facts that the rules combine."""
    all_there = says("words of the customer", "none") | says("words of the company", "none")
    is_distinctive = says("shared words", "very rare", "rare", "telling")
    like = says("name", *_LIKE) | (all_there & is_distinctive)
    bears_it = says("acronym", "equal") | says("e-mail domain", "own, named", "named", "other, named")
    # a domain that does not bear the name may be a provider's: alone it proves nothing
    is_own = pl.col("bears_name") | (
        pl.col("is_sole_domain")
        & pl.any_horizontal(says(kind, "equal") for kind in ("phone", "postal code", "city", "address"))
    )
    has_own_domain = says("e-mail domain", *_EQUAL_DOMAIN) & is_own
    is_near = like | is_distinctive | bears_it | says("name", "guess", "alike")
    return {
        "has_invoices": says("shared invoices", "many"),
        "has_identifier": says("account number", "equal") | says("tax id", "equal")
        | says("shared invoices", "many"),
        "has_exact_name": says("name", "same", "equal"),
        "has_plausible_name": is_near | says("shared words", "some"),
        "is_near_name": is_near,
        "has_like_name": like,
        "has_own_domain": has_own_domain,
        "has_signal": has_own_domain | says("phone", "equal") | says("postal code", "equal")
        | (says("city", "equal") & says("address", "equal")),
    }  # fmt: skip


_EQUAL_DOMAIN: Final = ("own, named", "own", "shared")
_OTHER_DOMAIN: Final = ("other, named", "other")
_LIKE: Final = ("same", "equal", "alias", "rearranged", "part", "parent", "cut", "near", "similar")


def competitors() -> dict[str, pl.Expr]:
    """The number of companies with the same identifiers or name, counted before any pair is left out."""
    same_number, same_tax = says("account number", "equal"), says("tax id", "equal")
    has_its_name = pl.col("has_exact_name") | says("name", "alias", "rearranged")
    compared_count, listed_count = (
        has_its_name.sum().over(_CUSTOMER).cast(pl.Int64),
        pl.max_horizontal("namesakes", "bearers"),
    )
    return {
        "companies_with_number": pl.max_horizontal(
            same_number.sum().over(_CUSTOMER).cast(pl.Int64), pl.col("number_bearers").cast(pl.Int64)
        ),
        "companies_with_tax_id": same_tax.sum().over(_CUSTOMER),
        "companies_with_name": pl.max_horizontal(compared_count, listed_count.cast(pl.Int64)),
        "has_sole_identifier": pl.col("has_invoices")
        | (same_number & (same_number.sum().over(_CUSTOMER) == 1))
        | (same_tax & (same_tax.sum().over(_CUSTOMER) == 1)),
        "is_identified_elsewhere": (same_number | same_tax).any().over(_CUSTOMER) & ~(same_number | same_tax)
        | (same_number.any().over(_CUSTOMER) & same_tax.any().over(_CUSTOMER) & ~(same_number & same_tax)),
        "is_named_elsewhere": (has_its_name.any().over(_CUSTOMER) | (pl.col("bearers") > 0)) & ~has_its_name,
        "is_sole_in_place": _is_sole_in_place(has_its_name) & (compared_count >= listed_count),
    }


def _is_sole_in_place(has_its_name: pl.Expr) -> pl.Expr:
    """The one company with the customer's phone and address, where all namesakes are known to be apart.

    A namesake nearby, or of no known place, may be the same firm a second time; and another company that the phone, an
    invoice, an account number or only its e-mail domain points to may be meant.
    """
    is_here = says("phone", "equal") & says("address", "equal")
    is_elsewhere = says("postal code", "other") | (says("city", "other") & ~says("postal code", "equal"))
    is_apart = (is_elsewhere & ~says("address", "equal")) | (says("phone", "other") & says("address", "other"))
    is_pointed_to = (
        says("phone", "equal")
        | says("shared invoices", "many", "one", "some")
        | says("account number", "equal", "bare")
    )
    may_be_meant = is_pointed_to | (has_its_name & ~is_apart)
    has_domain = says("e-mail domain", *_EQUAL_DOMAIN)
    is_domain_elsewhere = has_domain.any().over(_CUSTOMER) & ~has_domain
    return is_here & (may_be_meant.sum().over(_CUSTOMER) == 1) & ~is_domain_elsewhere


def is_somebody() -> pl.Expr:
    """True if more than the place speaks for a company: the town is full of other firms."""
    return (
        pl.col("is_near_name")
        | says("acronym", "letters")
        | says("account number", "equal")
        | says("tax id", "equal")
        | says("shared invoices", "many", "one", "some")
        | says("e-mail domain", *_EQUAL_DOMAIN)
        | says("phone", "equal")
    )


def first_that_holds(clauses: Mapping[str, pl.Expr]) -> pl.Expr:
    """The words of the first clause that holds; null if none holds."""
    return pl.coalesce(pl.when(holds).then(pl.lit(words, dtype=REASON)) for words, holds in clauses.items())


CONTESTED: Final = "another customer is equally certain for this company"
CROWDED: Final = "only the name agrees, and companies commonly share their names here"

_NAME_ONLY: Final = ~pl.col("has_identifier")

_BEFORE: Final[dict[str, pl.Expr]] = {
    "the company is in the recycle bin": says("target", "deleted"),
    "the company is inactive": says("target", "inactive"),
    "the company is a vendor": says("target", "vendor"),
    "account number contradicts": says("account number", "other"),
    "tax id contradicts": says("tax id", "other"),
    "its invoices belong to another company": says("shared invoices", "other"),
    "the country differs": says("country", "other"),
    "the names differ in a number": says("number in the name", "other", "more"),
    "two companies share the account number": says("account number", "equal") & (pl.col("companies_with_number") > 1),
    "two companies share the tax id": says("tax id", "equal") & (pl.col("companies_with_tax_id") > 1),
    "two customers share the account number": says("account number", "equal") & (pl.col("families_with_number") > 1),
    "two customers share the tax id": says("tax id", "equal") & (pl.col("families_with_tax_id") > 1),
    "its invoices are at more than one company": says("shared invoices", "some"),
    "its account number or tax id belongs to another company": pl.col("is_identified_elsewhere"),
    "another customer has the company's account number, tax id or invoices": _NAME_ONLY
    & pl.col("is_identified_as_another"),
    "another company has this name": pl.col("is_named_elsewhere"),
    "two companies share the name": _NAME_ONLY & pl.col("has_exact_name") & (pl.col("companies_with_name") > 1)
    & ~pl.col("is_sole_in_place"),
    "another company with contacts has its name, domain or phone, or is named like a branch": _NAME_ONLY
    & pl.col("has_twin"),
    "only the parent's name agrees": _NAME_ONLY & says("name", "parent"),
    "the name is only similar": _NAME_ONLY & ~pl.col("has_exact_name")
    & (pl.col("has_like_name") | says("name", "guess")),
    "neither an identifier nor the name agrees": _NAME_ONLY & ~pl.col("has_exact_name"),
    "the legal form differs": _NAME_ONLY & says("legal form", "other"),
    "the e-mail domain differs": _NAME_ONLY & says("e-mail domain", *_OTHER_DOMAIN),
}  # fmt: skip

_AFTER: Final[dict[str, pl.Expr]] = {
    "the phone differs": _NAME_ONLY & says("phone", "other"),
    # two sites of one chain are in one town
    "name and place agree, the address differs": _NAME_ONLY & says("address", "other")
    & ~(says("e-mail domain", *_EQUAL_DOMAIN) & pl.col("bears_name")) & ~says("phone", "equal"),
    "the name agrees, the place differs": _NAME_ONLY & (says("city", "other") | says("postal code", "other"))
    & ~(says("phone", "equal") & pl.col("has_own_domain"))
    & ~(says("phone", "equal") & says("address", "equal") & ~says("postal code", "other")),
    "the state differs": _NAME_ONLY & says("state", "other"),
    "only the account number agrees": says("account number", "equal") & ~pl.col("has_plausible_name")
    & ~says("tax id", "equal") & ~pl.col("has_invoices"),
    "the account number agrees, the name hardly, and other things differ": says("account number", "equal")
    & ~pl.col("has_like_name") & ~says("tax id", "equal") & ~pl.col("has_invoices")
    & (pl.any_horizontal(says(kind, "other") for kind in ("phone", "city", "postal code", "state", "address"))
       | ~(says("shared words", "telling", "rare", "very rare") | says("name", "guess"))),
    "the account number agrees, the name hardly and the e-mail domain not": says("account number", "equal")
    & ~pl.col("has_like_name") & says("e-mail domain", *_OTHER_DOMAIN)
    & ~says("tax id", "equal") & ~pl.col("has_invoices"),
    "only the tax id agrees": says("tax id", "equal") & ~pl.col("has_plausible_name")
    & ~says("account number", "equal") & ~pl.col("has_invoices"),
    "only a few invoices agree": pl.col("has_invoices") & ~pl.col("has_plausible_name")
    & ~says("account number", "equal") & ~says("tax id", "equal") & (pl.col("invoice_count") < _ENOUGH_WITHOUT_NAME),
    "another customer is mapped to this company already": pl.col("is_taken"),
    "a person was unsure": pl.col("is_unsure"),
    "another company scores higher": pl.col("rank") > 1,
}  # fmt: skip


_ENOUGH: Final[dict[str, dict[str, pl.Expr]]] = {
    STRICT: {"only the name agrees": _NAME_ONLY & ~pl.col("has_signal")},
    NAMES: {
        CROWDED: _NAME_ONLY & ~pl.col("has_signal") & pl.col("is_crowded") & ~pl.col("is_same_town"),
        "only the name agrees, and it is too common": _NAME_ONLY
        & ~pl.col("has_signal") & says("rarity", "common", "some") & ~pl.col("is_same_town"),
        "only the name agrees, and others are like it": _NAME_ONLY
        & ~pl.col("has_signal") & (pl.col("certainty") < _LEAST_OF_NAMES),
    },
    EXACT_NAME: {},
}  # fmt: skip
"""What each policy asks for besides an equal name."""


def obstacles(rule: str) -> dict[str, pl.Expr]:
    """The clauses that keep a candidate from being certain, in the order in which they are shown."""
    return {**_BEFORE, **_ENOUGH[rule], **_AFTER}


GROUNDS: Final[dict[str, pl.Expr]] = {
    "account number and name agree": says("account number", "equal") & pl.col("has_like_name"),
    "account number agrees, the name is plausible": says("account number", "equal") & pl.col("has_plausible_name"),
    "tax id agrees": says("tax id", "equal"),
    "invoices agree in number and total": pl.col("has_invoices"),
    "name, phone and address agree": pl.col("is_sole_in_place"),
    "name and e-mail domain agree": pl.col("has_own_domain"),
    "name and phone agree": says("phone", "equal"),
    "name and postal code agree": says("postal code", "equal"),
    "name, city and address agree": says("address", "equal"),
    "the name agrees": pl.col("has_exact_name"),
}
"""What makes a candidate certain, the strongest first."""

REASON: Final = pl.Enum(
    [CONTESTED, *_BEFORE, *(words for clauses in _ENOUGH.values() for words in clauses), *_AFTER, *GROUNDS]
)
