"""List what the library holds: reports, tables, figures and findings."""

import csv
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.interfaces.cli.bodies import corrected
from assistant.interfaces.cli.choosing import check_indicators, chosen_organization, chosen_report
from assistant.interfaces.cli.shell import AsJson, Data, opened, plain, record, remark, told_in_a_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from ingest.models import Cell, Figure, Issue, Report
    from vectorstore.models import ReportHead

commands = typer.Typer()

_CELL_STATUS = {"ok": "", "blank": "（空白）", "unclear": "（存疑）"}
_FORMS = {"pre2019": "2019 年前", "form2019": "2019 年格式", "form2021": "2021 年格式", "unknown": "格式不明"}
_DOUBTS = frozenset(["no_organization", "no_year", "misprint", "year_differs", "no_tables", "no_text"])
"""What a report leaves open about itself, told in full; rows that could not be placed are counted."""


@commands.command("reports", help="列出库中的报告；用 --set-body、--set-year 更正一份报告的单位、年度。")
@told_in_a_line
def reports_command(
    report: Annotated[
        str | None, typer.Argument(metavar="[REPORT]", help="只列出这一份；更正时必须写明")
    ] = None,
    set_body: Annotated[
        str | None, typer.Option("--set-body", metavar="NAME", help="更正：这是谁的报告")
    ] = None,
    set_year: Annotated[
        int | None, typer.Option("--set-year", min=1990, max=2100, help="更正：报告的是哪一年")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the reports, or correct one: the correction holds when its file is read anew."""
    if report is None and (set_body is not None or set_year is not None):
        raise typer.BadParameter("请写明更正哪一份报告，如 gongkai reports 000 --set-year 2020")
    with opened(data) as assistant:
        chosen = None
        if set_body is not None or set_year is not None:
            chosen = (corrected(assistant, report or "", body=set_body, year=set_year),)
        elif report is not None:
            chosen = (chosen_report(assistant.library, report),)
        doubts = {held.id: held.issues for held in assistant.library.reports()}
        for head in chosen or assistant.library.headings():
            issues = doubts.get(head.report_id, ())
            if as_json:
                told = [{"code": issue.code, "message": issue.message} for issue in issues]
                record({**head.model_dump(mode="json"), "doubts": told})
            else:
                typer.echo(plain(_head_line(head, issues)))


def _head_line(head: "ReportHead", issues: "Sequence[Issue]") -> str:
    year = head.year or "年度不明"
    line = f"{head.report_id}  {head.organization} {year}  《{head.title}》  {head.source}"
    doubts = [issue.message for issue in issues if issue.code in _DOUBTS]
    unplaced = len(issues) - len(doubts)
    doubts += [f"{unplaced} 处未能确定"] if unplaced else []
    return f"{line}  [{'；'.join(doubts)}]" if doubts else line


@commands.command("tables", help="列出一份报告的法定表格，每行一个单元格。")
@told_in_a_line
def tables_command(
    report: Annotated[
        str,
        typer.Argument(metavar="REPORT", help="报告编号（可只写开头）、文件名、文件名前三位，或标题的一部分"),
    ],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the cells of a report's statutory tables."""
    from vectorstore.models import Filter

    with opened(data) as assistant:
        chosen = chosen_report(assistant.library, report).report_id
        (found,) = assistant.library.reports(Filter(report_ids=(chosen,)))
        if not found.tables:
            remark(f"《{found.title}》中没有认出法定表格。")
        for table in found.tables:
            if not as_json:
                typer.echo(f"{table.kind}（{_FORMS[table.form]}）")
            for cell in table.cells:
                if as_json:
                    record(_cell_fields(found, table.kind, cell))
                else:
                    typer.echo(plain(_cell_line(cell)))


def _cell_fields(report: "Report", table: str, cell: "Cell") -> dict[str, object]:
    return {
        "doc": report.source.path,
        "table": table,
        "row": list(cell.row),
        "col": cell.column,
        "value": None if cell.quantity is None else _number(cell.quantity.value),
        "printed": cell.printed,
        "status": cell.status,
        "reason": cell.reason,
        "placed": cell.placed,
    }


def _cell_line(cell: "Cell") -> str:
    label = " · ".join(filter(None, (" / ".join(cell.row), cell.column)))
    told = "".join(f"（{remark}）" for remark in (cell.reason, cell.placed) if remark)
    return f"  {label}：{cell.printed}{told or _CELL_STATUS[cell.status]}"


def _number(value: "Decimal") -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


@commands.command("figures", help="列出数据：表格单元格和正文中的数字，可按单位、年度、指标筛选。")
@told_in_a_line
def figures_command(
    org: Annotated[list[str] | None, typer.Option("--org", help="单位，可多次给出")] = None,
    year: Annotated[list[int] | None, typer.Option("--year", help="年度，可多次给出")] = None,
    indicator: Annotated[list[str] | None, typer.Option("--indicator", help="指标，可多次给出")] = None,
    data: Data = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV，第一行为列名")] = False,
) -> None:
    """List the figures of the reports that the options choose."""
    from vectorstore.models import Filter

    if as_json and as_csv:
        raise typer.BadParameter("--json 与 --csv 只能选一个")
    with opened(data) as assistant:
        organizations = tuple(chosen_organization(assistant.library, name) for name in org) if org else None
        chosen = Filter(organizations=organizations, years=tuple(year) if year else None)
        check_indicators(assistant.library, indicator or ())
        figures = assistant.library.figures(chosen, indicators=tuple(indicator) if indicator else None)
        sources = {head.report_id: head.source for head in assistant.library.headings()}
        rows = [_figure_fields(figure, sources[figure.report_id]) for figure in figures]
        if not rows:
            remark("没有符合条件的数据。")
        elif as_csv:
            writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        elif as_json:
            for row in rows:
                record(row)
        else:
            for figure in figures:
                typer.echo(plain(_figure_line(figure)))


def _figure_fields(figure: "Figure", source: str) -> dict[str, object]:
    return {
        "organization": figure.organization,
        "year": figure.year,
        "indicator": figure.indicator,
        "label": figure.label,
        "applicant": figure.dimensions.applicant,
        "value": None if figure.quantity is None else _number(figure.quantity.value),
        "unit": None if figure.quantity is None else figure.quantity.unit,
        "printed": None if figure.quantity is None else figure.quantity.printed,
        "status": figure.status,
        "origin": figure.origin,
        "source": source,
        "section": " > ".join(figure.anchor.section_path),
        "context": figure.context,
    }


def _figure_line(figure: "Figure") -> str:
    value = "" if figure.quantity is None else _with_unit(figure.quantity.printed, figure.quantity.unit)
    subject = f"{figure.organization} {figure.year or '年度不明'} {figure.label}"
    return f"{subject}：{value}{_CELL_STATUS[figure.status]}"


def _with_unit(printed: str, unit: str) -> str:
    return printed if printed.rstrip().endswith(unit) else f"{printed} {unit}"


@commands.command("check", help="核对报告的数字：勾稽关系、比率、正文与表格、相邻两年。")
@told_in_a_line
def check_command(
    reports: Annotated[
        list[str] | None, typer.Argument(metavar="[REPORT]...", help="要核对的报告；不写则核对全部")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the findings: printed figures that do not agree."""
    from assistant.tools import Years
    from ingest.checks import describe, find_across
    from ingest.indicators import load_indicators
    from vectorstore.models import Filter

    with opened(data) as assistant:
        chosen = [chosen_report(assistant.library, report).report_id for report in reports or ()]
        heads = {head.report_id: head for head in assistant.library.headings()}
        across = Years(assistant.library, load_indicators()).of_library(chosen or None)
        findings = (
            *assistant.library.findings(Filter(report_ids=tuple(chosen) if chosen else None)),
            *find_across(across),
        )
        for entry in across:
            if entry.code == "years":
                remark(describe(entry))
        for finding in findings:
            head = heads[finding.report_id]
            if as_json:
                record({"source": head.source} | finding.model_dump(mode="json"))
            else:
                level = "矛盾" if finding.severity == "hard" else "存疑"
                typer.echo(plain(f"{head.source} [{level}] {finding.message}"))
        if not findings:
            remark("没有发现矛盾。")
