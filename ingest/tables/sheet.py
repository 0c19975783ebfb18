"""Collect the cells of a report's statutory tables as they are found, and what could not be placed."""

from collections.abc import Sequence

from ingest.cells import Content
from ingest.models import Anchor, Applicant, Cell, Form, GridCell, Issue, Section, Table, TableKind, Value
from ingest.outline import section_path_at
from ingest.rows import Line

MISFIT = "一行的单元格与列数不符，无法确定哪一格缺失"


_Place = tuple[str | tuple[tuple[str, ...], str], Applicant | None]


def unclear(reason: str) -> Content:
    """Return what is known of a cell whose number cannot be told."""
    return Content(status="unclear", reason=reason)


class _Slot(Value):
    """Hold a cell of the form together with the printed cell that fills it; None when that one is missing.

    `named` is its column as printed, where that differs from the form's.
    """

    key: str | None
    applicant: Applicant | None
    row: tuple[str, ...]
    column: str
    content: Content
    printed: GridCell | None
    span: tuple[int, int]
    page: int | None
    named: str | None
    placed: str | None


class Sheet:
    """Hold the cells of each table in the order they were found; each cell of the form once."""

    def __init__(self, report_id: str) -> None:
        self._report_id = report_id
        self._slots: dict[TableKind, dict[_Place, _Slot]] = {
            "article20": {},
            "applications": {},
            "review_litigation": {},
            "stat2017": {},
        }
        self.issues: list[Issue] = []

    def keys(self, kind: TableKind) -> list[str]:
        """Return the keys of the form's cells that a table has so far."""
        return [slot.key for slot in self._slots[kind].values() if slot.key]

    def add(
        self,
        kind: TableKind,
        line: Line,
        *,
        key: str | None,
        row: tuple[str, ...],
        column: str,
        content: Content,
        printed: GridCell | None,
        applicant: Applicant | None = None,
        named: str | None = None,
        placed: str | None = None,
    ) -> None:
        """Add a cell; one that is printed twice with different text is unclear. A cell that the form lacks has no key."""
        slots = self._slots[kind]
        place = (key or (row, column), applicant)
        slot = slots.get(place)
        if slot is None:
            slots[place] = _Slot(
                key=key,
                applicant=applicant,
                row=row,
                column=column,
                content=content,
                printed=printed,
                span=line.span,
                page=line.page,
                named=named,
                placed=placed if content.status == "ok" else None,
            )
        # 标签换行后剩下的空白行不算第二次
        elif _text(printed) not in {"", _text(slot.printed)}:
            doubt = unclear("这一行出现了两次而数值不同，无法确定取哪一次")
            slots[place] = slot.model_copy(update={"content": doubt, "placed": None})
            message = f"“{'/'.join(row)}”出现了两次而数值不同，无法确定取哪一次"
            self.report("repeated_row", message, line, table=kind)

    def report(
        self, code: str, message: str, line: Line, last: Line | None = None, *, table: TableKind | None
    ) -> None:
        """Report trouble once, where it is first met."""
        if any((issue.code, issue.message) == (code, message) for issue in self.issues):
            return
        anchor = Anchor(
            report_id=self._report_id,
            char_start=line.span[0],
            char_end=(last or line).span[1],
            page=line.page,
            table=table,
        )
        self.issues.append(Issue(code=code, message=message, anchor=anchor))

    def report_missing(
        self, kind: TableKind, name: str, rows: Sequence[tuple[str, str]], first: Line, last: Line
    ) -> None:
        """Name the rows of a form that a table lacks, of which some rows were found."""
        found = self.keys(kind)
        missing = [
            label
            for key, label in rows
            if not any(each == key or each.startswith(f"{key}.") for each in found)
        ]
        if found and missing:
            message = f"{name}没有找到这些行：{'、'.join(missing)}"
            self.report("missing_rows", message, first, last, table=kind)

    def table(self, kind: TableKind, form: Form, sections: Sequence[Section]) -> Table | None:
        """Return a table with its cells; None where no row of it was found."""
        slots = list(self._slots[kind].values())
        if not any(slot.key for slot in slots):
            return None
        start = min(slot.span[0] for slot in slots)
        anchor = Anchor(
            report_id=self._report_id,
            char_start=start,
            char_end=max(slot.span[1] for slot in slots),
            section_path=section_path_at(sections, start),
            table=kind,
            page=slots[0].page,
        )
        cells = tuple(self._cell(kind, slot, sections) for slot in slots)
        return Table(kind=kind, form=form, cells=cells, anchor=anchor)

    def _cell(self, kind: TableKind, slot: _Slot, sections: Sequence[Section]) -> Cell:
        start, end = (slot.printed.char_start, slot.printed.char_end) if slot.printed else slot.span
        anchor = Anchor(
            report_id=self._report_id,
            char_start=start,
            char_end=end,
            section_path=section_path_at(sections, slot.span[0]),
            page=slot.page,
            table=kind,
            row=slot.row,
            column=slot.named or slot.column,
        )
        return Cell(
            row=slot.row,
            column=slot.column,
            status=slot.content.status,
            printed=_text(slot.printed),
            quantity=slot.content.quantity,
            indicator=slot.key,
            applicant=slot.applicant,
            anchor=anchor,
            row_start=slot.span[0],
            row_end=slot.span[1],
            reason=slot.content.reason,
            placed=slot.placed,
        )


def _text(cell: GridCell | None) -> str:
    return cell.text if cell else ""
