"""Serve the command line: each command opens the library, asks one thing of it, and prints the answer.

Standard output carries records and answers; progress, remarks and errors go to standard error. Everything
heavy is imported inside the commands, so that `gongkai --help` is instant.
"""

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

app = typer.Typer(
    name="gongkai",
    help="公开问：向政府信息公开工作年度报告提问，每个数字都有出处。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for _group in (reading, holdings, bodies, asking, evaluating, serving, access, upkeep, model):
    app.add_typer(_group.commands)


def main() -> None:
    """Run the command line."""
    app()
