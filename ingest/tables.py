"""Read the statutory tables by their labels, never by their position or the year of the report.

Rows come from the grids of the file, in reading order; a table may go on over several grids and pages.
A label counts as the form's when it agrees by `ReadingLimits.label_similarity` percent; a row that cannot be
placed becomes an Issue. Where nothing shows which of a row's cells is missing, its cells are `unclear`.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from rapidfuzz import fuzz

from ingest.indicators import Column, Indicators, Row, StatChild, StatForm, StatRow
from ingest.models import (
    Anchor,
    Applicant,
    Cell,
    CellStatus,
    Form,
    GridCell,
    Issue,
    RawDocument,
    Section,
    Table,
    TableKind,
    Value,
)
from ingest.numerals import cell_quantity
from ingest.outline import section_path_at
from ingest.rows import (
    ARTICLE20_ITEM,
    HEAD_WORDS,
    REVIEW_WORDS,
    STAT_HEADS,
    STAT_VALUE_HEADS,
    Alignment,
    Line,
    is_value,
    lines_with_next,
    status_of,
)
from ingest.settings import ReadingLimits
from ingest.wording import folded, skeleton, without_parentheses

# 这几行的名称别处的表里也有，单凭它们不能认出第三张表
_COMMON_ROWS = frozenset(["results.total_processed", "results.other.misc", "results.other_processing"])
_PROCEEDINGS = ("行政复议", "行政诉讼", "未经复议直接起诉", "复议后起诉")
_MONEY_UNIT = re.compile(r"[万亿]*元")


class _Slot(Value):
    """Hold a cell of the form together with the printed cell that fills it; None when that one is missing."""

    key: str | None
    applicant: Applicant | None
    row: tuple[str, ...]
    column: str
    unit: str
    printed: GridCell | None
    status: CellStatus
    span: tuple[int, int]
    page: int | None


class TableReading(Value):
    """Hold the tables of a report and what could not be placed."""

    tables: tuple[Table, ...]
    issues: tuple[Issue, ...]


def read_tables(
    document: RawDocument,
    sections: Sequence[Section],
    indicators: Indicators,
    limits: ReadingLimits,
    *,
    report_id: str,
) -> TableReading:
    """Return every statutory table of the document; a table appears when at least one of its rows is found."""
    reader = _Reader(indicators, limits, report_id)
    for line, following in lines_with_next(document.grids):
        reader.read(line, following)
    reader.finish()
    tables = tuple(
        _table(kind, slots, reader.form(kind), sections, report_id)
        for kind, slots in reader.slots.items()
        if slots
    )
    return TableReading(tables=tables, issues=tuple(reader.issues))


def is_statutory_line(text: str) -> bool:
    """Tell whether a line belongs to a statutory table although it lost its columns, such as the table's head."""
    plain = skeleton(text)
    return "本列数据的勾稽关系" in plain or plain in HEAD_WORDS


@cache
def _skeleton(text: str) -> str:
    return skeleton(text)


