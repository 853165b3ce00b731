"""Splink 5 on names and evidence, after its own example for businesses: words block and count by their rarity.

Left to the user by Splink, and done here to its advantage: plain names without legal forms, digits of phones, domains
of websites and e-mails without free hosts, account numbers without punctuation.

Four ways to compare names were tried at 10k on two seeds. Letters alone did worse in both. Letters and words as two
comparisons lost 0.10 of the recall at 99.9 % precision on one seed and won 0.02 on the other; finer levels lost 0.07
and 0.01. What stands here has the best F1 in both seeds, with names alone.

How many names a word may block decides the time. At 100k without a limit, as in that example: 263 s and 19 GB; 3,000:
150 s and 11 GB; 1,000: 61 s and 5 GB; 200: a sixth of that, and 1 % of the right companies are lost. `WIDE` is what a
careful user with an ordinary machine would take, `NARROW` one who is in a hurry: both take part.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import polars as pl
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.linking.plain_names import core_name, plain

_FREE_HOSTS: Final = (
    "gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "aol.com", "icloud.com", "comcast.net", "att.net",
    "msn.com", "live.com", "verizon.net",
)  # fmt: skip
_WORD: Final = "token"
_RARE: Final = 3
WIDE, NARROW = 1_000, 200
"""A word in more names than these blocks only together with the second rarest word, or with the place."""
_EVIDENCE: Final = ("domain", "phone", "postal_code", "city", "address", "account_number")
_LEAST_PROBABILITY: Final = 1e-4
_SEED: Final = 1
_WEIGHT: Final = (
    "len(list_intersect(tokens_l, tokens_r)) > 0 and list_sum(list_transform("
    "list_filter(weights_l, lambda x: list_contains(tokens_r, x.token)), lambda x: x.bits))"
)
"""Bits of the words that both names have; what a lambda names alone, Splink does not see, hence the first condition."""


def prepared(side: pl.DataFrame, key: str) -> pl.DataFrame:
    """One side with the columns that are compared."""
    names = {"phone", "postal_code", "city", "address", "account_number", "website", "email"} - set(side.columns)
    side = side.with_columns(pl.lit(None, pl.String).alias(name) for name in sorted(names))
    site = pl.col("website").str.to_lowercase().str.extract(r"^(?:https?://)?(?:www\.)?([^/]+)")
    host = pl.col("email").str.to_lowercase().str.extract(r"@(.+)$")
    core = core_name(pl.col("name"))
    digits = pl.col("phone").str.replace_all(r"\D", "").str.tail(9)
    return side.select(
        unique_id=pl.col(key),
        core=core,
        tokens=core.str.split(" ").list.unique(maintain_order=True),
        domain=pl.coalesce(site, pl.when(~host.is_in(_FREE_HOSTS)).then(host)),
        phone=pl.when(digits.str.len_chars() == 9).then(digits),
        postal_code=plain(pl.col("postal_code")).str.replace(r"^(\d{5}) \d{4}$", "$1").str.replace_all(" ", ""),
        city=pl.col("city").str.to_lowercase(),
        address=plain(pl.col("address")),
        account_number=pl.col("account_number").str.to_uppercase().str.replace_all(r"\D", ""),
    )


def with_rarity(sides: list[pl.DataFrame], most_names: int) -> list[pl.DataFrame]:
    """Adds `weights` (bits per word, rarest first) and the rarest words of each name, in at most so many names."""
    count = sum(side.height for side in sides)
    words = (
        pl.concat([side.select(pl.col("tokens").alias(_WORD)) for side in sides])
        .explode("token")
        .group_by("token")
        .len()
    )
    bits = words.select("token", "len", bits=(count / pl.col("len")).log(2.0))
    done = []
    for side in sides:
        long = (
            side.select("unique_id", pl.col("tokens").alias(_WORD)).explode("token").join(bits, on="token", how="left")
        )
        long = long.sort(["unique_id", "bits", "token"], descending=[False, True, False])
        weights = long.group_by("unique_id", maintain_order=True).agg(
            weights=pl.struct("token", "bits"),
            rare=pl.col("token").filter(pl.col("len") <= most_names).head(_RARE),
            first=pl.col("token").head(2),
        )
        whole = side.join(weights, on="unique_id", how="left")
        pair = pl.when(pl.col("first").list.len() == 2).then(pl.col("first").list.sort().list.join(" "))
        done.append(whole.with_columns(rare_1=pl.col("first").list.get(0, null_on_oob=True), rare_2=pair).drop("first"))
    return done


def name_comparison() -> Any:
    """Names by equality, letters and the weight of the words that both have."""
    return comparisons.CustomComparison(
        output_column_name="core",
        comparison_levels=[
            levels.NullLevel("core"),
            levels.ExactMatchLevel("core").configure(tf_adjustment_column="core"),
            levels.JaroWinklerLevel("core", 0.95),
            levels.CustomLevel(f"{_WEIGHT} >= 22"),
            levels.JaroWinklerLevel("core", 0.9),
            levels.CustomLevel(f"{_WEIGHT} >= 14"),
            levels.CustomLevel(f"{_WEIGHT} >= 9"),
            levels.JaroWinklerLevel("core", 0.8),
            levels.ElseLevel(),
        ],
    )


def evidence_comparisons(columns: list[str]) -> list[Any]:
    """One comparison per kind of evidence."""
    made = {
        "domain": comparisons.ExactMatch("domain").configure(term_frequency_adjustments=True),
        "phone": comparisons.ExactMatch("phone").configure(term_frequency_adjustments=True),
        "postal_code": comparisons.LevenshteinAtThresholds("postal_code", 1),
        "city": comparisons.JaroWinklerAtThresholds("city", 0.9).configure(term_frequency_adjustments=True),
        "address": comparisons.JaroWinklerAtThresholds("address", [0.92, 0.8]),
        "account_number": comparisons.DamerauLevenshteinAtThresholds("account_number", 1),
    }
    return [made[name] for name in columns]


def settings(columns: list[str]) -> SettingsCreator:
    """What is compared, and which pairs are compared at all."""
    sure = [name for name in ("domain", "phone", "account_number") if name in columns]
    blocks: list[Any] = [
        block_on("core"),
        *map(block_on, sure),
        block_on("rare", arrays_to_explode=["rare"]),
        block_on("rare_2"),
    ]
    if "address" in columns:
        blocks.append(block_on("address"))
    if "postal_code" in columns:
        blocks += [block_on("postal_code", "substr(core, 1, 3)"), block_on("rare_1", "substr(postal_code, 1, 3)")]
    return SettingsCreator(
        link_type="link_only",
        comparisons=[name_comparison(), *evidence_comparisons(columns)],
        blocking_rules_to_generate_predictions=blocks,
        retain_matching_columns=False,
    )


def train(linker: Any, columns: list[str]) -> None:
    """Weights without labels: u from random pairs, m by EM over pairs that agree on one thing at a time."""
    linker.training.estimate_probability_two_random_records_match([block_on("core")], recall=0.45)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=_SEED)
    passes = [block_on(name) for name in ("domain", "phone") if name in columns] or [block_on("rare_1")]
    if columns:
        passes.append(block_on("core"))
    for rule in passes:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)


def link(left: pl.DataFrame, right: pl.DataFrame, most_names: int) -> pl.DataFrame:
    """Every pair worth a look with its `match_probability`."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    sides = [prepared(left, "left_id"), prepared(right, "right_id")]
    columns = [name for name in _EVIDENCE if all(side[name].count() for side in sides)]
    database = DuckDBAPI()
    tables = [
        database.register(side.drop(set(_EVIDENCE) - set(columns)).to_arrow(), dataset_display_name=name)
        for name, side in zip(("l_side", "r_side"), with_rarity(sides, most_names), strict=True)
    ]
    linker = Linker(tables, settings(columns), log_level=logging.ERROR)
    train(linker, columns)
    found = linker.inference.predict(threshold_match_probability=_LEAST_PROBABILITY)
    pairs: pl.DataFrame = found.as_duckdbpyrelation().pl()
    return pairs.select(left_id="unique_id_l", right_id="unique_id_r", match_probability="match_probability")
