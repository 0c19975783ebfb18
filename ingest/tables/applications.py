"""Read table three, 收到和处理政府信息公开申请情况: one row for each outcome, one column for each kind of applicant.

Its rows are placed when all are known: what the complete ones show of the columns holds for those that lost a cell.
"""

from collections.abc import Sequence, Set
from typing import cast

from ingest.cells import is_value
from ingest.indicators import Indicators, Row
from ingest.models import Applicant, Form, GridCell, Value
from ingest.recovery import Placing, agreed, fits_applications, fits_row, lost_rows, ways
from ingest.rows import Alignment, Line, read_cell
from ingest.tables.labels import Labels, bare
from ingest.tables.sheet import MISFIT, Sheet, unclear
from ingest.wording import is_enumerated

_ORGANIZATIONS = "法人或其他组织"
_RESULTS = "三、本年度办理结果"
_PARTED = "标签与数分开印，次序、格数与勾稽关系不能只留下一种放法"
_BY_LABELS = "标签与数分开印，按次序和格数对上，且只有这一种放法与勾稽关系相符"
_IN_TWO_LINES = "一行数分在两行印，合起来格数与勾稽关系相符"
_BY_GAPS = "这一行没有印出名称，按上下行的次序补上，且与勾稽关系相符"


class _Column(Value):
    """Hold a column in printed order; `applicant` is None where the form lacks it."""

    applicant: Applicant | None
    label: str


