"""Serve the command line: each command opens the library, asks one thing of it, and prints the answer.

Standard output carries records and answers; progress, remarks and errors go to standard error. Everything
heavy is imported inside the commands, so that `gongkai --help` is instant.
"""

import csv
import functools
import json
import re
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, ParamSpec, TypeVar

import typer

if TYPE_CHECKING:
    from decimal import Decimal

    from rich.progress import Progress as Meter
    from rich.progress import TaskID

    from assistant.bootstrap import Assistant
    from assistant.evals import Scores
    from assistant.models import Answer, Turn
    from ingest.models import Cell, Figure, Report
    from vectorstore.library import Library
    from vectorstore.models import FileOutcome, Progress, ReportHead

P = ParamSpec("P")
R = TypeVar("R")

app = typer.Typer(
    name="gongkai",
    help="公开问：向政府信息公开工作年度报告提问，每个数字都有出处。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="库所在的文件夹（默认 data/，或 GONGKAI_DATA）")
]
AsJson = Annotated[bool, typer.Option("--json", help="每行输出一条 JSON 记录")]
Answerer = Annotated[
    Literal["rules", "llm"] | None, typer.Option("--engine", help="作答方式：rules 内置规则，llm 大模型")
]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CANDIDATES = 20
_STATUS = {"added": "新增", "replaced": "更新", "unchanged": "没有变化", "failed": "失败"}
_STAGES = {"reading": "读取", "indexing": "建立索引"}
_CELL_STATUS = {"ok": "", "blank": "（空白）", "unclear": "（存疑）"}
_FORMS = {"pre2019": "2019 年前", "form2019": "2019 年格式", "form2021": "2021 年格式", "unknown": "格式不明"}


def main() -> None:
    """Run the command line."""
    app()


