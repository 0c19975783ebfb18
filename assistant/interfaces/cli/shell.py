"""Hold what every command shares: its options, its errors in one line, and how it prints."""

import functools
import json
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, ParamSpec, TypeVar

import typer

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant

P = ParamSpec("P")
R = TypeVar("R")

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="库所在的文件夹（默认 data/，或 GONGKAI_DATA）")
]
AsJson = Annotated[bool, typer.Option("--json", help="每行输出一条 JSON 记录")]
Answerer = Annotated[
    Literal["rules", "llm"] | None, typer.Option("--engine", help="作答方式：rules 内置程序，llm 大模型")
]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def told_in_a_line(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the errors of our trees into one line for the reader and exit code 1."""

    @functools.wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        from assistant.errors import AssistantError
        from ingest.errors import IngestError
        from vectorstore.errors import StoreError

        try:
            return command(*args, **kwargs)
        except (AssistantError, IngestError, StoreError) as error:
            raise failure(str(error)) from error
        except BrokenPipeError:
            # `gongkai figures | head` has read enough.
            raise
        except OSError as error:
            raise failure(f"{error.filename}：{error.strerror}。请检查路径和权限。") from error

    return told


def failure(message: str) -> typer.Exit:
    """Print what went wrong and return the exit to raise."""
    remark(f"错误：{' '.join(message.split())}")
    return typer.Exit(1)


def remark(line: str) -> None:
    """Tell the reader something that is not part of the result."""
    typer.echo(plain(line), err=True)


def plain(text: str) -> str:
    """Return text from a file without the control characters that a terminal would obey."""
    return _CONTROL.sub("\ufffd", text)


def record(fields: Mapping[str, object]) -> None:
    """Print one record on a line of its own."""
    typer.echo(json.dumps(fields, ensure_ascii=False))


@contextmanager
def opened(data: Path | None, *, engine: str | None = None) -> Generator["Assistant"]:
    """Open the library for reading; an empty one is refused with the command that fills it."""
    from assistant.bootstrap import open_assistant
    from assistant.settings import load_settings

    settings = load_settings(data=data, engine=engine)
    with open_assistant(settings) as assistant:
        if not assistant.library.manifest().reports:
            chosen = "" if data is None else f" --data {data}"
            raise failure(f"{settings.data} 中还没有报告。请先读入：gongkai ingest 文件或文件夹{chosen}")
        yield assistant
