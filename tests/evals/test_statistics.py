"""Intervals, tests and percentiles, against values worked out elsewhere."""

import pytest

from assistant.evals.statistics import mcnemar_exact, percentile, wilson95


@pytest.mark.parametrize(
    ("hits", "of", "interval"),
    [(5, 10, (0.2366, 0.7634)), (0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (0, 0, None)],
)
def test_wilson_interval(hits: int, of: int, interval: tuple[float, float] | None):
    assert wilson95(hits, of) == interval


@pytest.mark.parametrize(("lost", "won", "p"), [(0, 0, 1.0), (0, 5, 0.0625), (1, 8, 0.0390625), (4, 4, 1.0)])
def test_exact_mcnemar(lost: int, won: int, p: float):
    assert mcnemar_exact(lost, won) == p
    assert mcnemar_exact(won, lost) == p


def test_percentile_is_a_value_that_occurred():
    assert percentile([40.0, 10.0, 30.0, 20.0], 0.5) == 20.0
    assert percentile([40.0, 10.0, 30.0, 20.0], 0.95) == 40.0
    assert percentile([], 0.5) is None
