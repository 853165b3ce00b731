"""Other people's ways to link companies, each as a careful user would set it up; one process runs one of them once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.child import answer
from benchmarks.linking.plain_names import core_name, plain

_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "exact": (),
    "rapidfuzz": ("rapidfuzz.process", "rapidfuzz.fuzz"),
    "sparse_dot_topn": ("sklearn.feature_extraction.text", "sparse_dot_topn"),
    "splink": ("benchmarks.linking.splink_peer",),
    "splink_narrow": ("benchmarks.linking.splink_peer",),
}
_TOP: Final = 5
_STRIP: Final = 500
"""Rows of the matrix of all scores that rapidfuzz fills at a time."""


def exact(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """The rule of billing portals: the same core name, once on either side."""
    single = [
        side.select(key, core=core_name(pl.col("name"))).unique("core", keep="none", maintain_order=True)
        for side, key in ((left, "left_id"), (right, "right_id"))
    ]
    return single[0].join(single[1], on="core").select(
        "left_id", "right_id", certainty=1.0, rank=1, decision=pl.lit("certain")
    )  # fmt: skip


def rapidfuzz(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Every name against every other with token_sort_ratio; 100 is certain."""
    process, fuzz = import_module("rapidfuzz.process"), import_module("rapidfuzz.fuzz")
    queries, choices = (side.select(plain(pl.col("name"))).to_series().to_list() for side in (left, right))
    tops = []
    for start in range(0, len(queries), _STRIP):
        scores = process.cdist(
            queries[start : start + _STRIP], choices, scorer=fuzz.token_sort_ratio, dtype=np.uint8, workers=-1
        )
        tops += [_top_of_row(row) for row in scores]
    at, score = (np.concatenate(parts) for parts in zip(*tops, strict=True))
    row = np.repeat(np.arange(len(queries)), [len(part) for part, _ in tops])
    return _ranked(left["left_id"].gather(row), right["right_id"].gather(at), score / 100, 1.0)


def _top_of_row(scores: Any) -> tuple[Any, Any]:
    first = np.argpartition(scores, -min(_TOP, len(scores)))[-_TOP:]
    return first, scores[first].astype(np.float64)


def sparse_dot_topn(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Cosine of TF-IDF over groups of three characters, the five nearest; equal vectors are certain."""
    text, sparse = import_module("sklearn.feature_extraction.text"), import_module("sparse_dot_topn")
    queries, choices = (side.select(plain(pl.col("name"))).to_series().to_list() for side in (left, right))
    vectors = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    known = vectors.fit_transform(choices)
    found = sparse.sp_matmul_topn(
        vectors.transform(queries), known.T.tocsr(), top_n=_TOP, threshold=0.2, sort=True, n_threads=2
    ).tocoo()
    score = np.minimum(found.data.astype(np.float64), 1.0)
    return _ranked(left["left_id"].gather(found.row), right["right_id"].gather(found.col), score, 1 - 1e-5)


def splink(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Fellegi-Sunter by expectation maximisation; 99.9 % is certain."""
    peer = import_module("benchmarks.linking.splink_peer")
    return _by_splink(peer.link(left, right, peer.WIDE))


def splink_narrow(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """The same with fewer pairs to compare: quicker, and it finds a little less."""
    peer = import_module("benchmarks.linking.splink_peer")
    return _by_splink(peer.link(left, right, peer.NARROW))


def _by_splink(pairs: pl.DataFrame) -> pl.DataFrame:
    return _ranked(pairs["left_id"], pairs["right_id"], pairs["match_probability"].to_numpy(), 0.999)


def _ranked(lefts: pl.Series, rights: pl.Series, certainty: Any, certain_from: float) -> pl.DataFrame:
    """The five best of each left record; the first one is certain from a threshold on."""
    frame = pl.DataFrame({"left_id": lefts, "right_id": rights, "certainty": certainty})
    frame = frame.sort(["left_id", "certainty", "right_id"], descending=[False, True, False])
    rank = pl.int_range(1, pl.len() + 1).over("left_id")
    is_certain = (rank == 1) & (pl.col("certainty") >= certain_from)
    decision = pl.when(is_certain).then(pl.lit("certain")).otherwise(pl.lit("review"))
    return frame.with_columns(rank=rank, decision=decision).filter(pl.col("rank") <= _TOP)


def read_only(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """The limit: reading both files, and nothing more."""
    del left, right
    return pl.DataFrame(schema=["left_id", "right_id", "certainty", "rank", "decision"])


PEERS: Final[dict[str, Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]]] = {
    "exact": exact, "rapidfuzz": rapidfuzz, "sparse_dot_topn": sparse_dot_topn, "splink": splink,
    "splink_narrow": splink_narrow, "read_only": read_only,
}  # fmt: skip


def main(peer: str, *paths: str) -> None:
    """Run PEER on LEFT and RIGHT and write PREDICTIONS; without files, only load what it needs: that is its start."""
    for module in _NEEDS.get(peer, ()):
        import_module(module)
    read_s = 0.0
    if paths:
        started = time.perf_counter()
        left, right = (pl.read_csv(path, infer_schema=False) for path in paths[:2])
        read_s = time.perf_counter() - started
        PEERS[peer](left, right).write_csv(Path(paths[2]))
    answer({"read_s": read_s})


if __name__ == "__main__":
    main(*sys.argv[1:])
