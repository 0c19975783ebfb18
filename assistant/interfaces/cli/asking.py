"""Put one question or one plan and print the answer."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.interfaces.cli.shell import Answerer, Data, failure, opened, plain, told_in_a_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.models import Answer, Event, Turn
    from assistant.plans import Plan

WholeRecord = Annotated[bool, typer.Option("--json", help="输出完整回答的 JSON 记录")]
Earlier = Annotated[
    Path | None, typer.Option("--history", help="此前的对话：JSON 数组，每项含 role 与 content")
]
ExitStatus = Annotated[
    bool, typer.Option("--exit-status", help="以退出码说明结果：3 拒答，4 反问；默认有回答即为 0")
]
_EXITS = {"refused": 3, "clarify": 4}

commands = typer.Typer()


@commands.command("ask", help="提一个问题，得到带出处的回答。")
@told_in_a_line
def ask_command(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="问题")],
    history: Earlier = None,
    engine: Answerer = None,
    data: Data = None,
    as_json: WholeRecord = False,
    explain: Annotated[bool, typer.Option("--explain", help="印出问题读成的计划（如有）")] = False,
    exit_status: ExitStatus = False,
) -> None:
    """Answer one question."""
    from assistant.models import Question

    turns = _read_history(history) if history else ()
    with opened(data, engine=engine) as assistant:
        answer = _answer_of(assistant.engine.stream(Question(text=question, history=turns)))
    _print(answer, as_json=as_json, explain=explain)
    _leave(answer, exit_status=exit_status)


@commands.command("plan", help="读一个问题，印出它的计划（JSON）：可核对、可改，再交给 gongkai query 执行。")
@told_in_a_line
def plan_command(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="问题")],
    history: Earlier = None,
    data: Data = None,
) -> None:
    """Print the plan that the trained reader makes of one question."""
    from assistant.models import Question
    from assistant.rendering import understood

    turns = _read_history(history) if history else ()
    with opened(data, engine="rules") as assistant:
        asked = Question(text=question, history=turns)
        plan = assistant.planner.plan(asked, assistant.library.headings())
    typer.echo(f"理解为：{understood(plan)}（把握 {plan.confidence:.0%}）", err=True)
    typer.echo("\n".join(_plan_lines(plan)))


@commands.command("query", help="执行一个计划（JSON），得到带出处的回答。")
@told_in_a_line
def query_command(
    plan: Annotated[
        Path, typer.Argument(metavar="PLAN.json", help="计划所在的文件，- 为标准输入", allow_dash=True)
    ],
    data: Data = None,
    as_json: WholeRecord = False,
    exit_status: ExitStatus = False,
) -> None:
    """Carry out one plan."""
    asked = _read_plan(plan)
    with opened(data, engine="rules") as assistant:
        answer = _answer_of(assistant.engine.stream_plan(asked))
    _print(answer, as_json=as_json)
    _leave(answer, exit_status=exit_status)


def _answer_of(events: "Iterator[Event]") -> "Answer":
    from assistant.interfaces.ports import watched
    from assistant.models import Completed, Failed

    for event in watched(events):
        if isinstance(event, Failed):
            raise failure(event.message)
        if isinstance(event, Completed):
            return event.answer
    raise failure("没有得到回答，请重试。")


def _print(answer: "Answer", *, as_json: bool, explain: bool = False) -> None:
    if as_json:
        typer.echo(answer.model_dump_json())
    else:
        typer.echo(plain(_answer_text(answer, explain=explain)))


def _leave(answer: "Answer", *, exit_status: bool) -> None:
    """Exit with what became of the answer, where that is asked for."""
    if exit_status and answer.status in _EXITS:
        raise typer.Exit(_EXITS[answer.status])


def _read_plan(path: Path) -> "Plan":
    from assistant.errors import PlanInvalid
    from assistant.plan_json import read_plan

    if str(path) == "-":
        return read_plan(sys.stdin.buffer.read(), source="标准输入")
    try:
        return read_plan(path.read_bytes(), source=str(path))
    except OSError as error:
        raise PlanInvalid(f"{path}：计划文件打不开（{error.strerror}）。请检查路径。") from error


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


def _answer_text(answer: "Answer", *, explain: bool) -> str:
    """Lay an answer out for reading: text, proofs, derivations, warnings, what else can be asked."""
    understanding = answer.understanding or (answer.standalone_question if explain else "")
    lines = [f"理解为：{understanding}", answer.text] if understanding else [answer.text]
    if answer.citations:
        lines += ["", "引用"]
    for citation in answer.citations:
        page = f"，第 {citation.page} 页" if citation.page is not None else ""
        lines.append(
            f"[{citation.n}] 《{citation.title}》 {' > '.join(citation.section)}（{citation.source}{page}）"
        )
        lines += [f"    {line}" for line in citation.quote.splitlines() if line.strip()]
    if answer.workings:
        lines += ["", "推算"]
        lines += [f"- {one.expression} = {one.value}{one.unit}" for one in answer.workings]
    unsaid = [warning for warning in answer.warnings if warning.message not in answer.text]
    if unsaid:
        lines += ["", "注意"]
        lines += [f"- {one.message}{''.join(f'[{n}]' for n in one.citations)}" for one in unsaid]
    if answer.suggestions:
        lines += ["", "可以这样问"]
        lines += [f"- {suggestion}" for suggestion in answer.suggestions]
    if explain:
        lines += ["", "计划", *(_plan_lines(answer.plan) if answer.plan else ["（这个回答不经计划得出）"])]
    if answer.engine == "llm":
        lines += ["", f"由大模型 {answer.model} 作答，引文和数字已核对。"]
    return "\n".join(lines)


def _plan_lines(plan: "Plan") -> list[str]:
    from assistant.plan_json import shown

    return json.dumps(shown(plan), ensure_ascii=False, indent=2).splitlines()
