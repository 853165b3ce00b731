"""Amounts as people and programs write them, to exact decimals; never through a float.

Read are `1,234.50`, `(1,234.50)`, `-$5`, `12.00-`, `12.00 CR`, `USD 12.00`, `€ 1.234,50` (with a decimal comma), and
spaces or apostrophes between thousands. Refused are exponents, groups that are not three digits, more than 14 digits
before the decimals, and decimals beyond the fourth, except zeros and the noise of a float: 100.10000000000001 was 100.1
once. Noise is ten or more decimals of which the fifth to the ninth are all zero or all nine.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.validate.text_forms import folded, read_once

MONEY: Final = pl.Decimal(18, 4)
"""How amounts are stored."""

STRICT_MONEY: Final = r"^-?[0-9]{1,13}(?:\.[0-9]{1,4})?$"
"""What programs write; it needs no second look unless the file has a decimal comma."""

_CODES: Final = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
_CODE: Final = f"(?:{'|'.join(_CODES.split())})"
_SIGN: Final = r"(?:(?:US|CA|AU|NZ|HK|[ACRS])?\p{Sc})"
_GROUPED: Final = "|".join(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (",", " ", "'"))
_NUMBER: Final = rf"(?:(?:{_GROUPED}|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
_BEFORE: Final = rf"(?:{_CODE} ?)?(?:{_SIGN} ?)?"
_BODY: Final = rf"(?:{_BEFORE}{_NUMBER}|(?:{_SIGN} ?)?{_NUMBER} ?{_CODE}|{_NUMBER} ?{_SIGN})"
_AMOUNT: Final = "|".join(
    (
        rf"[-+]? ?{_BODY}",
        rf"{_BEFORE}[-+] ?{_NUMBER}",
        rf"{_BODY} ?(?:-|(?i:CR|DR))",
        rf"\( ?{_BODY} ?\)(?: ?{_CODE})?",
        rf"{_BEFORE}\( ?{_NUMBER} ?\)",
    )
)
_IS_AMOUNT: Final = rf"^(?:{_AMOUNT})$"
_IS_NEGATIVE: Final = r"^[^0-9]*[-(]|-$|(?i:CR)$"
_FITS: Final = r"^0*[0-9]{0,14}(?:\.(?:[0-9]{1,4}0*|[0-9]{4}(?:0{5}|9{5})[0-9]+))?$"
_NO_DIGIT: Final = r"[^0-9.]"
_DIGITS: Final = pl.col("text").str.replace_all(_NO_DIGIT, "")
_COMMA: Final = [",", "."]
_DOT: Final = [".", ","]
_TOO_LONG: Final = r"^0*[1-9][0-9]{14}"


def amounts(text: pl.Series, *, decimal_comma: bool) -> pl.Series:
    """Read stripped texts as amounts; null for other texts.

    Locality: row.
    """

    def careful(spellings: pl.DataFrame) -> pl.DataFrame:
        plain = spellings.select(text=folded(pl.col("text"))).with_columns(digits=_DIGITS)
        is_amount = pl.col("text").str.contains(_IS_AMOUNT) & pl.col("digits").str.contains(_FITS)
        sign = pl.when(pl.col("text").str.contains(_IS_NEGATIVE)).then(pl.lit("-")).otherwise(pl.lit(""))
        # the nought stands in for `.50`
        unsigned = pl.when(is_amount).then(pl.concat_str(pl.lit("0"), "digits"))
        return plain.select(pl.concat_str(sign, unsigned).cast(MONEY, strict=False))

    dotted = _dotted(text) if decimal_comma else text
    return read_once(dotted, STRICT_MONEY, pl.col("text").cast(MONEY, strict=False), careful)


def complaint(text: pl.Expr, *, decimal_comma: bool) -> pl.Expr:
    """The complaint about texts that are no amounts, in words that follow the value.

    Locality: row.
    """
    plain = folded(text.str.replace_many(_COMMA, _DOT) if decimal_comma else text)
    digits = plain.str.replace_all(_NO_DIGIT, "")
    return (
        pl.when(~plain.str.contains(_IS_AMOUNT))
        .then(pl.lit("is not an amount"))
        .when(digits.str.contains(_TOO_LONG))
        .then(pl.lit("has more than 14 digits before the decimals"))
        .otherwise(pl.lit("has more than 4 decimals"))
    )


def named_currency(text: pl.Expr) -> pl.Expr:
    """The currency that an amount's text names itself, as in `USD 12.00` or `12.00 €`; else null.

    A dollar, pound or yen sign names none: several currencies share it.

    Locality: row.
    """
    unusual = pl.when(~text.str.contains(r"^[-0-9.,]*$")).then(text)
    return unusual.str.replace("€", "EUR", literal=True).str.extract(rf"({_CODE})")


def _dotted(text: pl.Series) -> pl.Series:
    return text.to_frame("text").select(pl.col("text").str.replace_many(_COMMA, _DOT)).to_series()
