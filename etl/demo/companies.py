"""The invented ConnectWise: companies and their contacts."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from etl.demo import accesses, words
from etl.demo.accesses import Access
from etl.demo.chance import Chance, Indices
from etl.demo.identities import Identity, trait
from etl.demo.plan import DemoPlan
from etl.demo.roster import Roster

FIRST_ID: Final = 1_001
MISSING_ID: Final = 9_000_001
OWN_DOMAIN: Final = "northgate-it.example"
OWN, TWIN, SPARE = 0, 1, 2
# what is drawn: draws for different purposes are independent
_TRADE, _PLACE, _STREET, _TAX, _FIRST_NAME, _LAST_NAME, _TITLE, _SPARE = range(11, 19)
_SISTERS_SHARE: Final = 8

_SPARE_STATUS: Final = ("Prospect", "Prospect", "Not Approved", "Active")
_SPARE_TYPES: Final = ("Prospect", "Prospect", "Vendor", "Vendor")
_SPARE_ACCESS: Final = np.array([Access.NO_CONTACT, Access.LEVEL_MISSING, Access.LEVEL_LOW, Access.NO_CONTACT])


def companies(plan: DemoPlan, roster: Roster, chance: Chance) -> pl.DataFrame:
    """Every company: those of the customers, their namesakes, and others that nobody is billed for.

    Locality: whole.

    Returns:
        One row per company; `customer` is the position of its customer, -1 where it has none.
    """
    positions = np.arange(plan.customers, dtype=np.int64)
    own = positions[trait("has_company")[roster.identity]]
    twins = positions[roster.identity == Identity.AMBIGUOUS]
    spare = np.arange(max(1, plan.companies - len(own) - len(twins)), dtype=np.int64)
    firm = np.concatenate([own, twins, plan.customers + spare])

    role = np.repeat(np.array([OWN, TWIN, SPARE], dtype=np.int64), [len(own), len(twins), len(spare)])
    company_id = FIRST_ID + firm + np.where(role == TWIN, 2 * plan.customers + len(spare), 0)

    is_own = role == OWN
    place = np.where(is_own, firm, 0)
    sisters = sister_count(len(spare))
    is_sister = (role == SPARE) & (firm - plan.customers < sisters)
    access = np.where(is_own, roster.access[place], _SPARE_ACCESS[chance.below(len(_SPARE_ACCESS), _SPARE, firm)])
    access = np.where(is_sister | (role == TWIN), np.where(is_sister, Access.BILLING, Access.SINGLE), access)

    facts = pl.DataFrame(
        {
            "company_id": company_id,
            "firm": firm,
            "role": role,
            "customer": np.where(is_own, firm, -1),
            "identity": np.where(is_own, roster.identity[place], -1),
            "access": access,
            "sister_id": FIRST_ID + plan.customers + firm % sisters,
            "is_sister": is_sister,
        }
    )
    return _related(facts.with_columns(*_looks(firm, role, chance))).with_columns(*_standing(firm, chance))


def sister_count(spare: int) -> int:
    """How many companies without a customer are sound: others are billed through them, or belong to them."""
    return max(1, min(spare, max(4, spare // _SISTERS_SHARE)))


def _looks(firm: Indices, role: Indices, chance: Chance) -> list[pl.Series]:
    """Name, domain, address and numbers of each firm; namesakes share the name only."""
    first, second = words.surname_pairs(firm)
    # sixteen draws for twelve places: the first four come twice
    place = chance.below(16, _PLACE, firm)
    currency, city, region = (words.chosen(tuple(part), place) for part in zip(*words.PLACES, strict=True))
    name = first + " & " + second + " " + words.chosen(words.TRADES, chance.below(len(words.TRADES), _TRADE, firm))

    number = pl.Series(firm)
    twin = pl.Series(role == TWIN)
    street = (
        (number % 989 + 11).cast(pl.String)
        + " "
        + words.chosen(words.STREETS, chance.below(len(words.STREETS), _STREET, firm))
    )
    digits = number.cast(pl.String)
    phone = "(" + (200 + number // 10_000).cast(pl.String) + ") 555-" + (number % 10_000).cast(pl.String).str.zfill(4)
    tax = "98-" + (1_000_000 + number).cast(pl.String)

    return [
        name.alias("name"),
        (first + second + _where(twin, "B")).alias("identifier"),
        (first + "-" + second + _where(twin, "-group")).str.to_lowercase().alias("domain") + ".example",
        currency.alias("currency"),
        city.alias("city"),
        region.alias("region"),
        _postal_code(number, currency).alias("postal_code"),
        street.alias("street"),
        phone.alias("phone"),
        pl.select(pl.when(pl.Series(chance.one_in(3, _TAX, firm)) & ~twin).then(tax)).to_series().alias("tax_id"),
        (first.str.head(3).str.to_uppercase() + digits.str.zfill(6)).alias("account"),
    ]


def _where(holds: pl.Series, text: str) -> pl.Series:
    return pl.select(pl.when(holds).then(pl.lit(text)).otherwise(pl.lit(""))).to_series()


def _postal_code(number: pl.Series, currency: pl.Series) -> pl.Series:
    """As the country writes it."""
    near, far = (number % 10).cast(pl.String), (number // 10 % 10).cast(pl.String)
    plain = (10_000 + number * 7 % 89_989).cast(pl.String)
    frame = pl.DataFrame({"currency": currency, "plain": plain, "near": near, "far": far})
    return frame.select(
        pl.when(pl.col("currency") == "CAD").then(pl.format("K{}L {}P{}", "near", "far", "near"))
        .when(pl.col("currency") == "GBP").then(pl.format("ME{} {}QX", "near", "far"))
        .when(pl.col("currency") == "EUR").then(pl.format("T{}2 X{}Y8", "near", "far"))
        .otherwise("plain")
    ).to_series()  # fmt: skip


def _related(facts: pl.DataFrame) -> pl.DataFrame:
    """Parents and bill-to companies; the first sister is the child of the first company that has its contacts there."""
    is_under = pl.col("access").is_in([int(kind) for kind in accesses.UNDER_PARENT]) & (pl.col("role") == OWN)
    above_sister = facts.filter((pl.col("access") == int(Access.CHILD_ONLY)) & (pl.col("role") == OWN))["company_id"]
    first_sister = facts.filter("is_sister")["company_id"].min()
    parent_of_sister = pl.lit(above_sister.first() if len(above_sister) else None, dtype=pl.Int64)
    is_redirected = pl.col("identity") == int(Identity.BILLED_ELSEWHERE)
    return facts.with_columns(
        parent_id=pl.when(is_under)
        .then(pl.col("sister_id"))
        .when(pl.col("company_id") == first_sister)
        .then(parent_of_sister),
        bill_to_id=pl.when(is_redirected).then(pl.col("sister_id")).otherwise("company_id"),
    )


def _standing(firm: Indices, chance: Chance) -> list[pl.Expr]:
    """Status, types, recycle bin."""
    draw = chance.below(len(_SPARE_STATUS), _SPARE, firm)
    is_idle = (pl.col("role") == SPARE) & ~pl.col("is_sister")
    identity = pl.col("identity")
    status = (
        pl.when(is_idle).then(words.chosen(_SPARE_STATUS, draw))
        .when(identity == int(Identity.INACTIVE_BY_FLAG)).then(pl.lit("Inactive"))
        .when(identity == int(Identity.INACTIVE_BY_CAPTION)).then(pl.lit("Former Client"))
        .when(identity == int(Identity.HIDDEN_BY_STATUS)).then(pl.lit("On Hold"))
        .otherwise(pl.lit("Active"))
    )  # fmt: skip
    second_type = pl.when(identity == int(Identity.HIDDEN_BY_TYPE)).then(pl.lit("Vendor"))
    return [
        status.alias("status"),
        pl.when(is_idle).then(words.chosen(_SPARE_TYPES, draw)).otherwise(pl.lit("Client")).alias("type"),
        second_type.alias("second_type"),
        (identity == int(Identity.TARGET_DELETED)).alias("is_deleted"),
        # without an Account ID an invoice cannot be closed: prospects and namesakes have none
        pl.when(is_idle | (pl.col("role") == TWIN)).then(None).otherwise(pl.col("account")).alias("account_number"),
    ]


def contacts(companies_: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Every contact, company by company.

    Locality: whole (ids are given out in order).
    """
    table = accesses.contact_table()
    columns = ("company_id", "customer", "firm", "name", "identifier", "domain", "phone", "access")
    joined = companies_.select(columns).join(table, on="access", how="inner")
    rows = joined.sort("company_id", "place").with_columns(contact_id=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    firm, place = rows["firm"].to_numpy(), rows["place"].to_numpy()
    first = words.chosen(words.FIRST_NAMES, chance.below(len(words.FIRST_NAMES), _FIRST_NAME, firm) + 7 * place)
    last = words.surnames(chance.below(words.SURNAMES, _LAST_NAME, firm * 16 + place))
    kind, domain = pl.col("email"), pl.col("domain")
    local = pl.concat_str(first.str.to_lowercase(), pl.lit("."), last.str.to_lowercase())
    address = (
        pl.when(kind.is_in(["own", "other"])).then(pl.concat_str(local, pl.lit("@"), domain))
        .when(kind == "bad").then(pl.concat_str(local, pl.lit("(at)"), domain))
        .when(kind == "shared").then(pl.concat_str(pl.lit("office@"), domain))
        .when(kind == "SHARED").then(pl.concat_str(pl.lit("Office@"), domain))
        .when(kind == "provider").then(pl.lit(f"helpdesk@{OWN_DOMAIN}"))
    )  # fmt: skip
    return rows.with_columns(
        first_name=first,
        last_name=last,
        title=words.chosen(words.TITLES, chance.below(len(words.TITLES), _TITLE, firm * 16 + place)),
        address=address,
        is_default_address=kind != "other",
    )
