"""Ask a language model over OpenAI's protocol; the only door to langchain, and to openai and httpx beneath it.

The calls run on an event loop of their own, so that a question that is given up, or has run out of time, ends its
call at once however the other side behaves. What the services differ in is learnt from their refusals and kept.
"""

import asyncio
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import BaseModel

from assistant.agent.endpoint import Endpoint
from assistant.errors import ModelFailed, ModelFault
from ingest.models import Value

if TYPE_CHECKING:
    import httpx
    from langchain_core.messages import AIMessage
    from langchain_core.tools import BaseTool
    from langchain_openai import ChatOpenAI

logger = logging.getLogger(__name__)

Finish = Literal["stop", "length", "limit", "malformed"]
Call = Callable[[str, BaseModel], str]

_GLANCE = 0.5
_LONGEST_WAIT = 20.0
_LONGEST_KNOCK = 10.0
_WORDS_OF_REFUSAL: Mapping[str, str] = {
    "temperature": r"temperature",
    "stream_options": r"stream_options|include_usage",
    "extra": r"thinking|enable_thinking",
    "response_format": r"response_format|json_object|json mode",
}
_NO_TOOLS = re.compile(r"tool|function.?call", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context.{0,12}(?:length|window)|too (?:long|large|many tokens)|maximum.{0,20}tokens", re.I
)
_WRITTEN_CALL = re.compile(
    r"""\s*(?:```(?:json)?|<tool_call>)?\s*\{\s*"name"\s*:\s*"\w+"\s*,\s*"(?:arguments|parameters)"\s*:"""
)
_SECRET = re.compile(r"(?:sk|ak|key)-[\w-]{6,}|Bearer\s+\S+", re.IGNORECASE)


