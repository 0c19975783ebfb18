"""Read the statutory tables by their labels, never by their position or the year of the report.

Rows come from the grids of the file, in reading order; a table may go on over several grids and pages. A row that
the form lacks is kept as printed and becomes an Issue. Where nothing shows which of a row's cells is missing, or
where its numbers belong, its cells are `unclear`.
"""

from collections.abc import Sequence

from ingest.indicators import Indicators
from ingest.models import Issue, RawDocument, Section, Table, TableKind, Value
from ingest.rows import HEAD_WORDS, lines_with_next
from ingest.settings import ReadingLimits
from ingest.tables.recognition import Recognition
from ingest.wording import skeleton

__all__ = ["TableReading", "is_statutory_line", "read_tables"]

_KINDS: tuple[TableKind, ...] = ("article20", "applications", "review_litigation", "stat2017")


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
    headings = [section.anchor.char_start for section in sections if section.level == 1]
    reading = Recognition(indicators, limits, report_id, headings)
    for line, following in lines_with_next(document.grids):
        reading.read(line, following)
    reading.finish()
    found = (reading.sheet.table(kind, reading.form(kind), sections) for kind in _KINDS)
    return TableReading(
        tables=tuple(table for table in found if table is not None), issues=tuple(reading.sheet.issues)
    )


def is_statutory_line(text: str) -> bool:
    """Tell whether a line belongs to a statutory table although it lost its columns, such as the table's head."""
    plain = skeleton(text)
    return "本列数据的勾稽关系" in plain or plain in HEAD_WORDS
