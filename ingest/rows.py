"""Know the rows of a grid: labels stand in front, values behind; and which value stands in which column.

A row with fewer values than columns is placed only where its blank cells, the complete rows of the table or the
table's head show which one is missing.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from ingest.cells import Content, content_of, is_value
from ingest.models import CellStatus, Grid, GridCell, Value

ARTICLE20_ITEM = re.compile(r"第二十条第?[（(]?([一五六八九])[)）]?项")
HEAD_WORDS = frozenset(
    ["申请人情况", "自然人", "法人或其他组织", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "总计"]
)
REVIEW_WORDS = frozenset(
    ["行政复议", "行政诉讼", "未经复议直接起诉", "复议后起诉", "结果维持", "结果纠正", "尚未审结"]
)
STAT_HEADS = frozenset(["统计指标", "统计指标名称", "指标名称", "指标"])
STAT_VALUE_HEADS = frozenset(["汇总数", "统计数", "统计数据", "数量", "数值"])
_MOST_LOST_CELLS = 2
_ROWS_THAT_SHOW_A_HABIT = 8


class Line(Value):
    """Hold one physical row with its cells, in order; `label_end` counts those up to its label, where it is known."""

    cells: tuple[GridCell, ...]
    page: int | None
    label_end: int | None = None

    @property
    def labels(self) -> tuple[GridCell, ...]:
        """Return the cells with words in them, up to the end of the label."""
        return tuple(cell for cell in self.cells[: self.label_end] if cell.text and not is_value(cell.text))

    @property
    def values(self) -> tuple[GridCell, ...]:
        """Return the cells behind the last label, blank ones included."""
        labels = self.labels
        first = self.cells.index(labels[-1]) + 1 if labels else 0
        return self.cells[first:]

    @property
    def has_values(self) -> bool:
        """Tell whether any cell says how many, or that there is nothing to count."""
        if self.label_end is not None:
            return any(cell.text for cell in self.cells[self.label_end :])
        return any(is_value(cell.text) for cell in self.cells)

    @property
    def span(self) -> tuple[int, int]:
        """Return where the row begins and ends in the text."""
        return self.cells[0].char_start, self.cells[-1].char_end

    def up_to(self, label: GridCell) -> "Line":
        """Return the row with its label ending in a cell: all behind it are values, whatever words they hold."""
        return self.model_copy(update={"label_end": self.cells.index(label) + 1})


def read_cell(
    printed: GridCell | None, unit: str, *, stated: bool = True, missing: CellStatus = "unclear"
) -> Content:
    """Return what a cell holds; `missing` is the status of one that is not there."""
    if printed is None:
        return Content(status=missing, reason=None if missing == "blank" else "这一格没有印出")
    if not printed.certain:
        return Content(status="unclear", reason="字迹不清，未能确认")
    return content_of(printed.text, unit, stated=stated)


def lines_with_next(grids: Sequence[Grid]) -> Iterator[tuple[Line, Line | None]]:
    """Yield every row of the grids with the one below it."""
    lines = [Line(cells=cells, page=grid.page) for grid in grids for cells in _rows(grid)]
    for index, line in enumerate(lines):
        yield line, lines[index + 1] if index + 1 < len(lines) else None


def _rows(grid: Grid) -> Iterator[tuple[GridCell, ...]]:
    """Yield the rows; the places that merged cells cover are blank, and a row that ends early stays short.

    A merged label stands right before its values, a merged head of columns where the values below it stand.
    """
    rows: dict[int, list[GridCell]] = {}
    for cell in grid.cells:
        rows.setdefault(cell.row, []).append(cell)
    if all(cell.row_span == cell.column_span == 1 for cell in grid.cells):
        yield from map(tuple, rows.values())
        return
    ends: dict[int, int] = {}
    for cell in grid.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            ends[row] = max(ends.get(row, 0), cell.column + cell.column_span)
    for row, cells in rows.items():
        valued = any(is_value(cell.text) for cell in cells)
        filled = [cell for cell in cells if cell.text]
        labels = list(takewhile(lambda cell: not is_value(cell.text), filled)) if valued else filled[:1]
        # 上方合并格之下的一行若直通表的右边，是列名的下半截
        if not valued and labels and 0 < labels[0].column == ends[row] - labels[0].column_span:
            labels = []
        own = {_column(cell, is_label=cell in labels): cell for cell in cells}
        end = cells[0].char_start
        whole: list[GridCell] = []
        for column in range(ends[row]):
            blank = GridCell(text="", row=row, column=column, char_start=end, char_end=end)
            whole.append(own.get(column, blank).model_copy(update={"column": column}))
            end = whole[-1].char_end
        yield tuple(whole)


def _column(cell: GridCell, *, is_label: bool) -> int:
    return cell.column + cell.column_span - 1 if is_label else cell.column


class Alignment:
    """Place the values of rows in their columns, by what the whole table shows of them.

    `header_end` is the column in which the head of the table ends, where the head shows it.
    """

    def __init__(self, lines: Sequence[Line], *, width: int, header_end: int | None = None) -> None:
        self._width = width
        self._header_end = header_end
        self._full_ends = [
            (line.labels[-1].column, filled[-1].column)
            for line in lines
            if line.labels and len(filled := _filled(line.values)) == width
        ]
        self._totals_only = self._fills_only_totals(lines)

    def place(self, line: Line) -> tuple[GridCell | None, ...] | None:
        """Return the cells of a row by column, None for one that was lost with nothing in it.

        The whole is None where nothing shows which cell is missing.
        """
        return self._by_cells(line) or (self._as_total(line) if self._totals_only else None)

    def is_filled(self, line: Line) -> bool:
        """Tell whether a row has something in every column, its last one where complete rows have theirs."""
        filled = _filled(line.values)
        return len(filled) == self._width and filled[-1].column == (
            self._last_column(line) or filled[-1].column
        )

    def is_blank(self, line: Line) -> bool:
        """Tell a row of blank cells from the first line of a label that goes on below."""
        return len(line.values) >= self._width - _MOST_LOST_CELLS and not _filled(line.values)

    def _by_cells(self, line: Line) -> tuple[GridCell | None, ...] | None:
        """All values present: in order. Otherwise the blank cells decide, with the table's last column."""
        width, values, filled = self._width, line.values, _filled(line.values)
        if len(filled) >= width:
            return tuple(filled) if len(filled) == width else None
        end = self._last_column(line) or 0
        inside = tuple(cell for cell in values if cell.column <= end)
        if inside and filled and inside[-1].column == end and filled[-1].column <= end:
            if len(inside) < width:
                return _padded(inside, filled, width)
            return inside[-width:] if filled[0] in inside[-width:] else None
        if len(values) <= width:
            return values if len(values) == width else None
        windows = [values[start : start + width] for start in range(len(values) - width + 1)]
        if not filled:
            return windows[-1]
        fitting = [window for window in windows if filled[0] in window and filled[-1] in window]
        return fitting[0] if len(fitting) == 1 else None

    def _last_column(self, line: Line) -> int | None:
        """Return where the last column stands, as complete rows with labels alike show, or all, or the head."""
        label_at = line.labels[-1].column if line.labels else -1
        alike = {end for label, end in self._full_ends if label == label_at}
        alike = alike or {end for _, end in self._full_ends}
        if len(alike) == 1:
            return alike.pop()
        return self._header_end if not self._full_ends else None

    def _fills_only_totals(self, lines: Sequence[Line]) -> bool:
        """Tell whether a body filled in nothing but the 总计 column, as far as its rows can be placed."""
        placed = [row for line in lines if line.has_values and (row := self._by_cells(line))]
        filled = [[cell is not None and bool(cell.text) for cell in row] for row in placed]
        return len(filled) >= _ROWS_THAT_SHOW_A_HABIT and all(row[-1] and not any(row[:-1]) for row in filled)

    def _as_total(self, line: Line) -> tuple[GridCell | None, ...] | None:
        """Return a row whose only value stands behind blank cells, a few of which may be lost."""
        values, filled = line.values, _filled(line.values)
        if len(filled) != 1:
            return None
        cells = values[: values.index(filled[0]) + 1][-self._width :]
        return cells if len(cells) == self._width else _padded(cells, filled, self._width)


def _filled(cells: Sequence[GridCell]) -> list[GridCell]:
    return [cell for cell in cells if cell.text]


def _padded(
    cells: tuple[GridCell, ...], filled: list[GridCell], width: int
) -> tuple[GridCell | None, ...] | None:
    """Return a row that lost blank cells on its left: its only value stands at its end, in the last column."""
    lost = width - len(cells)
    if len(filled) != 1 or cells[-1] is not filled[0] or not 0 < lost <= _MOST_LOST_CELLS:
        return None
    return (*[None] * lost, *cells)