def _told_in_a_line(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the errors of our trees into one line for the reader and exit code 1."""

    @functools.wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        from assistant.errors import AssistantError
        from ingest.errors import IngestError
        from vectorstore.errors import StoreError

        try:
            return command(*args, **kwargs)
        except (AssistantError, IngestError, StoreError) as error:
            raise _failure(str(error)) from error
        except BrokenPipeError:
            # `gongkai figures | head` has read enough.
            raise
        except OSError as error:
            raise _failure(f"{error.filename}：{error.strerror}。请检查路径和权限。") from error

    return told


def _failure(message: str) -> typer.Exit:
    _remark(f"错误：{' '.join(message.split())}")
    return typer.Exit(1)


def _remark(line: str) -> None:
    """Tell the reader something that is not part of the result."""
    typer.echo(_plain(line), err=True)


def _plain(text: str) -> str:
    """Return text from a file without the control characters that a terminal would obey."""
    return _CONTROL.sub("\ufffd", text)


def _record(fields: Mapping[str, object]) -> None:
    typer.echo(json.dumps(fields, ensure_ascii=False))


@app.command("ingest", help="读取报告文件或文件夹，存入库中；已读过且没有变化的文件会跳过。")
@_told_in_a_line
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
            bar.say(outcome.model_dump_json() if as_json else _plain(_outcome_line(outcome)))

    with _bar("读取") as bar:
        outcomes = ingest(load_settings(data=data), paths, on_progress=told)
    _remark(_summary(outcomes))
    if not outcomes or any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def _outcome_line(outcome: "FileOutcome") -> str:
    return f"[{_STATUS[outcome.status]}] {outcome.message}"


def _summary(outcomes: Sequence["FileOutcome"]) -> str:
    if not outcomes:
        return "没有找到可以读取的文件。"
    counts = {status: sum(outcome.status == status for outcome in outcomes) for status in _STATUS}
    if counts["unchanged"] == len(outcomes):
        return f"没有变化：{len(outcomes)} 个文件都已在库中。"
    told = "，".join(f"{_STATUS[status]} {count}" for status, count in counts.items() if count)
    read = [outcome for outcome in outcomes if outcome.status in {"added", "replaced"}]
    return (
        f"共 {len(outcomes)} 个文件：{told}。读入 {len(read)} 份报告，"
        f"{sum(one.tables for one in read)} 张表，{sum(one.cells for one in read)} 个单元格，"
        f"{sum(one.figures for one in read)} 个数据，{sum(one.findings for one in read)} 处疑点。"
    )


@app.command("reindex", help="用库中的文本重建检索索引。")
@_told_in_a_line
def reindex_command(data: Data = None) -> None:
    """Rebuild the index from the library."""
    from assistant.bootstrap import reindex
    from assistant.settings import load_settings

    with _bar("重建索引") as bar:
        chunks = reindex(load_settings(data=data), on_progress=bar.follow)
    typer.echo(f"索引已重建：{chunks} 段文本。")


@app.command("reports", help="列出库中的报告。")
@_told_in_a_line
def reports_command(data: Data = None, as_json: AsJson = False) -> None:
    """List the reports."""
    with _opened(data) as assistant:
        for head in assistant.library.headings():
            if as_json:
                typer.echo(head.model_dump_json())
            else:
                typer.echo(_plain(_head_line(head)))


@app.command("tables", help="列出一份报告的法定表格，每行一个单元格。")
@_told_in_a_line
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

    with _opened(data) as assistant:
        chosen = _resolve(assistant.library, report).report_id
        (found,) = assistant.library.reports(Filter(report_ids=(chosen,)))
        if not found.tables:
            _remark(f"《{found.title}》中没有认出法定表格。")
        for table in found.tables:
            if not as_json:
                typer.echo(f"{table.kind}（{_FORMS[table.form]}）")
            for cell in table.cells:
                if as_json:
                    _record(_cell_fields(found, table.kind, cell))
                else:
                    typer.echo(_plain(_cell_line(cell)))


def _cell_fields(report: "Report", table: str, cell: "Cell") -> dict[str, object]:
    return {
        "doc": report.source.path,
        "table": table,
        "row": list(cell.row),
        "col": cell.column,
        "value": None if cell.quantity is None else _number(cell.quantity.value),
        "printed": cell.printed,
        "status": cell.status,
    }


def _cell_line(cell: "Cell") -> str:
    label = " · ".join(filter(None, (" / ".join(cell.row), cell.column)))
    return f"  {label}：{cell.printed}{_CELL_STATUS[cell.status]}"


def _number(value: "Decimal") -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


@app.command("figures", help="列出数据：表格单元格和正文中的数字，可按单位、年度、指标筛选。")
@_told_in_a_line
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
    with _opened(data) as assistant:
        organizations = tuple(_organization(assistant.library, name) for name in org) if org else None
        chosen = Filter(organizations=organizations, years=tuple(year) if year else None)
        figures = assistant.library.figures(chosen, indicators=tuple(indicator) if indicator else None)
        sources = {head.report_id: head.source for head in assistant.library.headings()}
        rows = [_figure_fields(figure, sources[figure.report_id]) for figure in figures]
        if not rows:
            _remark("没有符合条件的数据。")
        elif as_csv:
            writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        elif as_json:
            for row in rows:
                _record(row)
        else:
            for figure in figures:
                typer.echo(_plain(_figure_line(figure)))


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


@app.command("check", help="核对报告自身的数字：勾稽关系、比率、正文与表格。")
@_told_in_a_line
def check_command(
    reports: Annotated[
        list[str] | None, typer.Argument(metavar="[REPORT]...", help="要核对的报告；不写则核对全部")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the findings: printed figures that do not agree."""
    from vectorstore.models import Filter

    with _opened(data) as assistant:
        chosen = [_resolve(assistant.library, report).report_id for report in reports or ()]
        heads = {head.report_id: head for head in assistant.library.headings()}
        findings = assistant.library.findings(Filter(report_ids=tuple(chosen) if chosen else None))
        for finding in findings:
            head = heads[finding.report_id]
            if as_json:
                _record({"source": head.source} | finding.model_dump(mode="json"))
            else:
                level = "矛盾" if finding.severity == "hard" else "存疑"
                typer.echo(_plain(f"{head.source} [{level}] {finding.message}"))
        if not findings:
            _remark("没有发现矛盾。")


@app.command("ask", help="提一个问题，得到带出处的回答。")
@_told_in_a_line
def ask_command(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="问题")],
    history: Annotated[
        Path | None, typer.Option("--history", help="此前的对话：JSON 数组，每项含 role 与 content")
    ] = None,
    engine: Answerer = None,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出完整回答的 JSON 记录")] = False,
) -> None:
    """Answer one question."""
    from assistant.interfaces.ports import watched
    from assistant.models import Completed, Failed, Question

    turns = _read_history(history) if history else ()
    with _opened(data, engine=engine) as assistant:
        *_, last = watched(assistant.engine, Question(text=question, history=turns))
    if isinstance(last, Failed):
        raise _failure(last.message)
    if isinstance(last, Completed):
        typer.echo(last.answer.model_dump_json() if as_json else _plain(_answer_text(last.answer)))


def _read_history(path: Path) -> tuple["Turn", ...]:
    from pydantic import TypeAdapter, ValidationError

    from assistant.errors import QuestionInvalid
    from assistant.models import Turn

    try:
        return TypeAdapter(tuple[Turn, ...]).validate_json(path.read_bytes())
    except OSError as error:
        raise QuestionInvalid(f"{path}：对话文件打不开（{error.strerror}）。请检查路径。") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "开头"
        raise QuestionInvalid(
            f"{path}：对话文件的 {where} 处不可用（{first['msg']}）。"
            '应为 [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]。'
        ) from error


