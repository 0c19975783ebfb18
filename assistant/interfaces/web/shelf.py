"""Lay out the library: what it holds, what the search is narrowed to, what does not agree, what is being read in."""

from collections.abc import Mapping, Sequence

from assistant.interfaces.web.chips import MOST_LISTED, bodies_of
from assistant.interfaces.web.imports import Job
from assistant.interfaces.web.markup import Words, fill
from assistant.interfaces.web.reader import told_findings
from ingest.models import Finding, Value
from vectorstore.models import Filter, ReportHead

_MOST_LISTED = 200
_MOST_FINDINGS = 300


class Limits(Value):
    """Say what an upload may be."""

    suffixes: tuple[str, ...]
    megabytes: int


def filters_html(heads: Sequence[ReportHead], words: Words) -> str:
    """Return the choices by which a question can be narrowed, and the bodies where they are too many for a chip."""
    bodies = bodies_of(heads)
    return fill(
        "filters",
        words,
        regions=sorted({region for head in heads for region in head.region}),
        organizations=[body.value for body in bodies],
        years=sorted({head.year for head in heads if head.year is not None}, reverse=True),
        bodies=bodies if len(bodies) > MOST_LISTED else (),
    )


def narrowed_by(
    heads: Sequence[ReportHead],
    *,
    regions: Sequence[str],
    organizations: Sequence[str],
    years: Sequence[int],
) -> Filter:
    """Return the filter that was chosen; a region stands for the organisations in it."""
    names = set(organizations)
    if regions:
        inside = {head.organization for head in heads if set(head.region) & set(regions)}
        names = inside & names if names else inside
    return Filter(
        organizations=tuple(sorted(names)) if regions or organizations else None,
        years=tuple(sorted(set(years))) or None,
    )


def library_html(
    heads: Sequence[ReportHead], words: Words, *, indexed: tuple[int, int] | None, limits: Limits | None
) -> str:
    """Return the library's pane; without limits nothing can be uploaded."""
    return fill("library", words, count=len(heads), indexed=indexed, limits=limits)


def listing_html(heads: Sequence[ReportHead], search: str, words: Words) -> str:
    """Return the reports whose title, organisation, file or year hold every word of a search."""
    wanted = search.split()
    fitting = [head for head in heads if all(word in _said_of(head) for word in wanted)]
    return fill("listing", words, heads=fitting[:_MOST_LISTED], more=max(0, len(fitting) - _MOST_LISTED))


def _said_of(head: ReportHead) -> str:
    return " ".join((head.title, head.organization, *head.aliases, *head.region, str(head.year), head.source))


def doubts_html(
    findings: Sequence[Finding],
    heads: Sequence[ReportHead],
    words: Words,
    *,
    organization: str,
    year: str,
    severity: str,
) -> str:
    """Return the findings over all reports, with the form that narrows them."""
    wanted = [finding for finding in findings if severity in {"", finding.severity}]
    return fill(
        "doubts",
        words,
        findings=told_findings(wanted[:_MOST_FINDINGS]),
        total=len(wanted),
        more=max(0, len(wanted) - _MOST_FINDINGS),
        titles=_titles(heads),
        organizations=sorted({head.organization for head in heads}),
        years=sorted({str(head.year) for head in heads if head.year is not None}, reverse=True),
        chosen={"organization": organization, "year": year, "severity": severity},
        several=True,
    )


def _titles(heads: Sequence[ReportHead]) -> Mapping[str, str]:
    return {head.report_id: head.title for head in heads}


def job_html(job: Job, words: Words) -> str:
    """Return how far an import is, a line for each file."""
    return fill("job", words, job=job)
