"""Say how sure a share is, and whether two runs differ by more than chance."""

import math
from collections.abc import Sequence

_Z95 = 1.96


def wilson95(hits: int, of: int) -> tuple[float, float] | None:
    """Return the Wilson 95 % interval of a share; None of nothing.

    >>> wilson95(5, 10)
    (0.2366, 0.7634)
    """
    if not of:
        return None
    share, square = hits / of, _Z95 * _Z95
    centre = share + square / (2 * of)
    half = _Z95 * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    return round(max(0.0, (centre - half) / scale), 4), round(min(1.0, (centre + half) / scale), 4)


def mcnemar_exact(lost: int, won: int) -> float:
    """Return the two-sided exact p-value that as many changes fall so unevenly by chance."""
    changed = lost + won
    if not changed:
        return 1.0
    tail = sum(math.comb(changed, k) for k in range(min(lost, won) + 1))
    return min(1.0, 2 * tail / 2**changed)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least this share of the values does not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else None


def mean(values: Sequence[float]) -> float | None:
    """Return the mean; None of nothing."""
    return sum(values) / len(values) if values else None
