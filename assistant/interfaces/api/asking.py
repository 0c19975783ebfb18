"""Answer a question or a plan: the Answer as JSON, or its events as they come."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from assistant.engine import LONGEST_QUESTION
from assistant.errors import PlanInvalid
from assistant.interfaces.api.desk import TheDesk, needs
from assistant.interfaces.api.problems import ProblemError, documented
from assistant.interfaces.records import Year
from assistant.models import Answer, Event, Question, Turn
from assistant.plan_json import checked
from assistant.plans import Plan
from ingest.models import Value
from vectorstore.models import Filter

_MAX_TURNS, _MAX_TURN, _MAX_NAMES = 100, 20_000, 1000
_EVENTS = "text/event-stream"
_HEARTBEAT = 15.0

router = APIRouter(tags=["ask"])


class Narrowed(Value):
    """Say which organisations, years and reports a question is about; what is left out stays open."""

    organizations: tuple[str, ...] | None = Field(default=None, max_length=_MAX_NAMES)
    years: tuple[Annotated[Year, Field(strict=True)], ...] | None = Field(default=None, max_length=_MAX_NAMES)
    report_ids: tuple[str, ...] | None = Field(default=None, max_length=_MAX_NAMES)

    def filter(self) -> Filter:
        """Return the same as a filter of the library."""
        return Filter(organizations=self.organizations, years=self.years, report_ids=self.report_ids)


class Said(Turn):
    """Hold an earlier message of bounded length."""

    content: str = Field(max_length=_MAX_TURN)


class Ask(Value):
    """Hold the body of `POST /v1/ask`."""

    question: str = Field(
        # Refused by `question_of`, with codes of their own.
        json_schema_extra={"minLength": 1, "maxLength": LONGEST_QUESTION, "pattern": r"\S"}
    )
    history: tuple[Said, ...] = Field(default=(), max_length=_MAX_TURNS)
    filter: Narrowed = Narrowed()


@router.post(
    "/v1/ask",
    response_model=Answer,
    dependencies=[needs("ask")],
    responses=documented(408, 504) | {200: {"content": {_EVENTS: {"schema": {"type": "string"}}}}},
)
async def ask(body: Ask, desk: TheDesk, accept: Annotated[str, Header()] = "") -> Response:
    """Answer a question; with `Accept: text/event-stream` the events come as they happen."""
    asked = question_of(body.question, history=body.history, narrowed=body.filter.filter())
    if _EVENTS in accept:
        return event_response(server_sent(_named(desk.lanes.stream(asked))), desk)
    answer = await desk.lanes.answer(asked)
    return Response(answer.model_dump_json(), media_type="application/json")


@router.post(
    "/v1/query",
    response_model=Answer,
    dependencies=[needs("ask")],
    responses=documented(408, 504) | {200: {"content": {_EVENTS: {"schema": {"type": "string"}}}}},
)
async def query(body: Plan, desk: TheDesk, accept: Annotated[str, Header()] = "") -> Response:
    """Carry out a plan; with `Accept: text/event-stream` the events come as they happen."""
    try:
        checked(body)
    except PlanInvalid as error:
        raise ProblemError(422, "plan_too_long", "计划过长", str(error)) from error
    if _EVENTS in accept:
        return event_response(server_sent(_named(desk.lanes.stream_plan(body))), desk)
    answer = await desk.lanes.carry_out(body)
    return Response(answer.model_dump_json(), media_type="application/json")


def question_of(text: str, *, history: tuple[Turn, ...], narrowed: Filter) -> Question:
    """Return the question that a body asks; raise the problem of one that is empty or too long."""
    stripped = text.strip()
    if not stripped:
        raise ProblemError(422, "question_empty", "问题为空", "question 是空的。请写上要问的问题。")
    if len(stripped) > LONGEST_QUESTION:
        detail = f"question 有 {len(stripped)} 个字，上限是 {LONGEST_QUESTION} 个。请只留下要问的那一句。"
        raise ProblemError(422, "question_too_long", "问题过长", detail)
    return Question(text=stripped, history=history, filter=narrowed)


def event_response(lines: AsyncIterator[str], desk: TheDesk) -> StreamingResponse:
    """Return a stream of server-sent events; a full house is told before the first byte."""
    desk.lanes.admit()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(lines, media_type=_EVENTS, headers=headers)


async def server_sent(messages: AsyncIterator[str]) -> AsyncIterator[str]:
    """Yield messages as they come, and a comment now and then so that nobody in between hangs up."""
    messages_in = aiter(messages)
    coming = asyncio.ensure_future(anext(messages_in, None))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=_HEARTBEAT)
            if not done:
                yield ": 请稍候\n\n"
                continue
            message = coming.result()
            if message is None:
                return
            yield message
            coming = asyncio.ensure_future(anext(messages_in, None))
    finally:
        coming.cancel()


async def _named(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    async for event in events:
        yield f"event: {event.kind}\ndata: {event.model_dump_json()}\n\n"
