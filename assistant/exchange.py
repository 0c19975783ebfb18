"""Fold the events of one question into what a chat shows of it."""

from collections.abc import Iterable
from typing import assert_never

from assistant.models import (
    Answer,
    Completed,
    Event,
    Failed,
    Planned,
    Scope,
    Scoped,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Turn,
)
from ingest.models import Value


class Step(Value):
    """Hold one step on the way to the answer; `elapsed_ms` is None while it runs."""

    label: str
    detail: str
    tool: str | None = None
    elapsed_ms: float | None = None


class Exchange(Value):
    """Hold a question and what is known of its answer so far; `text` is a draft while it is not `verified`."""

    question: str
    steps: tuple[Step, ...] = ()
    text: str = ""
    draft: int = 0
    verified: bool = True
    answer: Answer | None = None
    failure: str | None = None
    stopped: bool = False

    @property
    def running(self) -> bool:
        """Tell whether it is still open how this ends."""
        return self.answer is None and self.failure is None and not self.stopped

    def after(self, event: Event) -> "Exchange":
        """Return the exchange with what the event tells."""
        match event:
            case Scoped(scope=scope):
                step = Step(label="识别单位与年度", detail=_scope_line(scope), elapsed_ms=0.0)
                return self.model_copy(update={"steps": (*self.steps, step)})
            case Planned(understanding=understanding):
                step = Step(label="理解问题", detail=understanding, elapsed_ms=0.0)
                return self.model_copy(update={"steps": (*self.steps, step)})
            case ToolStarted():
                step = Step(label=event.label, detail=event.detail, tool=event.tool)
                return self.model_copy(update={"steps": (*self.steps, step)})
            case ToolFinished():
                return self.model_copy(update={"steps": _finished(self.steps, event)})
            case TextDelta(text=text, draft=draft, verified=verified):
                text = self.text + text if draft == self.draft else text
                return self.model_copy(update={"text": text, "draft": draft, "verified": verified})
            case Completed(answer=answer):
                return self.model_copy(update={"answer": answer, "text": answer.text, "verified": True})
            case Failed(message=message):
                return self.model_copy(update={"failure": message})
        assert_never(event)


def turns(exchanges: Iterable[Exchange]) -> tuple[Turn, ...]:
    """Return the conversation as plain text: what was asked and answered, without steps and failures."""
    return tuple(
        turn
        for exchange in exchanges
        if exchange.answer is not None
        for turn in (
            Turn(role="user", content=exchange.question),
            Turn(role="assistant", content=exchange.answer.text),
        )
    )


def _finished(steps: tuple[Step, ...], event: ToolFinished) -> tuple[Step, ...]:
    """Close the earliest open step of the tool; results of parallel tools come in any order."""
    done = Step(label=event.label, detail=event.detail, tool=event.tool, elapsed_ms=event.elapsed_ms)
    for index, step in enumerate(steps):
        if step.tool == event.tool and step.elapsed_ms is None:
            details = dict.fromkeys(filter(None, (step.detail, event.detail)))
            told = done.model_copy(update={"detail": "：".join(details)})
            return (*steps[:index], told, *steps[index + 1 :])
    return (*steps, done)


def _scope_line(scope: Scope) -> str:
    parts = [
        "、".join(scope.organizations) or "未指明单位",
        "、".join(f"{year}年" for year in scope.years) or "未指明年份",
        f"{len(scope.candidates)} 份报告",
    ]
    if scope.unknown_organizations:
        parts.append(f"库中没有：{'、'.join(scope.unknown_organizations)}")
    return " · ".join(parts)
