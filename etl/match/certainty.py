"""How certain each candidate is, and whether that is certain enough to map without asking.

The score never maps anybody: `certain` is a rule on the findings. The score orders what people review.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

MOST_CERTAIN: Final = 0.999999
"""An estimate is never 1, however many bits speak for it."""

CERTAIN, REVIEW = "certain", "review"

STRICT, NAMES, EXACT_NAME = "strict", "names", "exact-name"
POLICIES: Final = (STRICT, NAMES, EXACT_NAME)
"""What makes certain: an identifier, or the name and a second sign; the name alone where it is rare and unrivalled;
the name as it is written, whatever else there is."""

_DIGITS, _LEAST_CERTAIN = 6, 1e-6
_ENOUGH_WITHOUT_NAME: Final = 5
"""Shared invoices that prove a mapping where the names have nothing in common."""
_LEAST_OF_NAMES: Final = 0.985
"""Under `names` a candidate is certain from this estimate on: no namesake, no near rival, no common name."""

_PAIRS_AT_ONCE: Final = 500_000
_PAIR: Final = ["customer", "company"]
_CUSTOMER: Final = "customer"


@dataclass(frozen=True)
class Policy:
    """What is certain, and which candidates are shown.

    Attributes:
        rule: one of `POLICIES`.
        review_floor: less certain candidates are not proposed.
        most_candidates: most candidates per customer.
    """

    rule: str = STRICT
    review_floor: float = 0.02
    most_candidates: int = 5


@dataclass(frozen=True)
class Decided:
    """What people and the portal have decided before, by rows of the profiles.

    Attributes:
        rejected: `customer, company`: pairs that are not weighed.
        unsure: `customer`: not decided by rule.
        taken: `company, family`: companies that belong to a family of customers by judgement or in the portal.
    """

    rejected: pl.DataFrame
    unsure: pl.DataFrame
    taken: pl.DataFrame


def certainty(evidence: pl.DataFrame, decided: Decided, policy: Policy | None = None) -> pl.DataFrame:
    """Weigh a customer's candidates against each other, and decide.

    Locality: whole; a company that two customers are equally certain of is certain for neither.

    Args:
        evidence: what `evidence.evidence` found.
        decided: what people and the portal have decided before.
        policy: what is certain, and which candidates are shown.

    Returns:
        The rows of `evidence` that are proposed, by customer and rank, with `rank`, `certainty`, `lead` over the next,
        `decision`, `reason` and `has_sole_identifier`. `reason` is the first clause that keeps it from being certain
        or, where it is certain, what makes it so; `has_sole_identifier`: an identifier points to this live company and
        to no other, which contradicts a mapping to another company.
    """
    policy = policy or Policy()
    claims = _Claims.of(evidence.lazy().with_columns(**_grounds()))
    runs = [_judged(run, claims, decided, policy) for run in _runs(evidence)]
    judged = _unique_both_ways(pl.concat(runs))
    is_certain = pl.col("obstacle").is_null()
    shown = judged.filter(_is_enough(policy)).with_columns(rank=_RANK).filter(pl.col("rank") <= policy.most_candidates)
    return shown.select(
        *evidence.columns,
        "rank",
        "certainty",
        "lead",
        decision=pl.when(is_certain).then(pl.lit(CERTAIN)).otherwise(pl.lit(REVIEW)),
        reason=pl.coalesce("obstacle", "ground").cast(pl.String),
        has_sole_identifier=pl.col("has_sole_identifier") & pl.col("target").is_null(),
    )


def _runs(evidence: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The pairs of some customers at a time, all of each: memory is bounded."""
    customer, start = evidence[_CUSTOMER].set_sorted(), 0
    while start < max(evidence.height, 1):
        last = min(start + _PAIRS_AT_ONCE, evidence.height) - 1
        end = int(customer.search_sorted(customer[last], side="right")) if evidence.height else 1
        yield evidence.slice(start, end - start)
        start = end


def _judged(pairs: pl.DataFrame, claims: _Claims, decided: Decided, policy: Policy) -> pl.DataFrame:
    """Weigh the candidates of some customers, and tell what keeps each from being certain; without the hopeless.

    One more than are shown: the first of a customer may yet turn out to be contested, and too unlikely to propose.
    """
    columns = pairs.columns
    # lazy: what expressions have in common is computed once
    told = pairs.lazy().with_columns(**_grounds()).filter(_is_somebody()).collect()
    told = told.with_columns(pl.col(_CUSTOMER).set_sorted())
    told = (
        told.lazy()
        .with_columns(**_rivals())
        .collect()
        .with_columns(
            families_with_number=_counted(told, claims.numbers),
            families_with_tax_id=_counted(told, claims.tax_ids),
            is_identified_as_another=_is_taken(told, claims.identified),
        )
    )
    if decided.rejected.height:
        told = told.join(decided.rejected, on=_PAIR, how="anti", maintain_order="left")
    told = _weighed(told)
    told = told.with_columns(
        is_unsure=pl.col(_CUSTOMER).is_in(decided.unsure[_CUSTOMER].implode()),
        is_taken=_is_taken(told, decided.taken),
    )
    judged = told.lazy().with_columns(obstacle=_first(_obstacles(policy.rule)), ground=_first(_GROUNDS))
    return (
        judged.filter(_is_enough(policy))
        .filter(policy.most_candidates + 1 >= _RANK)
        .select(*columns, "certainty", "lead", "has_identifier", "has_sole_identifier", "obstacle", "ground")
        .collect()
    )


