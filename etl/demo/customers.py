"""The accounting package's customers: what each bears of its company, and what the portal and people say about it."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from etl.demo import accesses, texts, words
from etl.demo.accesses import Access
from etl.demo.chance import Chance
from etl.demo.companies import MISSING_ID
from etl.demo.identities import NAMED_ALIKE, NAMED_UNLIKE, TRAITS, Identity, trait
from etl.demo.plan import DemoPlan
from etl.demo.roster import Roster

FIRST_CUSTOMER: Final = 101
_STYLE, _STRANGER, _DEPOT = range(31, 34)
_DESERTED: Final = (int(Access.NO_CONTACT), int(Access.ONLY_INACTIVE))
_STYLES: Final = ("legal form", "and", "capitals", "article", "same", "same")
_DEPOTS: Final = ("Warehouse", "Annex", "Depot", "Workshop")
_DETAILS: Final = ("street", "city", "region", "postal_code", "phone", "domain", "tax_id")


def customers(plan: DemoPlan, roster: Roster, cast: tuple[pl.DataFrame, pl.DataFrame], chance: Chance) -> pl.DataFrame:
    """Every accounting customer, in order of position.

    Locality: whole.

    Args:
        plan: the sizes.
        roster: the scenarios.
        cast: companies and contacts.
        chance: the draws.

    Returns:
        One row per customer: its fields, `company_id` it is truly mapped to, `billed_id` of the company that
        ConnectWise bills, `listed_id` that the portal has, `shown_id` that the portal shows its invoices to, and the
        scenario's traits.
    """
    companies, contacts = cast
    known = companies.filter(pl.col("customer") >= 0).select(
        "customer", "company_id", "sister_id", "name", "currency", "account", *_DETAILS
    )
    joined = _scenarios(roster, chance).join(
        known, left_on="at", right_on="customer", how="left", maintain_order="left"
    )
    named = joined.with_columns(name=_name(), currency=pl.col("currency").fill_null("USD"))
    parents = {f"parent_{name}": name for name in ("name", "company_id", "account", "access")}
    family = named.join(named.select(parent="at", **parents), on="parent", how="left", maintain_order="left")
    customer, parent = (
        texts.customer_ids(FIRST_CUSTOMER + pl.Series(at), plan.shape)
        for at in (np.arange(plan.customers, dtype=np.int64), roster.parent)
    )
    return _mapped(_mailed(family, contacts)).with_columns(
        customer_id=customer, parent_id=pl.when(pl.col("parent") >= 0).then(parent)
    )


def _scenarios(roster: Roster, chance: Chance) -> pl.DataFrame:
    """One row per customer, in order of position: its scenarios and their traits."""
    at = np.arange(len(roster.identity), dtype=np.int64)
    return pl.DataFrame(
        {"at": at, "identity": roster.identity, "access": roster.access, "parent": roster.parent}
    ).with_columns(
        *(pl.Series(name, trait(name)[roster.identity]) for name in _TRAITS),
        state=pl.Series([TRAITS[kind].state for kind in Identity]).gather(roster.identity),
        stranger_name=words.strangers(at),
        depot=words.chosen(_DEPOTS, chance.below(len(_DEPOTS), _DEPOT, at))
        + " "
        + pl.Series(at % 90 + 1).cast(pl.String),
        style=words.chosen(_STYLES, chance.below(len(_STYLES), _STYLE, at)),
        is_stranger=pl.Series(chance.one_in(8, _STRANGER, at)),
    )


_TRAITS: Final = (
    "is_listed", "is_judged", "has_account", "has_details", "is_billed", "is_transport_reached", "is_access_reached",
    "is_ahead",
)  # fmt: skip


def _name() -> pl.Expr:
    """The customer's name: as in ConnectWise, or as people write it when they type it again."""
    name, style = pl.col("name"), pl.col("style")
    is_alike = pl.col("identity").is_in([int(kind) for kind in NAMED_ALIKE])
    is_unlike = pl.col("identity").is_in([int(kind) for kind in NAMED_UNLIKE]) | name.is_null()
    return (
        pl.when(is_unlike).then(pl.col("stranger_name"))
        .when(is_alike).then(name)
        .when(style == "legal form").then(pl.concat_str(name, pl.lit(", Inc.")))
        .when(style == "and").then(name.str.replace(" & ", " and ", literal=True))
        .when(style == "capitals").then(name.str.to_uppercase())
        .when(style == "article").then(pl.concat_str(pl.lit("The "), name))
        .otherwise(name)
    )  # fmt: skip


def _mailed(family: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Add the customer's e-mail: a contact's, one of a mailbox that is no contact, or none."""
    places, active = accesses.bill_places()
    access = family["access"].to_numpy()
    known = contacts.select(at="customer", bill_place="place", bill_address="address").filter(pl.col("at") >= 0)
    placed = family.with_columns(bill_place=pl.Series(places[access]), is_contact_active=pl.Series(active[access]))
    joined = placed.join(known, on=["at", "bill_place"], how="left", maintain_order="left")
    is_stranger = (pl.col("access") == int(Access.NO_CONTACT)) | (
        pl.col("is_stranger") & (pl.col("identity") == int(Identity.MAPPED))
    )
    is_silent = ~pl.col("has_details") | (pl.col("identity") == int(Identity.NOT_IN_EXTRACT))
    mailbox = pl.concat_str(pl.lit("payables@"), pl.col("domain"))
    email = pl.when(is_silent).then(None).when(is_stranger).then(mailbox).otherwise(pl.col("bill_address"))
    at_own = pl.col("identity") != int(Identity.CONFLICT)
    is_known = ~is_stranger & pl.col("is_contact_active") & at_own
    return joined.with_columns(email=email).with_columns(
        has_stray_email=pl.col("email").is_not_null() & ~is_known & pl.col("is_access_reached")
    )


def _mapped(family: pl.DataFrame) -> pl.DataFrame:
    """Add the companies that the customer is mapped to, billed at and listed with."""
    identity = pl.col("identity")
    position = pl.col("at")
    mapped = (
        pl.when(identity == int(Identity.CONFLICT)).then(pl.col("sister_id"))
        .when(identity == int(Identity.CHILD_MAPPED)).then(pl.col("parent_company_id"))
        .when(identity == int(Identity.TARGET_MISSING)).then(MISSING_ID + position)
        .when(pl.col("state") == "mapped").then(pl.col("company_id"))
    )  # fmt: skip
    is_redirected = identity == int(Identity.BILLED_ELSEWHERE)
    access = (
        pl.when(identity == int(Identity.CONFLICT)).then(int(Access.BILLING))
        .when(identity == int(Identity.CHILD_MAPPED)).then(pl.col("parent_access"))
        # the company that is billed instead has somebody who can look
        .when(is_redirected & pl.col("access").is_in(_DESERTED)).then(int(Access.PARENT_ONLY))
        .otherwise(pl.col("access"))
    )  # fmt: skip
    return family.with_columns(
        billed_id=pl.col("company_id"),
        company_id=mapped,
        shown_id=pl.when("is_ahead").then(pl.col("company_id")).otherwise(mapped),
        mapped_access=access,
    ).with_columns(listed_id=pl.when("is_listed").then(pl.col("company_id")))
