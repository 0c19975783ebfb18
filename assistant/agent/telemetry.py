"""Send what happened in a turn to an OpenTelemetry collector; the only door to opentelemetry, behind an extra.

Spans carry times, counts and names, never questions, answers or keys.
"""

from typing import Any

from assistant.agent.trace import Exchange, TurnRecord
from assistant.errors import SettingsInvalid

_NANOSECONDS = 1_000_000_000


class SpanExport:
    """Turn each record into spans: one for the turn, one for each run of the model, one for each tool call."""

    def __init__(self, url: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise SettingsInvalid(
                "设置 GONGKAI_LLM_OTLP_URL 不可用：没有装 OpenTelemetry。请运行 pip install 'gongkai[otel]'。"
            ) from error
        self._provider = TracerProvider(resource=Resource.create({"service.name": "gongkai"}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=5)))
        self._tracer = self._provider.get_tracer("gongkai.agent")

    def __call__(self, record: TurnRecord) -> None:
        """Queue the spans of a record; they are sent beside, and lost if nobody listens."""
        from opentelemetry.trace import set_span_in_context

        turn = self._tracer.start_span("turn", start_time=_at(record.started))
        turn.set_attributes(
            {
                "gen_ai.request.model": record.model,
                "gen_ai.usage.input_tokens": record.usage.sent,
                "gen_ai.usage.output_tokens": record.usage.answered,
                "gongkai.outcome": record.outcome,
            }
        )
        inside = set_span_in_context(turn)
        begins = record.started
        for exchange in record.exchanges:
            begins = self._exchange(exchange, begins, inside)
        turn.end(_at(record.ended))

    def close(self) -> None:
        """Send what is queued."""
        self._provider.shutdown()

    def _exchange(self, exchange: Exchange, begins: float, inside: Any) -> float:
        from opentelemetry.trace import set_span_in_context

        ends = begins + exchange.elapsed_ms / 1000
        span = self._tracer.start_span(f"model {exchange.purpose}", context=inside, start_time=_at(begins))
        span.set_attributes(
            {
                "gongkai.model_calls": exchange.model_calls,
                "gongkai.model_ms": exchange.model_ms,
                "gongkai.faults": len(exchange.faults),
                "gen_ai.response.finish_reasons": [exchange.finish],
            }
        )
        for one in exchange.tools:
            tool = self._tracer.start_span(
                f"tool {one.tool}", context=set_span_in_context(span), start_time=_at(begins)
            )
            tool.end(_at(begins + one.elapsed_ms / 1000))
        span.end(_at(ends))
        return ends


def _at(seconds: float) -> int:
    return int(seconds * _NANOSECONDS)