def _answer_text(answer: "Answer") -> str:
    """Lay an answer out for reading: text, proofs, derivations, warnings, what else can be asked."""
    lines = [answer.text]
    if answer.citations:
        lines += ["", "引用"]
    for citation in answer.citations:
        page = f"，第 {citation.page} 页" if citation.page is not None else ""
        lines.append(
            f"[{citation.n}] 《{citation.title}》 {' > '.join(citation.section)}（{citation.source}{page}）"
        )
        lines += [f"    {line}" for line in citation.quote.splitlines() if line.strip()]
    if answer.derivations:
        lines += ["", "推算"]
        lines += [f"- {one.expression} = {one.value}{one.unit}" for one in answer.derivations]
    unsaid = [warning for warning in answer.warnings if warning.message not in answer.text]
    if unsaid:
        lines += ["", "注意"]
        lines += [f"- {one.message}{''.join(f'[{n}]' for n in one.citations)}" for one in unsaid]
    if answer.suggestions:
        lines += ["", "可以这样问"]
        lines += [f"- {suggestion}" for suggestion in answer.suggestions]
    return "\n".join(lines)


@app.command("eval", help="用一套题目评测回答，写出分数和报告。")
@_told_in_a_line
def eval_command(
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS", help="题目：JSONL，或列名同 ragas 的 CSV")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", file_okay=False, help="结果文件夹；中断后再运行会接着做")
    ],
    engine: Answerer = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="只做前 N 题")] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="DIR", help="与先前一次的 --out 比较")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option("--fail-under", metavar="NAME=VALUE", help="指标低于此值则退出码为 1，如 accuracy=0.9"),
    ] = None,
    data: Data = None,
) -> None:
    """Put a question set to the engine and write predictions, scores and reports."""
    from assistant.evals import (
        PREDICTIONS,
        Prediction,
        quote_view,
        read_baseline,
        read_cases,
        run,
        score,
        search_in,
        write_report,
    )

    floors = [_floor(text) for text in fail_under or ()]
    cases = read_cases(questions)
    earlier = read_baseline(baseline) if baseline else None
    with _opened(data, engine=engine) as assistant:

        def told(prediction: Prediction) -> None:
            bar.advance()
            if prediction.error is not None:
                bar.remark(f"{prediction.id} 运行出错：{prediction.error}")

        with _bar("作答", total=len(cases[:limit])) as bar:
            predictions = run(
                cases,
                assistant.engine,
                out / PREDICTIONS,
                search=search_in(assistant.retriever, assistant.library.headings()),
                limit=limit,
                on_progress=told,
            )
        library = assistant.library
        sources: dict[str, str] = {}
        for head in library.headings():
            # Files of the same name in different folders cannot be told apart by a citation's source.
            sources[head.source] = sources.get(head.source, "") + quote_view(library.text(head.report_id))
        scores = score(
            cases[:limit],
            predictions,
            sources=sources,
            fingerprint=assistant.engine.fingerprint,
            baseline=earlier,
        )
    write_report(out, scores)
    _tell_scores(scores, out)
    if missed := [line for name, floor in floors if (line := _missed(scores, name, floor))]:
        for line in missed:
            _remark(line)
        raise typer.Exit(1)


def _floor(text: str) -> tuple[str, float]:
    """Read `accuracy=0.9`; only a metric that is better higher can have a floor."""
    from assistant.evals import MEASURES

    names = [measure.name for measure in MEASURES if measure.better == "higher"]
    name, _, value = text.partition("=")
    if name not in names:
        raise typer.BadParameter(f"--fail-under 不认识指标「{name}」。可用：{'、'.join(names)}")
    if not re.fullmatch(r"0(?:\.\d+)?|1(?:\.0+)?|\.\d+", value):
        raise typer.BadParameter(f"--fail-under 的值「{value}」应在 0 与 1 之间，如 {name}=0.9")
    return name, float(value)


def _missed(scores: "Scores", name: str, floor: float) -> str | None:
    value = scores.metric(name).value
    if value is None:
        return f"未达标：{name} 没有可计算的题目，要求不低于 {floor:g}。"
    return f"未达标：{name} = {value:g}，要求不低于 {floor:g}。" if value < floor else None


def _tell_scores(scores: "Scores", out: Path) -> None:
    from assistant.evals import MEASURES, change_line, metric_text

    typer.echo(f"{scores.questions} 题，其中 {scores.scored} 题有标准答案")
    for measure, metric in zip(MEASURES, scores.metrics, strict=True):
        if metric.value is not None:
            count = "" if metric.of is None else f"（{metric.hits}/{metric.of}）"
            typer.echo(f"{measure.title} {measure.name}：{metric_text(measure, metric)}{count}")
    if scores.comparison is not None:
        typer.echo(change_line(scores.comparison))
        for verb, names in (("变对", scores.comparison.won), ("变错", scores.comparison.lost)):
            if names:
                typer.echo(f"{verb}：{'、'.join(names)}")
    typer.echo(f"报告：{out / 'report.html'}")


