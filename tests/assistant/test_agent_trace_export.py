"""Spans of a turn reach a collector, without what was asked and answered."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assistant.agent.telemetry import SpanExport
from assistant.models import Question
from benchmarks.models.server import ScriptedServer, call, say

REPORT = Path(__file__).parents[1] / "data/reports/临江教委2022.txt"


@pytest.fixture
def collector():
    """Collect what is posted."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/traces", bodies
        server.shutdown()
        thread.join()


def test_a_turn_its_runs_and_its_tools_become_spans(shelf, agent_over, collector):
    url, bodies = collector
    spans = SpanExport(url)
    with ScriptedServer(
        call("lookup_figures", phrase="12345热线 办结率"), say("临江区教委2022年办结率为99.01%[E1]。")
    ) as server:
        engine = agent_over(shelf.toolbox(REPORT), server.url, record=spans)
        engine.ask(Question(text="临江区教委2022年12345热线办结率是多少"))
    spans.close()
    sent = ExportTraceServiceRequest.FromString(bodies[0])
    names = [one.name for one in sent.resource_spans[0].scope_spans[0].spans]
    assert sorted(names) == ["model answer", "tool lookup_figures", "turn"]
    assert "办结率".encode() not in b"".join(bodies)
