"""Rows of grids with merged cells, and with characters that could not be read."""

import pytest

from ingest.cells import is_value
from ingest.models import Grid, GridCell
from ingest.rows import lines_with_next, read_cell


def grid(*rows: dict[int, tuple[str, int]]) -> Grid:
    cells: list[GridCell] = []
    for index, row in enumerate(rows):
        cells += [
            GridCell(text=text, row=index, column=column, char_start=0, char_end=0, column_span=span)
            for column, (text, span) in row.items()
        ]
    return Grid(cells=tuple(cells))


def test_merged_head_of_columns_stands_over_the_merged_value_below_it() -> None:
    rows = grid(
        {0: ("信息内容", 1), 1: ("本年处理决定数量", 3)},
        {0: ("行政许可", 1), 1: ("550", 3)},
    )
    texts = [[cell.text for cell in line.cells] for line, _ in lines_with_next([rows])]
    assert texts == [["信息内容", "本年处理决定数量", "", ""], ["行政许可", "550", "", ""]]


def test_merged_label_stands_right_before_its_values() -> None:
    rows = grid({0: ("四、结转下年度继续办理", 3), 3: ("7", 1)})
    assert [[cell.text for cell in line.cells] for line, _ in lines_with_next([rows])] == [
        ["", "", "四、结转下年度继续办理", "7"]
    ]


def test_row_that_lost_a_cell_is_not_filled_up() -> None:
    rows = grid({0: ("四、结转下年度继续办理", 3), 3: ("7", 1), 4: ("8", 1)}, {0: ("总计", 3), 3: ("7", 1)})
    assert [len(line.cells) for line, _ in lines_with_next([rows])] == [5, 4]


@pytest.mark.parametrize("text", ["2〓", "〓", "1〓.5", "-"])
def test_cell_that_could_not_be_read_is_a_value_and_unclear(text: str) -> None:
    cell = GridCell(text=text, row=0, column=0, char_start=0, char_end=len(text), certain=False)
    assert is_value(text)
    assert read_cell(cell, "件").status == "unclear"