class Message(Value):
    """Hold one message of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


class Spoke(Value):
    """Tell the next piece of what the model says, nothing while it is silent; `call` counts its calls, also repeated ones."""

    call: int
    text: str


class CallStarted(Value):
    """Tell that the model asked for a tool."""

    tool: str
    arguments: BaseModel


class CallFinished(Value):
    """Tell what a tool gave back, and in how many milliseconds."""

    tool: str
    arguments: BaseModel
    result: str
    elapsed_ms: float


class Usage(Value):
    """Count the tokens that a service says it used."""

    sent: int = 0
    answered: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(sent=self.sent + other.sent, answered=self.answered + other.answered)


class Ended(Value):
    """Tell how a run ended: the last text, whether it is whole, and what it cost."""

    text: str
    finish: Finish
    usage: Usage
    calls: int
    model_ms: float


Signal = Spoke | CallStarted | CallFinished | Ended


class _Run:
    """Hold what one run is made of, for the callbacks deep inside the graph."""

    def __init__(self, call: Call | None, deadline: float) -> None:
        self.call = call
        self.deadline = deadline
        self.signals: SimpleQueue[Signal | BaseException] = SimpleQueue()
        self.calls = 0
        self.usage = Usage()
        self.model_ms = 0.0
        self.in_turn = asyncio.Lock()


_RUN: ContextVar[_Run] = ContextVar("_RUN")


class Chat:
    """Hold a connection to one model with its instructions and tools; close it when done."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        instructions: str = "",
        tools: Mapping[str, type[BaseModel]] | None = None,
        most_calls: int = 8,
    ) -> None:
        self.endpoint = endpoint
        self._instructions = instructions
        self._tools = dict(tools or {})
        self._most_calls = most_calls
        self._without: frozenset[str] = frozenset()
        self._lacks_tools = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: httpx.AsyncClient | None = None
        self._models: dict[bool, ChatOpenAI] = {}
        self._graphs: dict[bool, Any] = {}
        self._sent_tools: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    @property
    def lacks_tools(self) -> bool:
        """Tell whether the service has refused tools before."""
        return self._lacks_tools

    def prepare(self) -> None:
        """Load the framework, so that no question has to wait for it."""
        with self._lock:
            self._open()
            self._graph(with_tools=bool(self._tools))

    def run(
        self, messages: Sequence[Message], *, deadline: float, call: Call | None = None
    ) -> Iterator[Signal]:
        """Yield what happens until the model has answered; with `call`, it may use the tools.

        `deadline` is a time of `time.monotonic`. Raise ModelFailed where no whole answer comes by then. To close
        the iterator is to hang up.
        """
        if call is not None and self._lacks_tools:
            raise _failed("no_tools", self.endpoint)
        run = _Run(call, deadline)
        with self._lock:
            loop = self._open()
            graph = self._graph(with_tools=call is not None)
        future = asyncio.run_coroutine_threadsafe(self._drive(graph, messages, run), loop)
        try:
            while (left := deadline - time.monotonic()) > 0:
                try:
                    signal = run.signals.get(timeout=min(left, _GLANCE))
                except Empty:
                    # Nothing is said yet; whoever listens may want to hang up.
                    yield Spoke(call=run.calls, text="")
                    continue
                if isinstance(signal, BaseException):
                    raise signal
                yield signal
                if isinstance(signal, Ended):
                    return
            raise _failed("slow", self.endpoint)
        finally:
            future.cancel()

    def complete(self, messages: Sequence[Message], *, deadline: float) -> Ended:
        """Return the answer as a whole."""
        for signal in self.run(messages, deadline=deadline):
            if isinstance(signal, Ended):
                return signal
        raise _failed("cut", self.endpoint)

    def models(self, *, deadline: float) -> tuple[str, ...]:
        """Return the names of the models that the service lists."""
        with self._lock:
            loop = self._open()
        future = asyncio.run_coroutine_threadsafe(self._listed(), loop)
        try:
            return future.result(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            raise _failed("slow", self.endpoint) from None
        finally:
            future.cancel()

    def bound(self, **extra: Any) -> "Chat":
        """Return another connection to the same model whose requests carry more fields."""
        merged = {**self.endpoint.extra, **extra}
        return Chat(self.endpoint.model_copy(update={"extra": merged}))

    def close(self) -> None:
        """Hang up every call and end the loop."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._hang_up(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()

    async def _hang_up(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        await asyncio.get_running_loop().shutdown_default_executor()

    # ---------------------------------------------------------------- building

    def _open(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="model", daemon=True)
            self._thread.start()
            self._client = _client(self.endpoint)
            self._models = {}
            self._graphs = {}
        return self._loop

    def _graph(self, *, with_tools: bool) -> Any:
        from langchain import agents
        from langchain.agents.middleware import ModelCallLimitMiddleware

        if with_tools not in self._graphs:
            limit = ModelCallLimitMiddleware[Any, Any](run_limit=self._most_calls, exit_behavior="error")
            self._graphs[with_tools] = cast(Any, agents).create_agent(
                self._chat_model(with_tools=False),
                _langchain_tools(self._tools) if with_tools else [],
                system_prompt=self._instructions or None,
                middleware=[limit, cast(Any, _patience())(self)],
            )
        return self._graphs[with_tools]

    def _chat_model(self, *, with_tools: bool) -> "ChatOpenAI":
        from langchain_openai import ChatOpenAI

        if with_tools not in self._models:
            one = self.endpoint
            body: dict[str, object] = {} if "extra" in self._without else dict(one.extra)
            if "response_format" in self._without:
                body.pop("response_format", None)
            if with_tools:
                body["tools"] = self._schemas()
            if one.length_field == "max_tokens":
                body["max_tokens"] = one.max_tokens
            settings: dict[str, Any] = {
                "model": one.model,
                "base_url": one.base_url,
                "api_key": one.api_key,
                "http_async_client": self._client,
                "max_retries": 0,
                "timeout": self._client.timeout if self._client else one.timeout,
                "stream_usage": "stream_options" not in self._without,
                "extra_body": body,
            }
            if one.length_field == "max_completion_tokens":
                settings["max_completion_tokens"] = one.max_tokens
            if one.temperature is not None and "temperature" not in self._without:
                settings["temperature"] = one.temperature
            self._models[with_tools] = ChatOpenAI(**settings)
        return self._models[with_tools]

    def _schemas(self) -> list[dict[str, Any]]:
        """Return the tools as they are sent, worked out once instead of with every call."""
        from langchain_core.utils.function_calling import convert_to_openai_tool

        if not self._sent_tools:
            self._sent_tools = [convert_to_openai_tool(tool) for tool in _langchain_tools(self._tools)]
        return self._sent_tools

    def _learn(self, refusal: str, *, had_tools: bool) -> bool:
        """Remember what a service refused, and tell whether it is worth asking again without it."""
        for what, words in _WORDS_OF_REFUSAL.items():
            if what not in self._without and re.search(words, refusal, re.IGNORECASE):
                logger.info("%s refuses %s; asking without", self.endpoint.base_url, what)
                self._without |= {what}
                self._models = {}
                return True
        if had_tools and _NO_TOOLS.search(refusal):
            self._lacks_tools = True
        return False

    # ---------------------------------------------------------------- running

    async def _drive(self, graph: Any, messages: Sequence[Message], run: _Run) -> None:
        from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
        from langchain_core.messages import AIMessage, AIMessageChunk

        _RUN.set(run)
        last: AIMessage | None = None
        thought = _Thoughts()
        said = 0
        try:
            given = {"messages": [{"role": one.role, "content": one.content} for one in messages]}
            config = {"recursion_limit": 4 * self._most_calls + 10}
            async for mode, part in graph.astream(given, config, stream_mode=["messages", "updates"]):
                if mode == "messages":
                    chunk = part[0]
                    if isinstance(chunk, AIMessageChunk):
                        if run.calls != said:
                            said, thought = run.calls, _Thoughts()
                        text = thought.spoken(str(chunk.text))
                        if text:
                            run.signals.put(Spoke(call=run.calls, text=text))
                    continue
                for update in cast(dict[str, dict[str, list[object]] | None], part).values():
                    for message in (update or {}).get("messages", []):
                        if isinstance(message, AIMessage):
                            last = message
            run.signals.put(self._ended(last, run))
        except ModelCallLimitExceededError:
            run.signals.put(
                Ended(text="", finish="limit", usage=run.usage, calls=run.calls, model_ms=run.model_ms)
            )
        except ModelFailed as error:
            run.signals.put(error)
        except Exception as error:
            # The consumer waits in another thread: whatever breaks here must reach it.
            logger.warning("a run broke", exc_info=True)
            failed = _failed("broken", self.endpoint, type(error).__name__)
            failed.__cause__ = error
            run.signals.put(failed)

    def _ended(self, last: "AIMessage | None", run: _Run) -> Ended:
        text = str(last.text) if last is not None else ""
        finish: Finish = "stop"
        if last is not None and (last.invalid_tool_calls or _WRITTEN_CALL.match(text)):
            finish = "malformed"
        elif last is not None and last.response_metadata.get("finish_reason") == "length":
            finish = "length"
        return Ended(text=text, finish=finish, usage=run.usage, calls=run.calls, model_ms=run.model_ms)

    async def patiently(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Ask once more where that may help and time is left; else raise ModelFailed with what to do."""
        run = _RUN.get()
        tries = 0
        while True:
            run.calls += 1
            started = time.monotonic()
            try:
                # The tools go into the request as they are: to hand them over anew each time costs more than all else.
                asked = request.override(model=self._chat_model(with_tools=bool(request.tools)), tools=[])
                response = await handler(asked)
                self._checked(response.result[-1], run)
                return response
            except Exception as error:
                failed = self._understood(error, had_tools=bool(request.tools))
                if failed is None:
                    continue
                tries += 1
                wait = _wait(error, tries)
                left = run.deadline - time.monotonic()
                again = (
                    failed.fault in {"unreachable", "busy", "broken", "cut"}
                    and tries <= self.endpoint.retries
                )
                if not again or wait > min(_LONGEST_WAIT, left):
                    raise failed from error
                logger.info("asking again in %.1f s: %s", wait, failed)
                await asyncio.sleep(wait)
            finally:
                run.model_ms += (time.monotonic() - started) * 1000

    def _checked(self, message: "AIMessage", run: _Run) -> None:
        usage = message.usage_metadata
        if usage is not None:
            run.usage += Usage(sent=usage["input_tokens"], answered=usage["output_tokens"])
        if not message.response_metadata.get("finish_reason"):
            raise _failed("cut", self.endpoint)

    def _understood(self, error: Exception, *, had_tools: bool) -> ModelFailed | None:
        """Return what an error means for the user; None where something was learnt and it is asked again."""
        import httpx
        import openai

        match error:
            case ModelFailed():
                return error
            case openai.BadRequestError() | openai.UnprocessableEntityError() | openai.NotFoundError():
                refusal = error.message
                if self._learn(refusal, had_tools=had_tools):
                    return None
                if self._lacks_tools and had_tools:
                    return _failed("no_tools", self.endpoint)
                if isinstance(error, openai.NotFoundError):
                    return _failed("no_model", self.endpoint, _safe(refusal))
                fault: ModelFault = "too_long" if _TOO_LONG.search(refusal) else "refused"
                return _failed(fault, self.endpoint, _safe(refusal))
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return _failed("key", self.endpoint)
            case openai.RateLimitError():
                return _failed("busy", self.endpoint, _retry_after(error))
            case openai.APITimeoutError() | httpx.TimeoutException():
                return _failed("slow", self.endpoint)
            case openai.APIConnectionError() | httpx.TransportError() if _was_cut(error):
                return _failed("cut", self.endpoint)
            case openai.APIConnectionError() | httpx.TransportError():
                return _failed("unreachable", self.endpoint)
            case openai.APIStatusError() if error.status_code >= 500:
                return _failed("broken", self.endpoint, str(error.status_code))
            case openai.APIError():
                return _failed("refused", self.endpoint, _safe(str(error.message)))
            case ValueError() | TypeError() | KeyError() | AttributeError():
                # What claims to be an answer is none: not JSON, or not of the protocol's shape.
                logger.info("unreadable answer", exc_info=error)
                return _failed("broken", self.endpoint, "回应的格式不对")
            case _:
                raise error

    async def _listed(self) -> tuple[str, ...]:
        import httpx

        assert self._client is not None
        try:
            response = await self._client.get(
                f"{self.endpoint.base_url}/models",
                headers={"Authorization": f"Bearer {self.endpoint.api_key.get_secret_value()}"},
            )
            if response.status_code in {401, 403}:
                raise _failed("key", self.endpoint)
            if response.status_code != 200:
                return ()
            return tuple(str(one["id"]) for one in response.json()["data"])
        except httpx.TimeoutException as error:
            raise _failed("slow", self.endpoint) from error
        except httpx.TransportError as error:
            raise _failed("unreachable", self.endpoint) from error
        except (ValueError, KeyError, TypeError):
            return ()


class _Thoughts:
    """Hold back what a model writes between <think> and </think> at the start of its answer."""

    def __init__(self) -> None:
        self._held = ""
        self._state: Literal["start", "thinking", "speaking"] = "start"

    def spoken(self, text: str) -> str:
        """Return what of the next piece is meant for the reader."""
        if self._state == "speaking":
            return text
        self._held += text
        begun = self._held.lstrip()
        if self._state == "start":
            if begun.startswith("<think>"):
                self._state = "thinking"
            elif not "<think>".startswith(begun):
                self._state = "speaking"
                return self._held
        if self._state == "thinking" and "</think>" in self._held:
            self._state = "speaking"
            return self._held.split("</think>", 1)[1].lstrip()
        return ""


def _client(endpoint: Endpoint) -> "httpx.AsyncClient":
    import httpx

    host = urlsplit(endpoint.base_url).hostname or ""
    # A proxy that is meant for the outside must not be asked for this machine.
    patience = httpx.Timeout(endpoint.timeout, connect=min(endpoint.timeout, _LONGEST_KNOCK))
    return httpx.AsyncClient(timeout=patience, trust_env=not _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _patience() -> type:
    from langchain.agents.middleware import AgentMiddleware

    class Patience(AgentMiddleware[Any, Any]):
        """Let the chat decide what becomes of a call that fails."""

        def __init__(self, chat: Chat) -> None:
            super().__init__()
            self._chat = chat

        async def awrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
            return await self._chat.patiently(request, handler)

    return Patience


def _langchain_tools(tools: Mapping[str, type[BaseModel]]) -> "list[BaseTool]":
    from langchain_core.tools import StructuredTool

    return [
        StructuredTool(
            name=name,
            description=" ".join((arguments.__doc__ or "").split()),
            args_schema=arguments,
            coroutine=_calling(name, arguments),
        )
        for name, arguments in tools.items()
    ]


def _calling(name: str, arguments: type[BaseModel]) -> Callable[..., Any]:
    async def call(**given: object) -> str:
        run = _RUN.get()
        assert run.call is not None
        asked = arguments.model_validate(given)
        # One after the other: keys are then given in the order in which the model asked.
        async with run.in_turn:
            run.signals.put(CallStarted(tool=name, arguments=asked))
            started = time.perf_counter()
            try:
                result = await asyncio.to_thread(run.call, name, asked)
            except Exception as error:
                # A library that cannot be read is no fault of the model: the question ends with it.
                logger.warning("tool %s broke", name, exc_info=True)
                run.signals.put(error)
                raise
            elapsed = round((time.perf_counter() - started) * 1000, 1)
            run.signals.put(CallFinished(tool=name, arguments=asked, result=result, elapsed_ms=elapsed))
        return result

    return call


# ---------------------------------------------------------------- what went wrong


def _failed(fault: ModelFault, endpoint: Endpoint, detail: str = "") -> ModelFailed:
    where = f"模型服务 {endpoint.base_url}"
    said = f"（{detail}）" if detail else ""
    message = {
        "unreachable": f"{where} 连不上，请检查地址、网络和服务是否启动",
        "slow": f"{where} 没有在限定时间内答完，请稍后重试，或调大 GONGKAI_LLM_TIMEOUT、GONGKAI_LLM_TIME_LIMIT",
        "key": f"{where} 不接受密钥，请检查 GONGKAI_LLM_API_KEY",
        "busy": f"{where} 限流{said}，请稍后重试",
        "broken": f"{where} 出错{said}，请稍后重试",
        "refused": f"{where} 拒绝了请求{said}，请检查模型名和设置",
        "no_model": f"{where} 没有模型 {endpoint.model}，请改正 GONGKAI_LLM_MODEL",
        "no_tools": f"模型 {endpoint.model} 不支持工具调用",
        "cut": f"{where} 的回答中途断了，请重试",
        "too_long": f"内容超出模型 {endpoint.model} 的上下文长度，请调小 GONGKAI_LLM_CONTEXT_TOKENS",
    }[fault]
    return ModelFailed(fault, message)


def _was_cut(error: BaseException) -> bool:
    """Tell whether the other side was there and stopped in the middle."""
    import httpx

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, httpx.RemoteProtocolError | httpx.ReadError):
            return True
        cause = cause.__cause__
    return False


def _safe(text: str) -> str:
    """Return what a service said, on one short line and without anything that looks like a key."""
    return _SECRET.sub("***", " ".join(text.split()))[:160]


def _retry_after(error: Exception) -> str:
    seconds = _seconds(error)
    return "" if seconds is None else f"要求等 {seconds:g} 秒"


def _seconds(error: Exception) -> float | None:
    response = getattr(error, "response", None)
    value = response.headers.get("retry-after", "") if response is not None else ""
    try:
        return max(0.0, float(value))
    except ValueError:
        return None


def _wait(error: Exception, tries: int) -> float:
    """Return how long to wait: what the service asks for, else twice as long each time."""
    asked = _seconds(error)
    return asked if asked is not None else 0.25 * 2 ** (tries - 1)
