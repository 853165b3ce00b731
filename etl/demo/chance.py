"""Chance without state: every draw is a function of the seed, a purpose and a row's position.

So a row is the same whatever chunk it is made in. Whole numbers only: the bytes do not depend on the processor.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]

_GOLDEN: Final = 0x9E3779B97F4A7C15
_WORD: Final = (1 << 64) - 1


class Chance:
    """The draws of one seed.

    Args:
        seed: any whole number.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, purpose: int, at: Indices) -> npt.NDArray[np.uint64]:
        """64 independent bits per position.

        Args:
            purpose: draws for different purposes are independent.
            at: positions.
        """
        key = (self._seed * 0xD1342543DE82EF95 + (purpose + 1) * _GOLDEN) & _WORD
        mixed = at.astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64(_mixed(key))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(mixed ^ (mixed >> np.uint64(31)))

    def below(self, limit: int, purpose: int, at: Indices) -> Indices:
        """A whole number from 0 to `limit` - 1 per position; `limit` up to 2^32."""
        high = self.bits(purpose, at) >> np.uint64(32)
        return ((high * np.uint64(limit)) >> np.uint64(32)).astype(np.int64)

    def one_in(self, share: int, purpose: int, at: Indices) -> npt.NDArray[np.bool_]:
        """True for one position in `share`."""
        return np.asarray(self.below(share, purpose, at) == 0)


def _mixed(word: int) -> int:
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)


def shuffle_step(size: int) -> int:
    """A step that visits every position below `size` once: neighbours land far apart."""
    step = max(1, size * 618 // 1000)
    while np.gcd(step, size) != 1:
        step += 1
    return step
