"""Read table two, 主动公开政府信息情况: blocks of rows, each under a head that names its columns."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from ingest.cells import Content, is_value, money_unit
from ingest.indicators import Column, Indicators, Row
from ingest.models import Form, GridCell, Value
from ingest.recovery import Placing, agreed, ways
from ingest.rows import Line, read_cell
from ingest.tables.labels import Labels, bare
from ingest.tables.sheet import MISFIT, Sheet, unclear
from ingest.wording import without_parentheses

_FORMS: tuple[Form, ...] = ("form2019", "form2021")
_NAMES = {"form2019": "2019年", "form2021": "2021年"}
_CAPTION = re.compile(r"[（(]?\s*(?:金额|收费)?\s*单位\s*[:：]?\s*(?P<unit>[十百千万亿]*元)\s*[)）]?")
_BLOCKS_THAT_TELL = 3
_PARTED = "标签与数分开印，次序和格数不能只留下一种放法"


class _Waiting(Value):
    """Hold a row of the form that waits for the whole table: for its columns, or for its numbers.

    `money` is the unit of money that its head or a line above states, as far as there is any.
    """

    row: Row
    path: tuple[str, ...]
    line: Line
    money: str
    placed: str | None = None


class _Nameless(Value):
    """Hold a row of numbers without a label, with the item and the unit of money it stands under."""

    item: str
    line: Line
    money: str


class Article20:
    """Read line after line; the open item and the columns of the last head are its state.

    `headings` are the places in the text where a section of the report begins: a row past the next one is no row of
    this table unless the form has it.
    """

    def __init__(self, sheet: Sheet, indicators: Indicators, labels: Labels, headings: Sequence[int]) -> None:
        self._sheet = sheet
        self._indicators = indicators
        self._labels = labels
        self._headings = headings
        self._item = ""
        self._caption = ""
        self._header: dict[int, Column] = {}
        self._header_cells: dict[int, GridCell] = {}
        self._header_names: dict[int, str] = {}
        self._header_line: Line | None = None
        self._header_label = 0
        self._header_width = 0
        self._is_foreign = False
        self._half_label: GridCell | None = None
        self._lines: list[Line] = []
        self._headless: list[_Waiting] = []
        self._parted: list[_Waiting] = []
        self._loose: list[GridCell] = []
        self._nameless: list[_Nameless] = []
        self._awaits_numbers = False
        self._taken: Line | None = None

    def form(self) -> Form:
        """Return the form whose columns the table has."""
        keys = set(self._sheet.keys("article20"))
        forms = {
            column.form
            for column in self._indicators.article20_columns
            if column.key != "made" and any(f"{row}.{column.key}" in keys for row in column.rows)
        }
        fitting: list[Form] = [form for form in _FORMS if forms - {"both"} == {form}]
        return fitting[0] if fitting else "unknown"

    def open_item(self, item: str) -> None:
        """Begin a block; where its head is that of the block above, some texts print it once only."""
        self._item = item
        self._caption = ""
        self._is_foreign = False

    # ------------------------------------------------------------ heads

    def is_head(self, words: Sequence[str]) -> bool:
        """Tell whether the words of a line name two columns of the form."""
        return sum(self._column(word) is not None for word in words) >= 2

    def read_head(self, line: Line) -> None:
        """Remember which column of the form each cell of a head names."""
        filled = [(index, cell) for index, cell in enumerate(line.cells) if cell.text]
        named = bare(filled[0][1].text) != "信息内容" and self._column(bare(filled[0][1].text))
        self._header_label = filled[0][0] - 1 if named else filled[0][0]
        # 重复印出的“信息内容”不是一列：它下面若有数，这一行就与表头不符
        columns = [
            (index, cell) for index, cell in filled[0 if named else 1 :] if bare(cell.text) != "信息内容"
        ]
        self._header, self._header_names = {}, {}
        self._header_cells = dict(columns)
        self._header_width = len(line.cells)
        self._header_line = line
        self._is_foreign = False
        expected = self._columns_of_item()
        for index, cell in columns:
            # 单独成行的“第二十条第（五）项”不在表格里，_item 可能还是上一项
            best = self._best_column(cell.text, expected) or self._best_column(
                cell.text, list(self._indicators.article20_columns)
            )
            self._header_names[index] = "".join(cell.text.split())
            if best is not None:
                self._header[index] = best
        if len(self._header) < len(columns):
            self._complete_header(columns, expected)

    def _columns_of_item(self) -> list[Column]:
        rows = {row.key for row in self._indicators.article20_rows if row.path[0] == self._item}
        return [column for column in self._indicators.article20_columns if rows & set(column.rows)]

    def _column(self, word: str) -> Column | None:
        return next(
            (
                column
                for column in self._indicators.article20_columns
                if word in {bare(label) for label in _labels(column)}
            ),
            None,
        )

    def _best_column(self, text: str, columns: list[Column]) -> Column | None:
        word = bare(without_parentheses(text)) or bare(text)
        scored = [
            (max(fuzz.ratio(word, bare(without_parentheses(label))) for label in _labels(column)), column)
            for column in columns
        ]
        scored.sort(key=lambda entry: -entry[0])
        if not scored or scored[0][0] < self._labels.similarity:
            return None
        if len(scored) > 1 and scored[1][0] == scored[0][0] and scored[1][1].key != scored[0][1].key:
            return None
        return scored[0][1]

    def _complete_header(self, filled: list[tuple[int, GridCell]], expected: list[Column]) -> None:
        """Read cut column labels: all of one form's columns, in order, each printed label the start of its own."""
        for form in _FORMS:
            columns = [column for column in expected if column.form in {form, "both"}]
            printed = [(index, bare(without_parentheses(cell.text))) for index, cell in filled]
            if len(columns) == len(printed) and all(
                word and any(bare(label).startswith(word) for label in _labels(column))
                for (_, word), column in zip(printed, columns, strict=True)
            ):
                self._header = {index: column for (index, _), column in zip(printed, columns, strict=True)}
                self._header_names = {}
                return

    def _goes_on_in(self, line: Line) -> bool:
        """Take a line right under a head as more of its labels, where that names columns that were not known."""
        head = self._header_line
        if head is None or len(line.cells) > len(head.cells) or line.has_values:
            return False
        below = {index: cell for index, cell in enumerate(line.cells) if cell.text}
        if not below or not all(head.cells[index].text for index in below):
            return False
        cells = tuple(
            cell.model_copy(update={"text": cell.text + below[index].text, "char_end": below[index].char_end})
            if index in below
            else cell
            for index, cell in enumerate(head.cells)
        )
        before = self._header, self._header_cells, self._header_names, self._header_line
        self.read_head(head.model_copy(update={"cells": cells}))
        remarks = all(re.match(r"[（(]|单位", cell.text.strip()) for cell in below.values())
        if self._header_names and (remarks or below.keys() <= self._header.keys()):
            return True
        self._header, self._header_cells, self._header_names, self._header_line = before
        return False

    # ------------------------------------------------------------ rows

    def row(self, line: Line) -> Row | None:
        """Return the row of the form that a line's label names."""
        labels = line.labels
        if not labels:
            return None
        rows = self._indicators.article20_rows
        candidates = {row.key: (row.path[-1], row.label_2021 or row.path[-1], *row.variants) for row in rows}
        key = self._labels.match(labels[-1].text, candidates) or self._labels.match(
            "".join(c.text for c in labels), candidates
        )
        return next((row for row in rows if row.key == key), None)

    def read(self, line: Line, following: Line | None) -> None:
        """Read a row under the columns of the last head, or keep it until the whole table is known."""
        if not line.labels:
            self._read_numbers(line)
            return
        self._awaits_numbers = False
        line, row = self._named(line)
        if row is None and line.has_values:
            line = self._with_whole_label(line, following)
            row = self.row(line)
        if row is None:
            self._read_other(line)
            return
        self._half_label = None
        self._lines.append(line)
        if row.path[0] != self._item:
            self._item = row.path[0]
        mine = {index: column for index, column in self._header.items() if row.key in column.rows}
        later = any(column.form == "form2021" for column in self._header.values())
        path = (row.path[0], row.label_2021 if later and row.label_2021 else row.path[-1])
        money = next((index for index, column in mine.items() if column.money), None)
        stated = money_unit(self._header_cells[money].text) if money is not None else None
        waiting = _Waiting(row=row, path=path, line=line, money=stated or self._caption)
        filled = [cell for cell in line.values if cell.text]
        if not line.values:
            self._parted.append(waiting)
            self._awaits_numbers = len(self._parted) == 1 and not self._loose and bool(mine)
        elif self._parted and len(filled) > max(len(self._columns_of(row, form)) for form in _FORMS):
            self._parted.append(waiting)
            self._loose += filled
        elif not mine:
            self._headless.append(waiting)
        else:
            self._header_line = None
            self._read_row(self._completed(waiting, following), mine)

    def _read_numbers(self, line: Line) -> None:
        """Read numbers without a label: those of the label right above, the rest of its row, or none that is known."""
        filled = [cell for cell in line.cells if cell.text]
        if line == self._taken:
            return
        if self._awaits_numbers:
            self._awaits_numbers = False
            waiting = self._parted[-1]
            form = self._form_of_header(waiting.row)
            if form and len(self._columns_of(waiting.row, form)) == len(filled):
                self._parted.pop()
                placed = "数印在标签的下一行，格数与列数相符"
                self._place(waiting, form, dict(enumerate(filled)), placed=placed)
                return
        self._loose += filled
        money = "".join(unit for cell in self._header_cells.values() if (unit := money_unit(cell.text)))
        self._nameless.append(_Nameless(item=self._item, line=line, money=money or self._caption))

    def _completed(self, waiting: _Waiting, following: Line | None) -> _Waiting:
        """Join a row with the line below it, where that has no label and fills exactly the places left blank."""
        line = waiting.line
        if following is None or following.labels or len(following.cells) != len(line.cells):
            return waiting
        below = {index: cell for index, cell in enumerate(following.cells) if cell.text}
        label = line.cells.index(line.labels[-1])
        under = {index + label - self._header_label for index in self._header_cells}
        blank = {index for index in under if index < len(line.cells) and not line.cells[index].text}
        if not blank or below.keys() != blank:
            return waiting
        self._taken = following
        cells = tuple(below.get(index, cell) for index, cell in enumerate(line.cells))
        return waiting.model_copy(
            update={
                "line": line.model_copy(update={"cells": cells}),
                "placed": "一行数分在两行印，空着的格正好填满",
            }
        )

    def _named(self, line: Line) -> tuple[Line, Row | None]:
        """Return the row that a line names; where words stand in its value cells, the line with its label ended."""
        labels = line.labels if self._header else ()
        for label in reversed(labels[:-1]):
            cut = line.up_to(label)
            row = self.row(cut)
            if row is not None and self._fits_header(cut, line.cells.index(label) - self._header_label):
                return cut, row
        return line, self.row(line)

    def _read_row(self, waiting: _Waiting, mine: dict[int, Column]) -> None:
        line, path = waiting.line, waiting.path
        offset = line.cells.index(line.labels[-1]) - self._header_label
        whole = self._is_whole_header(waiting.row, mine)
        fits = whole and self._fits_header(line, offset)
        doubt = f"这{MISFIT}" if whole else "这一行上方的列标题不全，无法确定数值属于哪一列"
        if not whole:
            message = f"“{path[-1]}”一行上方的列标题不全，无法确定数值属于哪一列"
            self._sheet.report("lost_header", message, line, table="article20")
        elif not fits:
            self._sheet.report("unclear_row", f"“{path[-1]}”{MISFIT}", line, table="article20")
        cells = dict(enumerate(line.cells))
        for index, column in mine.items():
            printed = cells.get(index + offset) if fits else None
            label = column.label_2021 if _stands_alone(column, self._header) else column.label
            self._sheet.add(
                "article20",
                line,
                key=f"{waiting.row.key}.{column.key}",
                row=path,
                column=label or column.label,
                content=self._content(printed, column, index, line) if fits else unclear(doubt),
                printed=printed,
                named=self._header_names.get(index),
                placed=waiting.placed,
            )
        if fits:
            self._keep_new_columns(line, path, offset)

    def _keep_new_columns(self, line: Line, path: tuple[str, ...], offset: int) -> None:
        """Keep what stands under columns that the form lacks, by their printed names."""
        for index, cell in self._header_cells.items():
            printed = line.cells[index + offset]
            if index in self._header or not printed.text:
                continue
            name = "".join(cell.text.split())
            content = read_cell(printed, money_unit(name) or "")
            self._sheet.add(
                "article20", line, key=None, row=path, column=name, content=content, printed=printed
            )
            message = f"第二张表有格式中没有的列：{name}"
            self._sheet.report("new_column", message, line, table="article20")

    def _read_other(self, line: Line) -> None:
        """Read a line that names no row of the form: more of a head, a unit, half a label, or a row of its own."""
        if not line.has_values:
            caption = _CAPTION.fullmatch("".join(cell.text for cell in line.cells).strip())
            if caption:
                self._caption = caption["unit"]
            elif not self._goes_on_in(line):
                self._half_label = line.labels[-1]
                self._is_foreign |= len(line.labels) > 1
            return
        self._half_label = None
        name = line.labels[-1].text
        message = f"第二张表有一行无法对应格式中的行：{name}"
        offset = line.cells.index(line.labels[-1]) - self._header_label
        belongs = self._header and self._lines and not self._is_foreign and not self._is_past_heading(line)
        if belongs and self._fits_header(line, offset):
            for index, column in self._header.items():
                printed = line.cells[index + offset]
                label = column.label_2021 if _stands_alone(column, self._header) else column.label
                self._sheet.add(
                    "article20",
                    line,
                    key=None,
                    row=(self._item, "".join(name.split())),
                    column=label or column.label,
                    content=self._content(printed, column, index, line),
                    printed=printed,
                    named=self._header_names.get(index),
                )
        self._sheet.report("unplaced_row", message, line, table="article20")

    def _is_past_heading(self, line: Line) -> bool:
        last = self._lines[-1].cells[-1].char_end
        return any(last <= heading <= line.cells[0].char_start for heading in self._headings)

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
            if self.row(joined) is not None:
                return joined
        return line

    def _is_whole_header(self, row: Row, mine: dict[int, Column]) -> bool:
        """Tell whether the head names every column that one of the forms has for a row, misprinted ones included.

        A head that lost a column makes a row that lost another one look complete.
        """
        named = {column.key for column in mine.values()}
        unread = len(self._header_cells) - len(mine)
        for form in _FORMS:
            expected = {column.key for column in self._columns_of(row, form)}
            if named <= expected and len(expected - named) <= unread:
                return True
        return False

    def _columns_of(self, row: Row, form: Form) -> list[Column]:
        return [
            column
            for column in self._indicators.article20_columns
            if row.key in column.rows and column.form in {form, "both"} and row.form in {form, "both"}
        ]

    def _fits_header(self, line: Line, offset: int) -> bool:
        """Tell whether a row has a cell under each named column and nothing beside them.

        A row shorter than its head may have lost any cell, unless all that are named have something in them.
        """
        under = {index + offset for index in self._header_cells}
        first = line.cells.index(line.labels[-1]) + 1
        filled = {index for index in range(first, len(line.cells)) if line.cells[index].text}
        whole = len(line.cells) >= self._header_width + offset or under <= filled
        return whole and max(under, default=0) < len(line.cells) and filled <= under

    def _content(self, printed: GridCell | None, column: Column, index: int, line: Line) -> Content:
        """Return what a cell holds, in the unit that its head or a line above states, or else in the form's."""
        stated = (
            (money_unit(self._header_cells[index].text) or self._caption) if column.money else column.unit
        )
        content = read_cell(printed, stated or column.unit, stated=bool(stated))
        if content.quantity and not stated and index not in self._header_names and "元" not in _text(printed):
            return unclear("列名不全，看不出金额的单位")
        own = "元" in _text(printed) or "万" in _text(printed)
        if content.quantity and content.quantity.value and not stated and not own:
            name = without_parentheses(column.label)
            message = f"{name}没有写明单位，按{column.unit}读取"
            self._sheet.report("no_unit", message, line, table="article20")
        return content

    # ------------------------------------------------------------ what only the whole table shows

    def finish(self, applications: Form, *, row_by_row: bool) -> None:
        """Place rows that lost their head or their numbers, and name those that are missing.

        `applications` is the form of table three, `row_by_row` how its numbers stood where they were parted too.
        """
        self._place_headless(applications)
        self._place_parted(applications, row_by_row=row_by_row)
        self._place_nameless()
        if self._lines:
            form = self.form()
            rows = [
                (row.key, row.path[-1])
                for row in self._indicators.article20_rows
                if row.form in {form, "both"}
            ]
            self._sheet.report_missing("article20", "第二张表", rows, self._lines[0], self._lines[-1])

    def _place_headless(self, applications: Form) -> None:
        """Place rows in the columns of the form that the rest of the table, or the count of their cells, leaves."""
        form = self._only_form(applications, self._headless)
        for waiting in self._headless:
            filled = [cell for cell in waiting.line.values if cell.text]
            columns = self._columns_of(waiting.row, form) if form != "unknown" else []
            if columns and len(columns) == len(filled) and all(is_value(cell.text) for cell in filled):
                placed = f"这一项没有印出列名；全表是{_NAMES[form]}格式，按其列的次序，格数相符"
                self._place(waiting, form, dict(enumerate(filled)), placed=placed)
                continue
            message = f"“{waiting.path[-1]}”一行没有可辨认的列标题，无法确定数值属于哪一列"
            self._sheet.report("lost_header", message, waiting.line, table="article20")
            if columns:
                self._place(waiting, form, {}, doubt="这一行没有可辨认的列标题，无法确定数值属于哪一列")

    def _only_form(self, applications: Form, rows: Sequence[_Waiting]) -> Form:
        """Return the one form that the heads of other blocks leave, or the rows and their counts of cells."""
        form = self.form()
        if form != "unknown":
            return form
        fitting: list[Form] = [
            form
            for form in _FORMS
            if all(
                len([cell for cell in one.line.values if cell.text]) == len(self._columns_of(one.row, form))
                for one in rows
            )
        ]
        # 只有格数为凭时，须有另一张表或多个分项作证
        told = applications != "unknown" or len({one.row.path[0] for one in rows}) >= _BLOCKS_THAT_TELL
        whole = all(_has_no_gap(one.line) for one in rows)
        if told and whole and len(fitting) == 1 and applications in {fitting[0], "unknown"}:
            return fitting[0]
        return "unknown"

    def _place_parted(self, applications: Form, *, row_by_row: bool) -> None:
        """Place rows whose labels stand apart from their numbers, block by block."""
        if not self._parted:
            return
        found = {key.rpartition(".")[0] for key in self._sheet.keys("article20")}
        rows = [one for one in self._parted if one.row.key not in found]
        known: list[Form] = [form for form in (self.form(), applications) if form != "unknown"]
        forms: list[Form] = [
            form
            for form in _FORMS
            if self._count(rows, form) == len(self._loose) and form in (known[:1] or _FORMS)
        ]
        form: Form | None = forms[0] if len(forms) == 1 else None
        placings = [] if form is None else self._placings(rows, form, row_by_row=row_by_row)
        for one in rows:
            guess: Form | None = form or next(iter(known), None) or self._form_of_header(one.row)
            if guess is None:
                message = f"“{one.path[-1]}”{MISFIT}"
                self._sheet.report("unclear_row", message, one.line, table="article20")
                continue
            columns = range(len(self._columns_of(one.row, guess)))
            cells = {at: cell for at in columns if (cell := agreed(placings, one.row.key, at)) is not None}
            placed = "标签与数分开印，次序与格数只容这一种放法"
            if len(cells) < len(columns):
                message = f"“{one.path[-1]}”{MISFIT}"
                self._sheet.report("unclear_row", message, one.line, table="article20")
            self._place(one, guess, cells, placed=placed, doubt=_PARTED)

    def _place_nameless(self) -> None:
        """Place numbers without a label where one row of their item alone is missing, and has as many columns."""
        form = self.form()
        if self._parted or form == "unknown":
            return
        found = {key.rpartition(".")[0] for key in self._sheet.keys("article20")}
        for item in dict.fromkeys(one.item for one in self._nameless):
            lines = [one for one in self._nameless if one.item == item]
            rows = [
                row
                for row in self._indicators.article20_rows
                if row.path[0] == item and row.form in {form, "both"} and row.key not in found
            ]
            filled = [cell for cell in lines[0].line.cells if cell.text]
            if len(lines) == len(rows) == 1 and len(filled) == len(self._columns_of(rows[0], form)):
                waiting = _Waiting(row=rows[0], path=rows[0].path, line=lines[0].line, money=lines[0].money)
                placed = "这一行没有印出名称；这一项只缺这一行，格数相符"
                self._place(waiting, form, dict(enumerate(filled)), placed=placed)

    def _form_of_header(self, row: Row) -> Form | None:
        known = {column.form for column in self._header.values() if row.key in column.rows} - {"both"}
        forms: list[Form] = [form for form in _FORMS if not known or form in known]
        return forms[0] if len(forms) == 1 else None

    def _count(self, rows: Sequence[_Waiting], form: Form) -> int:
        counts = [len(self._columns_of(one.row, form)) for one in rows]
        return sum(counts) if all(counts) else -1

    def _placings(self, rows: Sequence[_Waiting], form: Form, *, row_by_row: bool) -> list[Placing]:
        """Return the ways to fill the rows: row after row, or column after column within each block."""
        straight: dict[str, Sequence[GridCell]] = {}
        turned: dict[str, Sequence[GridCell]] = {}
        rest = list(self._loose)
        for item in dict.fromkeys(one.row.path[0] for one in rows):
            block = [one.row for one in rows if one.row.path[0] == item]
            width = len(self._columns_of(block[0], form))
            own, rest = rest[: width * len(block)], rest[width * len(block) :]
            both = list(ways([row.key for row in block], own, width))
            straight |= both[0]
            turned |= both[-1]
        return [straight] if row_by_row else [straight, turned]

    def _place(
        self,
        waiting: _Waiting,
        form: Form,
        cells: dict[int, GridCell],
        *,
        placed: str | None = None,
        doubt: str = "",
    ) -> None:
        row = waiting.row
        label = row.label_2021 if form == "form2021" and row.label_2021 else row.path[-1]
        for at, column in enumerate(self._columns_of(row, form)):
            cell = cells.get(at)
            name = column.label_2021 if form == "form2021" and column.label_2021 else column.label
            stated = waiting.money if column.money else column.unit
            content = read_cell(cell, stated or column.unit, stated=bool(stated)) if cell else unclear(doubt)
            if content.quantity and not stated and "元" not in _text(cell):
                content = unclear("列名没有印出，看不出金额的单位")
            self._sheet.add(
                "article20",
                waiting.line,
                key=f"{row.key}.{column.key}",
                row=(row.path[0], label),
                column=name,
                content=content,
                printed=cell,
                placed=placed,
            )


def _stands_alone(column: Column, header: dict[int, Column]) -> bool:
    """Tell whether 处理决定数量 is the only column of its item, as it is in the 2021 form only."""
    return column.form == "both" and all(other.form == "both" for other in header.values())


def _has_no_gap(line: Line) -> bool:
    """Tell whether the values of a row stand side by side from the first column on."""
    texts = [bool(cell.text) for cell in line.values]
    return texts == sorted(texts, reverse=True)


def _text(cell: GridCell | None) -> str:
    return cell.text if cell else ""


def _labels(column: Column) -> tuple[str, ...]:
    return tuple(label for label in (column.label, column.label_2021, *column.variants) if label)
