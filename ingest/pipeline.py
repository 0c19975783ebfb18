"""Read one file into everything that is known of it; reads like a table of contents."""

from pathlib import Path

from ingest.checks import assess, find
from ingest.chunking import chunk_report
from ingest.errors import NotAReport
from ingest.figures import sentence_figures, table_figures
from ingest.identity import Doubt, Identity, first_report, form_of, looks_like_report, read_identity
from ingest.indicators import load_indicators
from ingest.models import (
    UNKNOWN_ORGANIZATION,
    Anchor,
    Ingested,
    Issue,
    Organization,
    Report,
    Section,
    content_id,
)
from ingest.outline import (
    Sentence,
    read_sections,
    read_sentences,
    section_path_at,
    with_headings_apart,
)
from ingest.readers import read_document
from ingest.settings import ReadingLimits
from ingest.stacked import with_stacked_tables
from ingest.tables import TableReading, is_statutory_line, read_tables

PIPELINE_VERSION = "9"
"""Raised when the same file would be read differently, so that libraries read it again."""


def ingest_file(path: Path, *, limits: ReadingLimits | None = None) -> Ingested:
    """Return report, figures, findings and passages of a file; raise IngestError naming cause and remedy."""
    limits = limits or ReadingLimits()
    indicators = load_indicators()
    document, cut = first_report(with_headings_apart(read_document(path, limits=limits)))
    document = with_stacked_tables(document, indicators)
    if not looks_like_report(document):
        raise NotAReport(path.name, "看不出是政府信息公开年度报告", "请确认文件内容；其他文件不会受影响。")
    report_id = content_id("r", document.source.sha256)
    identity = read_identity(document, indicators.language)
    sections = read_sections(document, report_id=report_id)
    sentences = tuple(
        sentence for sentence in read_sentences(document, sections) if not is_statutory_line(sentence.text)
    )
    reading = read_tables(document, sections, indicators, limits, report_id=report_id)
    organization = identity.organization.name if identity.organization else UNKNOWN_ORGANIZATION
    figures = (
        *table_figures(reading.tables, document.text, organization=organization, year=identity.year),
        *sentence_figures(
            sentences,
            indicators,
            report_id=report_id,
            organization=organization,
            year=identity.year,
            issuer=identity.organization,
        ),
    )
    report = Report(
        id=report_id,
        title=identity.title or path.stem,
        organization=identity.organization
        or Organization(name=organization, aliases=(), kind="other", region=()),
        year=identity.year,
        form=form_of(tuple(table.form for table in reading.tables), identity.year),
        published=identity.published,
        published_at=_published_at(identity, sections, report_id),
        source=document.source,
        sections=sections,
        tables=reading.tables,
        issues=(
            *_said((*cut, *identity.doubts), report_id),
            *_lacks(identity, sentences, reading, report_id),
            *(Issue(code="reading", message=remark, anchor=None) for remark in document.remarks),
            *reading.issues,
        ),
    )
    return Ingested(
        report=report,
        text=document.text,
        figures=figures,
        findings=find(assess(figures, sections, sentences, indicators), report_id=report_id),
        chunks=chunk_report(
            sentences,
            reading.tables,
            document.text,
            report_id=report_id,
            title=report.title,
            organization=identity.organization,
            year=identity.year,
        ),
    )


def _published_at(identity: Identity, sections: tuple[Section, ...], report_id: str) -> Anchor | None:
    if identity.published_span is None:
        return None
    start, end = identity.published_span
    return Anchor(
        report_id=report_id, char_start=start, char_end=end, section_path=section_path_at(sections, start)
    )


def _said(doubts: tuple[Doubt, ...], report_id: str) -> tuple[Issue, ...]:
    return tuple(
        Issue(
            code=doubt.code,
            message=doubt.message,
            anchor=Anchor(report_id=report_id, char_start=doubt.char_start, char_end=doubt.char_end),
        )
        for doubt in doubts
    )


def _lacks(
    identity: Identity, sentences: tuple[Sentence, ...], reading: TableReading, report_id: str
) -> tuple[Issue, ...]:
    """Return what the text does not tell of itself, so that a reader sees it beside the report."""
    start = Anchor(report_id=report_id, char_start=0, char_end=0)
    doubts: list[Issue] = []
    if identity.organization is None:
        doubts.append(Issue(code="no_organization", message="正文没有写明报告单位", anchor=start))
    if identity.year is None:
        doubts.append(Issue(code="no_year", message="正文没有写明报告年度", anchor=start))
    if not reading.tables:
        doubts.append(Issue(code="no_tables", message="没有找到法定表格，只能回答正文里的内容", anchor=start))
    if not sentences:
        doubts.append(Issue(code="no_text", message="除表格外没有正文", anchor=start))
    return tuple(doubts)
