"""The scorecard: the points of each finding in bits, the whole of the score in one table.

The points have the form of Fellegi and Sunter's: they add up, agreement is never negative, a better finding is never
worth less, and two to the power of their sum is the odds. They are rounded to half bits, so that a person can add them
up. The points are data (`scorecard.json`), with a version; `fit.py` learns them from judgements.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import polars as pl

from etl.errors import ConfigurationError, Problem

AGREES, CONTRADICTS, SIMILAR, PARTLY, START = "agrees", "contradicts", "similar", "partly", "start"


@dataclass(frozen=True)
class Level:
    """One possible finding of one kind of evidence.

    Attributes:
        verdict: agrees (worth nothing or more), contradicts (nothing or less), similar or partly (either).
        words: the finding in words.
    """

    verdict: str
    words: str


_A, _C, _S, _P = AGREES, CONTRADICTS, SIMILAR, PARTLY

KINDS_OF_EVIDENCE: Final[dict[str, dict[str, Level]]] = {
    "account number": {
        "equal": Level(_A, "equal"),
        "bare": Level(_A, "equal except for the letters before it"),
        "other": Level(_C, "different"),
    },
    "tax id": {"equal": Level(_A, "equal"), "other": Level(_C, "different")},
    "shared invoices": {
        "many": Level(_A, "number and total agree, at no other company"),
        "one": Level(_A, "number and total agree, at no other company"),
        "some": Level(_A, "number and total agree, but at other companies too"),
        "other": Level(_C, "none here, but at another company"),
    },
    "name": {
        "same": Level(_A, "equal, legal form too"),
        "equal": Level(_A, "equal except for the legal form"),
        "alias": Level(_A, "equal to its other name"),
        "rearranged": Level(_A, "the same words in another order, spacing or spelling"),
        "part": Level(_A, "equal except for words before or after the name"),
        "guess": Level(_A, "equal, if what is probably short is written out"),
        "parent": Level(_A, "the parent customer's name is equal"),
        "cut": Level(_A, "equal as far as it goes: cut off"),
        "near": Level(_A, "spelt nearly the same"),
        "similar": Level(_S, "spelt similarly"),
        "alike": Level(_S, "spelt somewhat similarly"),
        "unlike": Level(_C, "spelt differently"),
    },
    "rarity": {
        "very rare": Level(_A, "the name is very rare"),
        "rare": Level(_A, "the name is rare"),
        "telling": Level(_P, "the name is not common"),
        "some": Level(_C, "the name is rather common"),
        "common": Level(_C, "the name is common"),
    },
    "shared words": {
        "very rare": Level(_A, "very rare ones"),
        "rare": Level(_A, "rare ones"),
        "telling": Level(_P, "telling ones"),
        "some": Level(_P, "rather common ones"),
        "common": Level(_C, "common ones"),
        "none": Level(_C, "none"),
    },
    "words of the customer": {
        "none": Level(_A, "all are in the company's name"),
        "common": Level(_P, "a common one is missing in the company's name"),
        "some": Level(_C, "some are missing in the company's name"),
        "telling": Level(_C, "a telling one is missing in the company's name"),
        "many": Level(_C, "telling ones are missing in the company's name"),
    },
    "words of the company": {
        "none": Level(_A, "all are in the customer's name"),
        "common": Level(_P, "a common one is missing in the customer's name"),
        "some": Level(_C, "some are missing in the customer's name"),
        "telling": Level(_C, "a telling one is missing in the customer's name"),
        "many": Level(_C, "telling ones are missing in the customer's name"),
    },
    "first word": {"equal": Level(_A, "agrees"), "other": Level(_C, "different")},
    "acronym": {
        "equal": Level(_A, "one name is the other's initials"),
        "letters": Level(_A, "the company's first word is made of the customer's letters, in their order"),
    },
    "number in the name": {"more": Level(_C, "one has a long one more"), "other": Level(_C, "different")},
    "legal form": {"other": Level(_C, "different")},
    "e-mail domain": {
        "own, named": Level(_A, "equal, of this company only, and bears the name"),
        "named": Level(_A, "one's domain bears the other's name"),
        "own": Level(_A, "equal, and of this company only"),
        "shared": Level(_A, "equal, but two or three companies share it"),
        "other, named": Level(_P, "different, but one's domain bears the other's name"),
        "other": Level(_C, "different"),
    },
    "phone": {"equal": Level(_A, "equal"), "other": Level(_C, "different")},
    "postal code": {"equal": Level(_A, "equal"), "other": Level(_C, "different")},
    "city": {"equal": Level(_A, "equal"), "other": Level(_C, "different")},
    "address": {"equal": Level(_A, "house number and place are equal"), "other": Level(_C, "the house number differs")},
    "state": {"other": Level(_C, "different")},
    "country": {"other": Level(_C, "different")},
    "other customers": {
        "as good": Level(_C, "another one fits the company as well"),
        "better": Level(_C, "another one fits the company better"),
    },
    "target": {
        "inactive": Level(_C, "the company is inactive"),
        "deleted": Level(_C, "the company is in the recycle bin"),
        "vendor": Level(_C, "the company is a vendor"),
    },
}
"""Kind -> finding, the best first. A finding that is null is absent and worth nothing."""

KINDS: Final[tuple[str, ...]] = tuple(KINDS_OF_EVIDENCE)
PRIOR: Final = "prior"
PRIOR_WORDS: Final = "before any comparison: most candidates are somebody else"
FINDING: Final = pl.Enum(sorted({finding for levels in KINDS_OF_EVIDENCE.values() for finding in levels}))
"""The findings of all kinds."""


@dataclass(frozen=True)
class Scorecard:
    """The points of every finding.

    Attributes:
        version: names the table; candidates that were scored with another cannot be compared.
        prior: bits before any comparison.
        points: kind -> finding -> half bits.
    """

    version: str
    prior: float
    points: dict[str, dict[str, float]]

    def to_json(self) -> str:
        """The scorecard as JSON, in the form that `read_scorecard` reads."""
        return json.dumps({"version": self.version, PRIOR: self.prior, "points": self.points}, indent=2) + "\n"


def read_scorecard(path: Path | None = None) -> Scorecard:
    """Read the points from a file, or the points that billsight ships if no file is given.

    Raises:
        ConfigurationError: the file is missing or is no scorecard; every problem is listed.
    """
    where = files("etl.match").joinpath("scorecard.json") if path is None else path
    try:
        content = json.loads(where.read_text(encoding="utf-8"))
        card = Scorecard(str(content["version"]), float(content[PRIOR]), content["points"])
        card_findings = {(kind, finding) for kind, worth in card.points.items() for finding in worth}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = "Write it again with 'billsight match --fit', or remove [matching] scorecard."
        what = f"{type(error).__name__}: {error}"
        raise ConfigurationError([Problem(str(where), what, "a scorecard", remedy)]) from None
    expected = {(kind, finding) for kind, levels in KINDS_OF_EVIDENCE.items() for finding in levels}
    remedy = "It was written by another version: fit it again, or remove [matching] scorecard."
    problems = [
        Problem(str(where), f"{what} {kind}: {finding}", "points for every finding, and no others", remedy)
        for what, findings in (
            ("no points for", expected - card_findings),
            ("points for the unknown", card_findings - expected),
        )
        for kind, finding in findings
    ]
    if problems:
        raise ConfigurationError(problems)
    return card


def points(kind: str, card: Scorecard) -> pl.Expr:
    """The points of the column `kind`; an absent finding is worth nothing."""
    worth = pl.Series([card.points[kind].get(finding, 0.0) for finding in FINDING.categories], dtype=pl.Float64)
    # the findings are numbered, and looked up by their number
    return pl.lit(worth).gather(pl.col(kind).to_physical()).fill_null(0.0)


def score(card: Scorecard) -> pl.Expr:
    """The sum of all points and the prior, in half bits."""
    return pl.sum_horizontal(points(kind, card) for kind in KINDS) + card.prior
