"""What companies and contacts are known by in ConnectWise lists without RecID: the Company ID, or company and name."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.domain import IDENTIFIED, MALFORMED_ID

_LONGEST_IDENTIFIER: Final = 30


def with_company_key(frame: pl.DataFrame) -> pl.DataFrame:
    """The Company ID is the key where a list has no RecID, marked so that it is no other company's RecID.

    Locality: row.
    """
    has_id, has_identifier = (name in frame.columns for name in ("company_id_cw", "company_identifier"))
    if has_id == has_identifier:
        return frame
    frame = apart(frame)
    number = pl.col("company_id_cw") if "company_id_cw" in frame.columns else pl.lit(None, dtype=pl.String)
    identifier = pl.col("company_identifier")
    # a malformed id is left as it is: it is refused as such
    marked = pl.when(_is_malformed("company_identifier")).then(identifier).otherwise(pl.lit(IDENTIFIED) + identifier)
    is_long = number.is_null() & (identifier.str.len_chars() > _LONGEST_IDENTIFIER)
    problem = pl.lit(f"company_identifier: a Company ID has at most {_LONGEST_IDENTIFIER} characters")
    return frame.with_columns(
        company_id_cw=pl.coalesce(number, marked),
        read_problem=pl.coalesce("read_problem", pl.when(is_long).then(problem)),
    )


def with_contact_key(frame: pl.DataFrame) -> pl.DataFrame:
    """Company and name are the key where a list has no RecID; the e-mail distinguishes contacts of one name.

    A contact that gets another e-mail stays the same contact.

    Locality: whole (only to distinguish them).
    """
    if "contact_id_cw" in frame.columns:
        return frame
    companies = [name for name in ("company_id_cw", "company_identifier", "company_name") if name in frame.columns]
    names = [name for name in ("first_name", "last_name") if name in frame.columns]
    email = pl.col("default_email") if "default_email" in frame.columns else pl.lit(None, dtype=pl.String)
    name = pl.concat_str(names, separator=" ", ignore_nulls=True).replace("", None)
    key = pl.concat_str(pl.coalesce(*companies, pl.lit("")), pl.coalesce(name, email), separator="|")
    frame = frame.with_columns(contact_id_cw=key)
    is_shared = pl.col("contact_id_cw").is_duplicated() & name.is_not_null() & email.is_not_null()
    with_email = pl.concat_str("contact_id_cw", email, separator="|")
    return frame.with_columns(contact_id_cw=pl.when(is_shared).then(with_email).otherwise("contact_id_cw"))


def apart(frame: pl.DataFrame) -> pl.DataFrame:
    """A text in the place of the RecID is the Company ID, where no other column has that: `Company_ID` of a report.

    A RecID has digits only, unless a spreadsheet changed it.

    Locality: row.
    """
    if "company_id_cw" not in frame.columns or "company_identifier" in frame.columns:
        return frame
    value = pl.col("company_id_cw")
    is_text = value.str.contains(r"\p{L}") & ~_is_malformed("company_id_cw")
    return frame.with_columns(
        company_id_cw=pl.when(~is_text).then(value), company_identifier=pl.when(is_text).then(value)
    )


def _is_malformed(column: str) -> pl.Expr:
    return pl.col(column).str.contains(f"^(?:{MALFORMED_ID})$")
