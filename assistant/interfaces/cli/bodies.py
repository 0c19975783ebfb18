"""List the bodies, and put right by hand whose report each one is; every change is noted with who made it."""

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.interfaces.cli.choosing import chosen_report
from assistant.interfaces.cli.shell import AsJson, Data, opened, plain, record, told_in_a_line

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant
    from assistant.service.audit import Action
    from vectorstore.models import Body, ReportHead

commands = typer.Typer()
_bodies = typer.Typer(help="列出单位，合并、拆分单位。", invoke_without_command=True)
commands.add_typer(_bodies, name="bodies")


@_bodies.callback()
@told_in_a_line
def bodies_command(context: typer.Context, data: Data = None, as_json: AsJson = False) -> None:
    """List the bodies with their reports and names."""
    if context.invoked_subcommand is not None:
        context.obj = data
        return
    with opened(data) as assistant:
        heads = {head.report_id: head for head in assistant.library.headings()}
        for body in assistant.library.bodies():
            _tell(body, heads, as_json=as_json)


@_bodies.command("merge", help="把两家单位合为一家，沿用前一个的名称；以后读入的报告也照此归入。")
@told_in_a_line
def merge_command(
    context: typer.Context,
    kept: Annotated[str, typer.Argument(metavar="A", help="沿用其名称的单位：名称或编号")],
    other: Annotated[str, typer.Argument(metavar="B", help="并入的单位：名称或编号")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make two bodies one."""
    with opened(data or context.obj) as assistant:
        body = assistant.library.merge_bodies(kept, other)
        _note(assistant, "body_merged", f"{kept} ← {other}")
        _tell(body, {head.report_id: head for head in assistant.library.headings()}, as_json=as_json)


@_bodies.command("split", help="把几份报告归给另一家单位，与原来的分开。")
@told_in_a_line
def split_command(
    context: typer.Context,
    reports: Annotated[list[str], typer.Argument(metavar="REPORT...", help="报告编号、文件名或标题的一部分")],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="这些报告的单位叫什么")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give reports to another body."""
    with opened(data or context.obj) as assistant:
        chosen = [chosen_report(assistant.library, report).report_id for report in reports]
        body = assistant.library.split_body(chosen, name=name)
        _note(assistant, "body_split", f"{'、'.join(chosen)} → {body.name}")
        _tell(body, {head.report_id: head for head in assistant.library.headings()}, as_json=as_json)


def corrected(assistant: "Assistant", report: str, *, body: str | None, year: int | None) -> "ReportHead":
    """Correct whose report it is or of which year, note it, and return the report as it stands now."""
    from vectorstore.models import Filter

    head = chosen_report(assistant.library, report)
    assistant.library.correct(head.report_id, body=body, year=year)
    (now,) = assistant.library.headings(Filter(report_ids=(head.report_id,)))
    before, after = (f"{one.organization} {one.year or '年度不明'}" for one in (head, now))
    _note(assistant, "report_corrected", f"{head.report_id}：{before} → {after}")
    return now


def _tell(body: "Body", heads: "dict[str, ReportHead]", *, as_json: bool) -> None:
    if as_json:
        record(body.model_dump(mode="json"))
        return
    held = "、".join(str(heads[report].year or "年度不明") for report in body.reports)
    others = "、".join(name for name in body.names if name != body.name)
    typer.echo(
        plain(f"{body.id}  {body.name}（{body.kind}）  {held}" + (f"  又名：{others}" if others else ""))
    )


def _note(assistant: "Assistant", action: "Action", subject: str) -> None:
    from assistant.service import Audit

    Audit(assistant.library.database).note(f"cli:{getpass.getuser()}", action, subject)
