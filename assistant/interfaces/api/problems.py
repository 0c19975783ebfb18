"""Tell trouble as `application/problem+json`: a stable `code` for programs, and a Chinese `detail` for people.

What is told never holds a path of this machine, a stack trace or a secret: those go to the log.
"""

import logging
import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from assistant.errors import AssistantError, ServiceUnusable
from assistant.plan_json import faults
from ingest.models import Value
from vectorstore.errors import LibraryUnusable, StoreError, WriterBusy

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
_ENDPOINTS = "POST /v1/ask、POST /v1/query、GET /v1/reports、GET /v1/figures、GET /v1/search、GET /healthz；全部见 /v1/openapi.json"
_OPENAI_PATHS = ("/v1/chat/", "/v1/models")
_PLANS = "/v1/query"
_INVALID = "invalid_request_error"
_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_SHAPES: Mapping[str, str] = {
    "/v1/ask": '{"question": "…", "history": […], "filter": {…}}',
    _PLANS: '{"standalone": "…", "among": {"among": "named", "targets": […]}, "operations": [{"op": "lookup", …}]}',
    "/v1/feedback": '{"answer": {…}, "verdict": "up 或 down", "reasons": […], "note": "…"}',
}


class Problem(Value):
    """Tell what went wrong, in the shape of RFC 9457; `code` is for programs, `detail` for people."""

    title: str
    status: int
    code: str
    detail: str
    request_id: str | None = Field(default=None, description="quote it when you report the problem")


class ProblemError(HTTPException):
    """Carry a problem out of a handler; `retry_after` is a number of seconds."""

    def __init__(
        self, status: int, code: str, title: str, detail: str, *, retry_after: float | None = None
    ) -> None:
        more = {} if retry_after is None else {"Retry-After": str(max(1, math.ceil(retry_after)))}
        super().__init__(status, detail, more)
        self.problem = Problem(title=title, status=status, code=code, detail=detail)


class OpenAIError(Value):
    """Tell what went wrong in OpenAI's words."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIProblem(Value):
    """Tell what went wrong in OpenAI's envelope."""

    error: OpenAIError


Responses = dict[int | str, dict[str, Any]]


def documented(*statuses: int) -> Responses:
    """Return the OpenAPI entries of problems with these statuses and of those that any request can meet."""
    return _entries({PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}, statuses)


