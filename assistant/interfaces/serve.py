"""Serve the chat page and the API in one process, until stopped.

The port is taken before anything heavy is loaded, so that a taken port is told at once.
"""

import errno
import logging
import signal
import socket
import threading
from typing import TYPE_CHECKING

import typer

from assistant.settings import Settings
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.bootstrap import Assistant

logger = logging.getLogger(__name__)

_SECONDS_TO_FINISH = 3
_BACKLOG = 128
_CAUSES = {
    errno.EADDRINUSE: "端口已被别的程序占用",
    errno.EACCES: "没有权限使用这个端口",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
}


def serve(settings: Settings) -> int:
    """Serve until stopped and return the exit code; 1 when the address cannot be taken."""
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        typer.echo(_refusal(settings, error), err=True)
        return 1
    with listening:
        from assistant.bootstrap import open_assistant

        with open_assistant(settings) as assistant:  # before gradio: it also silences what phones home
            _run(_app(assistant), listening, assistant)
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Take the address; who connects before the page is ready waits instead of being refused."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def _refusal(settings: Settings, error: OSError) -> str:
    cause = _CAUSES.get(error.errno or 0, error.strerror or str(error))
    return (
        f"{settings.host}:{settings.port} 用不了：{cause}。请停掉占用它的程序，"
        f"或换一个端口：gongkai serve --port {_other(settings.port)}（--host 可换地址）。"
    )


def _other(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else 7861


def _app(assistant: "Assistant") -> "FastAPI":
    from assistant.interfaces.api import build_api
    from assistant.interfaces.web import build_page, mount_page

    page = build_page(assistant.engine, assistant.library)
    return mount_page(build_api(assistant.engine, assistant.library), page)


def _run(app: "FastAPI", listening: socket.socket, assistant: "Assistant") -> None:
    import uvicorn

    class Server(uvicorn.Server):
        """Tell the address when requests are answered, not before."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                host, port, *_ = listening.getsockname()
                shown = f"[{host}]" if ":" in host else host
                typer.echo(f"公开问已就绪：http://{shown}:{port} （按 Ctrl+C 停止）")
                threading.Thread(target=_warm_up, args=(assistant,), name="warm-up", daemon=True).start()

    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_SECONDS_TO_FINISH)
    # uvicorn raises the signal again once it has shut down; as an interrupt, it lets the library close too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        typer.echo("已停止。")


def _warm_up(assistant: "Assistant") -> None:
    """Load the embedding model beside the service, so that no question has to wait for it."""
    try:
        assistant.warm_up()
    except StoreError as error:
        logger.warning("%s", error)
