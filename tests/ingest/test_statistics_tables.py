"""The statistics tables of the years before 2019, in the layouts that files print them in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from forms import (
    Rows,
    bar_behind_each_line,
    barred,
    codes,
    markdown,
    narrow,
    one_cell_a_line,
    read,
    report,
    spaced,
    tabbed,
    table,
    values,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.indicators import load_indicators

TITLE = "青禾县2016年政府信息公开工作年度报告"
LAYOUTS = [tabbed, barred, markdown, one_cell_a_line, spaced, narrow, bar_behind_each_line]


def statistics(form: str) -> tuple[Rows, dict[str, int]]:
    """Return the rows of a table in which every cell has a number of its own, and these numbers by key."""
    rows: list[tuple[str, ...]] = [("统计指标", "单位", "统计数")]
    truth: dict[str, int] = {}
    for row in load_indicators().stat_rows:
        if row.form != form:
            continue
        if len(row.path) == 2 and (row.path[0], "", "") not in rows:
            rows.append((row.path[0], "", ""))
        for key, label, unit in (
            (row.key, row.path[-1], row.unit),
            *((child.key, child.label, child.unit) for child in row.children),
        ):
            if key:
                truth[key] = 101 + len(rows)
            rows.append((label, unit, str(truth[key])) if key else (label, "", ""))
    return rows, truth


@pytest.mark.parametrize("lay", LAYOUTS)
@pytest.mark.parametrize("form", ["ningxia", "national"])
def test_every_row_is_read_in_every_layout(tmp_path: Path, form: str, lay: Callable[[Rows], str]) -> None:
    rows, truth = statistics(form)
    found = read(report(review=lay(rows), title=TITLE), tmp_path)
    assert values(found, "stat2017") == truth
    assert found.report.form == "pre2019"
    assert not codes(found) - {"no_tables"}


def test_row_keeps_its_headings_and_unit(tmp_path: Path) -> None:
    found = read(report(review=tabbed(statistics("national")[0]), title=TITLE), tmp_path)
    cells = {cell.indicator: cell for cell in table(found, "stat2017").cells}
    refused = cells["requests.answered.denied.state_secret"]
    assert refused.row == ("三、依申请公开情况", "（三）申请答复数", "其中：涉及国家秘密")
    assert cells["fees_collected_wan"].quantity.unit == "万元"  # type: ignore[union-attr]


def test_same_label_below_reviews_and_lawsuits_stays_apart(tmp_path: Path) -> None:
    rows, truth = statistics("national")
    found = values(read(report(review=tabbed(rows), title=TITLE), tmp_path), "stat2017")
    assert found["pre2019.review.other"] == truth["pre2019.review.other"]
    assert found["pre2019.litigation.other"] == truth["pre2019.litigation.other"]


def test_channels_that_do_not_add_up_are_found(tmp_path: Path) -> None:
    rows = [
        ("统计指标", "单位", "统计数"),
        ("（一）收到申请数", "件", "9"),
        ("1.当面申请数", "件", "1"),
        ("2.传真申请数", "件", "0"),
        ("3.网络申请数", "件", "6"),
        ("4.信函申请数", "件", "1"),
    ]
    found = read(report(review=tabbed(rows), title=TITLE), tmp_path)
    [finding] = found.findings
    assert (finding.code, finding.expected, finding.printed) == ("statistics", 8, 9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@pytest.mark.parametrize("lay", LAYOUTS)
@given(data=st.data())
def test_damaged_rows_never_move_a_number(
    tmp_path: Path, lay: Callable[[Rows], str], data: st.DataObject
) -> None:
    form = data.draw(st.sampled_from(["ningxia", "national"]))
    whole, truth = statistics(form)
    rows = [list(row) for row in whole]
    # Two lost rows can leave a whole that was never different: the last row of one group, the first of the next.
    damages = ["row", *data.draw(st.lists(st.sampled_from(["label", "value", "half a label"]), max_size=3))]
    for damage in damages:
        row = rows[data.draw(st.integers(1, len(rows) - 1))]
        if damage == "row":
            row.clear()
        elif row and damage == "value":
            row[-1] = ""
        elif row:
            row[0] = "" if damage == "label" else row[0][: len(row[0]) // 2]
    found = read(report(review=lay(rows), title=TITLE), tmp_path)
    if any(each.kind == "stat2017" for each in found.report.tables):
        left = {key: value for key, value in values(found, "stat2017").items() if not isinstance(value, str)}
        assert left.items() <= truth.items()
