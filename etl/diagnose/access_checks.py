"""Who can look into the portal: every contact's checks, and for each company the one contact to propose."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from etl.causes import CAUSES
from etl.config import Portal
from etl.diagnose import cause_masks
from etl.domain import Subject

_EMAIL = r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}$"
_LEVEL = r"^[1-6]$"


def check_contacts(contacts: pl.DataFrame, portal: Portal) -> pl.DataFrame:
    """Judge every contact, and mark the one contact to propose at each company.

    Locality: group: company_id_cw (only to mark the proposed contact; the checks are row-local).

    Args:
        contacts: rows of intermediate.contact_facts.
        portal: its lowest security level (1-6) that sees invoices, and whether levels decide at all.

    Returns:
        `contacts` with `failed` and `unknown` (masks of causes), `is_active`, `can_see`, `is_perhaps_able` (nothing
        speaks against it, but the export does not say all), `contact_role` and `is_proposed`.
    """
    has_email = pl.col("default_email").is_not_null()
    is_address = pl.col("default_email").str.contains(_EMAIL)
    level = pl.col("portal_security_level")
    # a level such as "6.0" is how spreadsheets and data frames write 6
    clean_level = level.str.replace(r"\.0+$", "")
    is_level = clean_level.str.contains(_LEVEL)
    by_level: dict[str, pl.Expr] = {
        "NO_LOGIN_EMAIL": has_email,
        "BAD_EMAIL": ~has_email | is_address,
        "DUPLICATE_LOGIN_EMAIL": ~is_address.fill_null(value=False) | _is_login_unshared(),
        "LOGIN_DISABLED": ~pl.col("is_login_disabled"),
        # where no contact has a level the export has no such column: nobody knows who has one
        "LEVEL_MISSING": pl.when(pl.col("is_level_told")).then(level.is_not_null()),
        "LEVEL_INVALID": level.is_null() | is_level,
        "LEVEL_TOO_LOW": ~is_level.fill_null(value=False)
        | (clean_level.cast(pl.Int8, strict=False) >= portal.minimum_security_level),
    }
    checks = _followed(by_level, portal)
    clean = (pl.col("failed") == 0) & pl.col("is_active")
    is_said = pl.col("is_inactive").is_not_null() & (pl.col("unknown") == 0)
    judged = contacts.with_columns(
        failed=cause_masks.failed(checks),
        unknown=cause_masks.unknown(checks),
        is_active=~pl.col("is_inactive").fill_null(value=False),
    ).with_columns(
        can_see=clean & is_said,
        is_perhaps_able=clean & ~is_said,
        contact_role=_role(),
        valid_level=pl.when(is_level.fill_null(value=False)).then(clean_level.cast(pl.Int8, strict=False)),
    )
    return _propose(judged).drop("valid_level")


def _is_login_unshared() -> pl.Expr:
    """Whether the login finds this contact: null where it may find one of another company instead.

    An export that does not say who is active, or who may log in, says it of none of them.
    """
    is_said = pl.col("is_inactive").is_not_null() & pl.col("is_login_disabled").is_not_null()
    return (
        pl.when(pl.col("login_holders_elsewhere") > 0).then(None)
        .when(pl.col("login_holders_here") == 0).then(pl.lit(value=True))
        .when(is_said).then(pl.lit(value=False))
    )  # fmt: skip


def _followed(checks: Mapping[str, pl.Expr], portal: Portal) -> Mapping[str, pl.Expr]:
    """The checks as they are where levels decide; where client profiles do, a failing check is only a hint.

    Client profiles are no source yet: that somebody has none is not known.
    """
    if portal.access == "levels":
        return checks
    hints = {cause: pl.when(passes).then(pl.lit(value=True)) for cause, passes in checks.items()}
    return hints | {"NO_PORTAL_PROFILE": pl.lit(None, dtype=pl.Boolean)}


def _role() -> pl.Expr:
    return (
        pl.when("is_billing_contact").then(pl.lit("billing contact"))
        .when("is_default_billing").then(pl.lit("default billing contact"))
        .when("is_default").then(pl.lit("default contact"))
        .otherwise(pl.lit("contact"))
    )  # fmt: skip


def _propose(judged: pl.DataFrame) -> pl.DataFrame:
    """Mark the active contact who needs the least: billing first, then default, then fewest broken checks.

    Where somebody is perhaps able nothing is to be changed yet: that contact is the one to look at.
    """
    order = [
        ~pl.col("is_perhaps_able"),
        ~pl.col("is_billing_contact"),
        ~pl.col("is_default_billing"),
        ~pl.col("is_default"),
        pl.col("failed").bitwise_count_ones(),
        -pl.col("valid_level").fill_null(0),
        pl.col("contact_id_cw").str.len_chars(),
        pl.col("contact_id_cw"),
    ]
    chosen = (
        judged.filter(pl.col("is_active") & pl.col("company_id_cw").is_not_null())
        .sort("company_id_cw", *order)
        .unique("company_id_cw", keep="first")
    )
    return judged.with_columns(is_proposed=pl.col("contact_id_cw").is_in(chosen["contact_id_cw"].implode()))


def check_companies(companies: pl.DataFrame, portal: Portal) -> pl.DataFrame:
    """Judge every mapped company: can anyone see its invoices, and if not, what would it take.

    Locality: row.

    Args:
        companies: rows of intermediate.company_facts.
        portal: its lowest security level (1-6) that sees invoices, and whether levels decide at all.

    Returns:
        `companies` with `failed`, `unknown` and `reached` (masks of causes), `can_anyone_see` (null where it is not
        known: the export does not say who is active or may log in, one login has several clients, or client profiles
        decide) and `fixes`, the change for the proposed contact.
    """
    is_unchecked = pl.lit(portal.access == "profiles")
    is_perhaps = (pl.col("able_contact_count") == 0) & (pl.col("perhaps_able_contact_count") > 0)
    is_unsure = is_unchecked | is_perhaps
    nobody = (pl.col("able_contact_count") == 0) & ~is_unsure
    nobody_active = pl.col("active_contact_count") == 0
    is_related_able = pl.col("related_able_count") > 0
    of_company: dict[str, pl.Expr] = {
        "NO_CONTACT": ~(nobody_active & ~is_related_able & (pl.col("contact_count") == 0)),
        "ONLY_INACTIVE_CONTACTS": ~(nobody_active & ~is_related_able & (pl.col("contact_count") > 0)),
        "CONTACT_AT_PARENT_OR_CHILD": ~(nobody_active & is_related_able),
    }
    checks = _followed(of_company, portal)
    of_contact = pl.when(nobody & ~nobody_active).then(pl.col("proposed_failed")).otherwise(cause_masks.NOTHING)
    # a contact who lacks one thing need not have the others
    doubts_of_contact = pl.when(nobody & ~nobody_active).then("proposed_unknown").otherwise(cause_masks.NOTHING)
    # nothing but whether they are active is unknown of the contacts
    is_anyone_active = cause_masks.literal(["ONLY_INACTIVE_CONTACTS"])
    doubts = pl.when(pl.col("perhaps_unknown") != 0).then("perhaps_unknown").otherwise(is_anyone_active)
    return companies.with_columns(
        failed=cause_masks.failed(checks) | of_contact,
        unknown=cause_masks.unknown(checks)
        | pl.when(is_perhaps).then(doubts).otherwise(cause_masks.NOTHING)
        | doubts_of_contact,
        can_anyone_see=pl.when(~is_unsure).then(~nobody),
        fixes=_fixes(portal.minimum_security_level),
    ).with_columns(reached=_reached())


def _reached() -> pl.Expr:
    """One reason decides that nobody is there; a contact's checks need a contact."""
    of_contacts = [cause.code for cause in CAUSES if cause.subject is Subject.CONTACTS]
    are_all_passed = cause_masks.only(pl.col("failed") | pl.col("unknown"), of_contacts) == 0
    is_anyone_there = (pl.col("able_contact_count") > 0) | pl.col("proposed_failed").is_not_null()
    return cause_masks.reached({Subject.CONTACTS: are_all_passed, Subject.CONTACT: is_anyone_there})


def _fixes(minimum_level: int) -> pl.Expr:
    broken = pl.col("proposed_failed")
    was = pl.col("proposed_level").fill_null("none")
    steps = {
        "NO_LOGIN_EMAIL": pl.lit("add a default e-mail"),
        "BAD_EMAIL": pl.lit("correct the default e-mail"),
        "DUPLICATE_LOGIN_EMAIL": pl.lit(
            "merge the contacts of this company that share the e-mail if they are one person,"
            " otherwise give each an e-mail of its own"
        ),
        "LOGIN_DISABLED": pl.lit("allow portal login"),
        "LEVEL_MISSING": pl.format("set the portal security level to {}", pl.lit(minimum_level)),
        "LEVEL_INVALID": pl.format("change the portal security level from {} to {}", was, pl.lit(minimum_level)),
        "LEVEL_TOO_LOW": pl.format("raise the portal security level from {} to {}", was, pl.lit(minimum_level)),
    }
    parts = [pl.when(cause_masks.only(broken, [cause]) != 0).then(step) for cause, step in steps.items()]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True).replace("", None)
