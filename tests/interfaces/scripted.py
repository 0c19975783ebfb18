"""Stand in for the engine and the library: scripted events, and reports read from samples into memory."""

import functools
from collections.abc import Iterator
from pathlib import Path

from assistant.models import Answer, AnswerWarning, Citation, Derivation, Event, Question
from assistant.plans import Plan
from ingest import Cell, Figure, Ingested, Report, ingest_file
from ingest.models import Finding
from vectorstore.models import EVERYTHING, Filter, Manifest, ReportHead

SAMPLES = Path(__file__).parents[2] / "samples"


class MemoryReports:
    """Hold reports as they were read."""

    def __init__(self, *read: Ingested) -> None:
        self.read = {one.report.id: one for one in read}

    def headings(self) -> tuple[ReportHead, ...]:
        return tuple(
            ReportHead(
                report_id=one.report.id,
                title=one.report.title,
                organization=one.report.organization.name,
                aliases=one.report.organization.aliases,
                kind=one.report.organization.kind,
                region=one.report.organization.region,
                year=one.report.year,
                form=one.report.form,
                published=one.report.published,
                source=one.report.source.path,
            )
            for one in self.read.values()
        )

    def report(self, report_id: str) -> Report | None:
        one = self.read.get(report_id)
        return one.report if one else None

    def text(self, report_id: str) -> str:
        return self.read[report_id].text

    def findings(self, filter: Filter = EVERYTHING) -> tuple[Finding, ...]:  # noqa: A002
        wanted = filter.report_ids
        return tuple(
            finding
            for one in self.read.values()
            for finding in one.findings
            if wanted is None or finding.report_id in wanted
        )

    def manifest(self) -> Manifest:
        return Manifest(
            schema_version=1,
            pipeline="",
            embedding_model=None,
            reports=len(self.read),
            chunks=9,
            figures=0,
            indexed_chunks=9,
        )


class ScriptedAnswers:
    """Tell the same events whatever is asked, and remember the questions and plans; raise an exception in its turn."""

    fingerprint = "scripted"

    def __init__(self, *events: Event | Exception) -> None:
        self.events = events
        self.asked: list[Question] = []
        self.carried_out: list[Plan] = []

    def stream(self, question: Question) -> Iterator[Event]:
        self.asked.append(question)
        yield from self._told()

    def stream_plan(self, plan: Plan, *, filter: Filter = EVERYTHING) -> Iterator[Event]:  # noqa: A002
        self.carried_out.append(plan)
        yield from self._told()

    def _told(self) -> Iterator[Event]:
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event


@functools.cache
def helan() -> Ingested:
    """Read the sample report of a county; its last table has one blank cell."""
    return ingest_file(SAMPLES / "贺兰县2020.txt")


def cited_figure(one: Ingested, figure: Figure, *, n: int = 1) -> Citation:
    start = figure.context_start
    return _citation(one, n, figure.context, start, start + len(figure.context)).model_copy(
        update={"section": figure.anchor.section_path}
    )


def cited_cell(one: Ingested, cell: Cell, *, n: int = 1) -> Citation:
    quote = one.text[cell.row_start : cell.row_end]
    return _citation(one, n, quote, cell.row_start, cell.row_end).model_copy(
        update={"table": cell.anchor.table, "row": cell.row, "column": cell.column}
    )


def cell_of(one: Ingested, indicator: str, applicant: str | None = None) -> Cell:
    cells = (cell for table in one.report.tables for cell in table.cells)
    return next(cell for cell in cells if cell.indicator == indicator and cell.applicant == applicant)


def _citation(one: Ingested, n: int, quote: str, start: int, end: int) -> Citation:
    report = one.report
    return Citation(
        n=n,
        source=report.source.path,
        report_id=report.id,
        title=report.title,
        organization=report.organization.name,
        year=report.year,
        section=(),
        quote=quote,
        table=None,
        row=(),
        column=None,
        char_start=start,
        char_end=end,
        page=None,
    )


def answer(
    text: str,
    *citations: Citation,
    warnings: tuple[AnswerWarning, ...] = (),
    derivations: tuple[Derivation, ...] = (),
    suggestions: tuple[str, ...] = (),
) -> Answer:
    return Answer(
        question="问",
        standalone_question="问",
        status="answered",
        reason_code=None,
        text=text,
        figures=(),
        citations=citations,
        derivations=derivations,
        warnings=warnings,
        suggestions=suggestions,
        engine="rules",
        model=None,
        latency_ms=1.0,
        fingerprint="f",
    )
