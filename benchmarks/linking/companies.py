"""A provider of any size, invented: what accounting calls its customers, what ConnectWise calls them, and the truth.

Nothing here knows how the linker reads a name. The same seed writes the same bytes.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from benchmarks.child import answer
from benchmarks.linking import words
from benchmarks.linking.contacts import home_cities, invent, kept, written_phones, written_websites
from benchmarks.linking.datasets import VARIANTS
from benchmarks.linking.names import Dice, brands, core, flag, trades
from benchmarks.linking.respell import misspelt, rewritten, shortened, with_form

COLUMNS: Final = (
    "name", "address", "city", "state", "postal_code", "country", "phone", "email", "website", "account_number",
)  # fmt: skip
SHARES: Final = {
    "fresh": 0.12, "sibling": 0.08, "duplicate": 0.06, "franchise": 0.012, "sister": 0.02, "in ConnectWise": 0.55,
    "in accounting": 0.35, "mistyped": 0.03, "own number": 0.08,
}  # fmt: skip
SIBLINGS: Final = {"other trade": 0.5, "second": 0.25, "respelt": 0.17, "other city": 0.08}
_ABOUT: Final = ("city", "state", "postal_code", "country")


@dataclass(frozen=True)
class Provider:
    """What a benchmark needs to know of an invented provider.

    Attributes:
        kinds: what each customer is: matched, duplicate, fresh, or which kind of sibling.
    """

    left: pl.DataFrame
    right: pl.DataFrame
    truth: pl.DataFrame
    kinds: pl.DataFrame


def make(count: int, seed: int) -> Provider:
    """As many companies as customers; about four customers in five have a company."""
    dice = Dice(np.random.default_rng([seed, count]))
    homes = home_cities(dice)
    companies = _companies(dice, count, homes)
    customers = _customers(dice, companies, homes)
    left, right = in_accounting(dice, customers), in_connectwise(dice, companies)
    ids = left["left_id"]
    return Provider(
        left, right,
        pl.DataFrame({"left_id": ids, "right_id": customers["right_id"]}),
        pl.DataFrame({"left_id": ids, "kind": customers["kind"]}),
    )  # fmt: skip


def _companies(dice: Dice, count: int, homes: np.ndarray) -> pl.DataFrame:
    """The companies, some of them franchises or sisters of others, half of them numbered."""
    frame = invent(dice, count, homes).with_row_index("row")
    for kind, how in (("franchise", "other city"), ("sister", "other trade")):
        rows = dice.rng.choice(count, int(count * SHARES[kind]), replace=False)
        models = frame[dice.rng.integers(0, count, len(rows))]
        made = relatives(dice, models, pl.repeat(how, len(rows), eager=True), homes)
        frame = frame.update(made.with_columns(row=pl.Series(rows, dtype=pl.UInt32)), on="row")
    numbers = pl.Series(10_000 + dice.rng.choice(3 * count + 10, count, replace=False)).cast(pl.String)
    has_number = flag(dice.happens(count, SHARES["in ConnectWise"]))
    width = len(str(count))
    return frame.with_columns(
        account=pl.when(has_number).then(pl.concat_str(pl.lit("AC"), pl.lit(numbers))),
        right_id=pl.concat_str(pl.lit("R"), pl.col("row").cast(pl.String).str.zfill(width)),
    ).drop("row")


def relatives(dice: Dice, models: pl.DataFrame, how: pl.Series, homes: np.ndarray) -> pl.DataFrame:
    """Other companies that look like the models: each shares something with its own, and is not it.

    `how` says per model what they are: other city, other trade, second, respelt.
    """
    count = models.height
    own = invent(dice, count, homes)
    kind, lead, tail = pl.lit(how), pl.col("lead"), pl.col("tail")
    is_near = flag(dice.happens(count, 0.5)) & (kind != "other city")
    after = pl.lit(dice.pick([" II", " 2", " III", " Two"], count))
    shared = {name: pl.when(is_near).then(pl.col(name)).otherwise(pl.lit(own[name])) for name in _ABOUT}
    return models.with_columns(
        lead=pl.when(kind == "respelt").then(misspelt(dice, count, lead)).otherwise(lead),
        tail=pl.when(kind == "other trade").then(pl.lit(trades(dice, count)))
        .when(kind == "second").then(pl.concat_str(tail, after).str.strip_chars())
        .otherwise(tail),
        form=pl.when(flag(dice.happens(count, 0.6))).then(pl.col("form")).otherwise(pl.lit(own["form"])),
        domain=kept(dice, pl.col("domain"), 0.3, count).otherwise(pl.lit(own["domain"])),
        phone=kept(dice, pl.col("phone"), 0.1, count).otherwise(pl.lit(own["phone"])),
        street=pl.lit(own["street"]),
        account=pl.lit(None, pl.String),
        **shared,
    )  # fmt: skip


def _customers(dice: Dice, companies: pl.DataFrame, homes: np.ndarray) -> pl.DataFrame:
    """Who gets invoices: companies, some twice; strangers; and relatives of companies."""
    count = companies.height
    fresh = int(count * SHARES["fresh"])
    siblings = int((count - fresh) * SHARES["sibling"])
    matched = count - fresh - siblings
    rows = dice.rng.permutation(count)[:matched]
    is_again = dice.happens(matched, SHARES["duplicate"])
    rows = np.where(is_again, rows[dice.rng.integers(0, matched, matched)], rows)
    found = companies[rows].with_columns(
        kind=pl.when(flag(is_again)).then(pl.lit("duplicate")).otherwise(pl.lit("matched"))
    )
    how = pl.Series(list(SIBLINGS)).gather(dice.rng.choice(len(SIBLINGS), siblings, p=list(SIBLINGS.values())))
    models = companies[dice.rng.integers(0, count, siblings)]
    nobody = pl.lit(None, pl.String)
    near = relatives(dice, models, how, homes).with_columns(right_id=nobody, kind=pl.lit("sibling: " + how))
    far = invent(dice, fresh, homes).with_columns(right_id=nobody, kind=pl.lit("fresh"))
    everybody = pl.concat([found, near, far], how="diagonal")
    return everybody[dice.rng.permutation(count)]


def in_connectwise(dice: Dice, companies: pl.DataFrame) -> pl.DataFrame:
    """The right side: tidy names, most details filled in."""
    count = companies.height
    frame = companies.with_columns(name=core(companies))
    frame = frame.with_columns(name=kept(dice, shortened(pl.col("name")), 0.06, count).otherwise("name"))
    frame = frame.with_columns(name=with_form(dice, frame))
    frame = frame.with_columns(name=kept(dice, pl.col("name").str.to_uppercase(), 0.03, count).otherwise("name"))
    is_placed = flag(dice.happens(count, 0.95))
    return frame.select(
        "right_id", "name",
        pl.lit(None, pl.String).alias("address"),
        *[pl.when(is_placed).then(pl.col(name)).alias(name) for name in _ABOUT],
        kept(dice, written_phones(dice, frame), 0.92, count).alias("phone"),
        pl.lit(None, pl.String).alias("email"),
        kept(dice, written_websites(dice, frame), 0.85, count).alias("website"),
        pl.col("account").alias("account_number"),
    )  # fmt: skip


def in_accounting(dice: Dice, customers: pl.DataFrame) -> pl.DataFrame:
    """The left side: names as somebody typed them, details as somebody knew them."""
    count = customers.height
    other = invent(dice, count, home_cities(dice))
    place = flag(dice.rng.random(count))
    code = _neighbouring_code(dice, count)
    where = {
        name: pl.when(place < 0.7).then(pl.col(name)).when((place > 0.78) & (place < 0.87)).then(pl.lit(other[name]))
        .when(place < 0.78).then(code if name == "postal_code" else pl.col(name))
        for name in _ABOUT
    }  # fmt: skip
    dialled = customers.with_columns(
        phone=kept(dice, pl.col("phone"), 0.86, count).otherwise(pl.lit(other["phone"])),
        domain=kept(dice, pl.col("domain"), 0.95, count).otherwise(pl.lit(other["domain"])),
    )
    width = len(str(count))
    return customers.select(
        pl.concat_str(pl.lit("L"), pl.int_range(count).cast(pl.String).str.zfill(width)).alias("left_id"),
        pl.lit(rewritten(dice, customers)).alias("name"),
        pl.when(place < 0.78).then("street").alias("address"),
        *[value.alias(name) for name, value in where.items()],
        pl.lit(dialled.select(kept(dice, written_phones(dice, dialled), 0.75, count)).to_series()).alias("phone"),
        _emails(dice, customers).alias("email"),
        pl.lit(dialled.select(kept(dice, written_websites(dice, dialled), 0.3, count)).to_series()).alias("website"),
        _numbers(dice, customers).alias("account_number"),
    )


def _neighbouring_code(dice: Dice, count: int) -> pl.Expr:
    """Another code of the same city: its post office box, its former office."""
    code, letters = pl.col("postal_code"), pl.lit(dice.letters(count) + dice.letters(count))
    numeric = pl.concat_str(code.str.slice(0, 3), pl.lit(dice.numbers(10, 100, count))).str.slice(
        0, code.str.len_chars()
    )
    return pl.when(code.str.contains(r"^\d+$")).then(numeric).otherwise(pl.concat_str(code.str.head(-2), letters))


def _emails(dice: Dice, customers: pl.DataFrame) -> pl.Expr:
    """68 % at the company, 13 % at a free host, 4 % at a book-keeper of many, 15 % none."""
    count = customers.height
    keepers = (brands(dice, count // 200 + 5).str.to_lowercase() + "bookkeeping.com").to_list()
    host = flag(dice.rng.random(count))
    at = (
        pl.when(host < 0.68).then("domain")
        .when(host < 0.81).then(pl.lit(dice.pick(words.FREE_MAIL, count)))
        .when(host < 0.85).then(pl.lit(dice.pick(keepers, count)))
    )  # fmt: skip
    return pl.concat_str(pl.lit(dice.pick(words.MAILBOXES, count)), pl.lit("@"), at)


def _numbers(dice: Dice, customers: pl.DataFrame) -> pl.Expr:
    """The company's account number where somebody entered it, now and then mistyped; strangers have their own."""
    count, account = customers.height, pl.col("account")
    share = min(1.0, SHARES["in accounting"] * count / max(1, customers["account"].count()))
    digits = account.str.strip_prefix("AC")
    slipped = pl.concat_str(
        digits.str.slice(0, 3), pl.lit(dice.numbers(0, 100, count)).str.zfill(2), digits.str.slice(5)
    )
    typed = pl.when(flag(dice.happens(count, SHARES["mistyped"]))).then(slipped).otherwise(digits)
    written = pl.concat_str(pl.lit(dice.pick(["AC", "AC", "AC", "AC-", ""], count)), typed)
    own = pl.lit("B" + dice.numbers(1_000, 9_999, count))
    is_stranger = pl.col("right_id").is_null() & flag(dice.happens(count, SHARES["own number"]))
    return pl.when(is_stranger).then(own).when(flag(dice.happens(count, share))).then(written)


def write(provider: Provider, folder: Path) -> None:
    """One folder per variant: the same companies with all that is known, and with nothing but names."""
    for variant in VARIANTS:
        (folder / variant).mkdir(parents=True)
        columns = COLUMNS if variant == "evidence" else ("name",)
        provider.left.select("left_id", *columns).write_csv(folder / variant / "left.csv")
        provider.right.select("right_id", *columns).write_csv(folder / variant / "right.csv")
        provider.truth.write_csv(folder / variant / "truth.csv")
        provider.kinds.write_csv(folder / variant / "kinds.csv")


def main(count: str, seed: str, folder: str) -> None:
    """Write a provider of COUNT companies to FOLDER."""
    write(make(int(count), int(seed)), Path(folder))
    answer({})


if __name__ == "__main__":
    main(*sys.argv[1:])