class Applications:
    """Keep line after line; the heads say in which order the columns stand."""

    def __init__(self, sheet: Sheet, indicators: Indicators, labels: Labels) -> None:
        self._sheet = sheet
        self._indicators = indicators
        self._labels = labels
        self._known = {
            bare(name.split("/")[-1]): column
            for column in indicators.applicants
            for name in (column.label, *column.variants)
        }
        self._rows = {row.key: row for row in indicators.application_rows}
        self._labelled = {key: (row.path[-1], *row.variants) for key, row in self._rows.items()}
        # 上级标签与本行标签印在同一格
        self._labelled_with_parents = {
            key: ("".join(row.path), "".join(row.path[-2:])) for key, row in self._rows.items()
        }
        self._names = {
            bare(name) for row in indicators.application_rows for name in (*row.path, *row.variants)
        }
        self._parents = {bare(name) for row in indicators.application_rows for name in row.path[:-1]}
        self._heads: list[list[GridCell]] = []
        self._total_at: int | None = None
        self._is_shuffled = False
        self._lines: list[tuple[Line, Line | None]] = []
        self.parted_row_by_row = False

    def form(self) -> Form:
        """Return the form whose rows the table has."""
        keys = self._sheet.keys("applications")
        if "results.other_processing" in keys:
            return "form2019"
        return "form2021" if any(key.startswith("results.other.") for key in keys) else "unknown"

    def read_head(self, line: Line) -> None:
        """Remember which columns a line of the head names, and where."""
        found = [(index, self._known[bare(cell.text)].key) for index, cell in enumerate(line.cells)
                 if bare(cell.text) in self._known]  # fmt: skip
        # 总计跨两行，按单元格逐行印出时会排到五类组织之前
        order = [column.key for column in self._indicators.applicants if column.key != "total"]
        printed = [key for _, key in found]
        places = [order.index(key) for key in printed if key != "total"]
        self._is_shuffled |= places != sorted(places) or (len(printed) > 1 and printed[0] == "total")
        self._total_at = next((index for index, key in found if key == "total"), self._total_at)
        self._heads.append([cell for cell in line.cells if cell.text])

    def keep_loose(self, line: Line) -> bool:
        """Keep a line of seven numbers without a label, which can only be of this table; tell whether it is one."""
        filled = [cell for cell in line.cells if cell.text]
        if len(filled) != len(self._indicators.applicants) or not all(is_value(cell.text) for cell in filled):
            return False
        self._lines.append((line, None))
        return True

    def read(self, line: Line, following: Line | None) -> None:
        """Keep a line of the table with the one below it."""
        self._lines.append((line, following))

    def row(self, line: Line, following: Line | None) -> Row | None:
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
        own_labels, with_parents = self._labelled, self._labelled_with_parents
        for candidates, exact in ((own_labels, True), (with_parents, True), (own_labels, False)):
            for reading in readings:
                key = self._labels.match(reading, candidates, exact=exact)
                if key is not None:
                    return self._rows[key]
        return None

    # ------------------------------------------------------------ columns

    def _columns(self) -> list[_Column]:
        """Return the columns of the form, or those that the head prints where it has all of these and more."""
        own = [
            _Column(applicant=cast(Applicant, one.key), label=one.label)
            for one in self._indicators.applicants
        ]
        none: list[GridCell] = []
        top = next((cells for cells in self._heads if bare("自然人") in map(_word, cells)), none)
        below = next((cells for cells in self._heads if bare("商业企业") in map(_word, cells)), none)
        cells: list[tuple[str, GridCell]] = []
        for cell in _between(top, self._known.keys() | {_ORGANIZATIONS}):
            if _word(cell) == _ORGANIZATIONS and below is not top:
                cells += [(f"{_ORGANIZATIONS}/", one) for one in _between(below, self._known.keys())]
            elif _word(cell) != _ORGANIZATIONS:
                cells.append(("", cell))
        printed = [
            _Column(applicant=cast(Applicant, known.key), label=known.label)
            if (known := self._known.get(_word(cell)))
            else _Column(applicant=None, label=above + "".join(cell.text.split()))
            for above, cell in cells
        ]
        known_ones = [column.applicant for column in printed if column.applicant]
        return printed if known_ones == [column.applicant for column in own] else own

    # ------------------------------------------------------------ placing

    def finish(self) -> None:
        """Place the rows, and name those that are missing."""
        columns = self._columns()
        lines = [line for line, _ in self._lines]
        alignment = Alignment(lines, width=len(columns), header_end=self._total_at)
        placed: dict[str, Sequence[GridCell]] = {}
        parted: list[tuple[Row, Line]] = []
        loose: list[tuple[str | None, Line]] = []
        before: Row | None = None
        joined = -1
        for at, (line, following) in enumerate(self._lines):
            if at == joined:
                continue
            if not line.labels:
                if line.has_values:
                    loose.append((before.key if before else None, line))
                continue
            if not line.has_values and not alignment.is_blank(line):
                row = self.row(line, None)
                if row is not None:
                    parted.append((row, line))
                continue
            line, row = self._named(line, following, alignment)
            if row is None:
                if line.has_values and bare(line.labels[-1].text) in self._parents:
                    loose.append(
                        (before.key if before else None, line.model_copy(update={"cells": line.values}))
                    )
                elif line.has_values:
                    self._keep_other(line, before, columns, alignment)
                continue
            before = row
            filled = tuple(cell for cell in line.values if cell.text)
            if parted and len(filled) > len(columns):
                parted.append((row, line))
                loose.append((None, line.model_copy(update={"cells": filled, "label_end": 0})))
                continue
            cells = None if self._is_shuffled else alignment.place(line)
            whole = None if cells or self._is_shuffled else self._with_rest(filled, at + 1, len(columns))
            joined = at + 1 if whole else joined
            cells = cells or whole
            if cells is not None and row.key not in placed:
                placed[row.key] = [cell for cell in cells if cell is not None]
            self._add(row, line, columns, cells, placed=_IN_TWO_LINES if whole else None)
        self._recover(placed, parted, loose, columns)
        if self._lines and self._sheet.keys("applications"):
            rows = [
                (row.key, row.path[-1]) for row in self._indicators.application_rows if row.form == "both"
            ]
            first = next((line for line, _ in self._lines if line.labels), self._lines[0][0])
            self._sheet.report_missing("applications", "第三张表", rows, first, self._lines[-1][0])

    def _named(self, line: Line, following: Line | None, alignment: Alignment) -> tuple[Line, Row | None]:
        """Return the row that a line names; where words stand in its value cells, the line with its label ended."""
        for label in reversed(line.labels[:-1]):
            cut = line.up_to(label)
            words = [cell for cell in cut.values if cell.text and not is_value(cell.text)]
            names = any(is_enumerated(cell.text) or bare(cell.text) in self._names for cell in words)
            if not names and alignment.is_filled(cut) and (row := self.row(cut, None)) is not None:
                return cut, row
        return line, self.row(line, following)

    def _with_rest(self, filled: Sequence[GridCell], at: int, width: int) -> Sequence[GridCell] | None:
        """Return a row with the line below it, which has no label, where both together fill the columns and add up."""
        below = self._lines[at][0] if at < len(self._lines) else None
        if below is None or below.labels:
            return None
        cells = [*filled, *_filled(below)]
        return cells if filled and len(cells) == width and fits_row(cells) else None

    def _add(
        self,
        row: Row,
        line: Line,
        columns: Sequence[_Column],
        cells: Sequence[GridCell | None] | None,
        *,
        placed: str | None,
    ) -> None:
        for position, column in enumerate(columns):
            printed = cells[position] if cells is not None else None
            self._sheet.add(
                "applications",
                line,
                key=row.key if column.applicant else None,
                applicant=column.applicant,
                row=row.path,
                column=column.label,
                content=unclear(f"这{MISFIT}")
                if cells is None
                else read_cell(printed, "件", missing="blank"),
                printed=printed,
                placed=placed,
            )
            if column.applicant is None:
                message = f"第三张表有格式中没有的列：{column.label}"
                self._sheet.report("new_column", message, line, table="applications")
        if cells is None:
            message = f"“{row.path[-1]}”{MISFIT}"
            self._sheet.report("unclear_row", message, line, table="applications")

    def _keep_other(
        self, line: Line, before: Row | None, columns: Sequence[_Column], alignment: Alignment
    ) -> None:
        """Keep a row that the form lacks by its printed label, where its numbers fill the columns."""
        label = "".join(line.labels[-1].text.split())
        message = f"第三张表有一行无法对应格式中的行：{label}"
        cells = None if self._is_shuffled or before is None else alignment.place(line)
        if cells is not None and all(cells) and is_enumerated(label) and before is not None:
            for column, printed in zip(columns, cells, strict=True):
                self._sheet.add(
                    "applications",
                    line,
                    key=None,
                    applicant=column.applicant,
                    row=(*_above(label, before), label),
                    column=column.label,
                    content=read_cell(printed, "件"),
                    printed=printed,
                )
        self._sheet.report("unplaced_row", message, line, table="applications")

    # ------------------------------------------------------------ what only the whole table shows

    def _recover(
        self,
        placed: Placing,
        parted: Sequence[tuple[Row, Line]],
        loose: Sequence[tuple[str | None, Line]],
        columns: Sequence[_Column],
    ) -> None:
        """Bring together labels without numbers and numbers without labels."""
        if not loose:
            return
        width = len(columns)
        found = set(self._sheet.keys("applications"))
        waiting = {row.key: line for row, line in parted if row.key not in found}
        if any(key.startswith("results.other.") for key in found | waiting.keys()):
            waiting.pop("results.other_processing", None)
        cells = [cell for _, line in loose for cell in _filled(line)]
        candidates = (
            list(ways(list(waiting), cells, width)) if waiting else self._in_gaps(loose, found, width)
        )
        fitting = [
            placing for placing in candidates if fits_applications({**placed, **placing}, self._indicators)
        ]
        keys = list(waiting) or list(candidates[0] if candidates else ())
        self.parted_row_by_row = bool(waiting) and len(fitting) == 1 and fitting[0] == candidates[0]
        if not keys:
            message = "第三张表有一行数没有印出名称，无法确定是哪一行"
            self._sheet.report("unplaced_row", message, loose[0][1], table="applications")
        for key in keys:
            line = waiting.get(key) or _line_of(candidates[0][key], loose)
            chosen = [agreed(fitting, key, at) for at in range(width)]
            self._add_recovered(
                self._rows[key], line, columns, chosen, placed=_BY_LABELS if waiting else _BY_GAPS
            )

    def _in_gaps(
        self, loose: Sequence[tuple[str | None, Line]], found: set[str], width: int
    ) -> list[Placing]:
        """Return the one way to name lines without a label: by the rows that lack between their neighbours."""
        form = self.form()
        order = [row.key for row in self._indicators.application_rows if row.form in {form, "both"}]
        placing: dict[str, Sequence[GridCell]] = {}
        for before in dict.fromkeys(before for before, _ in loose):
            lines = [line for above, line in loose if above == before]
            start = order.index(before) + 1 if before in order else 0
            after = next((key for key in order[start:] if key in found), None)
            rows = lost_rows(before, after, order, found)
            if len(rows) != len(lines) or any(len(_filled(line)) != width for line in lines):
                return []
            placing |= {key: _filled(line) for key, line in zip(rows, lines, strict=True)}
        return [placing]

    def _add_recovered(
        self,
        row: Row,
        line: Line,
        columns: Sequence[_Column],
        cells: Sequence[GridCell | None],
        *,
        placed: str,
    ) -> None:
        for column, printed in zip(columns, cells, strict=True):
            self._sheet.add(
                "applications",
                line,
                key=row.key,
                applicant=column.applicant,
                row=row.path,
                column=column.label,
                content=read_cell(printed, "件") if printed else unclear(_PARTED),
                printed=printed,
                placed=placed,
            )
        if not all(cells):
            message = f"“{row.path[-1]}”一行：{_PARTED}"
            self._sheet.report("unclear_row", message, line, table="applications")


def _filled(line: Line) -> list[GridCell]:
    return [cell for cell in line.cells if cell.text]


def _word(cell: GridCell) -> str:
    return bare(cell.text)


def _between(cells: Sequence[GridCell], known: Set[str]) -> Sequence[GridCell]:
    """Return the cells from the first to the last that the form knows."""
    places = [at for at, cell in enumerate(cells) if _word(cell) in known]
    return cells[places[0] : places[-1] + 1] if places else ()


def _above(label: str, before: Row) -> tuple[str, ...]:
    """Return the labels over a row that the form lacks, by its enumerator and the row before it."""
    if label[0] in "（(":
        return (_RESULTS,)
    return before.path[:-1] if label[0].isdigit() else ()


def _line_of(cells: Sequence[GridCell], loose: Sequence[tuple[str | None, Line]]) -> Line:
    return next(line for _, line in loose if cells[0] in line.cells)
