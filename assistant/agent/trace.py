"""Write down what happened in a turn: what was sent, called, found, answered, how long it took and what it cost.

Secrets are removed before anything is written.
"""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol

from assistant.agent.chat import CallFinished, Ended, Message, Usage
from assistant.errors import SettingsInvalid
from ingest.models import Value

logger = logging.getLogger(__name__)

_LOOKS_SECRET = re.compile(r"\b(?:sk|ak|key|pk)-[\w-]{8,}|Bearer\s+[\w.~+/=-]{8,}", re.IGNORECASE)
Outcome = Literal["answered", "declined", "unproven", "failed", "given_up"]


class ToolCall(Value):
    """Record one call of a tool."""

    tool: str
    arguments: dict[str, object]
    result: str
    elapsed_ms: float


class Exchange(Value):
    """Record one run of the model: what it was sent, what it called, what it said."""

    purpose: Literal["answer", "evidence", "repair"]
    sent: tuple[Message, ...]
    tools: tuple[ToolCall, ...]
    said: str
    finish: str
    usage: Usage
    model_calls: int
    model_ms: float
    elapsed_ms: float
    faults: tuple[str, ...] = ()


class TurnRecord(Value):
    """Record one question that was put to a model; times are seconds since 1970."""

    question: str
    model: str
    base_url: str
    started: float
    ended: float
    outcome: Outcome
    reason: str
    exchanges: tuple[Exchange, ...]
    usage: Usage
    cost: Decimal | None


class Recorder(Protocol):
    """Take the records of turns."""

    def __call__(self, record: TurnRecord) -> None:
        """Keep a record; must not raise for what the question's user cannot help."""
        ...


class TraceFile:
    """Append a line of JSON for each turn to a file that only its owner can read."""

    def __init__(self, path: Path, *, secrets: Sequence[str]) -> None:
        self._path = path
        self._secrets = tuple(secret for secret in secrets if len(secret) >= 4)
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise SettingsInvalid(
                f"设置 GONGKAI_LLM_TRACE 不可用：{path} 写不了（{error.strerror}）。请换一个地方。"
            ) from error

    def __call__(self, record: TurnRecord) -> None:
        """Append the record."""
        fields = {
            "at": datetime.fromtimestamp(record.started, UTC).isoformat(),
            **record.model_dump(mode="json"),
        }
        line = redacted(json.dumps(fields, ensure_ascii=False), self._secrets)
        try:
            with self._lock, self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            logger.warning("%s 写不了，这一次作答没有记录：%s", self._path, error.strerror)


def redacted(text: str, secrets: Sequence[str]) -> str:
    """Return a text without the secrets, and without what looks like one."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return _LOOKS_SECRET.sub("***", text)


class Turn:
    """Collect the record of one question."""

    def __init__(
        self, question: str, *, model: str, base_url: str, prices: tuple[Decimal | None, Decimal | None]
    ) -> None:
        self._question = question
        self._model = model
        self._base_url = base_url
        self._prices = prices
        self._started = time.time()
        self._exchanges: list[Exchange] = []
        self.outcome: Outcome = "given_up"
        self.reason = ""

    def add(
        self,
        purpose: Literal["answer", "evidence", "repair"],
        sent: Sequence[Message],
        tools: Sequence[CallFinished],
        ended: Ended,
        elapsed_ms: float,
    ) -> None:
        """Add a run of the model."""
        self._exchanges.append(
            Exchange(
                purpose=purpose,
                sent=tuple(sent),
                tools=tuple(
                    ToolCall(
                        tool=one.tool,
                        arguments=one.arguments.model_dump(mode="json"),
                        result=one.result,
                        elapsed_ms=one.elapsed_ms,
                    )
                    for one in tools
                ),
                said=ended.text,
                finish=ended.finish,
                usage=ended.usage,
                model_calls=ended.calls,
                model_ms=round(ended.model_ms, 1),
                elapsed_ms=round(elapsed_ms, 1),
            )
        )

    def found_faults(self, faults: Sequence[str]) -> None:
        """Note what the last answer stated without proof."""
        if self._exchanges:
            self._exchanges[-1] = self._exchanges[-1].model_copy(update={"faults": tuple(faults)})

    def record(self) -> TurnRecord:
        """Return what was collected."""
        usage = sum((one.usage for one in self._exchanges), Usage())
        price_in, price_out = self._prices
        cost = None
        if price_in is not None and price_out is not None:
            cost = (usage.sent * price_in + usage.answered * price_out) / Decimal(1_000_000)
        return TurnRecord(
            question=self._question,
            model=self._model,
            base_url=self._base_url,
            started=self._started,
            ended=time.time(),
            outcome=self.outcome,
            reason=self.reason,
            exchanges=tuple(self._exchanges),
            usage=usage,
            cost=cost,
        )


def tell_all(recorders: Sequence[Recorder]) -> Callable[[TurnRecord], None]:
    """Return a recorder that hands each record to several."""

    def told(record: TurnRecord) -> None:
        for recorder in recorders:
            recorder(record)

    return told
