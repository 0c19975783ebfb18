"""Search as the answerers do, so that a run also says whether the proofs could be found."""

# ruff: noqa: A002
# `filter` is the retriever's word for it.

from collections.abc import Iterable, Sequence
from typing import Protocol

from assistant.evals.predictions import Cited
from assistant.evals.run import Search
from assistant.models import Scope
from vectorstore.models import Filter, Hit, ReportHead

DEPTH = 10


class Searcher(Protocol):
    """Find passages within a filter, best first."""

    def search(self, query: str, *, top_k: int, filter: Filter) -> Sequence[Hit]:
        """Return at most `top_k` passages."""
        ...


def search_in(searcher: Searcher, heads: Iterable[ReportHead]) -> Search:
    """Return a search for a question within its scope; `heads` name the files of the reports."""
    names = {head.report_id: head.source for head in heads}

    def search(scope: Scope) -> tuple[Cited, ...]:
        within = Filter(report_ids=tuple(report.report_id for report in scope.candidates))
        hits = searcher.search(scope.standalone, top_k=DEPTH, filter=within)
        return tuple(
            Cited(
                source=names.get(hit.chunk.report_id, ""),
                section=" > ".join(hit.chunk.section_path),
                quote=hit.chunk.text,
            )
            for hit in hits
        )

    return search
