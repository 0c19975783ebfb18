"""Put API, page and tools behind one address: each path goes to the one that owns it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.interfaces.api.gate import PAGE, kind_of
from assistant.interfaces.api.problems import ProblemError
from assistant.service import LOCAL, Caller

_TOOLS = "/mcp"


class Front:
    """Serve the API, the tools at `/mcp` and, at all other paths, the page."""

    def __init__(self, api: Starlette, tools: Starlette, page: Starlette | None) -> None:
        self._api = api
        self._tools = tools
        self._page = page
        apps = [app for app in (api, tools, page) if app is not None]
        self._life: ASGIApp = Starlette(lifespan=_together(apps))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on."""
        app = self._life if scope["type"] == "lifespan" else self._owner(scope)
        await app(scope, receive, send)

    def _owner(self, scope: Scope) -> ASGIApp:
        path: str = scope["path"]
        if path == _TOOLS:
            _check_tools(scope["state"].get("caller", LOCAL))
            return self._tools
        if kind_of(path) == PAGE and self._page is not None:
            return self._page
        return self._api


def _check_tools(caller: Caller) -> None:
    if not (caller.may("read") and caller.may("ask")):
        detail = "MCP 工具需要 read 与 ask 两种权限。请管理员用 gongkai keys add --scope read --scope ask 另发一把。"
        raise ProblemError(403, "scope_missing", "权限不足", detail)


def _together(apps: Sequence[Starlette]):  # noqa: ANN202
    """Return a lifespan that begins all of the apps and ends them in reverse."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            for app in apps:
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    return lifespan
