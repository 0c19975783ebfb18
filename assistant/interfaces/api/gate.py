"""Stand in front of page and API: who calls, from where, how much and how often; and what every response carries."""

import asyncio
import ipaddress
import logging
import re
import secrets
import time
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import AssistantError
from assistant.interfaces.api.gauges import Gauges
from assistant.interfaces.api.problems import ProblemError, problem_of, told
from assistant.service import LOCAL, Access, Caller, Rates

logger = logging.getLogger("assistant.requests")

SESSION_COOKIE = "gongkai_session"
PAGE, API, OPEN = "page", "api", "open"

_OPEN_PATHS = frozenset({"/healthz", "/readyz", "/login", "/logout", "/v1/openapi.json"})
_API_PATHS = ("/v1/", "/mcp", "/metrics")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
_ROOM_BESIDE_FILES = 1_000_000
_BODY_SECONDS = 60.0
_SLOWEST = 100_000.0  # bytes a second
_LOCAL_NAMES = frozenset({"localhost", "ip6-localhost"})
# What is JSON loads nothing.
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
# gradio compiles its templates in the page, hence 'unsafe-eval'.
_PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Gate:
    """Let requests through that may pass, and complete the headers of every response."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        rates: Rates,
        gauges: Gauges,
        hosts: frozenset[str] = frozenset(),
        origins: frozenset[str] = frozenset(),
        body_seconds: float = _BODY_SECONDS,
    ) -> None:
        self._app = app
        self._access = access
        self._rates = rates
        self._gauges = gauges
        self._hosts = hosts
        self._origins = origins
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or tell why not."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0
        kind = kind_of(scope["path"])

        async def completed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._complete(MutableHeaders(scope=message), headers, request_id, kind)
            await send(message)

        try:
            scope["state"]["caller"] = await self._caller(scope, headers, kind)
            reading = self._bounded(receive, headers, scope["state"]["caller"])
            await self._app(scope, reading, completed)
        except ProblemError as error:
            if status:
                raise
            await self._refuse(error, scope, receive, completed, headers, kind)
        finally:
            elapsed = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", kind)
            self._gauges.count(_method(scope["method"]), route, status, elapsed)
            logger.info(
                "request",
                extra={
                    "request_id": request_id,
                    "method": _method(scope["method"]),
                    "route": route,
                    "status": status,
                    "milliseconds": round(elapsed * 1000, 1),
                    "caller": getattr(scope["state"].get("caller"), "id", None),
                },
            )

    # ------------------------------------------------------------ who and from where

    async def _caller(self, scope: Scope, headers: Headers, kind: str) -> Caller:
        self._check_host(headers)
        method = scope["method"]
        origin = headers.get("origin")
        if origin is not None and method not in _SAFE and not self._is_ours(origin, headers):
            detail = "请求来自别的网站，已拒绝。若确实需要，请管理员把它写进 GONGKAI_ALLOWED_ORIGINS。"
            raise ProblemError(403, "cross_origin", "跨站请求", detail)
        if method == "OPTIONS" and origin in self._origins:
            raise _Preflight
        if kind == OPEN:
            return LOCAL.model_copy(update={"scopes": frozenset(), "id": "anybody"})
        try:
            caller = await run_sync(self._known, headers)
        except AssistantError as error:
            logger.warning("%r", str(error))
            raise problem_of(error) from error
        if caller is None:
            detail = "这里需要密钥。请带上 Authorization: Bearer gk_…（管理员用 gongkai keys add 发放）。"
            raise ProblemError(401, "key_missing", "需要密钥", detail)
        if caller.per_minute is not None and kind == API:
            wait = self._rates.wait(caller.id, caller.per_minute)
            if wait:
                detail = f"每分钟至多 {caller.per_minute} 次请求。请在 {max(1, round(wait))} 秒后重试。"
                raise ProblemError(429, "too_many_requests", "请求太频繁", detail, retry_after=wait)
        return caller

    def _known(self, headers: Headers) -> Caller | None:
        """Return who shows a key or a session; everybody is local while there are neither keys nor users."""
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and (caller := self._access.caller_of_key(secret.strip())):
            return caller
        token = session_of(headers)
        if token and (caller := self._access.caller_of_session(token)):
            return caller
        return None if self._access.is_guarded() else LOCAL

    def _check_host(self, headers: Headers) -> None:
        """Refuse names that are not ours: a page elsewhere could have its own name point at this machine."""
        name = _host_name(headers.get("host", ""))
        if name is None or not (name in _LOCAL_NAMES or name in self._hosts or _is_address(name)):
            detail = "Host 不是本服务的名称。请管理员把它写进 GONGKAI_ALLOWED_HOSTS。"
            raise ProblemError(400, "host_unknown", "主机名不符", detail)

    def _is_ours(self, origin: str, headers: Headers) -> bool:
        return origin in self._origins or urlsplit(origin).netloc == headers.get("host", "")

    # ------------------------------------------------------------ how much

    def _bounded(self, receive: Receive, headers: Headers, caller: Caller) -> Receive:
        """Return a source of the body that is neither too large nor too slow."""
        most = caller.max_bytes + _ROOM_BESIDE_FILES
        stated = headers.get("content-length", "")
        if stated.isdigit() and int(stated) > most:
            raise _too_large(most)
        size, complete = 0, False
        begun = asyncio.get_running_loop().time()

        async def bounded() -> Message:
            nonlocal size, complete
            if complete:
                return await receive()
            try:
                until = begun + self._body_seconds + size / _SLOWEST
                left = until - asyncio.get_running_loop().time()
                message = await asyncio.wait_for(receive(), max(0.0, left))
            except TimeoutError as error:
                detail = "请求正文传得太慢，已放弃。请检查网络后重试。"
                raise ProblemError(408, "body_slow", "传得太慢", detail) from error
            size += len(message.get("body", b""))
            if size > most:
                raise _too_large(most)
            complete = message["type"] == "http.disconnect" or not message.get("more_body", False)
            return message

        return bounded

    # ------------------------------------------------------------ what goes back

    async def _refuse(
        self,
        error: ProblemError,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Headers,
        kind: str,
    ) -> None:
        from starlette.responses import RedirectResponse, Response

        if isinstance(error, _Preflight):
            await Response(status_code=204)(scope, receive, send)
            return
        wants_page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
        if kind == PAGE and error.problem.status == 401 and wants_page:
            target = f"/login?next={quote(scope['path'], safe='/')}"
            await RedirectResponse(target, status_code=303)(scope, receive, send)
            return
        more = {"WWW-Authenticate": "Bearer"} if error.problem.status == 401 else {}
        if error.problem.status in {408, 413}:
            more["Connection"] = "close"
        response = told(
            error.problem,
            scope["path"],
            headers={**(error.headers or {}), **more},
            request_id=scope["state"]["request_id"],
        )
        await response(scope, receive, send)

    def _complete(self, response: MutableHeaders, request: Headers, request_id: str, kind: str) -> None:
        response["x-request-id"] = request_id
        for name, value in _HEADERS.items():
            response.setdefault(name, value)
        response.setdefault("content-security-policy", _PAGE_POLICY if kind == PAGE else _POLICY)
        if kind != PAGE:
            response.setdefault("cache-control", "no-store")
        origin = request.get("origin")
        if origin is not None and origin in self._origins:
            response["access-control-allow-origin"] = origin
            response["access-control-allow-headers"] = "authorization, content-type, x-request-id"
            response["access-control-allow-methods"] = "GET, POST, DELETE"
            response["access-control-expose-headers"] = "etag, retry-after, x-request-id"
            response.add_vary_header("Origin")


class _Preflight(ProblemError):
    """Answer a browser that asks whether it may."""

    def __init__(self) -> None:
        super().__init__(204, "preflight", "", "")


def kind_of(path: str) -> str:
    """Return whether a path is open to all, of the API, or of the page."""
    if path in _OPEN_PATHS:
        return OPEN
    return API if path.startswith(_API_PATHS) else PAGE


def session_of(headers: Headers) -> str | None:
    """Return the token in the session cookie."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None else None


def _too_large(most: int) -> ProblemError:
    return ProblemError(413, "body_too_large", "请求太大", f"请求正文至多 {most} 字节。请减小或分几次发送。")


def _host_name(host: str) -> str | None:
    """Return the name in a Host header without its port, None for one that cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _method(method: str) -> str:
    """Return the method, one word for all that HTTP does not know."""
    return method if method in _SAFE | {"POST", "PUT", "PATCH", "DELETE"} else "OTHER"
