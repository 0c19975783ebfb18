"""Fill the library: read files, and rebuild the index."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.interfaces.cli.progress import progress_bar
from assistant.interfaces.cli.shell import AsJson, Data, plain, record, remark, told_in_a_line

if TYPE_CHECKING:
    from vectorstore.models import FileOutcome, Progress

commands = typer.Typer()

_STATUS = {"added": "新增", "replaced": "更新", "unchanged": "没有变化", "skipped": "跳过", "failed": "失败"}
_MOST_UNPLACED = 50


@commands.command("ingest", help="读取报告文件或文件夹，存入库中；已读过且没有变化的文件会跳过。")
@told_in_a_line
def ingest_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="报告文件，或装有报告的文件夹")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Read files into the library, one line each; a bad file never stops the others."""
    from assistant.bootstrap import ingest
    from assistant.settings import load_settings

    def told(progress: "Progress") -> None:
        bar.follow(progress)
        if progress.outcome is not None:
            outcome = progress.outcome
            bar.say(outcome.model_dump_json() if as_json else plain(_outcome_line(outcome)))

    with progress_bar("读取") as bar:
        outcomes = ingest(load_settings(data=data), paths, on_progress=told)
    if as_json:
        record(_sums(outcomes))
    remark(_summary(outcomes))
    for line in _unplaced(outcomes):
        remark(line)
    if not outcomes or any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def _outcome_line(outcome: "FileOutcome") -> str:
    return f"[{_STATUS[outcome.status]}] {outcome.message}"


def _sums(outcomes: Sequence["FileOutcome"]) -> dict[str, object]:
    """Return the last record: how much was read, and what could not be placed."""
    read = [outcome for outcome in outcomes if outcome.status in {"added", "replaced"}]
    return {
        "kind": "summary",
        "files": len(outcomes),
        **{status: sum(outcome.status == status for outcome in outcomes) for status in _STATUS},
        "reports": len(read),
        "tables": sum(one.tables for one in read),
        "cells": sum(one.cells for one in read),
        "figures": sum(one.figures for one in read),
        "findings": sum(one.findings for one in read),
        "unplaced": [{"path": one.path, "message": doubt} for one in read for doubt in one.doubts],
    }


def _unplaced(outcomes: Sequence["FileOutcome"]) -> list[str]:
    """Return what could not be placed, a line each; of very many, how many more there are."""
    lines = [f"  {one.path}：{doubt}" for one in outcomes for doubt in one.doubts]
    if not lines:
        return []
    more = [f"  另有 {len(lines) - _MOST_UNPLACED} 处"] if len(lines) > _MOST_UNPLACED else []
    return ["未能确定：", *lines[:_MOST_UNPLACED], *more]


def _summary(outcomes: Sequence["FileOutcome"]) -> str:
    if not outcomes:
        return "没有找到可以读取的文件。"
    counts = {status: sum(outcome.status == status for outcome in outcomes) for status in _STATUS}
    if counts["unchanged"] + counts["skipped"] == len(outcomes):
        skipped = f"另跳过 {counts['skipped']} 个。" if counts["skipped"] else ""
        return f"没有变化：{counts['unchanged']} 个文件都已在库中。{skipped}"
    told = "，".join(f"{_STATUS[status]} {count}" for status, count in counts.items() if count)
    read = [outcome for outcome in outcomes if outcome.status in {"added", "replaced"}]
    return (
        f"共 {len(outcomes)} 个文件：{told}。读入 {len(read)} 份报告，"
        f"{sum(one.tables for one in read)} 张表，{sum(one.cells for one in read)} 个单元格，"
        f"{sum(one.figures for one in read)} 个数据，{sum(one.findings for one in read)} 处疑点。"
    )


@commands.command("reindex", help="用库中的文本重建检索索引。")
@told_in_a_line
def reindex_command(data: Data = None) -> None:
    """Rebuild the index from the library."""
    from assistant.bootstrap import reindex
    from assistant.settings import load_settings

    with progress_bar("重建索引") as bar:
        chunks = reindex(load_settings(data=data), on_progress=bar.follow)
    typer.echo(f"索引已重建：{chunks} 段文本。")