def _is_enough(policy: Policy) -> pl.Expr:
    return pl.col("obstacle").is_null() | (pl.col("certainty") >= policy.review_floor) | pl.col("has_identifier")


@dataclass(frozen=True)
class _Claims:
    """What all customers claim of the companies; a run of customers is held against it.

    Attributes:
        numbers, tax_ids: `company, claims`: how many families have its account number, its tax id.
        identified: `company, family`: whom an identifier points to.
    """

    numbers: pl.DataFrame
    tax_ids: pl.DataFrame
    identified: pl.DataFrame

    @classmethod
    def of(cls, pairs: pl.LazyFrame) -> _Claims:
        number, tax_id = (_is(kind, "equal") for kind in ("account number", "tax id"))
        claims = [pairs.filter(holds).select("company", who="family").collect() for holds in (number, tax_id)]
        identified = pairs.filter("has_identifier").select("company", "family").unique().collect()
        return cls(_bearers(claims[0]), _bearers(claims[1]), identified)


def _is_taken(pairs: pl.DataFrame, taken: pl.DataFrame) -> pl.Series:
    """Whether a customer of another family is mapped to the company already."""
    others = pairs.select("company", "family").with_row_index("row").join(taken, on="company", suffix="_taken")
    rows = others.filter(pl.col("family") != pl.col("family_taken"))["row"]
    return pairs.select(pl.int_range(pl.len(), dtype=pl.UInt32).is_in(rows.implode())).to_series()


def _is(kind: str, *findings: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(kind) == finding for finding in findings).fill_null(value=False)


def _grounds() -> dict[str, pl.Expr]:
    """What a rule can stand on."""
    all_there = _is("words of the customer", "none") | _is("words of the company", "none")
    is_telling = _is("shared words", "very rare", "rare", "telling")
    like = _is("name", *_LIKE) | (all_there & is_telling)
    bears_it = _is("acronym", "equal") | _is("e-mail domain", "own, named", "named", "other, named")
    is_near = like | is_telling | bears_it | _is("name", "alike")
    return {
        "has_invoices": _is("shared invoices", "many"),
        "has_identifier": _is("account number", "equal") | _is("tax id", "equal") | _is("shared invoices", "many"),
        "has_exact_name": _is("name", "same", "equal"),
        "has_plausible_name": is_near | _is("shared words", "some"),
        "is_near_name": is_near,
        "has_like_name": like,
        "has_signal": _is("e-mail domain", *_EQUAL_DOMAIN) | _is("phone", "equal") | _is("postal code", "equal")
        | (_is("city", "equal") & _is("address", "equal")),
    }  # fmt: skip


_EQUAL_DOMAIN: Final = ("own, named", "own", "shared")
_OTHER_DOMAIN: Final = ("other, named", "other")
_LIKE: Final = ("same", "equal", "alias", "rearranged", "part", "parent", "cut", "near", "similar")


def _rivals() -> dict[str, pl.Expr]:
    """How many companies, and families of customers, have the same to show. Counted before any pair is left out."""
    same_number, same_tax = _is("account number", "equal"), _is("tax id", "equal")
    has_its_name = pl.col("has_exact_name") | _is("name", "alias", "rearranged")
    return {
        "companies_with_number": pl.max_horizontal(
            same_number.sum().over(_CUSTOMER).cast(pl.Int64), pl.col("number_bearers").cast(pl.Int64)
        ),
        "companies_with_tax_id": same_tax.sum().over(_CUSTOMER),
        "companies_with_name": pl.max_horizontal(
            has_its_name.sum().over(_CUSTOMER).cast(pl.Int64),
            pl.col("namesakes").cast(pl.Int64),
            pl.col("bearers").cast(pl.Int64),
        ),
        "has_sole_identifier": pl.col("has_invoices")
        | (same_number & (same_number.sum().over(_CUSTOMER) == 1))
        | (same_tax & (same_tax.sum().over(_CUSTOMER) == 1)),
        "is_identified_elsewhere": (same_number | same_tax).any().over(_CUSTOMER)
        & ~(same_number | same_tax)
        & ~pl.col("has_invoices")
        | (same_number.any().over(_CUSTOMER) & same_tax.any().over(_CUSTOMER) & ~(same_number & same_tax)),
        "is_named_elsewhere": (has_its_name.any().over(_CUSTOMER) | (pl.col("bearers") > 0)) & ~has_its_name,
    }


