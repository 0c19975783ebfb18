"""Read the statistics tables of the years before 2019: a label, a unit and one value in a row."""

from ingest.cells import is_value
from ingest.indicators import Indicators, StatChild, StatForm, StatRow
from ingest.rows import STAT_VALUE_HEADS, Line, read_cell
from ingest.tables.labels import Labels, agreement, bare
from ingest.tables.sheet import Sheet, unclear


class Statistics:
    """Read row after row; under which heading a row stands is its state."""

    def __init__(self, sheet: Sheet, indicators: Indicators, labels: Labels) -> None:
        self._sheet = sheet
        self._indicators = indicators
        self._labels = labels
        self._form: StatForm | None = None
        self._last = ""
        self._group: StatRow | None = None
        self._columns = (1, 2)

    def read_head(self, line: Line) -> None:
        """Remember in which columns units and values stand."""
        words = [bare(cell.text) for cell in line.cells]
        unit = next((index for index, word in enumerate(words) if word.endswith("单位")), 1)
        value = next((index for index, word in enumerate(words) if word in STAT_VALUE_HEADS), unit + 1)
        self._columns = unit, value

    def read(self, line: Line) -> None:
        """Read a row, or the heading that the rows below it stand under."""
        labels = line.labels
        if not labels:
            return
        text = labels[0].text
        unit_at, value_at = self._columns
        unit_cell = line.cells[unit_at] if unit_at < len(line.cells) else None
        if not line.has_values and (unit_cell is None or not unit_cell.text):
            self._open_group(text)
            return
        child, path = self._row(text)
        certain = child is not None and self._follows_its_group(child)
        self._last = child.key if child else ""
        if child is None:
            self._sheet.report(
                "unplaced_row", f"统计表有一行无法对应格式中的行：{text}", line, table="stat2017"
            )
            return
        printed = line.cells[value_at] if value_at < len(line.cells) else None
        unit = unit_cell.text if unit_cell and unit_cell.text and not is_value(unit_cell.text) else child.unit
        self._sheet.add(
            "stat2017",
            line,
            key=child.key,
            row=path,
            column="汇总数",
            content=read_cell(printed, unit) if certain else unclear("上方缺行，无法确定这一行属于哪一项"),
            printed=printed,
        )
        if not certain:
            self._sheet.report(
                "unclear_row", f"“{text}”上方缺行，无法确定它属于哪一项", line, table="stat2017"
            )

    def _follows_its_group(self, child: StatChild) -> bool:
        """Tell whether a row is where it should be, when its label alone does not say of which group it is."""
        rows = [
            (key, label)
            for row in self._rows()
            for key, label in ((row.key, row.path[-1]), *((each.key, each.label) for each in row.children))
        ]
        own = bare(child.label)
        alike = [key for key, label in rows if agreement(own, bare(label)) >= self._labels.similarity]
        keys = [key for key, _ in rows]
        return len(alike) == 1 or keys[keys.index(child.key) - 1] == self._last

    def _open_group(self, text: str) -> None:
        """Remember under which heading the next rows stand: a top heading, or a row that only groups."""
        rows = self._rows()
        top = self._labels.match(text, {row.path[0]: (row.path[0],) for row in rows})
        key = self._labels.match(text, {str(number): (row.path[-1],) for number, row in enumerate(rows)})
        self._group = rows[int(key)] if key is not None and top is None else None
        forms: set[StatForm] = {row.form for row in rows if row.path[0] == top}
        if len(forms) == 1:
            self._form = forms.pop()

    def _rows(self) -> tuple[StatRow, ...]:
        """Return the rows of the form that was recognised, or those of all."""
        rows = self._indicators.stat_rows
        return tuple(row for row in rows if self._form is None or row.form == self._form)

    def _row(self, text: str) -> tuple[StatChild | None, tuple[str, ...]]:
        """Return the row that a label names, and its label path; a child belongs to the group above it."""
        rows = self._rows()
        groups = {row.key: (row.path[-1],) for row in rows if row.key}
        group = self._group
        children = {child.key: (child.label,) for child in group.children} if group else {}
        child = self._labels.match(text, children, exact=True)
        key = self._labels.match(text, groups, exact=True) or (
            None if child else self._labels.match(text, groups)
        )
        if key is not None and child is None:
            self._group = next(row for row in rows if row.key == key)
            self._form = self._group.form
            own = StatChild(key=key, label=self._group.path[-1], unit=self._group.unit)
            return own, self._group.path
        child = child or self._labels.match(text, children)
        if child is None:
            # 只作分组、没有数的那一行可能没有印成表格的一行
            named = [row for row in rows if any(bare(text) == bare(each.label) for each in row.children)]
            group = self._group = named[0] if len(named) == 1 else None
            child = (
                self._labels.match(text, {each.key: (each.label,) for each in group.children})
                if group
                else None
            )
        found = next((each for each in group.children if each.key == child), None) if group else None
        return found, (*group.path, found.label) if group and found else ()
