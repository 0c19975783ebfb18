"""Serve the figures: filtered and paged, as JSON, CSV or Parquet, and one of them compared over reports."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from assistant.interfaces.api.desk import Desk, TheCaller, TheDesk, TheRequestId, needs
from assistant.interfaces.api.paging import cursor_of, kept, place_of
from assistant.interfaces.api.problems import ProblemError, documented
from assistant.interfaces.api.tabular import (
    CSV,
    PARQUET,
    check_parquet,
    csv_lines,
    parquet_blocks,
)
from assistant.interfaces.records import FigureRecord, Year, figure_record
from assistant.tools import CompareFigures
from ingest.models import Applicant, Figure, Origin, Value
from ingest.numerals import in_base_units
from vectorstore.models import Filter

router = APIRouter(tags=["figures"])

_ROWS_AT_ONCE = 1000
_MOST_COMPARED = 100


class Chosen(Value):
    """Choose figures; what is left out stays open."""

    organization: tuple[str, ...] | None = Field(default=None, max_length=1000)
    year: tuple[Year, ...] | None = Field(default=None, max_length=1000)
    report_id: tuple[str, ...] | None = Field(default=None, max_length=1000)
    indicator: tuple[str, ...] | None = Field(default=None, max_length=1000)
    applicant: Applicant | None = None
    origin: Origin | None = None

    def filter(self) -> Filter:
        """Return the reports that are meant."""
        return Filter(organizations=self.organization, years=self.year, report_ids=self.report_id)


class FigureQuery(Chosen):
    """Choose figures and a page of them; `csv` and `parquet` hold all pages."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=1000)
    format: Literal["json", "csv", "parquet"] = "json"


class FigureList(Value):
    """Hold one page of figures; `next_cursor` is null on the last one."""

    figures: tuple[FigureRecord, ...]
    next_cursor: str | None


class CompareQuery(Value):
    """Choose what to compare: an indicator of the forms, or a phrase; and over which reports."""

    indicator: str | None = Field(default=None, max_length=200)
    phrase: str | None = Field(default=None, min_length=1, max_length=200)
    applicant: Applicant = "total"
    organization: tuple[str, ...] | None = Field(default=None, max_length=1000)
    year: tuple[Year, ...] | None = Field(default=None, max_length=1000)
    order: Literal["desc", "asc"] = "desc"
    limit: int = Field(default=100, ge=1, le=1000)


class Comparison(Value):
    """Hold the figures in order; `blank` are reports whose cell is empty or unclear, `omitted` what the limit cut."""

    figures: tuple[FigureRecord, ...]
    blank: tuple[FigureRecord, ...]
    omitted: int


_ARROW = {
    name: {"year": "int32", "value": "double", "page": "int32"}.get(
        name, "int64" if name.startswith("char_") else "string"
    )
    for name in FigureRecord.model_fields
}
_FILES = {"text/csv": {"schema": {"type": "string"}}, PARQUET: {"schema": {"type": "string"}}}


@router.get(
    "/v1/figures",
    response_model=FigureList,
    dependencies=[needs("read")],
    responses=documented(501) | {200: {"content": _FILES}},
)
def list_figures(
    request: Request,
    desk: TheDesk,
    caller: TheCaller,
    request_id: TheRequestId,
    query: Annotated[FigureQuery, Query()],
) -> Response:
    """List figures by report and place; with `format=csv` or `parquet`, all of them as a file."""
    if query.format == "json":
        return kept(request, _page(desk, query))
    if query.format == "parquet":
        check_parquet()
    desk.audit.note(caller.id, "export", f"figures.{query.format}", request_id=request_id)
    rows = _all_rows(desk, query)
    headers = {"Content-Disposition": f'attachment; filename="figures.{query.format}"'}
    if query.format == "csv":
        return StreamingResponse(csv_lines(tuple(_ARROW), rows), media_type=CSV, headers=headers)
    return StreamingResponse(parquet_blocks(_ARROW, rows), media_type=PARQUET, headers=headers)