@app.command("serve", help="启动网页对话和 HTTP 接口。")
@_told_in_a_line
def serve_command(
    host: Annotated[str | None, typer.Option("--host", help="监听地址（默认 127.0.0.1）")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="端口（默认 7860）")] = None,
    data: Data = None,
) -> None:
    """Serve the web chat and the API until stopped."""
    from assistant.interfaces.serve import serve
    from assistant.settings import load_settings

    raise typer.Exit(serve(load_settings(data=data, host=host, port=port)))


@contextmanager
def _opened(data: Path | None, *, engine: str | None = None) -> Generator["Assistant"]:
    """Open the library for reading; an empty one is refused with the command that fills it."""
    from assistant.bootstrap import open_assistant
    from assistant.settings import load_settings

    settings = load_settings(data=data, engine=engine)
    with open_assistant(settings) as assistant:
        if not assistant.library.manifest().reports:
            chosen = "" if data is None else f" --data {data}"
            raise _failure(f"{settings.data} 中还没有报告。请先读入：gongkai ingest 文件或文件夹{chosen}")
        yield assistant


def _head_line(head: "ReportHead") -> str:
    year = head.year or "年度不明"
    return f"{head.report_id}  {head.organization} {year}  《{head.title}》  {head.source}"


def _resolve(library: "Library", wanted: str) -> "ReportHead":
    """Find the one report that is meant; the strictest reading that finds any decides."""
    from ingest.wording import skeleton

    heads = library.headings()
    readings: tuple[Callable[[ReportHead], bool], ...] = (
        lambda head: wanted in {head.report_id, head.source},
        lambda head: Path(head.source).stem == wanted,
        lambda head: len(wanted) >= 6 and head.report_id.startswith(wanted),
        lambda head: bool(re.fullmatch(r"\d{3}", wanted)) and head.source.startswith(wanted),
        lambda head: skeleton(wanted) != "" and skeleton(wanted) in skeleton(head.title),
    )
    for fits in readings:
        found = [head for head in heads if fits(head)]
        if len(found) == 1:
            return found[0]
        if found:
            raise _failure(f"「{wanted}」符合 {len(found)} 份报告，请写得更准确：{_listed(found)}")
    raise _failure(f"没有报告符合「{wanted}」。库中有：{_listed(heads)}")


def _listed(heads: Sequence["ReportHead"]) -> str:
    shown = "；".join(f"{one.report_id} {one.source}《{one.title}》" for one in heads[:_CANDIDATES])
    rest = len(heads) - _CANDIDATES
    return shown + (f"；另有 {rest} 份，见 gongkai reports" if rest > 0 else "")


def _organization(library: "Library", wanted: str) -> str:
    """Find the one organisation that is meant, by its name or a part of it."""
    from ingest.wording import skeleton

    names = list(dict.fromkeys(head.organization for head in library.headings()))
    if wanted in names:
        return wanted
    found = [name for name in names if skeleton(wanted) in skeleton(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise _failure(f"「{wanted}」符合 {len(found)} 个单位，请写得更准确：{'、'.join(found)}")
    raise _failure(f"没有单位符合「{wanted}」。库中有：{'、'.join(names[:_CANDIDATES])}")


class _Bar:
    """Show on a terminal how far a command has come; elsewhere, only its lines."""

    def __init__(self, meter: "Meter", task: "TaskID") -> None:
        self._meter = meter
        self._task = task

    def advance(self) -> None:
        """Count one more."""
        self._meter.advance(self._task)

    def follow(self, progress: "Progress") -> None:
        """Show how far a build is."""
        stage = _STAGES[progress.stage]
        self._meter.update(self._task, description=stage, completed=progress.done, total=progress.total)

    def say(self, line: str) -> None:
        """Print a line of the result, above the bar where both share the terminal."""
        if self._meter.disable or not sys.stdout.isatty():
            typer.echo(line)
        else:
            self._above(line)

    def remark(self, line: str) -> None:
        """Print a remark above the bar."""
        if self._meter.disable:
            _remark(line)
        else:
            self._above(_plain(line))

    def _above(self, line: str) -> None:
        self._meter.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)


@contextmanager
def _bar(title: str, *, total: int | None = None) -> Generator[_Bar]:
    """Show a progress bar on standard error while the block runs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        redirect_stdout=False,
        redirect_stderr=False,
        transient=True,
    ) as progress:
        yield _Bar(progress, progress.add_task(title, total=total))
