"""Reports of known meaning, printed in the ways that real sites use: nothing is read wrongly, almost all is read."""

from pathlib import Path

import pytest
from meaning import run


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_prints_of_known_meaning_are_read_without_a_wrong_number(tmp_path: Path, first: int) -> None:
    prints = list(run(range(first, first + 50), tmp_path))
    wrong = [(one.seed, one.ways, line) for one in prints for line in one.wrong]
    assert wrong == []
    assert sum(one.read for one in prints) >= 0.98 * sum(one.total for one in prints)


def test_the_same_seed_prints_the_same_report(tmp_path: Path) -> None:
    one, again = (next(run([7], tmp_path)) for _ in range(2))
    assert one == again
