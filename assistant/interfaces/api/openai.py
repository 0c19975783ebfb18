"""Speak OpenAI's protocol, so that chat front ends and client libraries can ask without knowing us.

What is said has passed the same checks as every answer: text is sent once all of it is proven, never before. Token
counts are numbers of characters.
"""

import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.interfaces.api.asking import Narrowed, event_response, question_of, server_sent
from assistant.interfaces.api.desk import Desk, TheDesk, needs
from assistant.interfaces.api.lanes import failure
from assistant.interfaces.api.problems import ProblemError, openai_documented
from assistant.models import Answer, Citation, Completed, Failed, Question, Turn
from ingest.models import Value

router = APIRouter(tags=["openai"])

MODEL = "gongkai"
_MARK = re.compile(r"\[(\d+)\]")
_PIECE = re.compile(r"[^\n，。；：]*[\n，。；：]?")
_MOST_TURNS, _LONGEST_TURN = 40, 20_000
"""What is read of the messages before the question: the newest, and of each the beginning."""
_TEXT = frozenset({"text", "input_text", "output_text"})


class _Lenient(BaseModel):
    """Take what OpenAI's clients send beside what is used here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(_Lenient):
    """Hold a piece of a message; only text is understood."""

    type: str
    text: str = ""


class Message(_Lenient):
    """Hold one message; system and tool messages are not used."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[Part, ...] | None = None

    def text(self) -> str:
        """Return the message as plain text."""
        if isinstance(self.content, tuple):
            return "".join(part.text for part in self.content if part.type in _TEXT)
        return self.content or ""

    def has_other_than_text(self) -> bool:
        """Tell whether there is a picture, a sound or a file in it."""
        return isinstance(self.content, tuple) and any(part.type not in _TEXT for part in self.content)


class StreamOptions(_Lenient):
    """Say what a stream tells beside the text."""

    include_usage: bool = False


class ResponseFormat(_Lenient):
    """Say in which form the answer is wanted; only text is given."""

    type: str


class Completion(_Lenient):
    """Hold the body of `POST /v1/chat/completions`; `filter` is ours and comes through `extra_body`."""

    model: str
    messages: tuple[Message, ...] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    response_format: ResponseFormat | None = None
    filter: Narrowed | None = None


class ModelRecord(Value):
    """Hold a model in OpenAI's shape."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = MODEL


class ModelList(Value):
    """Hold the models in OpenAI's shape."""

    object: Literal["list"] = "list"
    data: tuple[ModelRecord, ...]


class Spoken(Value):
    """Hold the message of a completion."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: tuple[dict[str, Any], ...]


class Choice(Value):
    """Hold the only choice of a completion."""

    index: int
    message: Spoken
    logprobs: None
    finish_reason: Literal["stop"]


class CompletionRecord(Value):
    """Hold a whole completion; `citations` is ours, and the same as in our own answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: dict[str, int]
    citations: tuple[Citation, ...]


_RESPONSES = openai_documented()


@router.get("/v1/models", dependencies=[needs("ask")], responses=_RESPONSES)
def list_models() -> ModelList:
    """List the one model there is."""
    return ModelList(data=(ModelRecord(id=MODEL),))


@router.get("/v1/models/{model}", dependencies=[needs("ask")], responses=openai_documented(404))
def read_model(model: Annotated[str, Path(max_length=200)]) -> ModelRecord:
    """Return the model, if it is ours."""
    _check_model(model)
    return ModelRecord(id=model)


