"""Let people in to the page: a form, a session cookie that scripts cannot read, and the way out."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.interfaces.api.desk import TheDesk, TheRequestId
from assistant.interfaces.api.gate import SESSION_COOKIE, session_of
from assistant.service.access import SESSION

router = APIRouter(include_in_schema=False)

_PER_MINUTE = 10
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:22rem;margin:12vh auto;padding:0 1rem}"
    "label{display:block;margin:.8rem 0 .2rem}input{width:100%;box-sizing:border-box;font:inherit;padding:.4rem}"
    "button{font:inherit;margin-top:1.2rem;padding:.4rem 1.6rem}[role=alert]{color:#a40000}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>登录 · 公开问</title><style>{style}</style>
<main><h1>公开问</h1>{trouble}<form method="post" action="/login">
<input type="hidden" name="next" value="{next}">
<label for="name">用户名</label><input id="name" name="name" autocomplete="username" required autofocus>
<label for="password">密码</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>登录</button></form></main></html>"""


@router.get("/login")
def show_form(after: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Show the form."""
    return _form(after)


@router.post("/login")
def log_in(
    request: Request,
    desk: TheDesk,
    request_id: TheRequestId,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=1024)],
    after: Annotated[str, Form(alias="next", max_length=500)] = "/",
) -> Response:
    """Begin a session, or show the form again; wrong attempts are counted by name and by address."""
    address = request.client.host if request.client else ""
    wait = max(
        desk.attempts.wait(f"name:{name}", _PER_MINUTE),
        desk.attempts.wait(f"from:{address}", 3 * _PER_MINUTE),
    )
    if wait:
        return _form(after, f"尝试太多，请在 {round(wait) + 1} 秒后再试。", status=429, wait=wait)
    token = desk.access.log_in(name, password)
    if token is None:
        desk.audit.note("anybody", "login_failed", name, request_id=request_id)
        return _form(after, "用户名或密码不对。", status=401)
    desk.audit.note(f"user:{name}", "login", name, request_id=request_id)
    response = RedirectResponse(_inside(after), status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/logout")
def log_out(request: Request, desk: TheDesk) -> Response:
    """End the session."""
    token = session_of(request.headers)
    if token:
        desk.access.log_out(token)
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
    return response


def _form(after: str, trouble: str = "", *, status: int = 200, wait: float = 0.0) -> Response:
    alert = f'<p role="alert">{escape(trouble)}</p>' if trouble else ""
    page = _PAGE.format(style=_STYLE, trouble=alert, next=escape(_inside(after), quote=True))
    headers = {"content-security-policy": _POLICY, "cache-control": "no-store"}
    if wait:
        headers["retry-after"] = str(round(wait) + 1)
    return HTMLResponse(page, status_code=status, headers=headers)


def _inside(target: str) -> str:
    """Return a path of ours; what would lead elsewhere leads to the page."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if safe else "/"
