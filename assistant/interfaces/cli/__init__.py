"""Serve the command line: each command opens the library, asks one thing of it, and prints the answer.

Standard output carries records and answers; progress, remarks and errors go to standard error. Everything
heavy is imported inside the commands, so that `gongkai --help` is instant.
"""

import importlib.metadata
import os
from typing import Annotated

import typer

from assistant.interfaces.cli import (
    access,
    asking,
    bodies,
    evaluating,
    holdings,
    model,
    reading,
    serving,
    upkeep,
)
from assistant.interfaces.cli.shell import Data

app = typer.Typer(
    name="gongkai",
    help="公开问：向政府信息公开工作年度报告提问，每个数字都有出处。",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _group in (reading, holdings, bodies, asking, evaluating, serving, access, upkeep, model):
    app.add_typer(_group.commands)


@app.callback()
def before_the_command(
    data: Data = None,
    version: Annotated[bool, typer.Option("--version", help="印出版本号")] = False,
) -> None:
    """Take what holds for every command; a library named behind the command goes before one named here."""
    if version:
        typer.echo(f"gongkai {importlib.metadata.version('gongkai')}")
        raise typer.Exit
    if data is not None:
        os.environ["GONGKAI_DATA"] = str(data)


def main() -> None:
    """Run the command line."""
    app()
