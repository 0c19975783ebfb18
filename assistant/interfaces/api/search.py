"""Serve passages: found by words and meaning, within a filter."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from assistant.interfaces.api.desk import TheDesk, needs
from assistant.interfaces.api.paging import kept
from assistant.interfaces.api.problems import documented
from assistant.interfaces.records import Passage, Year, passage
from ingest.models import Value
from vectorstore.models import Filter

router = APIRouter(tags=["search"])


class SearchQuery(Value):
    """Say what to look for and where."""

    q: str = Field(min_length=1, max_length=500)
    organization: tuple[str, ...] | None = Field(default=None, max_length=1000)
    year: tuple[Year, ...] | None = Field(default=None, max_length=1000)
    report_id: tuple[str, ...] | None = Field(default=None, max_length=1000)
    limit: int = Field(default=8, ge=1, le=50)
    words_only: bool = Field(default=False, description="leave the embedding model out")


class PassageList(Value):
    """Hold the passages, best first."""

    passages: tuple[Passage, ...]


@router.get("/v1/search", response_model=PassageList, dependencies=[needs("read")], responses=documented())
def search(request: Request, desk: TheDesk, query: Annotated[SearchQuery, Query()]) -> Response:
    """Find the passages nearest to a phrase."""
    within = Filter(organizations=query.organization, years=query.year, report_ids=query.report_id)
    hits = desk.retriever.search(query.q, top_k=query.limit, filter=within, dense=not query.words_only)
    heads = {head.report_id: head for head in desk.library.headings(within)}
    passages = tuple(passage(hit, heads[hit.chunk.report_id]) for hit in hits if hit.chunk.report_id in heads)
    return kept(request, PassageList(passages=passages))
