"""Read table four, 行政复议、行政诉讼情况: one row of numbers under three groups of outcomes, or a row for each outcome."""

from collections.abc import Sequence
from itertools import pairwise

from ingest.cells import is_value
from ingest.indicators import Indicators, Row
from ingest.models import GridCell
from ingest.recovery import fits_review
from ingest.rows import REVIEW_WORDS, Alignment, Line, read_cell
from ingest.tables.labels import bare
from ingest.tables.sheet import Sheet, unclear

_PROCEEDINGS = ("行政复议", "行政诉讼", "未经复议直接起诉", "复议后起诉")
_MISFIT = "第四张表的数据行与列数不符，无法确定哪一格缺失"
_JOINED = "一行数分在几行印，按次序合起来，格数与勾稽关系相符"


class Review:
    """Keep the rows of numbers until the table ends; rows with a label are read at once."""

    def __init__(self, sheet: Sheet, indicators: Indicators) -> None:
        self._sheet = sheet
        self._columns = indicators.review_columns
        self._groups = tuple(dict.fromkeys(bare(column.path[0]) for column in self._columns))
        self._outcomes = tuple(dict.fromkeys(bare(column.path[-1]) for column in self._columns))
        self._head: Line | None = None
        self._head_words: list[str] = []
        self._is_shuffled = False
        self._lines: list[Line] = []
        self._group = ""

    def read_head(self, line: Line, words: Sequence[str]) -> None:
        """Remember what a line of the head names, and whether it does so in the order of the form."""
        self._head = self._head or line
        self._head_words += words
        proceedings = [_PROCEEDINGS.index(word) for word in words if word in _PROCEEDINGS]
        in_order = proceedings == sorted(proceedings) and _in_order(words, self._outcomes)
        self._is_shuffled |= not in_order

    def read_blank(self, line: Line) -> None:
        """Keep a row without anything in it, which counts only where there is no other."""
        if len(line.cells) == len(self._columns):
            self._lines.append(line)

    def names_outcome(self, line: Line) -> bool:
        """Tell whether a row is that of an outcome which no other table has."""
        return bool(line.labels) and bare(line.labels[-1].text) in set(self._outcomes) - {"总计"}

    def open_group(self, words: Sequence[str]) -> None:
        """Remember under which group the next rows stand; 行政诉讼 alone is none, it has two."""
        named = [word for word in words if word in _PROCEEDINGS]
        if named:
            self._group = named[-1] if named[-1] in self._groups else ""

    def read(self, line: Line) -> None:
        """Read the row of an outcome, or keep a row of numbers."""
        labels = line.labels
        if not line.has_values:
            self.open_group([bare(cell.text) for cell in labels])
        elif not labels or self._is_row_of_words(line):
            self._lines.append(line)
        elif bare(labels[-1].text) in self._outcomes:
            self._read_outcome(line)

    def _is_row_of_words(self, line: Line) -> bool:
        filled = [cell for cell in line.cells if cell.text]
        words = {bare(cell.text) for cell in line.labels}
        return len(filled) == len(self._columns) and not words & (REVIEW_WORDS | {"总计"})

    def _read_outcome(self, line: Line) -> None:
        """Read a row of one outcome: of the group it stands under, or of all three side by side."""
        words = [bare(cell.text) for cell in line.labels]
        self.open_group(words)
        values = [cell for cell in line.values if cell.text]
        heads = [word for word in self._head_words if word in self._groups]
        if len(values) == 1 and self._group:
            groups = (self._group,)
        elif len(values) == len(self._groups) and tuple(heads) == self._groups and len(words) == 1:
            groups = self._groups
        else:
            self._sheet.report("unclear_row", _MISFIT, line, table="review_litigation")
            return
        for group, cell in zip(groups, values, strict=True):
            column = next(
                one for one in self._columns if (bare(one.path[0]), bare(one.path[-1])) == (group, words[-1])
            )
            self._add(column, line, cell)

    def finish(self) -> None:
        """Place the row of numbers; rows that were cut into pieces are joined where that adds up."""
        lines = [line for line in self._lines if not _numbers_columns(line)]
        whole = self._joined([line for line in lines if line.has_values])
        # 表头下的空行只在没有数据行时才算数据行
        for line in sorted(lines, key=lambda line: not line.has_values):
            if not self._sheet.keys("review_litigation"):
                self._place(line, whole)
        if self._head is not None and not self._sheet.keys("review_litigation"):
            message = "第四张表只有表头，没有找到数据行"
            self._sheet.report("missing_rows", message, self._head, table="review_litigation")

    def _joined(self, lines: Sequence[Line]) -> tuple[GridCell, ...] | None:
        """Return the cells of a row whose pieces stand in several lines, None where it is whole or does not add up."""
        cells = tuple(cell for line in lines for cell in line.cells if cell.text)
        whole = len(lines) > 1 and len(cells) == len(self._columns) and not self._is_shuffled
        return cells if whole and fits_review(cells, len(self._groups)) else None

    def _place(self, line: Line, whole: tuple[GridCell, ...] | None) -> None:
        line = line.model_copy(update={"label_end": 0})
        columns = self._printed_columns(line)
        alignment = Alignment((), width=len(columns))
        cells = whole or (None if self._is_shuffled else alignment.place(line))
        for position, column in enumerate(columns):
            printed = cells[position] if cells is not None else None
            if isinstance(column, str):
                self._keep_new(column, line, printed)
            else:
                self._add(column, line, printed, misfit=cells is None, placed=_JOINED if whole else None)
        if cells is None:
            self._sheet.report("unclear_row", _MISFIT, line, table="review_litigation")

    def _printed_columns(self, line: Line) -> Sequence[Row | str]:
        """Return the columns of the form, or those of the head where each group has one outcome more."""
        words = [word for word in self._head_words if word not in _PROCEEDINGS]
        count, rest = divmod(len(words), len(self._groups))
        own = words[:count]
        known = [word for word in own if word in self._outcomes]
        filled = [cell for cell in line.cells if cell.text]
        is_wider = (
            not rest
            and words == own * len(self._groups)
            and tuple(known) == self._outcomes
            and len(filled) == len(words) > len(self._columns)
            and all(is_value(cell.text) for cell in filled)
        )
        if not is_wider:
            return self._columns
        by_name = {(bare(one.path[0]), bare(one.path[-1])): one for one in self._columns}
        return [by_name.get((group, word), f"{group}/{word}") for group in self._groups for word in own]

    def _keep_new(self, name: str, line: Line, printed: GridCell | None) -> None:
        self._sheet.add(
            "review_litigation",
            line,
            key=None,
            row=(),
            column=name,
            content=read_cell(printed, "件"),
            printed=printed,
        )
        message = f"第四张表有格式中没有的列：{name}"
        self._sheet.report("new_column", message, line, table="review_litigation")

    def _add(
        self,
        column: Row,
        line: Line,
        printed: GridCell | None,
        *,
        misfit: bool = False,
        placed: str | None = None,
    ) -> None:
        self._sheet.add(
            "review_litigation",
            line,
            key=column.key,
            row=(),
            column=f"{column.path[0]}/{column.path[-1]}",
            content=unclear(_MISFIT) if misfit else read_cell(printed, "件"),
            printed=printed,
            placed=placed,
        )


def _in_order(words: Sequence[str], order: Sequence[str]) -> bool:
    """Tell whether neighbouring words that belong to an order follow it, round and round."""
    return all(
        order.index(after) == (order.index(word) + 1) % len(order)
        for word, after in pairwise(words)
        if word in order and after in order
    )


def _numbers_columns(line: Line) -> bool:
    """Tell a row that only numbers the columns, 1 2 3 …, from one that holds values."""
    texts = [cell.text for cell in line.values if cell.text]
    return len(texts) > 1 and texts == [str(number) for number in range(1, len(texts) + 1)]
