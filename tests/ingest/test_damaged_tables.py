"""Damaged tables: whatever is lost, no cell that is `ok` may hold a number that stood elsewhere."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from forms import (
    ARTICLE20_2019,
    KEYS,
    Rows,
    applications,
    bar_behind_each_line,
    barred,
    narrow,
    one_cell_a_line,
    read,
    report,
    spaced,
    tabbed,
    values,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.indicators import load_indicators

QUICK = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
# Every cell has a number of its own, so that one in the wrong place shows.
NUMBERED = {
    row.key: tuple(str(1000 + 10 * number + column) for column in range(len(KEYS)))
    for number, row in enumerate(load_indicators().application_rows)
}


def whole(lay: Callable[[Rows], str], table2: Rows, table3: Rows) -> str:
    return report(article20=lay(table2), table3=lay(table3))


def amounts(text: str, folder: Path) -> dict[str, object]:
    found = read(text, folder)
    kinds = {each.kind for each in found.report.tables}
    return {
        key: value
        for kind in ("article20", "applications")
        if kind in kinds
        for key, value in values(found, kind).items()
        if not isinstance(value, str)
    }


@QUICK
@pytest.mark.parametrize("lay", [tabbed, barred, one_cell_a_line, spaced, narrow, bar_behind_each_line])
@given(data=st.data())
def test_lost_cells_labels_and_rows_never_move_a_number(
    tmp_path: Path, lay: Callable[[Rows], str], data: st.DataObject
) -> None:
    last: Callable[[Sequence[str]], Sequence[str]] = lambda path: path[-1:]  # noqa: E731
    table3 = applications(NUMBERED, form=data.draw(st.sampled_from(["form2019", "form2021"])), label=last)
    truth = amounts(whole(lay, ARTICLE20_2019, table3), tmp_path)
    assert len(truth) > 180
    rows = [list(row) for row in (*ARTICLE20_2019, *table3)]
    for _ in range(data.draw(st.integers(1, 4))):
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        damage = data.draw(st.sampled_from(["cell", "label", "row", "half a label"]))
        if damage == "row":
            row.clear()
        elif row and damage == "cell":
            row.pop(data.draw(st.integers(0, len(row) - 1)))
        elif row:
            row[0] = "" if damage == "label" else row[0][: len(row[0]) // 2]
    cut = len(ARTICLE20_2019)
    left = amounts(whole(lay, rows[:cut], rows[cut:]), tmp_path)
    assert left.items() <= truth.items()
