"""Serve the reports: their heads, their sections, their statutory tables and what does not agree in them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from assistant.interfaces.api.desk import Desk, TheCaller, TheDesk, TheRequestId, needs
from assistant.interfaces.api.paging import cursor_of, kept, place_of
from assistant.interfaces.api.problems import ProblemError, documented
from assistant.interfaces.api.tabular import CSV, csv_lines
from assistant.interfaces.records import CellRecord, TableRecord, Year, table_record
from ingest.models import Finding, Report, TableKind, Value
from vectorstore.models import Filter, ReportHead

router = APIRouter(tags=["reports"])

_ID = Path(max_length=64, description="the id of a report, as the list has it")
ReportId = Annotated[str, _ID]


class ReportQuery(Value):
    """Choose reports and a page of them."""

    organization: tuple[str, ...] | None = Field(default=None, max_length=1000)
    year: tuple[Year, ...] | None = Field(default=None, max_length=1000)
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=1000)


class ReportList(Value):
    """Hold one page of reports; `next_cursor` is null on the last one."""

    reports: tuple[ReportHead, ...]
    next_cursor: str | None


class SectionRecord(Value):
    """Hold a heading, its path and where its text begins and ends."""

    id: str
    title: str
    level: int
    path: tuple[str, ...]
    char_start: int
    char_end: int
    page: int | None


class ReportRecord(Value):
    """Hold a report: its head, its sections, its tables' kinds and its text; offsets count in `text`."""

    report: ReportHead
    sections: tuple[SectionRecord, ...]
    tables: tuple[TableKind, ...]
    issues: tuple[str, ...]
    findings: int
    text: str


class CheckList(Value):
    """Hold what does not agree in a report; nothing was found where it is empty."""

    report_id: str
    findings: tuple[Finding, ...]


@router.get("/v1/reports", response_model=ReportList, dependencies=[needs("read")], responses=documented())
def list_reports(request: Request, desk: TheDesk, query: Annotated[ReportQuery, Query()]) -> Response:
    """List the reports by organisation, year and id."""
    heads = sorted(
        desk.library.headings(Filter(organizations=query.organization, years=query.year)), key=_place
    )
    if query.cursor is not None:
        after = place_of(query.cursor, str, int, str)
        heads = [head for head in heads if _place(head) > after]
    page = heads[: query.limit]
    following = cursor_of(_place(page[-1])) if len(heads) > query.limit else None
    return kept(request, ReportList(reports=tuple(page), next_cursor=following))


@router.get(
    "/v1/reports/{report_id}",
    response_model=ReportRecord,
    dependencies=[needs("read")],
    responses=documented(404),
)
def read_report(request: Request, desk: TheDesk, report_id: ReportId) -> Response:
    """Return a report with its text, to which all offsets of citations refer."""
    report, head = _found(desk, report_id)
    sections = tuple(
        SectionRecord(
            id=one.id,
            title=one.title,
            level=one.level,
            path=one.path,
            char_start=one.anchor.char_start,
            char_end=one.anchor.char_end,
            page=one.anchor.page,
        )
        for one in report.sections
    )
    record = ReportRecord(
        report=head,
        sections=sections,
        tables=tuple(table.kind for table in report.tables),
        issues=tuple(issue.message for issue in report.issues),
        findings=len(desk.library.findings(Filter(report_ids=(report_id,)))),
        text=desk.library.text(report_id),
    )
    return kept(request, record)


@router.delete(
    "/v1/reports/{report_id}",
    status_code=204,
    dependencies=[needs("ingest")],
    responses=documented(404, 409),
)
def delete_report(desk: TheDesk, caller: TheCaller, request_id: TheRequestId, report_id: ReportId) -> None:
    """Remove a report and all that came from it."""
    if not desk.remove(report_id):
        raise _missing()
    desk.audit.note(caller.id, "delete", report_id, request_id=request_id)


@router.get(
    "/v1/reports/{report_id}/tables/{kind}",
    response_model=TableRecord,
    dependencies=[needs("read")],
    responses=documented(404) | {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_table(
    request: Request,
    desk: TheDesk,
    report_id: ReportId,
    kind: TableKind,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Return a statutory table, as JSON or CSV."""
    report, head = _found(desk, report_id)
    table = next((one for one in report.tables if one.kind == kind), None)
    if table is None:
        detail = f"《{head.title}》中没有认出这张表（{kind}）。有的表见 /v1/reports/{head.report_id}。"
        raise ProblemError(404, "no_such_table", "没有这张表", detail)
    record = table_record(table, head)
    if form == "csv":
        columns = tuple(CellRecord.model_fields)
        rows = (cell.model_dump(mode="json") | {"row": " > ".join(cell.row)} for cell in record.cells)
        return kept(request, "".join(csv_lines(columns, rows)), media_type=CSV)
    return kept(request, record)


@router.get(
    "/v1/reports/{report_id}/checks",
    response_model=CheckList,
    dependencies=[needs("read")],
    responses=documented(404),
)
def read_checks(request: Request, desk: TheDesk, report_id: ReportId) -> Response:
    """Return which printed figures of a report do not agree with each other."""
    _found(desk, report_id)
    findings = desk.library.findings(Filter(report_ids=(report_id,)))
    return kept(request, CheckList(report_id=report_id, findings=findings))


def _place(head: ReportHead) -> tuple[str, int, str]:
    return head.organization, head.year or 0, head.report_id


def _found(desk: Desk, report_id: str) -> tuple[Report, ReportHead]:
    report = desk.library.report(report_id)
    heads = desk.library.headings(Filter(report_ids=(report_id,)))
    if report is None or not heads:
        raise _missing()
    return report, heads[0]


def _missing() -> ProblemError:
    return ProblemError(
        404, "no_such_report", "没有这份报告", "库中没有这个编号的报告。编号见 GET /v1/reports。"
    )
