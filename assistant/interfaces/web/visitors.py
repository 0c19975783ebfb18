"""Tell browsers apart by a cookie that only the server reads, and bound what the page may load.

The database keeps a hash of the cookie: who reads the database cannot take on a browser's conversations.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Protocol, cast

from starlette.datastructures import MutableHeaders, State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.models import Value

_COOKIE = "gongkai_visitor"
_TOKEN = re.compile(r"[0-9a-f]{48}")
# Whom a gate lets in while it guards nothing: all browsers of this machine alike.
_EVERYBODY = "local"
_A_YEAR = 365 * 24 * 3600
# gradio compiles its templates in the page, hence 'unsafe-eval'.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


class Visitor(Value):
    """Say whose conversations are reached, and whether reports may be added and removed."""

    owner: str | None
    may_fill: bool = True


class _Caller(Protocol):
    """Name who got in, as a gate in front of the page tells it."""

    id: str

    def may(self, scope: str) -> bool: ...


class Visitors:
    """Hand every new browser a cookie of its own, and every page its policy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and complete the headers of its response."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        known = owner_of(_cookies(scope)) is not None

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", _POLICY)
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("referrer-policy", "same-origin")
                if not known:
                    headers.append("set-cookie", _new_cookie(secure=scope["scheme"] == "https"))
            await send(message)

        await self._app(scope, receive, completed)


def visitor_of(cookies: Mapping[str, str], state: State) -> Visitor:
    """Return who is there: the user whom a gate has let in, else the browser by its cookie."""
    caller = cast(_Caller | None, getattr(state, "caller", None))
    if caller is not None and caller.id != _EVERYBODY:
        return Visitor(owner=_hashed(f"caller:{caller.id}"), may_fill=caller.may("ingest"))
    return Visitor(owner=owner_of(cookies))


def owner_of(cookies: Mapping[str, str]) -> str | None:
    """Return under which name a browser's conversations are kept, None for one without our cookie."""
    token = cookies.get(_COOKIE, "")
    return _hashed(token) if _TOKEN.fullmatch(token) else None


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _new_cookie(*, secure: bool) -> str:
    end = "; Secure" if secure else ""
    return f"{_COOKIE}={secrets.token_hex(24)}; Path=/; Max-Age={_A_YEAR}; HttpOnly; SameSite=Lax{end}"


def _cookies(scope: Scope) -> dict[str, str]:
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(sent.decode("latin-1")).items()}
    except CookieError:
        return {}
