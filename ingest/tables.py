"""Read the statutory tables by their labels, never by their position or the year of the report.

Rows come from the grids of the file, in reading order; a table may go on over several grids and pages.
A label counts as the form's when it agrees by `ReadingLimits.label_similarity` percent; a row that cannot be
placed becomes an Issue. Where nothing shows which of a row's cells is missing, its cells are `unclear`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from rapidfuzz import fuzz

from ingest.indicators import Column, Indicators, Row, StatRow
from ingest.models import (
    Anchor,
    Applicant,
    Cell,
    CellStatus,
    Form,
    Grid,
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
from ingest.settings import ReadingLimits
from ingest.wording import folded, skeleton, without_parentheses

_AMOUNT = re.compile(
    r"(?:[+\-−－＋]|增加|减少|新增|增|减)?\s*[\d０-９][\d０-９,，]*(?:[.．][\d０-９]+)?\s*(?:[万亿]?元|件|条|项|次|个|人|份|宗|%)?"
)
_NOTHING = re.compile(r"[-－—–/／\\]+|无|〇|○")
_ITEM = re.compile(r"第二十条第?[（(]?([一五六八九])[)）]?项")
_HEADER_WORDS = frozenset(
    ["申请人情况", "自然人", "法人或其他组织", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "总计"]
)
_REVIEW_WORDS = frozenset(
    ["行政复议", "行政诉讼", "未经复议直接起诉", "复议后起诉", "结果维持", "结果纠正", "尚未审结"]
)
_APPLICANTS = 7
_MOST_LOST_CELLS = 2
_ROWS_THAT_SHOW_A_HABIT = 8


class _Line(Value):
    """Hold one physical row with its cells, in order."""

    cells: tuple[GridCell, ...]
    page: int | None

    @property
    def labels(self) -> tuple[GridCell, ...]:
        return tuple(cell for cell in self.cells if cell.text and not _is_value(cell.text))

    @property
    def values(self) -> tuple[GridCell, ...]:
        """Return the cells behind the last label, blank ones included."""
        labels = self.labels
        first = self.cells.index(labels[-1]) + 1 if labels else 0
        return self.cells[first:]

    @property
    def has_values(self) -> bool:
        return any(_is_value(cell.text) for cell in self.cells)

    @property
    def span(self) -> tuple[int, int]:
        return self.cells[0].char_start, self.cells[-1].char_end


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
    for line, following in _lines_with_next(document.grids):
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
    return "本列数据的勾稽关系" in plain or plain in _HEADER_WORDS


def _lines_with_next(grids: Sequence[Grid]) -> Iterator[tuple[_Line, _Line | None]]:
    lines: list[_Line] = []
    for grid in grids:
        rows: dict[int, list[GridCell]] = {}
        for cell in grid.cells:
            rows.setdefault(cell.row, []).append(cell)
        lines += [_Line(cells=tuple(cells), page=grid.page) for cells in rows.values() if cells]
    for index, line in enumerate(lines):
        yield line, lines[index + 1] if index + 1 < len(lines) else None


def _is_value(text: str) -> bool:
    plain = text.strip()
    return bool(plain) and bool(_AMOUNT.fullmatch(plain) or _NOTHING.fullmatch(plain))


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
        self._header_label = 0
        self._applicant_columns: dict[int, Applicant] = {}
        self._applications: list[tuple[_Line, _Line | None]] = []
        self._review: list[_Line] = []
        self._stat_top = ""
        self._stat_group: StatRow | None = None
        self._stat_columns = (1, 2)

    def read(self, line: _Line, following: _Line | None) -> None:
        words = [_skeleton(cell.text) for cell in line.cells if cell.text]
        if not words:
            return
        if self._starts_table(line, words):
            return
        match self._kind:
            case "article20":
                self._read_article20(line)
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
        for line in self._review:
            self._place_review(line)

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

    def _starts_table(self, line: _Line, words: list[str]) -> bool:
        """Recognise heads of tables, which carry no values; remember what they say of the columns."""
        first = words[0]
        item = next((found for cell in line.cells if (found := _ITEM.search(folded(cell.text)))), None)
        if item and not line.has_values:
            self._kind, self._item, self._header = "article20", f"第二十条第（{item[1]}）项", {}
            return True
        if first == "信息内容" or self._is_article20_header(line, words):
            self._kind = "article20"
            self._read_article20_header(line)
            return True
        if line.has_values and not self._is_mostly_header(words):
            if self._kind in {None, "article20", "review_litigation", "stat2017"} and self._application_row(
                line, None
            ):
                self._kind = "applications"
            elif self._kind is None and self._article20_row(line):
                self._kind = "article20"
            return False
        if first.startswith("统计指标"):
            self._kind = "stat2017"
            self._read_stat_header(line)
            return True
        if sum(word in _REVIEW_WORDS for word in words) >= 2:
            self._kind = "review_litigation"
            return True
        if (
            sum(word in _HEADER_WORDS or word.startswith("本列数据") for word in words) >= 1
            and self._kind != "stat2017"
        ):
            self._kind = "applications"
            self._read_applicant_header(line)
            return True
        return False

    @staticmethod
    def _is_mostly_header(words: list[str]) -> bool:
        return sum(word in _HEADER_WORDS or word in _REVIEW_WORDS for word in words) >= 3

    def _is_article20_header(self, line: _Line, words: list[str]) -> bool:
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

    def _read_article20_header(self, line: _Line) -> None:
        filled = [(index, cell) for index, cell in enumerate(line.cells) if cell.text]
        self._header = {}
        self._header_label = filled[0][0]
        expected = [
            column
            for column in self.indicators.article20_columns
            if any(
                row.path[0] == self._item and row.key in column.rows for row in self.indicators.article20_rows
            )
        ]
        columns = filled[1:]
        for index, cell in columns:
            best = self._best_column(cell.text, expected or list(self.indicators.article20_columns))
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

    def _article20_row(self, line: _Line) -> Row | None:
        labels = line.labels
        if not labels:
            return None
        rows = self.indicators.article20_rows
        candidates = {row.key: (row.path[-1], row.label_2021 or row.path[-1], *row.variants) for row in rows}
        key = self._match(labels[-1].text, candidates) or self._match(
            "".join(c.text for c in labels), candidates
        )
        return next((row for row in rows if row.key == key), None)

    def _read_article20(self, line: _Line) -> None:
        if not line.labels:
            return
        row = self._article20_row(line)
        if row is None:
            if line.has_values:
                self._report(
                    "unplaced_row", f"第二张表有一行无法对应格式中的行：{line.labels[-1].text}", line
                )
            return
        if not self._header:
            self._report("lost_header", f"“{row.path[-1]}”一行没有可辨认的列标题，未读取", line)
            return
        offset = line.cells.index(line.labels[-1]) - self._header_label
        later = any(column.form == "form2021" for column in self._header.values())
        path = (row.path[0], row.label_2021 if later and row.label_2021 else row.path[-1])
        if row.path[0] != self._item:
            self._item = row.path[0]
        cells = dict(enumerate(line.cells))
        for index, column in self._header.items():
            if row.key not in column.rows:
                continue
            printed = cells.get(index + offset)
            label = column.label_2021 if _stands_alone(column, self._header) else column.label
            self._add(
                "article20",
                line,
                key=f"{row.key}.{column.key}",
                row=path,
                column=label or column.label,
                unit=column.unit,
                printed=printed,
                status=_status(printed),
            )

    # ------------------------------------------------------------ table three

    def _read_applicant_header(self, line: _Line) -> None:
        found: dict[int, Applicant] = {}
        for index, cell in enumerate(line.cells):
            word = _skeleton(cell.text)
            for column in self.indicators.applicants:
                names = {_skeleton(label.split("/")[-1]) for label in (column.label, *column.variants)}
                if word in names:
                    found[index] = column.key  # type: ignore[assignment]
        self._applicant_columns.update(found)

    def _application_row(self, line: _Line, following: _Line | None) -> Row | None:
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
        candidates = {row.key: (row.path[-1], *row.variants) for row in self.indicators.application_rows}
        for exact in (True, False):
            for reading in readings:
                key = self._match(reading, candidates, exact=exact)
                if key is not None:
                    return next(row for row in self.indicators.application_rows if row.key == key)
        return None

    def _place_applications(self) -> None:
        full_ends = _full_row_ends([line for line, _ in self._applications])
        header_total = next((i for i, key in self._applicant_columns.items() if key == "total"), None)
        totals_only = _fills_only_totals([line for line, _ in self._applications], full_ends, header_total)
        seen: set[str] = set()
        for line, following in self._applications:
            if not line.labels or (not line.has_values and not _is_blank_row(line)):
                continue
            row = self._application_row(line, following)
            if row is None:
                if line.has_values:
                    self._report(
                        "unplaced_row", f"第三张表有一行无法对应格式中的行：{line.labels[-1].text}", line
                    )
                continue
            if row.key in seen:
                self._report("repeated_row", f"第三张表的“{row.path[-1]}”出现了两次，取第一次", line)
                continue
            seen.add(row.key)
            placed = _align(line, _APPLICANTS, full_ends, header_total)
            if placed is None and totals_only:
                placed = _as_total(line)
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
                    status="unclear" if placed is None else _status(printed, missing="blank"),
                )
            if placed is None:
                self._report(
                    "unclear_row", f"“{row.path[-1]}”一行的单元格与列数不符，无法确定哪一格缺失", line
                )

    # ------------------------------------------------------------ table four

    def _place_review(self, line: _Line) -> None:
        columns = self.indicators.review_columns
        if self.slots["review_litigation"]:
            return
        placed = _align(line, len(columns), [], None)
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
                status="unclear" if placed is None else _status(printed),
            )
        if placed is None:
            self._report("unclear_row", "第四张表的数据行与列数不符，无法确定哪一格缺失", line)

    # ------------------------------------------------------------ the 2017 table

    def _read_stat_header(self, line: _Line) -> None:
        words = [_skeleton(cell.text) for cell in line.cells]
        unit = next((index for index, word in enumerate(words) if word == "单位"), 1)
        value = next(
            (index for index, word in enumerate(words) if word in {"汇总数", "统计数", "数量"}), unit + 1
        )
        self._stat_columns = unit, value

    def _read_stat(self, line: _Line) -> None:
        labels = line.labels
        if not labels:
            return
        text = labels[0].text
        rows = self.indicators.stat2017_rows
        tops = {row.path[0]: (row.path[0],) for row in rows}
        unit_at, value_at = self._stat_columns
        unit_cell = line.cells[unit_at] if unit_at < len(line.cells) else None
        if not line.has_values and (unit_cell is None or not unit_cell.text):
            self._stat_top = self._match(text, tops) or self._stat_top
            self._stat_group = None
            return
        key, path = self._stat_row(text, rows)
        if key is None:
            self._report("unplaced_row", f"统计表有一行无法对应格式中的行：{text}", line)
            return
        printed = line.cells[value_at] if value_at < len(line.cells) else None
        self._add(
            "stat2017",
            line,
            key=key,
            row=path,
            column="汇总数",
            unit=unit_cell.text if unit_cell and unit_cell.text else "件",
            printed=printed,
            status=_status(printed),
        )

    def _stat_row(self, text: str, rows: tuple[StatRow, ...]) -> tuple[str | None, tuple[str, ...]]:
        groups = {
            row.key: (row.path[-1],) for row in rows if row.path[0] == self._stat_top or not self._stat_top
        }
        children = dict(self._stat_group.children) if self._stat_group else {}
        child = self._match(text, {key: (label,) for key, label in children.items()}, exact=True)
        group = self._match(text, groups, exact=True) or (None if child else self._match(text, groups))
        if group is not None and child is None:
            self._stat_group = next(row for row in rows if row.key == group)
            return group, self._stat_group.path
        child = child or self._match(text, {key: (label,) for key, label in children.items()})
        if child is None or self._stat_group is None:
            return None, ()
        return child, (*self._stat_group.path, children[child])

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
        line: _Line,
        *,
        key: str,
        row: tuple[str, ...],
        column: str,
        unit: str,
        printed: GridCell | None,
        status: CellStatus,
        applicant: Applicant | None = None,
    ) -> None:
        if any(slot.key == key and slot.applicant == applicant for slot in self.slots[kind]):
            self._report("repeated_row", f"“{'/'.join((*row, column))}”出现了两次，取第一次", line)
            return
        self.slots[kind].append(
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

    def _report(self, code: str, message: str, line: _Line) -> None:
        start, end = line.span
        anchor = Anchor(
            report_id=self.report_id, char_start=start, char_end=end, page=line.page, table=self._kind
        )
        self.issues.append(Issue(code=code, message=message, anchor=anchor))


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


def _status(printed: GridCell | None, *, missing: CellStatus = "unclear") -> CellStatus:
    if printed is None:
        return missing
    if not printed.text.strip() or _NOTHING.fullmatch(printed.text.strip()):
        return "blank"
    return "ok" if _AMOUNT.fullmatch(printed.text.strip()) else "unclear"


def _is_blank_row(line: _Line) -> bool:
    return len(line.values) >= _APPLICANTS - _MOST_LOST_CELLS and not any(cell.text for cell in line.values)


def _full_row_ends(lines: list[_Line]) -> list[tuple[int, int]]:
    """Return (column of the last label, column of the last value) of the rows that show all their values."""
    ends: list[tuple[int, int]] = []
    for line in lines:
        filled = [cell for cell in line.values if cell.text]
        if line.labels and len(filled) == _APPLICANTS:
            ends.append((line.labels[-1].column, filled[-1].column))
    return ends


def _fills_only_totals(lines: list[_Line], full_ends: list[tuple[int, int]], header_end: int | None) -> bool:
    """Tell whether a body filled in nothing but the 总计 column, as far as its rows can be placed."""
    placed = [
        row for line in lines if line.has_values and (row := _align(line, _APPLICANTS, full_ends, header_end))
    ]
    filled = [[cell is not None and bool(cell.text) for cell in row] for row in placed]
    return len(filled) >= _ROWS_THAT_SHOW_A_HABIT and all(row[-1] and not any(row[:-1]) for row in filled)


def _as_total(line: _Line) -> tuple[GridCell | None, ...] | None:
    """Return a row with one value behind at least as many blank cells as there are other columns."""
    values = line.values
    filled = [cell for cell in values if cell.text]
    if len(filled) != 1 or values.index(filled[0]) < _APPLICANTS - 1:
        return None
    end = values.index(filled[0]) + 1
    return values[end - _APPLICANTS : end]


def _align(
    line: _Line, width: int, full_ends: list[tuple[int, int]], header_end: int | None
) -> tuple[GridCell | None, ...] | None:
    """Return the `width` cells of a row, None for one that was lost with nothing in it; None if undecidable.

    All values present: in order. Otherwise the blank cells decide, and where the row has more cells than
    columns, the columns in which complete rows and the head of the table end.
    """
    values = line.values
    filled = [cell for cell in values if cell.text]
    if len(filled) == width:
        return tuple(filled)
    if len(filled) > width:
        return None
    end = _last_column(line, full_ends, header_end)
    if end is not None and filled and filled[-1].column <= end:
        inside = tuple(cell for cell in values if cell.column <= end)
        if inside and inside[-1].column == end:
            return inside[-width:] if len(inside) >= width else _padded(inside, filled, width)
    if len(values) == width:
        return values
    if len(values) < width:
        return _padded(values, filled, width)
    if not filled:
        return values[-width:]
    windows = [
        values[start : start + width]
        for start in range(len(values) - width + 1)
        if values.index(filled[0]) >= start and values.index(filled[-1]) < start + width
    ]
    return windows[0] if len(windows) == 1 else None


def _last_column(line: _Line, full_ends: list[tuple[int, int]], header_end: int | None) -> int | None:
    """Return where the last column stands, as complete rows show, those with labels alike first, or the head."""
    label_at = line.labels[-1].column if line.labels else -1
    alike = {end for label, end in full_ends if label == label_at} or {end for _, end in full_ends}
    if len(alike) == 1:
        return alike.pop()
    return header_end if not full_ends else None


def _padded(
    cells: tuple[GridCell, ...], filled: list[GridCell], width: int
) -> tuple[GridCell | None, ...] | None:
    """Return a row that lost blank cells on its left: its only value stands at its end, in the last column."""
    lost = width - len(cells)
    if len(filled) != 1 or cells[-1] is not filled[0] or not 0 < lost <= _MOST_LOST_CELLS:
        return None
    return (*[None] * lost, *cells)


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
