"""Serve the chat page, the API and the tools in one process, until stopped.

The port is taken before anything heavy is loaded, so that a taken port is told at once. On any address but this
machine's own, nothing is served before there is a key or a user.
"""

import asyncio
import errno
import ipaddress
import logging
import signal
import socket
import threading
from contextlib import ExitStack
from types import FrameType
from typing import TYPE_CHECKING

import typer
from filelock import FileLock, Timeout

from assistant.settings import Settings
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from assistant.bootstrap import Assistant
    from assistant.interfaces.api import Desk

logger = logging.getLogger(__name__)

SERVING_LOCK = "serving.lock"

_SECONDS_TO_FINISH = 4
_BACKLOG = 128
_MOST_CONNECTIONS = 512
_CAUSES = {
    errno.EADDRINUSE: "端口已被别的程序占用",
    errno.EACCES: "没有权限使用这个端口",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
}


def serve(settings: Settings) -> int:
    """Serve until stopped and return the exit code; 1 when the address cannot be taken or is not guarded."""
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        typer.echo(_refusal(settings, error), err=True)
        return 1
    with listening, ExitStack() as stack:
        from assistant.bootstrap import open_assistant
        from assistant.interfaces.logs import write_logs
        from assistant.service import Access

        write_logs(settings.log_format)
        _make_library(settings)
        assistant = stack.enter_context(open_assistant(settings))  # before gradio: it also silences it
        guarded = Access(assistant.library.database).is_guarded()
        if not guarded and not _is_loopback(listening.getsockname()[0]):
            typer.echo(_unguarded(settings), err=True)
            return 1
        desk = open_desk(assistant, works_jobs=_alone(settings, stack))
        _run(build_app(assistant, desk), listening, assistant, desk)
    return 0


def open_desk(assistant: "Assistant", *, works_jobs: bool) -> "Desk":
    """Return what the endpoints work with; only one service over a folder works the jobs off."""
    from assistant.interfaces.api import Desk
    from assistant.interfaces.api.lanes import Lanes
    from assistant.service import Access, Audit, Foreman, Jobs

    settings, database = assistant.settings, assistant.library.database
    jobs = Jobs(database, settings.data / "uploads")
    return Desk(
        lanes=Lanes(
            assistant.engine,
            at_once=settings.answers_at_once,
            waiting=settings.answers_waiting,
            seconds=settings.answer_seconds,
        ),
        library=assistant.library,
        retriever=assistant.retriever,
        toolbox=assistant.toolbox,
        access=Access(database),
        audit=Audit(database),
        conversations=assistant.conversations,
        jobs=jobs,
        foreman=Foreman(jobs, data=settings.data) if works_jobs else None,
        remove=assistant.remove,
        fingerprint=lambda: assistant.engine.fingerprint,
        max_upload=settings.max_upload,
    )


def build_app(assistant: "Assistant", desk: "Desk", *, with_page: bool = True) -> "ASGIApp":
    """Return everything behind its gate."""
    from fastapi import FastAPI

    from assistant.interfaces.api import build_api
    from assistant.interfaces.api.gate import Gate
    from assistant.interfaces.front import Front
    from assistant.interfaces.mcp import build_tools, http_app
    from assistant.service import Rates

    page = None
    if with_page:
        from assistant.interfaces.web.page import build_desk, build_page, mount_page

        bare = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        page = mount_page(bare, build_page(build_desk(assistant)))
    api = build_api(desk)
    tools = http_app(build_tools(desk.library, desk.toolbox, desk.lanes))
    settings = assistant.settings
    return Gate(
        Front(api, tools, page),
        access=desk.access,
        rates=Rates(),
        gauges=api.state.gauges,
        hosts=_listed(settings.allowed_hosts) | {settings.host.lower()},
        origins=_listed(settings.allowed_origins),
    )


def _make_library(settings: Settings) -> None:
    """Begin an empty library where there is none: the API can fill it."""
    from vectorstore.library import Library

    if settings.database_url is None and not (settings.data / "library.sqlite").exists():
        Library.open(settings.library_url).close()


def _alone(settings: Settings, stack: ExitStack) -> bool:
    """Tell whether no other service works on this folder, and keep it so."""
    lock = FileLock(settings.data / SERVING_LOCK)
    try:
        stack.enter_context(lock.acquire(timeout=0))
    except Timeout:
        return False
    return True


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip().lower().rstrip("/") for part in text.split(",") if part.strip())


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _unguarded(settings: Settings) -> str:
    return (
        f"没有密钥也没有用户，不在 {settings.host} 上提供服务：本机以外的人都能进来。请先运行 "
        "gongkai keys add 名称 或 gongkai users add 用户名，再启动；或只在本机提供：--host 127.0.0.1。"
    )


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


def _run(app: "ASGIApp", listening: socket.socket, assistant: "Assistant", desk: "Desk") -> None:
    import uvicorn

    class Server(uvicorn.Server):
        """Tell the address when requests are answered, not before; end streams when the service stops."""

        _loop: asyncio.AbstractEventLoop | None = None

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            self._loop = asyncio.get_running_loop()
            if self.started:
                host, port, *_ = listening.getsockname()
                shown = f"[{host}]" if ":" in host else host
                typer.echo(f"公开问已就绪：http://{shown}:{port} （按 Ctrl+C 停止）")
                threading.Thread(target=_warm_up, args=(assistant,), name="warm-up", daemon=True).start()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(desk.lanes.stop)
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        timeout_keep_alive=10,
    )
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