def openai_documented(*statuses: int) -> Responses:
    """Return the same for the endpoints that speak OpenAI's protocol."""
    return _entries(
        {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIProblem"}}}, statuses
    )


def _entries(content: dict[str, Any], statuses: tuple[int, ...]) -> Responses:
    everywhere = (400, 401, 403, 413, 422, 429, 500, 503)
    return {
        status: {"description": _DESCRIPTIONS[status], "content": content}
        for status in sorted({*everywhere, *statuses})
    }


_DESCRIPTIONS = {
    400: "The request is not HTTP, JSON or a form as it should be",
    401: "No key, or one that is not valid",
    403: "The key lacks the scope, or the request comes from another site",
    404: "Not there, or not yours",
    408: "The body did not come in time",
    409: "Somebody else is writing; come back later",
    413: "The body is larger than the key allows",
    415: "A file of a kind that cannot be read",
    422: "A parameter or the body cannot be used",
    429: "Too many requests; see Retry-After",
    500: "An internal error; the log has its cause under the request id",
    501: "Not installed on this server",
    503: "Busy, stopping or unusable; see Retry-After",
    504: "The answer took longer than the server allows",
}


def told(
    problem: Problem, path: str, *, headers: Mapping[str, str] | None = None, request_id: str | None = None
) -> Response:
    """Return the response that tells a problem; where OpenAI's clients ask, in OpenAI's envelope."""
    if path.startswith(_OPENAI_PATHS):
        error = {
            "message": problem.detail,
            "type": _OPENAI_TYPES.get(problem.status, "server_error" if problem.status >= 500 else _INVALID),
            "param": None,
            "code": problem.code,
        }
        return JSONResponse({"error": error}, status_code=problem.status, headers=headers)
    body = problem.model_copy(update={"request_id": request_id}).model_dump(exclude_none=True)
    return JSONResponse(body, status_code=problem.status, media_type=PROBLEM_JSON, headers=headers)


def add_handlers(app: FastAPI) -> None:
    """Turn everything that a handler may raise into a problem."""
    app.add_exception_handler(ProblemError, _tell_problem)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(StoreError, _tell_ours)
    app.add_exception_handler(AssistantError, _tell_ours)
    app.add_exception_handler(Exception, _tell_unforeseen)


def problem_of(error: StoreError | AssistantError) -> ProblemError:
    """Return how an error of our trees is told."""
    if isinstance(error, WriterBusy):
        detail = "另一个进程正在写入资料库。请稍后重试。"
        return ProblemError(409, "writer_busy", "正在写入", detail, retry_after=5)
    if isinstance(error, LibraryUnusable | ServiceUnusable):
        detail = "资料库暂时读写不了，原因已写入服务日志。请管理员检查磁盘空间、写权限和 gongkai reindex；稍后再试。"
        return ProblemError(503, "library_unusable", "库不可用", detail, retry_after=30)
    status = 503 if error.retryable else 500
    return ProblemError(
        status,
        "not_done",
        "没有办成",
        "没有办成，原因已写入服务日志。",
        retry_after=5 if status == 503 else None,
    )


def _respond(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    request_id = getattr(request.state, "request_id", None)
    return told(problem, request.url.path, headers=headers, request_id=request_id)


def _tell_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return _respond(request, error.problem, error.headers)


def _tell_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreError | AssistantError)
    logger.warning("%s %r: %r", request.method, request.url.path, str(error))
    return _tell_problem(request, problem_of(error))


def _tell_invalid(request: Request, error: Exception) -> Response:
    """Name the first place that cannot be used."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path"})
    shape = _SHAPES.get(request.url.path)
    if first["type"] == "json_invalid":
        detail = f"请求正文不是 JSON。请发送 {shape or '{…}'}，并带上 Content-Type: application/json。"
        problem = Problem(title="请求不是 JSON", status=400, code="json_invalid", detail=detail)
        return _respond(request, problem)
    if request.url.path == _PLANS and first["loc"][0] == "body":
        errors = [one | {"loc": one["loc"][1:]} for one in error.errors()]
        detail = f"{'；'.join(faults(errors, error.body))}。正文应为 {shape}。"
        problem = Problem(title="计划不可用", status=422, code="plan_invalid", detail=detail)
        return _respond(request, problem)
    more = f"正文应为 {shape}。" if shape else "可用的参数见 /v1/openapi.json。"
    detail = f"{where or '请求正文'} 不可用（{first['msg']}）。{more}"
    return _respond(request, Problem(title="请求内容不可用", status=422, code="body_invalid", detail=detail))


def _tell_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:
        detail = "请求正文读不出来。上传文件请用 multipart/form-data，字段名 files。"
        problem = Problem(title="请求不可用", status=400, code="body_unreadable", detail=detail)
        return _respond(request, problem, error.headers)
    wrong_method = error.status_code == 405
    problem = Problem(
        title="不支持这种方法" if wrong_method else "没有这个接口",
        status=error.status_code,
        code="method_not_allowed" if wrong_method else "no_such_endpoint",
        detail=f"{request.method} {request.url.path} 不可用。可用：{_ENDPOINTS}。",
    )
    headers = {"Allow": ", ".join(_methods_of(request))} if wrong_method else error.headers
    return _respond(request, problem, headers)


def _methods_of(request: Request) -> list[str]:
    """Return every method that the path has; a route by itself knows only its own."""
    methods: set[str] = set()
    for route in request.app.state.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods)


def _tell_unforeseen(request: Request, error: Exception) -> Response:
    logger.error("%s %r failed", request.method, request.url.path, exc_info=error)
    detail = "服务内部出错，详情已写入服务日志。请重试；若仍然如此，请把 request_id 交给维护者。"
    return _respond(request, Problem(title="内部错误", status=500, code="internal_error", detail=detail))
