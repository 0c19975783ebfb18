"""Say how sure a share is, and whether two runs differ by more than chance."""

import math
from collections.abc import Sequence

from ingest.models import Value

_Z95 = 1.96


class CurvePoint(Value):
    """Say what answering only from `threshold` on would mean: the share answered, and the share of it wrong."""

    threshold: float
    coverage: float
    risk: float


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


def risk_coverage(answers: Sequence[tuple[float, bool]], of: int) -> tuple[CurvePoint, ...]:
    """Return the curve over `(confidence, right)` of what was answered, surest first; `of` counts refusals too.

    >>> [(point.threshold, point.coverage, point.risk) for point in risk_coverage([(0.9, True), (0.4, False)], 4)]
    [(0.9, 0.25, 0.0), (0.4, 0.5, 0.5)]
    """
    points: list[CurvePoint] = []
    ranked = sorted(answers, key=lambda answer: -answer[0])
    wrong = 0
    for taken, (confidence, right) in enumerate(ranked, start=1):
        wrong += not right
        # Answers of equal confidence can only be given or withheld together.
        if taken == len(ranked) or ranked[taken][0] < confidence:
            points.append(
                CurvePoint(threshold=confidence, coverage=round(taken / of, 4), risk=round(wrong / taken, 4))
            )
    return tuple(points)


def area_under(curve: Sequence[CurvePoint]) -> float | None:
    """Return the mean risk over the coverage that the curve reaches; None of no curve."""
    if not curve:
        return None
    area, before = 0.0, 0.0
    for point in curve:
        area += (point.coverage - before) * point.risk
        before = point.coverage
    return area / before
