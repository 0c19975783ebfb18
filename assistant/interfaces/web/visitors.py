"""Tell browsers apart by a cookie that only the server reads, and bound what the page may load.

The database keeps a hash of the cookie: who reads the database cannot take on a browser's conversations.
"""

import hashlib
import re
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COOKIE = "gongkai_visitor"
_TOKEN = re.compile(r"[0-9a-f]{48}")
_A_YEAR = 365 * 24 * 3600
# gradio compiles its templates in the page, hence 'unsafe-eval'.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


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


def owner_of(cookies: dict[str, str]) -> str | None:
    """Return under which name a browser's conversations are kept, None for one without our cookie."""
    token = cookies.get(_COOKIE, "")
    return hashlib.sha256(token.encode()).hexdigest()[:40] if _TOKEN.fullmatch(token) else None


def _new_cookie(*, secure: bool) -> str:
    end = "; Secure" if secure else ""
    return f"{_COOKIE}={secrets.token_hex(24)}; Path=/; Max-Age={_A_YEAR}; HttpOnly; SameSite=Lax{end}"


def _cookies(scope: Scope) -> dict[str, str]:
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(sent.decode("latin-1")).items()}
    except CookieError:
        return {}
