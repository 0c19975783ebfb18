"""Put a question set and write its scores."""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.interfaces.cli.progress import progress_bar
from assistant.interfaces.cli.shell import Answerer, Data, opened, remark, told_in_a_line

if TYPE_CHECKING:
    from assistant.evals import Case, Prediction, Scores
    from assistant.evals.run import Engine, Search
    from assistant.settings import Settings

commands = typer.Typer()


@commands.command("eval", help="用一套题目评测回答，写出分数和报告。")
@told_in_a_line
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
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help="评测正在运行的服务，如 http://127.0.0.1:7860"),
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", envvar="GONGKAI_KEY", help="该服务的密钥（需 ask 与 read 权限）")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option("--judge", metavar="MODEL", help="另请这个模型评审回答；分数单独写入 judged.json"),
    ] = None,
    data: Data = None,
) -> None:
    """Put a question set to the engine and write predictions, scores and reports."""
    from assistant.agent import endpoint_of
    from assistant.evals import PREDICTIONS, Prediction, read_baseline, read_cases, run, score, write_report
    from assistant.settings import load_settings

    floors = [_floor(text) for text in fail_under or ()]
    cases = read_cases(questions)
    earlier = read_baseline(baseline) if baseline else None
    settings = load_settings(data=data, engine=engine)
    if judge is not None:
        endpoint_of(settings, model=judge)  # what it lacks is better told before the work
    with _at_server(server, key) if server else _here(data, engine) as examined:

        def told(prediction: Prediction) -> None:
            bar.advance()
            if prediction.error is not None:
                bar.remark(f"{prediction.id} 运行出错：{prediction.error}")

        with progress_bar("作答", total=len(cases[:limit])) as bar:
            predictions = run(
                cases,
                examined.engine,
                out / PREDICTIONS,
                search=examined.search,
                limit=limit,
                on_progress=told,
            )
        scores = score(
            cases[:limit],
            predictions,
            sources=examined.sources(),
            fingerprint=examined.engine.fingerprint,
            baseline=earlier,
        )
    judged = None if judge is None else _judged(settings, judge, cases[:limit], predictions, out)
    write_report(out, scores)
    _tell_scores(scores, out)
    if judged is not None:
        typer.echo(judged)
    if missed := [line for name, floor in floors if (line := _missed(scores, name, floor))]:
        for line in missed:
            remark(line)
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Examined:
    """Hold who answers, how it searches where that can be seen, and the texts that it may quote."""

    engine: "Engine"
    search: "Search | None"
    texts: Callable[[], Iterator[tuple[str, str]]]

    def sources(self) -> dict[str, str]:
        """Return the text of each file, as quotes are compared."""
        from assistant.evals import quote_view

        found: dict[str, str] = {}
        for source, text in self.texts():
            # Files of the same name in different folders cannot be told apart by a citation's source.
            found[source] = found.get(source, "") + quote_view(text)
        return found


@contextmanager
def _here(data: Path | None, engine: str | None) -> Generator[_Examined]:
    """Examine the engine over the library of the settings."""
    from assistant.evals import search_in

    with opened(data, engine=engine) as assistant:
        library = assistant.library
        heads = library.headings()
        yield _Examined(
            engine=assistant.engine,
            search=search_in(assistant.retriever, heads),
            texts=lambda: ((head.source, library.text(head.report_id)) for head in library.headings()),
        )


@contextmanager
def _at_server(url: str, key: str | None) -> Generator[_Examined]:
    """Examine a running service from outside; how it searches cannot be seen from here."""
    from assistant.client import Gongkai

    with Gongkai(url, key=key) as client:
        yield _Examined(
            engine=client,
            search=None,
            texts=lambda: (
                (head["source"], client.report(head["report_id"])["text"]) for head in client.reports()
            ),
        )


def _judged(
    settings: "Settings",
    model: str,
    cases: Sequence["Case"],
    predictions: Sequence["Prediction"],
    out: Path,
) -> str:
    """Have the answers judged, write the verdicts beside the scores, and return them in a line."""
    from assistant.bootstrap import open_judge
    from assistant.evals import Judgement, judge_answers, judged_line, write_judged

    def told(judgement: Judgement) -> None:
        bar.advance()
        if judgement.verdict.faithfulness is None:
            bar.remark(f"{judgement.id} 没有评成：{judgement.verdict.reason}")

    with open_judge(settings, model) as judge, progress_bar("评审", total=len(cases)) as bar:
        judged = judge_answers(cases, predictions, judge, on_progress=told)
    write_judged(out, judged)
    return judged_line(judged)


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
