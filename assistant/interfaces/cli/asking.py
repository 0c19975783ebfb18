"""Put one question and print its answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.interfaces.cli.shell import Answerer, Data, failure, opened, plain, told_in_a_line

if TYPE_CHECKING:
    from assistant.models import Answer, Turn

commands = typer.Typer()


@commands.command("ask", help="提一个问题，得到带出处的回答。")
@told_in_a_line
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
    with opened(data, engine=engine) as assistant:
        *_, last = watched(assistant.engine, Question(text=question, history=turns))
    if isinstance(last, Failed):
        raise failure(last.message)
    if isinstance(last, Completed):
        typer.echo(last.answer.model_dump_json() if as_json else plain(_answer_text(last.answer)))


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
    if answer.engine == "llm":
        lines += ["", f"由大模型 {answer.model} 作答，引文和数字已核对。"]
    return "\n".join(lines)
