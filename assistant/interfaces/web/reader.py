"""Lay out a whole report: its outline, its text with the tables drawn in it, its tables alone, its findings."""

from collections.abc import Iterator, Sequence
from typing import Literal

from markupsafe import Markup, escape

from assistant.interfaces.web.acts import Part
from assistant.interfaces.web.chat import Badge, badge_of
from assistant.interfaces.web.markup import Words, fill
from assistant.interfaces.web.proofs import table_html
from ingest.models import Cell, Finding, Report, Severity, Table, Value


class Piece(Value):
    """Hold a stretch of a report's text, or a table that stands for its own stretch."""

    kind: Literal["text", "heading", "table"]
    html: str
    level: int = 0
    id: str = ""


class Place(Value):
    """Name a stretch of a report's text, and the cell that is meant where it is a table's row."""

    start: int = -1
    end: int = -1
    row: tuple[str, ...] = ()
    column: str = ""

    def lights(self, cell: Cell) -> bool:
        """Tell whether a cell lies here."""
        inside = self.start <= cell.anchor.char_start and cell.anchor.char_end <= self.end
        return inside and (
            not self.row or (cell.row, cell.anchor.column) == (self.row, self.column or cell.anchor.column)
        )


_NOWHERE = Place()


def report_html(
    report: Report,
    text: str,
    findings: Sequence[Finding],
    words: Words,
    *,
    part: Part,
    place: Place = _NOWHERE,
    removable: bool = False,
) -> str:
    """Return a report opened at one of its parts; what lies at `place` is lit."""
    return fill(
        "report",
        words,
        report=report,
        part=part,
        parts=("text", "tables", "findings"),
        pieces=tuple(pieces_of(report, text, place)) if part == "text" else (),
        tables=[Markup(table_html(table)) for table in report.tables] if part == "tables" else (),
        findings=told_findings(findings) if part == "findings" else (),
        finding_count=len(findings),
        removable=removable,
    )


def pieces_of(report: Report, text: str, place: Place) -> Iterator[Piece]:
    """Cut a text at its headings and tables, in order; nothing of the text is lost or shown twice."""
    cuts: list[tuple[int, int, Piece | Table]] = []
    for section in report.sections:
        start, end = section.anchor.char_start, section.anchor.char_start + len(section.title)
        line_end = text.find("\n", start)
        heading = Piece(kind="heading", html="", level=min(section.level + 2, 6), id=section.id)
        cuts.append((start, line_end if 0 <= line_end < end else end, heading))
    cuts += [(table.anchor.char_start, table.anchor.char_end, table) for table in report.tables]
    position = 0
    for start, end, what in sorted(cuts, key=lambda cut: cut[0]):
        if start < position or not 0 <= start <= end <= len(text):
            continue
        if text[position:start].strip():
            yield Piece(kind="text", html=_lit(text, position, start, place))
        if isinstance(what, Piece):
            yield what.model_copy(update={"html": _lit(text, start, end, place)})
        else:
            yield Piece(kind="table", html=_drawn(what, text, place))
        position = end
    if text[position:].strip():
        yield Piece(kind="text", html=_lit(text, position, len(text), place))


def _drawn(table: Table, text: str, place: Place) -> str:
    """Draw a table with the cells of the place lit, and its printed text folded below."""
    drawn = table_html(table, flag=lambda cell: "引用处" if place.lights(cell) else "")
    printed = escape(text[table.anchor.char_start : table.anchor.char_end])
    return f'{drawn}<details class="printed"><summary>报告原文</summary><pre>{printed}</pre></details>'


def _lit(text: str, start: int, end: int, place: Place) -> str:
    """Escape a stretch of text and mark what of it lies at the place."""
    first, last = max(start, place.start), min(end, place.end)
    if first >= last:
        return str(escape(text[start:end]))
    return (
        f"{escape(text[start:first])}<mark data-scroll>{escape(text[first:last])}</mark>"
        f"{escape(text[last:end])}"
    )


class ToldFinding(Value):
    """Hold a finding with its badge, its report and the place to open."""

    message: str
    badge: Badge | None
    severity: Severity
    report_id: str
    start: int
    end: int
    where: str


def told_findings(findings: Sequence[Finding]) -> tuple[ToldFinding, ...]:
    """Return findings as they are listed; the first place that a finding names is the one to open."""
    return tuple(
        ToldFinding(
            message=finding.message,
            badge=badge_of(f"finding_{finding.code}"),
            severity=finding.severity,
            report_id=finding.report_id,
            start=finding.anchors[0].char_start if finding.anchors else -1,
            end=finding.anchors[0].char_end if finding.anchors else -1,
            where=" › ".join(finding.anchors[0].section_path) if finding.anchors else "",
        )
        for finding in findings
    )
