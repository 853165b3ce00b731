"""The rule of what is certain, clause by clause: what a finding grants, and what it stands in the way of."""

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


def found(kind: str, *findings: str) -> pl.Expr:
    """Whether one of these findings was made of a kind of evidence."""
    return pl.any_horizontal(pl.col(kind) == finding for finding in findings).fill_null(value=False)


def facts() -> dict[str, pl.Expr]:
    """What a rule can stand on."""
    all_there = found("words of the customer", "none") | found("words of the company", "none")
    is_telling = found("shared words", "very rare", "rare", "telling")
    like = found("name", *_LIKE) | (all_there & is_telling)
    bears_it = found("acronym", "equal") | found("e-mail domain", "own, named", "named", "other, named")
    # a domain that does not bear the name may be a provider's: alone it proves nothing
    is_own = pl.col("bears_name") | (
        pl.col("is_sole_domain")
        & pl.any_horizontal(found(kind, "equal") for kind in ("phone", "postal code", "city", "address"))
    )
    has_own_domain = found("e-mail domain", *_EQUAL_DOMAIN) & is_own
    is_near = like | is_telling | bears_it | found("name", "guess", "alike")
    return {
        "has_invoices": found("shared invoices", "many"),
        "has_identifier": found("account number", "equal") | found("tax id", "equal")
        | found("shared invoices", "many"),
        "has_exact_name": found("name", "same", "equal"),
        "has_plausible_name": is_near | found("shared words", "some"),
        "is_near_name": is_near,
        "has_like_name": like,
        "has_own_domain": has_own_domain,
        "has_signal": has_own_domain | found("phone", "equal") | found("postal code", "equal")
        | (found("city", "equal") & found("address", "equal")),
    }  # fmt: skip


_EQUAL_DOMAIN: Final = ("own, named", "own", "shared")
_OTHER_DOMAIN: Final = ("other, named", "other")
_LIKE: Final = ("same", "equal", "alias", "rearranged", "part", "parent", "cut", "near", "similar")


def rivals() -> dict[str, pl.Expr]:
    """How many companies, and families of customers, have the same to show. Counted before any pair is left out."""
    same_number, same_tax = found("account number", "equal"), found("tax id", "equal")
    has_its_name = pl.col("has_exact_name") | found("name", "alias", "rearranged")
    seen, known = has_its_name.sum().over(_CUSTOMER).cast(pl.Int64), pl.max_horizontal("namesakes", "bearers")
    return {
        "companies_with_number": pl.max_horizontal(
            same_number.sum().over(_CUSTOMER).cast(pl.Int64), pl.col("number_bearers").cast(pl.Int64)
        ),
        "companies_with_tax_id": same_tax.sum().over(_CUSTOMER),
        "companies_with_name": pl.max_horizontal(seen, known.cast(pl.Int64)),
        "has_sole_identifier": pl.col("has_invoices")
        | (same_number & (same_number.sum().over(_CUSTOMER) == 1))
        | (same_tax & (same_tax.sum().over(_CUSTOMER) == 1)),
        "is_identified_elsewhere": (same_number | same_tax).any().over(_CUSTOMER) & ~(same_number | same_tax)
        | (same_number.any().over(_CUSTOMER) & same_tax.any().over(_CUSTOMER) & ~(same_number & same_tax)),
        "is_named_elsewhere": (has_its_name.any().over(_CUSTOMER) | (pl.col("bearers") > 0)) & ~has_its_name,
        "is_sole_in_place": _is_sole_in_place(has_its_name) & (seen >= known),
    }