class _Reader:
    """Read line after line; what is known so far (which table, which item, which parent) is its state."""

    def __init__(self, indicators: Indicators, limits: ReadingLimits, report_id: str) -> None:
        self.indicators = indicators
        self.limits = limits
        self.report_id = report_id
        self.slots: dict[TableKind, list[_Slot]] = {
            "article20": [],
            "applications": [],
            "review_litigation": [],
            "stat2017": [],
        }
        self.issues: list[Issue] = []
        self._kind: TableKind | None = None
        self._item = ""
        self._header: dict[int, Column] = {}
        self._header_cells: dict[int, GridCell] = {}
        self._header_label = 0
        self._header_width = 0
        self._applicant_columns: dict[int, Applicant] = {}
        self._applications: list[tuple[Line, Line | None]] = []
        self._applicants_shuffled = False
        self._review: list[Line] = []
        self._review_shuffled = False
        self._review_head: Line | None = None
        self._article20: list[Line] = []
        self._half_label: GridCell | None = None
        self._outcomes = tuple(
            dict.fromkeys(_skeleton(column.path[-1]) for column in indicators.review_columns)
        )
        self._stat_form: StatForm | None = None
        self._stat_last = ""
        self._stat_group: StatRow | None = None
        self._stat_columns = (1, 2)

    def read(self, line: Line, following: Line | None) -> None:
        words = [_skeleton(cell.text) for cell in line.cells if cell.text]
        if not words:
            if self._kind == "review_litigation" and len(line.cells) == len(self.indicators.review_columns):
                self._review.append(line)
            return
        if self._starts_table(line, words):
            return
        match self._kind:
            case "article20":
                self._read_article20(line, following)
            case "applications":
                self._applications.append((line, following))
            case "review_litigation":
                if line.has_values and not line.labels:
                    self._review.append(line)
            case "stat2017":
                self._read_stat(line)
            case None:
                pass

    def finish(self) -> None:
        """Place the lines whose columns only the whole table can show."""
        self._place_applications()
        # 表头下的空行只在没有数据行时才算数据行
        for line in sorted(self._review, key=lambda line: not line.has_values):
            self._place_review(line)
        self._report_missing_rows()

    def form(self, kind: TableKind) -> Form:
        """Return the form that the labels of a table show."""
        keys = {slot.key for slot in self.slots[kind] if slot.key}
        if kind == "stat2017":
            return "pre2019"
        if kind == "applications":
            if "results.other_processing" in keys:
                return "form2019"
            return "form2021" if any(key.startswith("results.other.") for key in keys) else "unknown"
        if kind == "article20":
            forms: set[Form] = {
                column.form
                for column in self.indicators.article20_columns
                if column.form != "both"
                and column.key != "made"
                and any(f"{row}.{column.key}" in keys for row in column.rows)
            }
            return forms.pop() if len(forms) == 1 else "unknown"
        return "unknown"

    # ------------------------------------------------------------ which table

    def _starts_table(self, line: Line, words: list[str]) -> bool:
        """Recognise heads of tables, which carry no values; remember what they say of the columns."""
        first = words[0]
        item = next(
            (found for cell in line.cells if (found := ARTICLE20_ITEM.search(folded(cell.text)))), None
        )
        if item and not line.has_values:
            # 表头与上一项相同时，有的文本不再重复；列名仍须与下面的行相符
            self._kind, self._item = "article20", f"第二十条第（{item[1]}）项"
            return True
        if first == "信息内容" or self._is_article20_header(line, words):
            self._kind = "article20"
            self._read_article20_header(line)
            return True
        if line.has_values and not self._is_mostly_header(words):
            row = self._application_row(line, None) if self._kind != "applications" else None
            if row is not None and row.key not in _COMMON_ROWS:
                self._kind = "applications"
            elif self._kind is None and self._article20_row(line):
                self._kind = "article20"
            return False
        if first in STAT_HEADS or (set(words) & STAT_VALUE_HEADS and "单位" in words):
            self._kind = "stat2017"
            self._read_stat_header(line)
            return True
        if sum(word in REVIEW_WORDS for word in words) >= 2:
            self._kind = "review_litigation"
            self._review_head = self._review_head or line
            proceedings = [_PROCEEDINGS.index(word) for word in words if word in _PROCEEDINGS]
            self._review_shuffled |= proceedings != sorted(proceedings) or not _in_order(
                words, self._outcomes
            )
            return True
        telling = HEAD_WORDS - {"总计"}
        if self._kind != "stat2017" and any(word in telling or "本列数据" in word for word in words):
            self._kind = "applications"
            self._read_applicant_header(line)
            return True
        return False

    @staticmethod
    def _is_mostly_header(words: list[str]) -> bool:
        return sum(word in HEAD_WORDS or word in REVIEW_WORDS for word in words) >= 3

    def _is_article20_header(self, line: Line, words: list[str]) -> bool:
        return not line.has_values and sum(self._column(word) is not None for word in words) >= 2

    # ------------------------------------------------------------ table two

    def _column(self, word: str) -> Column | None:
        return next(
            (
                column
                for column in self.indicators.article20_columns
                if word
                in {
                    _skeleton(label)
                    for label in (column.label, column.label_2021 or "", *column.variants)
                    if label
                }
            ),
            None,
        )

    def _read_article20_header(self, line: Line) -> None:
        filled = [(index, cell) for index, cell in enumerate(line.cells) if cell.text]
        named = _skeleton(filled[0][1].text) != "信息内容" and self._column(_skeleton(filled[0][1].text))
        self._header_label = filled[0][0] - 1 if named else filled[0][0]
        # 重复印出的“信息内容”不是一列：它下面若有数，这一行就与表头不符
        columns = [
            (index, cell) for index, cell in filled[0 if named else 1 :] if _skeleton(cell.text) != "信息内容"
        ]
        self._header = {}
        self._header_cells = dict(columns)
        self._header_width = len(line.cells)
        expected = [
            column
            for column in self.indicators.article20_columns
            if any(
                row.path[0] == self._item and row.key in column.rows for row in self.indicators.article20_rows
            )
        ]
        for index, cell in columns:
            # 单独成行的“第二十条第（五）项”不在表格里，_item 可能还是上一项
            best = self._best_column(cell.text, expected) or self._best_column(
                cell.text, list(self.indicators.article20_columns)
            )
            if best is not None:
                self._header[index] = best
        if len(self._header) < len(columns):
            self._complete_header(columns, expected)

    def _best_column(self, text: str, columns: list[Column]) -> Column | None:
        word = _skeleton(without_parentheses(text)) or _skeleton(text)
        scored = [
            (
                max(fuzz.ratio(word, _skeleton(without_parentheses(label))) for label in _labels(column)),
                column,
            )
            for column in columns
        ]
        scored.sort(key=lambda entry: -entry[0])
        if not scored or scored[0][0] < self.limits.label_similarity:
            return None
        if len(scored) > 1 and scored[1][0] == scored[0][0] and scored[1][1].key != scored[0][1].key:
            return None
        return scored[0][1]

    def _complete_header(self, filled: list[tuple[int, GridCell]], expected: list[Column]) -> None:
        """Read cut column labels: all of one form's columns, in order, each printed label the start of its own."""
        for form in ("form2019", "form2021"):
            columns = [column for column in expected if column.form in {form, "both"}]
            printed = [(index, _skeleton(without_parentheses(cell.text))) for index, cell in filled]
            if len(columns) == len(printed) and all(
                word and any(_skeleton(label).startswith(word) for label in _labels(column))
                for (_, word), column in zip(printed, columns, strict=True)
            ):
                self._header = {index: column for (index, _), column in zip(printed, columns, strict=True)}
                return

    def _article20_row(self, line: Line) -> Row | None:
        labels = line.labels
        if not labels:
            return None
        rows = self.indicators.article20_rows
        candidates = {row.key: (row.path[-1], row.label_2021 or row.path[-1], *row.variants) for row in rows}
        key = self._match(labels[-1].text, candidates) or self._match(
            "".join(c.text for c in labels), candidates
        )
        return next((row for row in rows if row.key == key), None)

    def _read_article20(self, line: Line, following: Line | None) -> None:
        if not line.labels:
            return
        row = self._article20_row(line)
        if row is None and line.has_values:
            line = self._with_whole_label(line, following)
            row = self._article20_row(line)
        self._half_label = line.labels[-1] if row is None and not line.has_values else None
        if row is None:
            if line.has_values:
                self._report(
                    "unplaced_row", f"第二张表有一行无法对应格式中的行：{line.labels[-1].text}", line
                )
            return
        self._article20.append(line)
        offset = line.cells.index(line.labels[-1]) - self._header_label
        later = any(column.form == "form2021" for column in self._header.values())
        path = (row.path[0], row.label_2021 if later and row.label_2021 else row.path[-1])
        if row.path[0] != self._item:
            self._item = row.path[0]
        cells = dict(enumerate(line.cells))
        mine = {index: column for index, column in self._header.items() if row.key in column.rows}
        if not mine:
            self._report("lost_header", f"“{row.path[-1]}”一行没有可辨认的列标题，未读取", line)
            return
        whole = self._is_whole_header(row, mine)
        fits = whole and self._fits_header(line, offset)
        if not whole:
            self._report("lost_header", f"“{path[-1]}”一行上方的列标题不全，无法确定数值属于哪一列", line)
        elif not fits:
            self._report("unclear_row", f"“{path[-1]}”一行的单元格与列数不符，无法确定哪一格缺失", line)
        for index, column in mine.items():
            printed = cells.get(index + offset) if fits else None
            label = column.label_2021 if _stands_alone(column, self._header) else column.label
            self._add(
                "article20",
                line,
                key=f"{row.key}.{column.key}",
                row=path,
                column=label or column.label,
                unit=self._unit(column, index),
                printed=printed,
                status=status_of(printed),
            )
            if column.key == "amount" and self._states_no_unit(printed, index):
                self._report("no_unit", "采购总金额没有写明单位，按元读取", line)

    def _with_whole_label(self, line: Line, following: Line | None) -> Line:
        """Join a label that a line or page break cut in two: its other half stands alone above or below."""
        own = line.labels[-1]
        tail = following.labels[-1] if following and following.labels and not following.has_values else None
        halves = (self._half_label, own, None), (None, own, tail)
        for above, middle, below in halves:
            other = above or below
            if other is None:
                continue
            text = "".join(half.text for half in (above, middle, below) if half)
            whole = own.model_copy(update={"text": text, "char_start": (above or own).char_start})
            joined = line.model_copy(
                update={"cells": tuple(whole if cell is own else cell for cell in line.cells)}
            )
            if self._article20_row(joined) is not None:
                return joined
        return line

    def _states_no_unit(self, printed: GridCell | None, index: int) -> bool:
        texts = _text(printed), self._header_cells[index].text
        return _text(printed).strip("0. ") != "" and "元" not in "".join(texts)

    def _is_whole_header(self, row: Row, mine: dict[int, Column]) -> bool:
        """Tell whether the head names every column that one of the forms has for a row, misprinted ones included.

        A head that lost a column makes a row that lost another one look complete.
        """
        named = {column.key for column in mine.values()}
        unread = len(self._header_cells) - len(mine)
        for form in ("form2019", "form2021"):
            expected = {
                column.key
                for column in self.indicators.article20_columns
                if row.key in column.rows and column.form in {form, "both"}
            }
            if named <= expected and len(expected - named) <= unread:
                return True
        return False

    def _fits_header(self, line: Line, offset: int) -> bool:
        """Tell whether a row has a cell under each named column and nothing beside them.

        A row shorter than its head may have lost any cell, unless all that are named have something in them.
        """
        under = {index + offset for index in self._header_cells}
        first = line.cells.index(line.labels[-1]) + 1
        filled = {index for index in range(first, len(line.cells)) if line.cells[index].text}
        whole = len(line.cells) >= self._header_width + offset or under <= filled
        return whole and max(under, default=0) < len(line.cells) and filled <= under

    def _unit(self, column: Column, index: int) -> str:
        """Return the unit that the head of a money column states, or the form's."""
        stated = _MONEY_UNIT.search(self._header_cells[index].text) if column.money else None
        return stated.group() if stated else column.unit

    # ------------------------------------------------------------ table three

    def _read_applicant_header(self, line: Line) -> None:
        found: dict[int, Applicant] = {}
        for index, cell in enumerate(line.cells):
            word = _skeleton(cell.text)
            for column in self.indicators.applicants:
                names = {_skeleton(label.split("/")[-1]) for label in (column.label, *column.variants)}
                if word in names:
                    found[index] = column.key  # type: ignore[assignment]
        # 总计跨两行，按单元格逐行印出时会排到五类组织之前
        order = [column.key for column in self.indicators.applicants if column.key != "total"]
        printed = list(found.values())
        places = [order.index(key) for key in printed if key != "total"]
        self._applicants_shuffled |= places != sorted(places) or (len(printed) > 1 and printed[0] == "total")
        self._applicant_columns.update(found)

    def _application_row(self, line: Line, following: Line | None) -> Row | None:
        """Return the form's row that the labels of a line name, read together with a label that goes on below."""
        labels = line.labels
        if not labels:
            return None
        own = labels[-1].text
        joined = "".join(cell.text for cell in labels[-2:])
        readings = [own, joined]
        if following is not None and not following.has_values and following.labels:
            below = {cell.column: cell.text for cell in following.labels}
            continued = below.get(labels[-1].column) or following.labels[-1].text
            readings = [own + continued, *readings]
        rows = self.indicators.application_rows
        labelled = {row.key: (row.path[-1], *row.variants) for row in rows}
        # 上级标签与本行标签印在同一格
        with_parents = {row.key: ("".join(row.path), "".join(row.path[-2:])) for row in rows}
        for candidates, exact in ((labelled, True), (with_parents, True), (labelled, False)):
            for reading in readings:
                key = self._match(reading, candidates, exact=exact)
                if key is not None:
                    return next(row for row in rows if row.key == key)
        return None

    def _place_applications(self) -> None:
        lines = [line for line, _ in self._applications]
        header_total = next((i for i, key in self._applicant_columns.items() if key == "total"), None)
        alignment = Alignment(lines, width=len(self.indicators.applicants), header_end=header_total)
        for line, following in self._applications:
            if not line.labels or (not line.has_values and not alignment.is_blank(line)):
                continue
            row = self._application_row(line, following)
            if row is None:
                if line.has_values:
                    self._report(
                        "unplaced_row", f"第三张表有一行无法对应格式中的行：{line.labels[-1].text}", line
                    )
                continue
            placed = None if self._applicants_shuffled else alignment.place(line)
            for position, column in enumerate(self.indicators.applicants):
                printed = placed[position] if placed is not None else None
                self._add(
                    "applications",
                    line,
                    key=row.key,
                    applicant=column.key,  # type: ignore[arg-type]
                    row=row.path,
                    column=column.label,
                    unit="件",
                    printed=printed,
                    status="unclear" if placed is None else status_of(printed, missing="blank"),
                )
            if placed is None:
                self._report(
                    "unclear_row", f"“{row.path[-1]}”一行的单元格与列数不符，无法确定哪一格缺失", line
                )

    # ------------------------------------------------------------ table four

    def _place_review(self, line: Line) -> None:
        columns = self.indicators.review_columns
        if self.slots["review_litigation"] or _numbers_columns(line):
            return
        placed = None if self._review_shuffled else Alignment((), width=len(columns)).place(line)
        for position, column in enumerate(columns):
            printed = placed[position] if placed is not None else None
            group = column.path[0]
            self._add(
                "review_litigation",
                line,
                key=column.key,
                row=(),
                column=f"{group}/{column.path[-1]}",
                unit="件",
                printed=printed,
                status="unclear" if placed is None else status_of(printed),
            )
        if placed is None:
            self._report("unclear_row", "第四张表的数据行与列数不符，无法确定哪一格缺失", line)

    # ------------------------------------------------------------ statistics tables before 2019

    def _read_stat_header(self, line: Line) -> None:
        words = [_skeleton(cell.text) for cell in line.cells]
        unit = next((index for index, word in enumerate(words) if word.endswith("单位")), 1)
        value = next((index for index, word in enumerate(words) if word in STAT_VALUE_HEADS), unit + 1)
        self._stat_columns = unit, value

    def _read_stat(self, line: Line) -> None:
        labels = line.labels
        if not labels:
            return
        text = labels[0].text
        unit_at, value_at = self._stat_columns
        unit_cell = line.cells[unit_at] if unit_at < len(line.cells) else None
        if not line.has_values and (unit_cell is None or not unit_cell.text):
            self._open_stat_group(text)
            return
        child, path = self._stat_row(text)
        certain = child is not None and self._follows_its_group(child)
        self._stat_last = child.key if child else ""
        if child is None:
            self._report("unplaced_row", f"统计表有一行无法对应格式中的行：{text}", line)
            return
        printed = line.cells[value_at] if value_at < len(line.cells) else None
        self._add(
            "stat2017",
            line,
            key=child.key,
            row=path,
            column="汇总数",
            unit=unit_cell.text
            if unit_cell and unit_cell.text and not is_value(unit_cell.text)
            else child.unit,
            printed=printed,
            status=status_of(printed) if certain else "unclear",
        )
        if not certain:
            self._report("unclear_row", f"“{text}”上方缺行，无法确定它属于哪一项", line)

    def _follows_its_group(self, child: StatChild) -> bool:
        """Tell whether a row is where it should be, when its label alone does not say of which group it is."""
        rows = [
            (key, label)
            for row in self._stat_rows()
            for key, label in ((row.key, row.path[-1]), *((each.key, each.label) for each in row.children))
        ]
        own = _skeleton(child.label)
        alike = [
            key for key, label in rows if _agreement(own, _skeleton(label)) >= self.limits.label_similarity
        ]
        keys = [key for key, _ in rows]
        return len(alike) == 1 or keys[keys.index(child.key) - 1] == self._stat_last

    def _open_stat_group(self, text: str) -> None:
        """Remember under which heading the next rows stand: a top heading, or a row that only groups."""
        rows = self._stat_rows()
        top = self._match(text, {row.path[0]: (row.path[0],) for row in rows})
        key = self._match(text, {str(number): (row.path[-1],) for number, row in enumerate(rows)})
        self._stat_group = rows[int(key)] if key is not None and top is None else None
        forms: set[StatForm] = {row.form for row in rows if row.path[0] == top}
        if len(forms) == 1:
            self._stat_form = forms.pop()

    def _stat_rows(self) -> tuple[StatRow, ...]:
        """Return the rows of the form that was recognised, or those of all."""
        rows = self.indicators.stat_rows
        return tuple(row for row in rows if self._stat_form is None or row.form == self._stat_form)

    def _stat_row(self, text: str) -> tuple[StatChild | None, tuple[str, ...]]:
        """Return the row that a label names, and its label path; a child belongs to the group above it."""
        rows = self._stat_rows()
        groups = {row.key: (row.path[-1],) for row in rows if row.key}
        group = self._stat_group
        children = {child.key: (child.label,) for child in group.children} if group else {}
        child = self._match(text, children, exact=True)
        key = self._match(text, groups, exact=True) or (None if child else self._match(text, groups))
        if key is not None and child is None:
            self._stat_group = next(row for row in rows if row.key == key)
            self._stat_form = self._stat_group.form
            own = StatChild(key=key, label=self._stat_group.path[-1], unit=self._stat_group.unit)
            return own, self._stat_group.path
        child = child or self._match(text, children)
        if child is None:
            # 只作分组、没有数的那一行可能没有印成表格的一行
            named = [
                row for row in rows if any(_skeleton(text) == _skeleton(each.label) for each in row.children)
            ]
            group = self._stat_group = named[0] if len(named) == 1 else None
            child = self._match(text, {each.key: (each.label,) for each in group.children}) if group else None
        found = next((each for each in group.children if each.key == child), None) if group else None
        return found, (*group.path, found.label) if group and found else ()

    # ------------------------------------------------------------ shared

    def _match(
        self, text: str, candidates: dict[str, tuple[str, ...]], *, exact: bool | None = None
    ) -> str | None:
        """Return the one candidate whose label agrees; None when none does or two do equally.

        Agreement is of the wording, or of the bag of characters, for labels whose parts were shuffled.
        """
        printed = {_skeleton(text), _skeleton(without_parentheses(text))} - {""}
        if exact is not False:
            hits = [
                key
                for key, labels in candidates.items()
                if any(
                    word in {_skeleton(label), _skeleton(without_parentheses(label))}
                    for label in labels
                    for word in printed
                )
            ]
            if hits:
                return hits[0] if len(hits) == 1 else None
            if exact:
                return None
        scored = sorted(
            (
                (max(_agreement(word, _skeleton(label)) for label in labels for word in printed), key)
                for key, labels in candidates.items()
            )
            if printed
            else (),
            reverse=True,
        )
        if not scored or scored[0][0] < self.limits.label_similarity:
            return None
        return scored[0][1] if len(scored) == 1 or scored[0][0] - scored[1][0] >= 4 else None

    def _add(
        self,
        kind: TableKind,
        line: Line,
        *,
        key: str,
        row: tuple[str, ...],
        column: str,
        unit: str,
        printed: GridCell | None,
        status: CellStatus,
        applicant: Applicant | None = None,
    ) -> None:
        slots = self.slots[kind]
        for index, slot in enumerate(slots):
            if slot.key == key and slot.applicant == applicant:
                # 标签换行后剩下的空白行不算第二次
                if _text(printed) not in {"", _text(slot.printed)}:
                    slots[index] = slot.model_copy(update={"status": "unclear"})
                    self._report(
                        "repeated_row", f"“{'/'.join(row)}”出现了两次而数值不同，无法确定取哪一次", line
                    )
                return
        slots.append(
            _Slot(
                key=key,
                applicant=applicant,
                row=row,
                column=column,
                unit=unit,
                printed=printed,
                status=status,
                span=line.span,
                page=line.page,
            )
        )

    def _report_missing_rows(self) -> None:
        """Name the rows of the form that a table lacks; those of one form alone only where the table shows that form."""
        if self._article20:
            rows = [(row.key, row.path[-1]) for row in self._expected_article20()]
            self._report_missing("article20", "第二张表", rows, self._article20[0], self._article20[-1])
        if self._applications:
            rows = [(row.key, row.path[-1]) for row in self.indicators.application_rows if row.form == "both"]
            lines = self._applications
            self._report_missing("applications", "第三张表", rows, lines[0][0], lines[-1][0])
        if self._review_head is not None and not self.slots["review_litigation"]:
            self._report(
                "missing_rows",
                "第四张表只有表头，没有找到数据行",
                self._review_head,
                table="review_litigation",
            )

    def _expected_article20(self) -> list[Row]:
        form = self.form("article20")
        return [row for row in self.indicators.article20_rows if row.form in {form, "both"}]

    def _report_missing(
        self, table: TableKind, name: str, rows: Sequence[tuple[str, str]], first: Line, last: Line
    ) -> None:
        found = [slot.key or "" for slot in self.slots[table]]
        missing = [
            label
            for key, label in rows
            if not any(each == key or each.startswith(f"{key}.") for each in found)
        ]
        if found and missing:
            message = f"{name}没有找到这些行：{'、'.join(missing)}"
            self._report("missing_rows", message, first, last, table=table)

    def _report(
        self, code: str, message: str, line: Line, last: Line | None = None, *, table: TableKind | None = None
    ) -> None:
        """Report trouble once, where it is first met."""
        if any((issue.code, issue.message) == (code, message) for issue in self.issues):
            return
        start, end = line.span[0], (last or line).span[1]
        anchor = Anchor(
            report_id=self.report_id,
            char_start=start,
            char_end=end,
            page=line.page,
            table=table or self._kind,
        )
        self.issues.append(Issue(code=code, message=message, anchor=anchor))


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


