"""Judge the citations of one answer: does each hold a proof, is each proof cited, is each quote verbatim."""

import re
from collections.abc import Mapping, Sequence

from assistant.evals.dataset import Case, Passage
from assistant.evals.predictions import Cited, Prediction
from assistant.evals.wording import quote_view
from ingest.models import Value

MAX_QUOTE = 800
_SUFFIX = re.compile(r"\.(?:txt|md|json|html?|pdf|docx)$", re.IGNORECASE)


class CitationGrade(Value):
    """Count what the citations of an answer are worth; `recall` is None where no proof is known."""

    cited: int
    proving: int
    right_source: int
    recall: float | None
    source_recall: float | None
    section_hit: bool
    verbatim: tuple[bool, ...]


def grade_citations(case: Case, prediction: Prediction, sources: Mapping[str, str]) -> CitationGrade:
    """Judge citations against gold and `sources`, the library's texts by file name in `quote_view`."""
    cited = prediction.citations
    passages = [passage for group in case.evidence for passage in group]
    return CitationGrade(
        cited=len(cited),
        proving=sum(any(_proves(one, passage) for passage in passages) for one in cited),
        right_source=sum(any(_same_source(one, passage) for passage in passages) for one in cited),
        recall=_covered(
            case, [[any(_proves(one, p) for one in cited) for p in group] for group in case.evidence]
        ),
        source_recall=_covered(
            case, [[any(_same_source(one, p) for one in cited) for p in group] for group in case.evidence]
        ),
        section_hit=any(_same_section(one, passage) for one in cited for passage in passages),
        verbatim=tuple(
            bool(view := quote_view(one.quote)) and view in sources.get(one.source, "") for one in cited
        ),
    )


def proof_ranks(case: Case, found: Sequence[Cited]) -> tuple[int | None, ...]:
    """Return for each proof of a case the place of the first passage that holds it, from 1 on."""
    return tuple(
        next(
            (
                rank
                for rank, one in enumerate(found, start=1)
                if any(_holds(one, passage) for passage in group)
            ),
            None,
        )
        for group in case.evidence
    )


def _covered(case: Case, found: list[list[bool]]) -> float | None:
    if not found:
        return None
    covered = [any(group) for group in found]
    return float(any(covered)) if case.evidence_mode == "any" else sum(covered) / len(covered)


def _proves(cited: Cited, passage: Passage) -> bool:
    """Tell whether a quote holds the gold quote, or at least half of it; a table row may skip cells."""
    quote, proof = quote_view(cited.quote), quote_view(passage.quote)
    if len(quote) > MAX_QUOTE:
        return False
    enough = 6 if passage.source is None else max(6, len(proof) / 2)
    half = quote in proof and len(quote) >= enough and _same_source(cited, passage)
    return half or _holds(cited, passage)


def _holds(cited: Cited, passage: Passage) -> bool:
    quote = quote_view(cited.quote)
    if not quote or not _same_source(cited, passage):
        return False
    return quote_view(passage.quote) in quote or _holds_row(passage.quote, quote)


def _holds_row(printed: str, quote: str) -> bool:
    cells = [view for cell in re.split(r"[\t ]+", printed) if (view := quote_view(cell))]
    if "\t" not in printed or len(cells) < 2 or all(cell.isdigit() for cell in cells):
        return False
    position = 0
    for cell in cells:
        position = quote.find(cell, position)
        if position < 0:
            return False
        position += len(cell)
    return True


def _same_source(cited: Cited, passage: Passage) -> bool:
    """Compare file names without folder and suffix; gold may give the number or the hash alone."""
    if passage.source is None:
        return True
    name, wanted = _stem(cited.source), _stem(passage.source)
    return name == wanted or wanted in name.split("_")


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name.strip().rsplit("/", 1)[-1]).lower()


def _same_section(cited: Cited, passage: Passage) -> bool:
    section = quote_view(cited.section)
    if len(section) < 2 or not _same_source(cited, passage):
        return False
    accepted = [quote_view(title) for title in passage.section_accept or (passage.section,)]
    return any(title and (title in section or section in title) for title in accepted)
