"""Take in what callers think of answers, and give each its own back."""

import json
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BeforeValidator, Field

from assistant.conversations import Feedback, Reason, Verdict, new_id
from assistant.interfaces.api.asking import Said
from assistant.interfaces.api.desk import TheCaller, TheDesk, needs, owner_filter
from assistant.interfaces.api.problems import ProblemError, documented
from assistant.models import Answer
from ingest.models import Value

router = APIRouter(tags=["feedback"])


def _strictly(given: object) -> Answer:
    """Read a record as it was given out; a number in quotes is none."""
    return Answer.model_validate_json(json.dumps(given), strict=True)


class Opinion(Value):
    """Hold the body of `POST /v1/feedback`; `answer` is the record as `/v1/ask` gave it."""

    answer: Annotated[Answer, BeforeValidator(_strictly)]
    verdict: Verdict
    reasons: tuple[Reason, ...] = Field(default=(), max_length=10)
    note: str = Field(default="", max_length=2000)
    history: tuple[Said, ...] = Field(default=(), max_length=100)


class Noted(Value):
    """Hold the id under which feedback is kept."""

    id: str


class FeedbackQuery(Value):
    """Choose how much feedback to list."""

    limit: int = Field(default=100, ge=1, le=1000)


class FeedbackList(Value):
    """Hold feedback, the latest first."""

    feedback: tuple[Feedback, ...]


@router.post("/v1/feedback", status_code=201, dependencies=[needs("ask")], responses=documented(408))
def note_opinion(body: Opinion, desk: TheDesk, caller: TheCaller) -> Noted:
    """Keep what the caller thinks of an answer."""
    feedback_id = new_id("fb")
    given = Feedback(
        turn_id=feedback_id,
        verdict=body.verdict,
        reasons=body.reasons,
        note=body.note,
        question=body.answer.question,
        history=body.history,
        answer=body.answer,
    )
    desk.conversations.remember(caller.id, given)
    return Noted(id=feedback_id)


@router.get("/v1/feedback", dependencies=[needs("ask")], responses=documented())
def list_feedback(desk: TheDesk, caller: TheCaller, query: Annotated[FeedbackQuery, Query()]) -> FeedbackList:
    """List the caller's own feedback; an administrator sees that of everybody."""
    given = desk.conversations.feedback(owner_filter(caller))
    return FeedbackList(feedback=given[::-1][: query.limit])


@router.delete(
    "/v1/feedback/{feedback_id}", status_code=204, dependencies=[needs("ask")], responses=documented(404)
)
def forget_opinion(
    desk: TheDesk, caller: TheCaller, feedback_id: Annotated[str, Path(max_length=64)]
) -> None:
    """Remove feedback that the caller gave."""
    if not desk.conversations.forget(owner_filter(caller), feedback_id):
        detail = "没有这条反馈，或它属于别人。自己的反馈见 GET /v1/feedback。"
        raise ProblemError(404, "no_such_feedback", "没有这条反馈", detail)