@router.get("/v1/compare", response_model=Comparison, dependencies=[needs("read")], responses=documented())
def compare(request: Request, desk: TheDesk, query: Annotated[CompareQuery, Query()]) -> Response:
    """Put one figure of several reports in order; amounts in base units decide."""
    if (query.indicator is None) == (query.phrase is None):
        detail = "indicator 与 phrase 请给且只给一个。指标的名称见 GET /v1/figures 的 indicator。"
        raise ProblemError(422, "compare_what", "没有说明比什么", detail)
    within = Filter(organizations=query.organization, years=query.year)
    found = _by_indicator(desk, query, within) if query.indicator else _by_phrase(desk, query, within)
    stated = [figure for figure in found if figure.quantity is not None]
    ordered = sorted(stated, key=_amount, reverse=query.order == "desc")
    sources = _sources(desk, found)
    return kept(
        request,
        Comparison(
            figures=tuple(figure_record(one, sources[one.report_id]) for one in ordered[: query.limit]),
            blank=tuple(figure_record(one, sources[one.report_id]) for one in found if one.quantity is None)[
                : query.limit
            ],
            omitted=max(0, len(ordered) - query.limit),
        ),
    )


def _page(desk: Desk, query: FigureQuery) -> FigureList:
    after = place_of(query.cursor, str, int) if query.cursor is not None else None
    found = _next(desk, query, after, query.limit + 1)
    page = found[: query.limit]
    following = None
    if len(found) > query.limit:
        position, last = page[-1]
        following = cursor_of((last.report_id, position))
    sources = _sources(desk, [figure for _, figure in page])
    return FigureList(
        figures=tuple(figure_record(figure, sources[figure.report_id]) for _, figure in page),
        next_cursor=following,
    )


def _all_rows(desk: Desk, query: FigureQuery) -> Iterator[dict[str, object]]:
    after: tuple[str | int, ...] | None = None
    while found := _next(desk, query, after, _ROWS_AT_ONCE):
        sources = _sources(desk, [figure for _, figure in found])
        for _, figure in found:
            yield figure_record(figure, sources[figure.report_id]).model_dump(mode="json")
        position, last = found[-1]
        after = (last.report_id, position)


def _next(
    desk: Desk, query: FigureQuery, after: tuple[str | int, ...] | None, limit: int
) -> tuple[tuple[int, Figure], ...]:
    return desk.library.figures_after(
        query.filter(),
        indicators=query.indicator,
        applicant=query.applicant,
        origin=query.origin,
        after=None if after is None else (str(after[0]), int(after[1])),
        limit=limit,
    )


def _sources(desk: Desk, figures: Iterator[Figure] | list[Figure]) -> dict[str, str]:
    """Return the file names of the reports; one that is deleted meanwhile has none."""
    wanted = dict.fromkeys(figure.report_id for figure in figures)
    heads = desk.library.headings(Filter(report_ids=tuple(wanted)))
    return dict.fromkeys(wanted, "") | {head.report_id: head.source for head in heads}


def _by_indicator(desk: Desk, query: CompareQuery, within: Filter) -> list[Figure]:
    found = desk.library.figures(within, indicators=(query.indicator or "",))
    best: dict[str, Figure] = {}
    for figure in found:
        if figure.dimensions.applicant in {None, query.applicant}:
            held = best.get(figure.report_id)
            # A cell of the form counts before a sentence that repeats it.
            if held is None or (held.origin == "sentence" and figure.origin == "table"):
                best[figure.report_id] = figure
    return list(best.values())


def _by_phrase(desk: Desk, query: CompareQuery, within: Filter) -> list[Figure]:
    count = len(desk.library.headings(within))
    if count > _MOST_COMPARED:
        detail = (
            f"按说法比较至多 {_MOST_COMPARED} 份报告，这里有 {count} 份。"
            "请用 organization 或 year 缩小范围，或用 indicator 指明指标。"
        )
        raise ProblemError(422, "too_many_reports", "报告太多", detail)
    call = CompareFigures(filter=within, phrase=query.phrase or "", descending=query.order == "desc")
    return [match.figure for match in desk.toolbox.compare_figures(call)]


def _amount(figure: Figure) -> Decimal:
    return in_base_units(figure.quantity)[0] if figure.quantity else Decimal(0)