@router.post(
    "/v1/chat/completions",
    response_model=CompletionRecord,
    dependencies=[needs("ask")],
    responses=openai_documented(404, 408)
    | {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def complete(body: Completion, request: Request, desk: TheDesk) -> Response:
    """Answer the last message of the user."""
    _check_model(body.model)
    if body.n not in {None, 1}:
        raise ProblemError(422, "n_unsupported", "只有一个回答", "n 只能是 1：同一问题只有一个有据的回答。")
    if body.response_format is not None and body.response_format.type != "text":
        detail = "response_format 只能是 text：要结构化的回答，请用 POST /v1/ask。"
        raise ProblemError(422, "response_format_unsupported", "不支持这种回答格式", detail)
    question, asked = _question(body), sum(len(message.text()) for message in body.messages)
    said = _Said(base=str(request.base_url).rstrip("/"), prompt=asked, started=time.time())
    if not body.stream:
        answer = await desk.lanes.answer(question)
        return JSONResponse(said.whole(answer))
    usage = body.stream_options is not None and body.stream_options.include_usage
    return event_response(server_sent(_chunks(desk, question, said, usage=usage)), desk)


class _Said:
    """Put an answer into OpenAI's shapes."""

    def __init__(self, *, base: str, prompt: int, started: float) -> None:
        self._base = base
        self._prompt = prompt
        self._id = f"chatcmpl-{secrets.token_hex(12)}"
        self._created = int(started)

    def whole(self, answer: Answer) -> dict[str, Any]:
        message = {
            "role": "assistant",
            "content": answer.text,
            "refusal": None,
            "annotations": self._annotations(answer),
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": self._usage(answer),
            "citations": _citations(answer),
        }

    def chunk(self, delta: dict[str, Any], *, finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head("chat.completion.chunk"), "choices": [choice]}

    def last(self, answer: Answer) -> dict[str, Any]:
        """Return the chunk that ends the text; it carries the proofs."""
        chunk = self.chunk({"annotations": self._annotations(answer)}, finish="stop")
        return {**chunk, "citations": _citations(answer)}

    def total(self, answer: Answer) -> dict[str, Any]:
        """Return the chunk that carries nothing but the usage."""
        return {**self._head("chat.completion.chunk"), "choices": [], "usage": self._usage(answer)}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": MODEL}

    def _usage(self, answer: Answer) -> dict[str, int]:
        said = len(answer.text)
        return {
            "prompt_tokens": self._prompt,
            "completion_tokens": said,
            "total_tokens": self._prompt + said,
        }

    def _annotations(self, answer: Answer) -> list[dict[str, Any]]:
        """Return a citation for each mark `[n]` in the text; its address leads to the report."""
        known = {citation.n: citation for citation in answer.citations}
        return [
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": mark.start(),
                    "end_index": mark.end(),
                    "title": one.title,
                    "url": f"{self._base}/v1/reports/{one.report_id}#char={one.char_start},{one.char_end}",
                },
            }
            for mark in _MARK.finditer(answer.text)
            if (one := known.get(int(mark[1]))) is not None
        ]


async def _chunks(desk: Desk, question: Question, said: _Said, *, usage: bool) -> AsyncIterator[str]:
    nothing = {"usage": None} if usage else {}
    yield _data(said.chunk({"role": "assistant", "content": ""}) | nothing)
    async for event in desk.lanes.stream(question):
        if isinstance(event, Completed):
            for piece in filter(None, _PIECE.findall(event.answer.text)):
                yield _data(said.chunk({"content": piece}) | nothing)
            yield _data(said.last(event.answer) | nothing)
            if usage:
                yield _data(said.total(event.answer))
        elif isinstance(event, Failed):
            problem = failure(event).problem
            error = {"message": problem.detail, "type": "server_error", "param": None, "code": problem.code}
            yield _data({"error": error})
    yield "data: [DONE]\n\n"


def _data(fields: dict[str, Any]) -> str:
    return f"data: {json.dumps(fields, ensure_ascii=False)}\n\n"


def _citations(answer: Answer) -> list[dict[str, Any]]:
    return [citation.model_dump(mode="json") for citation in answer.citations]


def _question(body: Completion) -> Question:
    """Return the last message as a question, and what was said before as its history."""
    said = [message for message in body.messages if message.role in {"user", "assistant"}]
    if not said or said[-1].role != "user":
        detail = "messages 的最后一条应是 user 的问题。"
        raise ProblemError(422, "no_question", "没有问题", detail)
    last = said[-1]
    if not last.text().strip() and last.has_other_than_text():
        detail = "这里不看图片、声音和文件，请用文字提问。"
        raise ProblemError(422, "only_text", "只读文字", detail)
    narrowed = (body.filter or Narrowed()).filter()
    return question_of(last.text(), history=_turns(said[:-1][-_MOST_TURNS:]), narrowed=narrowed)


def _turns(messages: Sequence[Message]) -> tuple[Turn, ...]:
    return tuple(
        Turn(role="user" if message.role == "user" else "assistant", content=message.text()[:_LONGEST_TURN])
        for message in messages
        if message.text()
    )


def _check_model(model: str) -> None:
    if model != MODEL:
        detail = f"没有模型「{model[:100]}」。可用：{MODEL}。"
        raise ProblemError(404, "model_not_found", "没有这个模型", detail)
