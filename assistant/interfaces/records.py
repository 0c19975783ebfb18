"""Lay cells, figures and passages out as flat records for other programs."""

from typing import Annotated

from pydantic import Field

from assistant.models import Number
from ingest.models import Applicant, CellStatus, Figure, Form, Origin, Table, TableKind, Value
from vectorstore.models import Hit, ReportHead

Year = Annotated[int, Field(ge=0, le=9999)]
"""A year that any database can hold."""


class FigureRecord(Value):
    """Hold one figure with its place; `value` is null where the cell is blank, and blank is not 0."""

    id: str
    report_id: str
    organization: str
    year: int | None
    indicator: str | None
    label: str
    applicant: Applicant | None
    value: Number | None
    unit: str | None
    printed: str | None
    status: CellStatus
    origin: Origin
    source: str
    section: str
    table: TableKind | None
    row: str
    column: str | None
    page: int | None
    char_start: int
    char_end: int
    context: str


class CellRecord(Value):
    """Hold one cell; `value` is null where it is blank, and blank is not 0.

    `reason` says why a cell is no number, `placed` why its number may stand here though the print is broken.
    """

    row: tuple[str, ...]
    column: str
    value: Number | None
    unit: str | None
    printed: str
    status: CellStatus
    indicator: str | None
    applicant: Applicant | None
    char_start: int
    char_end: int
    page: int | None
    reason: str | None = None
    placed: str | None = None


class TableRecord(Value):
    """Hold a statutory table, cell by cell in the order of the form."""

    report_id: str
    organization: str
    year: int | None
    source: str
    kind: TableKind
    form: Form
    cells: tuple[CellRecord, ...]


class Passage(Value):
    """Hold a passage; `text` is verbatim and stands at these offsets of the report's text."""

    report_id: str
    organization: str
    year: int | None
    source: str
    section: tuple[str, ...]
    text: str
    score: float
    page: int | None
    char_start: int
    char_end: int


def figure_record(figure: Figure, source: str) -> FigureRecord:
    """Return a figure as one flat row."""
    quantity, anchor = figure.quantity, figure.anchor
    return FigureRecord(
        id=figure.id,
        report_id=figure.report_id,
        organization=figure.organization,
        year=figure.year,
        indicator=figure.indicator,
        label=figure.label,
        applicant=figure.dimensions.applicant,
        value=quantity.value if quantity else None,
        unit=quantity.unit if quantity else None,
        printed=quantity.printed if quantity else None,
        status=figure.status,
        origin=figure.origin,
        source=source,
        section=" > ".join(anchor.section_path),
        table=anchor.table,
        row=" > ".join(anchor.row),
        column=anchor.column,
        page=anchor.page,
        char_start=anchor.char_start,
        char_end=anchor.char_end,
        context=figure.context,
    )


def table_record(table: Table, head: ReportHead) -> TableRecord:
    """Return a table with its cells, in the order of the form."""
    cells = tuple(
        CellRecord(
            row=cell.row,
            column=cell.column,
            value=cell.quantity.value if cell.quantity else None,
            unit=cell.quantity.unit if cell.quantity else None,
            printed=cell.printed,
            status=cell.status,
            indicator=cell.indicator,
            applicant=cell.applicant,
            char_start=cell.anchor.char_start,
            char_end=cell.anchor.char_end,
            page=cell.anchor.page,
            reason=cell.reason,
            placed=cell.placed,
        )
        for cell in table.cells
    )
    return TableRecord(
        report_id=head.report_id,
        organization=head.organization,
        year=head.year,
        source=head.source,
        kind=table.kind,
        form=table.form,
        cells=cells,
    )


def passage(hit: Hit, head: ReportHead) -> Passage:
    """Return a found passage with the report that it stands in."""
    chunk = hit.chunk
    return Passage(
        report_id=chunk.report_id,
        organization=head.organization,
        year=head.year,
        source=head.source,
        section=chunk.section_path,
        text=chunk.text,
        score=hit.score,
        page=chunk.anchor.page,
        char_start=chunk.anchor.char_start,
        char_end=chunk.anchor.char_end,
    )
