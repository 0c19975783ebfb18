"""Answer questions over HTTP: an Answer as JSON, or its events as they come.

Trouble is told as `application/problem+json`: a stable `code` for programs, and a Chinese `detail` that tells
people what to do next.
"""

import logging
from collections.abc import Iterator
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from assistant.engine import LONGEST_QUESTION
from assistant.interfaces.ports import Answers, Reports, watched
from assistant.models import Answer, Completed, Event, Failed, Question, Turn
from ingest.models import Value
from vectorstore.errors import StoreError
from vectorstore.models import Filter, ReportHead

logger = logging.getLogger(__name__)

_MAX_TURNS = 100
_MAX_TURN = 20_000
_PROBLEM = "application/problem+json"
_EVENTS = "text/event-stream"


class Narrowed(Value):
    """Say which organisations and years a question is about; what is left out stays open."""

    organizations: tuple[str, ...] | None = None
    years: tuple[int, ...] | None = None


class Said(Turn):
    """Hold an earlier message of bounded length."""

    content: str = Field(max_length=_MAX_TURN)


class Ask(Value):
    """Hold the body of `POST /v1/ask`."""

    question: str
    history: tuple[Said, ...] = Field(default=(), max_length=_MAX_TURNS)
    filter: Narrowed = Narrowed()


class ReportList(Value):
    """Hold the answer of `GET /v1/reports`."""

    reports: tuple[ReportHead, ...]


class Health(Value):
    """Hold the answer of `GET /healthz`."""

    status: str
    reports: int


class Problem(Value):
    """Tell what went wrong, in the shape of RFC 9457; `code` is for programs, `detail` for people."""

    title: str
    status: int
    code: str
    detail: str


class ProblemError(Exception):
    """Carry a problem out of a handler."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def build_api(answers: Answers, reports: Reports) -> FastAPI:
    """Return the app; it serves nothing but JSON and event streams, and no page that loads outside assets."""
    app = FastAPI(title="公开问", openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None)
    problems = {status: {"model": Problem} for status in (400, 422, 500, 503)}

    @app.post("/v1/ask", response_model=Answer, responses={**problems})
    def ask(body: Ask, accept: Annotated[str, Header()] = "") -> Response:
        """Answer a question; with `Accept: text/event-stream` the events come as they happen."""
        events = watched(answers, _question(body))
        if _EVENTS in accept:
            return StreamingResponse(_server_sent(events), media_type=_EVENTS)
        return _whole(events)

    @app.get("/v1/reports", responses={500: {"model": Problem}})
    def list_reports() -> ReportList:
        """List the reports that questions can be about."""
        return ReportList(reports=tuple(reports.headings()))

    @app.get("/healthz", responses={503: {"model": Problem}})
    def health() -> Health:
        """Tell whether the library can be read, and how many reports it holds."""
        try:
            return Health(status="ok", reports=len(reports.headings()))
        except StoreError as error:
            raise ProblemError(_problem(503, "library_unusable", "库不可用", str(error))) from error

    @app.api_route("/v1/{rest:path}", methods=["GET", "POST"], include_in_schema=False)
    def nothing_here() -> Response:
        """Tell a wrong path here; the page mounted behind would not know what it should have been."""
        raise HTTPException(404)

    app.add_exception_handler(ProblemError, _tell_problem)
    app.add_exception_handler(RequestValidationError, _tell_invalid)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(Exception, _tell_unforeseen)
    return app


def _question(body: Ask) -> Question:
    text = body.question.strip()
    if not text:
        raise ProblemError(_problem(422, "question_empty", "问题为空", "question 是空的。请写上要问的问题。"))
    if len(text) > LONGEST_QUESTION:
        detail = f"question 有 {len(text)} 个字，上限是 {LONGEST_QUESTION} 个。请只留下要问的那一句。"
        raise ProblemError(_problem(422, "question_too_long", "问题过长", detail))
    narrowed = Filter(organizations=body.filter.organizations, years=body.filter.years)
    return Question(text=text, history=body.history, filter=narrowed)


def _whole(events: Iterator[Event]) -> Response:
    for event in events:
        if isinstance(event, Completed):
            return Response(event.answer.model_dump_json(), media_type="application/json")
        if isinstance(event, Failed):
            status = 503 if event.retryable else 500
            raise ProblemError(_problem(status, "answer_failed", "没有完成回答", event.message))
    raise ProblemError(_problem(500, "answer_failed", "没有完成回答", "回答中途停止。请重试。"))


def _server_sent(events: Iterator[Event]) -> Iterator[str]:
    for event in events:
        yield f"event: {event.kind}\ndata: {event.model_dump_json()}\n\n"


# ---------------------------------------------------------------- problems


def _problem(status: int, code: str, title: str, detail: str) -> Problem:
    return Problem(title=title, status=status, code=code, detail=detail)


def _told(problem: Problem) -> Response:
    return JSONResponse(problem.model_dump(), status_code=problem.status, media_type=_PROBLEM)


def _tell_problem(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, ProblemError)
    return _told(error.problem)


def _tell_invalid(request: Request, error: Exception) -> Response:
    """Name the first place of the body that cannot be used."""
    del request
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "请求正文"
    if first["type"] == "json_invalid":
        detail = '请求正文不是 JSON。请发送 {"question": "…"}，并带上 Content-Type: application/json。'
        return _told(_problem(400, "json_invalid", "请求不是 JSON", detail))
    shape = '{"question": "…", "history": […], "filter": {…}}'
    detail = f"{where} 不可用（{first['msg']}）。正文应为 {shape}。"
    return _told(_problem(422, "body_invalid", "请求内容不可用", detail))


def _tell_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    usable = "POST /v1/ask、GET /v1/reports、GET /healthz"
    detail = f"{request.method} {request.url.path} 不可用。可用：{usable}。"
    return _told(_problem(error.status_code, "no_such_endpoint", "没有这个接口", detail))


def _tell_unforeseen(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    detail = "服务内部出错，详情已写入服务日志。请重试；若仍然如此，请把日志交给维护者。"
    return _told(_problem(500, "internal_error", "内部错误", detail))
