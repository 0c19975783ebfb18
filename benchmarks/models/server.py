"""Serve OpenAI's protocol on 127.0.0.1 from a script: answers, tool calls, refusals, and every way of going wrong."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the server does with one request; see the functions below."""

    text: str = ""
    calls: Sequence[tuple[str, str]] = ()
    status: int = 200
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    finish: str | None = None
    cut: bool = False
    hang: float = 0.0
    pause: float = 0.0
    raw: bytes | None = None


def say(text: str, **more: Any) -> Reply:
    """Answer with a text."""
    return Reply(text=text, **more)


def call(name: str, **arguments: Any) -> Reply:
    """Ask for a tool."""
    return Reply(calls=((name, json.dumps(arguments, ensure_ascii=False)),))


def calls(*named: tuple[str, dict[str, Any]]) -> Reply:
    """Ask for several tools at once."""
    return Reply(calls=tuple((name, json.dumps(given, ensure_ascii=False)) for name, given in named))


def refuse(status: int, message: str = "no", **headers: str) -> Reply:
    """Answer with an error; `Retry_After` becomes the header Retry-After."""
    return Reply(
        status=status,
        message=message,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


Script = Callable[[dict[str, Any]], Reply]


class ScriptedServer:
    """Answer each request with the next reply of a list (the last one again and again), or with a function's."""

    def __init__(
        self, *replies: Reply, script: Script | None = None, models: Sequence[str] = ("scripted",)
    ) -> None:
        self._replies = list(replies)
        self._script = script
        self.models = models
        self.requests: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self.hung_up = threading.Event()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply_to(self, request: dict[str, Any]) -> Reply:
        """Remember a request and return what to do with it."""
        with self._lock:
            self.requests.append(request)
            if self._script is not None:
                return self._script(request)
            return self._replies[min(len(self.requests), len(self._replies)) - 1]

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        self._closing.wait(seconds)


def sent_to(request: dict[str, Any]) -> str:
    """Return all text of a request's messages."""
    return "\n".join(str(message.get("content") or "") for message in request["messages"])


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Speak the protocol; the script decides what is said."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def do_GET(self) -> None:
            """List the models."""
            server.authorizations.append(self.headers.get("Authorization", ""))
            self._json(200, {"data": [{"id": name} for name in server.models]})

        def do_POST(self) -> None:
            """Answer a request as the script says."""
            server.authorizations.append(self.headers.get("Authorization", ""))
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = server.reply_to(request)
            try:
                self._answer(request, reply)
            except (BrokenPipeError, ConnectionResetError):
                server.hung_up.set()
                self.close_connection = True

        def _answer(self, request: dict[str, Any], reply: Reply) -> None:
            if reply.raw is not None:
                self._body(200, reply.raw, {"Content-Type": "application/json"})
            elif reply.status != 200:
                self._json(reply.status, {"error": {"message": reply.message, "type": "x"}}, reply.headers)
            elif request.get("stream"):
                self._stream(reply)
            else:
                self._json(200, _whole(reply))

        def _json(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
            told = {"Content-Type": "application/json", **(headers or {})}
            self._body(status, json.dumps(body, ensure_ascii=False).encode(), told)

        def _body(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, reply: Reply) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            if reply.hang:
                self._hang(reply.hang)
            for piece in _pieces(reply):
                self._chunk(f"data: {json.dumps(piece, ensure_ascii=False)}\n\n".encode())
                if reply.pause:
                    time.sleep(reply.pause)
            if reply.cut:
                self.close_connection = True
                return
            self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")

        def _hang(self, seconds: float) -> None:
            """Send nothing but comments, to notice when the other side hangs up."""
            until = time.monotonic() + seconds
            while time.monotonic() < until and not server._closing.is_set():
                server.wait(0.05)
                if not self._is_open():
                    server.hung_up.set()
                    raise BrokenPipeError

        def _is_open(self) -> bool:
            self.connection.settimeout(0.001)
            try:
                return self.connection.recv(1) != b""
            except TimeoutError:
                return True
            except OSError:
                return False
            finally:
                self.connection.settimeout(None)

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    return Handler


def _finish(reply: Reply) -> str:
    return reply.finish or ("tool_calls" if reply.calls else "stop")


def _whole(reply: Reply) -> dict[str, Any]:
    tool_calls = [
        {"id": f"c{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(reply.calls)
    ]
    message = {"role": "assistant", "content": reply.text or None}
    if tool_calls:
        message["tool_calls"] = tool_calls
    return {
        "id": "x", "object": "chat.completion", "created": 0, "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": _finish(reply)}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }  # fmt: skip


def _pieces(reply: Reply) -> Iterator[dict[str, Any]]:
    head = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}

    def piece(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield piece({"role": "assistant", "content": ""})
    for at in range(0, len(reply.text), 7):
        yield piece({"content": reply.text[at : at + 7]})
    for n, (name, arguments) in enumerate(reply.calls):
        function = {"name": name, "arguments": ""}
        yield piece({"tool_calls": [{"index": n, "id": f"c{n}", "type": "function", "function": function}]})
        for at in range(0, len(arguments), 20):
            part = {"arguments": arguments[at : at + 20]}
            yield piece({"tool_calls": [{"index": n, "function": part}]})
    if reply.cut:
        return
    yield piece({}, _finish(reply))
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    yield {**head, "choices": [], "usage": usage}
