"""Who can look into the portal: every contact's gates, and for each company the one contact to propose."""

from __future__ import annotations

import polars as pl

from etl.diagnose import masks

_EMAIL = r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}$"
_LEVEL = r"^[1-6]$"

CONTACT_GATES = (
    "NO_LOGIN_EMAIL",
    "BAD_EMAIL",
    "DUPLICATE_LOGIN_EMAIL",
    "LOGIN_DISABLED",
    "LEVEL_MISSING",
    "LEVEL_INVALID",
    "LEVEL_TOO_LOW",
)


def check_contacts(contacts: pl.DataFrame, minimum_level: int) -> pl.DataFrame:
    """Judge every contact, and mark the one contact to propose at each company.

    Locality: group: company_id_cw (only to mark the proposed contact; the gates are row-local).

    Args:
        contacts: rows of marts.contact_facts.
        minimum_level: lowest portal security level (1-6) that sees invoices.

    Returns:
        `contacts` with `failed` and `unknown` (masks of causes), `is_active`, `can_see`, `is_perhaps_able` (nothing
        speaks against it, but the export does not say all), `contact_role` and `is_proposed`.
    """
    has_email = pl.col("default_email").is_not_null()
    level = pl.col("portal_security_level")
    # a level such as "6.0" is how spreadsheets and data frames write 6
    clean_level = level.str.replace(r"\.0+$", "")
    is_level = clean_level.str.contains(_LEVEL)
    gates: dict[str, pl.Expr] = {
        "NO_LOGIN_EMAIL": has_email,
        "BAD_EMAIL": ~has_email | pl.col("default_email").str.contains(_EMAIL),
        "DUPLICATE_LOGIN_EMAIL": pl.col("login_holders").fill_null(0) <= 1,
        "LOGIN_DISABLED": ~pl.col("is_login_disabled"),
        "LEVEL_MISSING": level.is_not_null(),
        "LEVEL_INVALID": level.is_null() | is_level,
        "LEVEL_TOO_LOW": ~is_level.fill_null(value=False) | (clean_level.cast(pl.Int8, strict=False) >= minimum_level),
    }
    clean = (pl.col("failed") == 0) & pl.col("is_active")
    is_said = pl.col("is_inactive").is_not_null() & (pl.col("unknown") == 0)
    judged = contacts.with_columns(
        failed=masks.failed(gates),
        unknown=masks.unknown(gates),
        is_active=~pl.col("is_inactive").fill_null(value=False),
    ).with_columns(
        can_see=clean & is_said,
        is_perhaps_able=clean & ~is_said,
        contact_role=_role(),
        valid_level=pl.when(is_level.fill_null(value=False)).then(clean_level.cast(pl.Int8, strict=False)),
    )
    return _propose(judged).drop("valid_level")


def _role() -> pl.Expr:
    return (
        pl.when("is_billing_contact").then(pl.lit("billing contact"))
        .when("is_default_billing").then(pl.lit("default billing contact"))
        .when("is_default").then(pl.lit("default contact"))
        .otherwise(pl.lit("contact"))
    )  # fmt: skip


def _propose(judged: pl.DataFrame) -> pl.DataFrame:
    """Mark the active contact who needs the least: billing first, then default, then fewest broken checks."""
    order = [
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


def check_companies(companies: pl.DataFrame, minimum_level: int) -> pl.DataFrame:
    """Judge every mapped company: can anyone see its invoices, and if not, what would it take.

    Locality: row.

    Args:
        companies: rows of marts.company_facts.
        minimum_level: lowest portal security level (1-6) that sees invoices.

    Returns:
        `companies` with `failed` and `unknown` (masks of causes), `can_anyone_see` (null where the export does not say
        whether a contact is active or may log in) and `fixes`, the change for the proposed contact.
    """
    is_unsure = (pl.col("able_contact_count") == 0) & (pl.col("perhaps_able_contact_count") > 0)
    nobody = (pl.col("able_contact_count") == 0) & ~is_unsure
    nobody_active = pl.col("active_contact_count") == 0
    is_related_able = pl.col("related_able_count") > 0
    gates: dict[str, pl.Expr] = {
        "NO_CONTACT": ~(nobody_active & ~is_related_able & (pl.col("contact_count") == 0)),
        "ONLY_INACTIVE_CONTACTS": ~(nobody_active & ~is_related_able & (pl.col("contact_count") > 0)),
        "CONTACT_AT_PARENT_OR_CHILD": ~(nobody_active & is_related_able),
    }
    of_contact = pl.when(nobody & ~nobody_active).then(pl.col("proposed_failed")).otherwise(masks.NOTHING)
    return companies.with_columns(
        failed=masks.failed(gates) | of_contact,
        unknown=masks.unknown({"LOGIN_DISABLED": pl.when(~is_unsure).then(pl.lit(value=True))}),
        can_anyone_see=pl.when(~is_unsure).then(~nobody),
        fixes=_fixes(minimum_level),
    )


def _fixes(minimum_level: int) -> pl.Expr:
    broken = pl.col("proposed_failed")
    was = pl.col("proposed_level").fill_null("none")
    steps = {
        "NO_LOGIN_EMAIL": pl.lit("add a default e-mail"),
        "BAD_EMAIL": pl.lit("correct the default e-mail"),
        "DUPLICATE_LOGIN_EMAIL": pl.lit("give the contact an e-mail of its own"),
        "LOGIN_DISABLED": pl.lit("allow portal login"),
        "LEVEL_MISSING": pl.format("set the portal security level to {}", pl.lit(minimum_level)),
        "LEVEL_INVALID": pl.format("change the portal security level from {} to {}", was, pl.lit(minimum_level)),
        "LEVEL_TOO_LOW": pl.format("raise the portal security level from {} to {}", was, pl.lit(minimum_level)),
    }
    parts = [pl.when(masks.only(broken, [cause]) != 0).then(step) for cause, step in steps.items()]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True).replace("", None)