def _is_somebody() -> pl.Expr:
    """A place alone proposes nobody: the town is full of other firms."""
    return (
        pl.col("is_near_name")
        | _is("account number", "equal")
        | _is("tax id", "equal")
        | _is("shared invoices", "many", "one", "some")
        | _is("e-mail domain", *_EQUAL_DOMAIN)
        | _is("phone", "equal")
    )


_RANK: Final = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(_CUSTOMER)


def _weighed(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add certainty, rank and lead: each candidate against the others and against nobody at all."""
    odds = pl.lit(2.0).pow(pl.col("score"))
    ordered = pairs.sort(_CUSTOMER, "score", "company", descending=[False, True, False])
    estimated = ordered.with_columns(certainty=odds / (1 + odds.sum().over(_CUSTOMER))).with_columns(
        certainty=pl.col("certainty").round(_DIGITS).clip(_LEAST_CERTAIN, MOST_CERTAIN),
        rank=_RANK,
    )
    following = pl.col("certainty").shift(-1).over(_CUSTOMER).fill_null(0.0)
    return estimated.with_columns(lead=(pl.col("certainty") - following).round(_DIGITS))


def _first(clauses: Mapping[str, pl.Expr]) -> pl.Expr:
    """The first clause that holds, in words; null where none does."""
    return pl.coalesce(pl.when(holds).then(pl.lit(words, dtype=_REASON)) for words, holds in clauses.items())


def _unique_both_ways(judged: pl.DataFrame) -> pl.DataFrame:
    """Two customers who are equally certain of one company: neither is, unless they are one family.

    An identifier settles what a name leaves open.
    """
    stands = pl.col("obstacle").is_null()
    by_identifier = stands & pl.col("has_identifier")
    rivals = pl.when(by_identifier).then(_families(judged, by_identifier)).otherwise(_claims(judged, stands))
    is_contested = stands & (rivals > 1)
    return judged.with_columns(
        obstacle=pl.when(is_contested).then(pl.lit(_CONTESTED, dtype=_REASON)).otherwise(pl.col("obstacle"))
    )


def _families(pairs: pl.DataFrame, holds: pl.Expr) -> pl.Series:
    """For how many families of customers this holds at the company of each row."""
    return _counted(pairs, _bearers(pairs.filter(holds).select("company", who="family")))


def _claims(pairs: pl.DataFrame, holds: pl.Expr) -> pl.Series:
    """The same, where brothers and sisters are two: they are one only beside the parent."""
    standing = pairs.filter(holds).select("company", "customer", "family")
    parents = standing.filter(pl.col("customer") == pl.col("family")).select("company", "family", has_parent=pl.lit(1))
    told = standing.join(parents.unique(), on=["company", "family"], how="left")
    who = pl.when(pl.col("has_parent") == 1).then("family").otherwise("customer")
    return _counted(pairs, _bearers(told.select("company", who=who)))


def _bearers(claims: pl.DataFrame) -> pl.DataFrame:
    return claims.group_by("company").agg(claims=pl.col("who").n_unique())


def _counted(pairs: pl.DataFrame, bearers: pl.DataFrame) -> pl.Series:
    found = pairs.select("company").join(bearers, on="company", how="left", maintain_order="left")
    return found["claims"].fill_null(0)


_CONTESTED: Final = "another customer is equally certain for this company"

_NAME_ONLY: Final = ~pl.col("has_identifier")

_BEFORE: Final[dict[str, pl.Expr]] = {
    "the company is in the recycle bin": _is("target", "deleted"),
    "the company is inactive": _is("target", "inactive"),
    "the company is a vendor": _is("target", "vendor"),
    "account number contradicts": _is("account number", "other"),
    "tax id contradicts": _is("tax id", "other"),
    "its invoices belong to another company": _is("shared invoices", "other"),
    "the country differs": _is("country", "other"),
    "the names differ in a number": _is("number in the name", "other", "more"),
    "two companies share the account number": _is("account number", "equal") & (pl.col("companies_with_number") > 1),
    "two companies share the tax id": _is("tax id", "equal") & (pl.col("companies_with_tax_id") > 1),
    "two customers share the account number": _is("account number", "equal") & (pl.col("families_with_number") > 1),
    "two customers share the tax id": _is("tax id", "equal") & (pl.col("families_with_tax_id") > 1),
    "its invoices are at more than one company": _is("shared invoices", "some"),
    "its account number or tax id belongs to another company": pl.col("is_identified_elsewhere"),
    "another customer has the company's account number, tax id or invoices": _NAME_ONLY
    & pl.col("is_identified_as_another"),
    "another company has this name": pl.col("is_named_elsewhere"),
    "two companies share the name": _NAME_ONLY & pl.col("has_exact_name") & (pl.col("companies_with_name") > 1),
    "only the parent's name agrees": _NAME_ONLY & _is("name", "parent"),
    "the name is only similar": _NAME_ONLY & ~pl.col("has_exact_name") & pl.col("has_like_name"),
    "neither an identifier nor the name agrees": _NAME_ONLY & ~pl.col("has_exact_name"),
    "the legal form differs": _NAME_ONLY & _is("legal form", "other"),
    "the e-mail domain differs": _NAME_ONLY & _is("e-mail domain", *_OTHER_DOMAIN),
}  # fmt: skip

_AFTER: Final[dict[str, pl.Expr]] = {
    # two sites of one chain are in one town
    "name and place agree, the phone differs": _NAME_ONLY
    & _is("phone", "other")
    & ~_is("e-mail domain", *_EQUAL_DOMAIN),
    "name and place agree, the address differs": _NAME_ONLY & _is("address", "other")
    & ~_is("e-mail domain", *_EQUAL_DOMAIN) & ~_is("phone", "equal"),
    "the phone and the address differ": _NAME_ONLY & _is("phone", "other") & _is("address", "other"),
    "the name agrees, the place differs": _NAME_ONLY & (_is("city", "other") | _is("postal code", "other"))
    & ~(_is("phone", "equal") & _is("e-mail domain", *_EQUAL_DOMAIN)),
    "the state differs": _NAME_ONLY & _is("state", "other"),
    "only the account number agrees": _is("account number", "equal") & ~pl.col("has_plausible_name")
    & ~_is("tax id", "equal") & ~pl.col("has_invoices"),
    "the account number agrees, the name hardly, and other things differ": _is("account number", "equal")
    & ~pl.col("has_like_name") & ~_is("tax id", "equal") & ~pl.col("has_invoices")
    & (pl.any_horizontal(_is(kind, "other") for kind in ("phone", "city", "postal code", "state", "address"))
       | ~_is("shared words", "telling", "rare", "very rare")),
    "the account number agrees, the name hardly and the e-mail domain not": _is("account number", "equal")
    & ~pl.col("has_like_name") & _is("e-mail domain", *_OTHER_DOMAIN)
    & ~_is("tax id", "equal") & ~pl.col("has_invoices"),
    "only the tax id agrees": _is("tax id", "equal") & ~pl.col("has_plausible_name")
    & ~_is("account number", "equal") & ~pl.col("has_invoices"),
    "only a few invoices agree": pl.col("has_invoices") & ~pl.col("has_plausible_name")
    & ~_is("account number", "equal") & ~_is("tax id", "equal") & (pl.col("invoice_count") < _ENOUGH_WITHOUT_NAME),
    "another customer is mapped to this company already": pl.col("is_taken"),
    "a person was unsure": pl.col("is_unsure"),
    "another company scores higher": pl.col("rank") > 1,
}  # fmt: skip


_ENOUGH: Final[dict[str, dict[str, pl.Expr]]] = {
    STRICT: {"only the name agrees": _NAME_ONLY & ~pl.col("has_signal")},
    NAMES: {
        "only the name agrees, and it is too common": _NAME_ONLY
        & ~pl.col("has_signal") & _is("rarity", "common", "some"),
        "only the name agrees, and others are like it": _NAME_ONLY
        & ~pl.col("has_signal") & (pl.col("certainty") < _LEAST_OF_NAMES),
    },
    EXACT_NAME: {},
}  # fmt: skip
"""What each policy asks for besides an equal name."""


def _obstacles(rule: str) -> dict[str, pl.Expr]:
    """What keeps a candidate from being certain, in the order in which it is told."""
    return {**_BEFORE, **_ENOUGH[rule], **_AFTER}


_GROUNDS: Final[dict[str, pl.Expr]] = {
    "account number and name agree": _is("account number", "equal") & pl.col("has_like_name"),
    "account number agrees, the name is plausible": _is("account number", "equal") & pl.col("has_plausible_name"),
    "tax id agrees": _is("tax id", "equal"),
    "invoices agree in number and total": pl.col("has_invoices"),
    "name and e-mail domain agree": _is("e-mail domain", *_EQUAL_DOMAIN),
    "name and phone agree": _is("phone", "equal"),
    "name and postal code agree": _is("postal code", "equal"),
    "name, city and address agree": _is("address", "equal"),
    "the name agrees": pl.col("has_exact_name"),
}
"""What makes a candidate certain, the strongest first."""

_REASON: Final = pl.Enum(
    [_CONTESTED, *_BEFORE, *(words for clauses in _ENOUGH.values() for words in clauses), *_AFTER, *_GROUNDS]
)
