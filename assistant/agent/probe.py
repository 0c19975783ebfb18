"""Try an endpoint: is it there, does it answer, stream, call tools and write JSON; say plainly what is missing."""

import json
import time
from collections.abc import Callable, Iterator

from assistant.agent.arguments import ARGUMENTS
from assistant.agent.chat import CallStarted, Chat, Ended, Message, Spoke
from assistant.agent.endpoint import Endpoint
from assistant.agent.hostile import without_thoughts
from assistant.errors import ModelFailed
from ingest.models import Value

_ASK_TOOL = "请调用 list_reports 工具，列出全部报告。不要直接回答。"
_ASK_TEXT = "请用中文从一写到二十，中间用顿号隔开。"
_ASK_JSON = '请只写一个 JSON 对象：键为 "ok"，值为 true。'
_ESSENTIAL = frozenset({"reachable", "answers"})


class Trial(Value):
    """Say how one thing went; `advice` is what its absence means for the user."""

    name: str
    title: str
    works: bool
    detail: str
    elapsed_ms: float

    @property
    def is_essential(self) -> bool:
        """Tell whether nothing can be asked without it."""
        return self.name in _ESSENTIAL


def probe(endpoint: Endpoint, *, seconds: float = 30.0) -> Iterator[Trial]:
    """Yield one trial after the other, each within so many seconds; stop where nothing more can work."""
    chat = Chat(endpoint, tools={"list_reports": ARGUMENTS["list_reports"]}, most_calls=2)
    chat.prepare()
    try:
        reachable = _tried("reachable", "连接", lambda: _reach(chat, seconds))
        yield reachable
        if not reachable.works:
            return
        streamed: list[int] = []
        answers = _tried("answers", "作答", lambda: _answer(chat, seconds, streamed))
        yield answers
        if not answers.works:
            return
        pieces = streamed[0]
        yield Trial(
            name="streams",
            title="流式输出",
            works=pieces > 1,
            detail=f"分 {pieces} 段收到" if pieces > 1 else "整段才返回：能作答，只是不能边写边看",
            elapsed_ms=0,
        )
        yield _tried("tools", "工具调用", lambda: _call(chat, seconds))
        yield _tried("json", "JSON 输出", lambda: _json(chat, seconds))
    finally:
        chat.close()


def _tried(name: str, title: str, attempt: Callable[[], tuple[bool, str]]) -> Trial:
    started = time.perf_counter()
    try:
        works, detail = attempt()
    except ModelFailed as error:
        works, detail = False, _without_tools() if error.fault == "no_tools" else str(error)
    elapsed = round((time.perf_counter() - started) * 1000, 1)
    return Trial(name=name, title=title, works=works, detail=detail, elapsed_ms=elapsed)


def _reach(chat: Chat, seconds: float) -> tuple[bool, str]:
    models = chat.models(deadline=time.monotonic() + seconds)
    wanted = chat.endpoint.model
    if models and wanted not in models:
        return True, f"已连上；但服务列出的模型里没有 {wanted}（有：{'、'.join(models[:8])}）"
    return True, "已连上" if models else "已连上（服务没有列出模型）"


def _answer(chat: Chat, seconds: float, streamed: list[int]) -> tuple[bool, str]:
    pieces, text = _said(chat, _ASK_TEXT, seconds)
    streamed.append(pieces)
    shown = "".join(without_thoughts(text).split())
    if not shown:
        return False, "回答是空的，请换一个模型"
    chinese = any("\u4e00" <= char <= "\u9fff" for char in shown)
    return True, f"“{shown[:20]}…”" if chinese else "能作答，但没有用中文：回答多半通不过核对"


def _call(chat: Chat, seconds: float) -> tuple[bool, str]:
    messages = [Message(role="user", content=_ASK_TOOL)]
    deadline = time.monotonic() + seconds
    for signal in chat.run(messages, deadline=deadline, call=lambda _tool, _arguments: "没有报告"):
        if isinstance(signal, CallStarted):
            return True, "会调用工具"
    return False, _without_tools()


def _without_tools() -> str:
    return "不会调用工具：将改为先检索、再把证据交给模型作答，复杂的问题会答得差些"


def _json(chat: Chat, seconds: float) -> tuple[bool, str]:
    other = chat.bound(response_format={"type": "json_object"})
    try:
        ended = other.complete([Message(role="user", content=_ASK_JSON)], deadline=time.monotonic() + seconds)
        json.loads(without_thoughts(ended.text).strip().removeprefix("```json").strip("`\n "))
    except ValueError:
        return False, "不会写 JSON：不影响作答，只影响 eval --judge"
    finally:
        other.close()
    return True, "会写 JSON"


def _said(chat: Chat, text: str, seconds: float) -> tuple[int, str]:
    pieces = 0
    for signal in chat.run([Message(role="user", content=text)], deadline=time.monotonic() + seconds):
        if isinstance(signal, Spoke):
            pieces += 1
        elif isinstance(signal, Ended):
            return pieces, signal.text
    return pieces, ""