def _is_sole_in_place(has_its_name: pl.Expr) -> pl.Expr:
    """The one company with the customer's phone and address, where all namesakes are known to be apart.

    A namesake nearby, or of no known place, may be the same firm a second time; and another company that the phone, an
    invoice, an account number or only its e-mail domain points to may be meant.
    """
    is_here = found("phone", "equal") & found("address", "equal")
    is_elsewhere = found("postal code", "other") | (found("city", "other") & ~found("postal code", "equal"))
    is_apart = (is_elsewhere & ~found("address", "equal")) | (found("phone", "other") & found("address", "other"))
    is_pointed_to = (
        found("phone", "equal")
        | found("shared invoices", "many", "one", "some")
        | found("account number", "equal", "bare")
    )
    may_be_meant = is_pointed_to | (has_its_name & ~is_apart)
    has_domain = found("e-mail domain", *_EQUAL_DOMAIN)
    is_domain_elsewhere = has_domain.any().over(_CUSTOMER) & ~has_domain
    return is_here & (may_be_meant.sum().over(_CUSTOMER) == 1) & ~is_domain_elsewhere


def is_somebody() -> pl.Expr:
    """A place alone proposes nobody: the town is full of other firms."""
    return (
        pl.col("is_near_name")
        | found("acronym", "letters")
        | found("account number", "equal")
        | found("tax id", "equal")
        | found("shared invoices", "many", "one", "some")
        | found("e-mail domain", *_EQUAL_DOMAIN)
        | found("phone", "equal")
    )


def first(clauses: Mapping[str, pl.Expr]) -> pl.Expr:
    """The first clause that holds, in words; null where none does."""
    return pl.coalesce(pl.when(holds).then(pl.lit(words, dtype=REASON)) for words, holds in clauses.items())


CONTESTED: Final = "another customer is equally certain for this company"
CROWDED: Final = "only the name agrees, and companies commonly share their names here"

_NAME_ONLY: Final = ~pl.col("has_identifier")

_BEFORE: Final[dict[str, pl.Expr]] = {
    "the company is in the recycle bin": found("target", "deleted"),
    "the company is inactive": found("target", "inactive"),
    "the company is a vendor": found("target", "vendor"),
    "account number contradicts": found("account number", "other"),
    "tax id contradicts": found("tax id", "other"),
    "its invoices belong to another company": found("shared invoices", "other"),
    "the country differs": found("country", "other"),
    "the names differ in a number": found("number in the name", "other", "more"),
    "two companies share the account number": found("account number", "equal") & (pl.col("companies_with_number") > 1),
    "two companies share the tax id": found("tax id", "equal") & (pl.col("companies_with_tax_id") > 1),
    "two customers share the account number": found("account number", "equal") & (pl.col("families_with_number") > 1),
    "two customers share the tax id": found("tax id", "equal") & (pl.col("families_with_tax_id") > 1),
    "its invoices are at more than one company": found("shared invoices", "some"),
    "its account number or tax id belongs to another company": pl.col("is_identified_elsewhere"),
    "another customer has the company's account number, tax id or invoices": _NAME_ONLY
    & pl.col("is_identified_as_another"),
    "another company has this name": pl.col("is_named_elsewhere"),
    "two companies share the name": _NAME_ONLY & pl.col("has_exact_name") & (pl.col("companies_with_name") > 1)
    & ~pl.col("is_sole_in_place"),
    "another company with contacts has its name, domain or phone, or is named like a branch": _NAME_ONLY
    & pl.col("has_twin"),
    "only the parent's name agrees": _NAME_ONLY & found("name", "parent"),
    "the name is only similar": _NAME_ONLY & ~pl.col("has_exact_name")
    & (pl.col("has_like_name") | found("name", "guess")),
    "neither an identifier nor the name agrees": _NAME_ONLY & ~pl.col("has_exact_name"),
    "the legal form differs": _NAME_ONLY & found("legal form", "other"),
    "the e-mail domain differs": _NAME_ONLY & found("e-mail domain", *_OTHER_DOMAIN),
}  # fmt: skip