def _text(cell: GridCell | None) -> str:
    return cell.text if cell else ""


def _stands_alone(column: Column, header: dict[int, Column]) -> bool:
    """Tell whether 处理决定数量 is the only column of its item, as it is in the 2021 form only."""
    return column.form == "both" and all(other.form == "both" for other in header.values())


def _labels(column: Column) -> tuple[str, ...]:
    return tuple(label for label in (column.label, column.label_2021, *column.variants) if label)


def _agreement(printed: str, label: str) -> float:
    straight = fuzz.ratio(printed, label)
    if min(len(printed), len(label)) < 8:
        return straight
    return max(straight, fuzz.ratio("".join(sorted(printed)), "".join(sorted(label))) - 5)


def _table(
    kind: TableKind, slots: list[_Slot], form: Form, sections: Sequence[Section], report_id: str
) -> Table:
    start = min(slot.span[0] for slot in slots)
    end = max(slot.span[1] for slot in slots)
    path = section_path_at(sections, start)
    cells = tuple(_cell(kind, slot, sections, report_id) for slot in slots)
    anchor = Anchor(
        report_id=report_id, char_start=start, char_end=end, section_path=path, table=kind, page=slots[0].page
    )
    return Table(kind=kind, form=form, cells=cells, anchor=anchor)


def _cell(kind: TableKind, slot: _Slot, sections: Sequence[Section], report_id: str) -> Cell:
    printed = slot.printed.text if slot.printed else ""
    quantity = cell_quantity(printed, slot.unit) if slot.status == "ok" else None
    start, end = (slot.printed.char_start, slot.printed.char_end) if slot.printed else slot.span
    anchor = Anchor(
        report_id=report_id,
        char_start=start,
        char_end=end,
        section_path=section_path_at(sections, slot.span[0]),
        page=slot.page,
        table=kind,
        row=slot.row,
        column=slot.column,
    )
    return Cell(
        row=slot.row,
        column=slot.column,
        status=slot.status if slot.status != "ok" or quantity is not None else "unclear",
        printed=printed,
        quantity=quantity,
        indicator=slot.key,
        applicant=slot.applicant,
        anchor=anchor,
        row_start=slot.span[0],
        row_end=slot.span[1],
    )
