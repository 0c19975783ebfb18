"""Serve `gongkai model`: try the endpoint that the settings name, and list the services known by name."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.interfaces.cli.shell import AsJson, plain, record, told_in_a_line

commands = typer.Typer(
    name="model", help="大模型：试一试设置好的服务，或列出认识的服务。", no_args_is_help=True
)


@commands.command("check", help="试一试设置好的大模型：能否连接、作答、流式输出、调用工具、写 JSON。")
@told_in_a_line
def check_command(
    preset: Annotated[str | None, typer.Option("--preset", help="试这个服务，而不是设置里的")] = None,
    model: Annotated[str | None, typer.Option("--model", help="试这个模型，而不是设置里的")] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", metavar="FILE", help="从这个文件读密钥")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try the endpoint; exit 1 where nothing can be asked of it."""
    from assistant.agent import endpoint_of
    from assistant.agent.probe import probe
    from assistant.bootstrap import keep_quiet
    from assistant.settings import load_settings

    keep_quiet()
    settings = load_settings(llm_preset=preset, llm_model=model, llm_api_key_file=key_file)
    endpoint = endpoint_of(settings)
    if not as_json:
        typer.echo(f"{endpoint.base_url} · {endpoint.model}")
    usable = True
    for trial in probe(endpoint, seconds=settings.llm_timeout):
        usable &= trial.works or not trial.is_essential
        if as_json:
            typer.echo(trial.model_dump_json())
        else:
            took = f"（{trial.elapsed_ms:.0f} 毫秒）" if trial.elapsed_ms else ""
            typer.echo(plain(f"{'✔' if trial.works else '✘'} {trial.title}：{trial.detail}{took}"))
    if not usable:
        raise typer.Exit(1)


@commands.command("list", help="列出认识的服务：名字、地址、默认模型。")
@told_in_a_line
def list_command(as_json: AsJson = False) -> None:
    """List the services."""
    from assistant.agent.presets import SERVICES

    for name, service in SERVICES.items():
        if as_json:
            record({"name": name, **service.model_dump(mode="json")})
        else:
            key = "需要密钥" if service.needs_key else "不需要密钥"
            typer.echo(f"{name}：{service.title}，{service.base_url}，{service.model or '须写明模型'}，{key}")