_AFTER: Final[dict[str, pl.Expr]] = {
    "the phone differs": _NAME_ONLY & found("phone", "other"),
    # two sites of one chain are in one town
    "name and place agree, the address differs": _NAME_ONLY & found("address", "other")
    & ~(found("e-mail domain", *_EQUAL_DOMAIN) & pl.col("bears_name")) & ~found("phone", "equal"),
    "the name agrees, the place differs": _NAME_ONLY & (found("city", "other") | found("postal code", "other"))
    & ~(found("phone", "equal") & pl.col("has_own_domain"))
    & ~(found("phone", "equal") & found("address", "equal") & ~found("postal code", "other")),
    "the state differs": _NAME_ONLY & found("state", "other"),
    "only the account number agrees": found("account number", "equal") & ~pl.col("has_plausible_name")
    & ~found("tax id", "equal") & ~pl.col("has_invoices"),
    "the account number agrees, the name hardly, and other things differ": found("account number", "equal")
    & ~pl.col("has_like_name") & ~found("tax id", "equal") & ~pl.col("has_invoices")
    & (pl.any_horizontal(found(kind, "other") for kind in ("phone", "city", "postal code", "state", "address"))
       | ~(found("shared words", "telling", "rare", "very rare") | found("name", "guess"))),
    "the account number agrees, the name hardly and the e-mail domain not": found("account number", "equal")
    & ~pl.col("has_like_name") & found("e-mail domain", *_OTHER_DOMAIN)
    & ~found("tax id", "equal") & ~pl.col("has_invoices"),
    "only the tax id agrees": found("tax id", "equal") & ~pl.col("has_plausible_name")
    & ~found("account number", "equal") & ~pl.col("has_invoices"),
    "only a few invoices agree": pl.col("has_invoices") & ~pl.col("has_plausible_name")
    & ~found("account number", "equal") & ~found("tax id", "equal") & (pl.col("invoice_count") < _ENOUGH_WITHOUT_NAME),
    "another customer is mapped to this company already": pl.col("is_taken"),
    "a person was unsure": pl.col("is_unsure"),
    "another company scores higher": pl.col("rank") > 1,
}  # fmt: skip


_ENOUGH: Final[dict[str, dict[str, pl.Expr]]] = {
    STRICT: {"only the name agrees": _NAME_ONLY & ~pl.col("has_signal")},
    NAMES: {
        CROWDED: _NAME_ONLY & ~pl.col("has_signal") & pl.col("is_crowded") & ~pl.col("is_same_town"),
        "only the name agrees, and it is too common": _NAME_ONLY
        & ~pl.col("has_signal") & found("rarity", "common", "some") & ~pl.col("is_same_town"),
        "only the name agrees, and others are like it": _NAME_ONLY
        & ~pl.col("has_signal") & (pl.col("certainty") < _LEAST_OF_NAMES),
    },
    EXACT_NAME: {},
}  # fmt: skip
"""What each policy asks for besides an equal name."""


def obstacles(rule: str) -> dict[str, pl.Expr]:
    """What keeps a candidate from being certain, in the order in which it is told."""
    return {**_BEFORE, **_ENOUGH[rule], **_AFTER}


GROUNDS: Final[dict[str, pl.Expr]] = {
    "account number and name agree": found("account number", "equal") & pl.col("has_like_name"),
    "account number agrees, the name is plausible": found("account number", "equal") & pl.col("has_plausible_name"),
    "tax id agrees": found("tax id", "equal"),
    "invoices agree in number and total": pl.col("has_invoices"),
    "name, phone and address agree": pl.col("is_sole_in_place"),
    "name and e-mail domain agree": pl.col("has_own_domain"),
    "name and phone agree": found("phone", "equal"),
    "name and postal code agree": found("postal code", "equal"),
    "name, city and address agree": found("address", "equal"),
    "the name agrees": pl.col("has_exact_name"),
}
"""What makes a candidate certain, the strongest first."""

REASON: Final = pl.Enum(
    [CONTESTED, *_BEFORE, *(words for clauses in _ENOUGH.values() for words in clauses), *_AFTER, *GROUNDS]
)
