"""Serve page, API and tools."""

from typing import Annotated

import typer

from assistant.interfaces.cli.shell import Answerer, Data, opened, told_in_a_line

commands = typer.Typer()


@commands.command("serve", help="启动网页对话和 HTTP 接口。")
@told_in_a_line
def serve_command(
    host: Annotated[str | None, typer.Option("--host", help="监听地址（默认 127.0.0.1）")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="端口（默认 7860）")] = None,
    data: Data = None,
) -> None:
    """Serve the web chat and the API until stopped."""
    from assistant.interfaces.serve import serve
    from assistant.settings import load_settings

    raise typer.Exit(serve(load_settings(data=data, host=host, port=port)))


@commands.command("mcp", help="以 MCP（stdio）把查数工具和问答提供给大模型程序；只读。")
@told_in_a_line
def mcp_command(data: Data = None, engine: Answerer = None) -> None:
    """Offer the tools on standard input and output until the other side hangs up."""
    from assistant.interfaces.stdio import serve_tools

    with opened(data, engine=engine) as assistant:
        serve_tools(assistant)
