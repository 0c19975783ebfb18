"""Answer with a language model that reaches the library through the tools and proves what it says.

What the model says is shown as it comes, as a draft. It becomes the answer only when every sentence holds against
the evidence; what does not hold gets one repair, then it is withheld.
"""

import time
from collections.abc import Callable, Generator, Sequence
from decimal import Decimal
from typing import Literal, assert_never, cast

from pydantic import BaseModel

from assistant.agent.arguments import ToolArguments
from assistant.agent.budget import condensed, shortened
from assistant.agent.chat import CallFinished, CallStarted, Chat, Ended, Message, Spoke
from assistant.agent.claims import Examiner
from assistant.agent.ledger import Ledger
from assistant.agent.toolset import Toolset
from assistant.agent.trace import Turn, TurnRecord
from assistant.agent.writing import Written, write
from assistant.answering import PlanAnswerer
from assistant.errors import ModelFailed
from assistant.language import Language
from assistant.models import (
    Drafted,
    Event,
    Question,
    Scope,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from assistant.tools import TOOL_LABELS, ListReports, Toolbox
from ingest.indicators import Language as Units
from ingest.models import Value
from prompts import load

_HISTORY_SHARE = 0.15
_RESULTS_SHARE = 0.6
_EVIDENCE_SHARE = 0.4
_LONGEST_LIST = 20
_LEAST_TIME = 1.0
"""Seconds that must be left for a repair to be worth trying."""


class Outcome(Value):
    """Say what became of a question: the proven answer, or why there is none."""

    drafted: Drafted | None = None
    declined: bool = False
    faults: tuple[str, ...] = ()


class AgentAnswerer:
    """Answer questions with a model; `close` hangs up."""

    def __init__(
        self,
        chat: Chat,
        toolbox: Toolbox,
        plans: PlanAnswerer,
        language: Language,
        units: Units,
        *,
        time_limit: float,
        context_tokens: int,
        record: Callable[[TurnRecord], None] | None = None,
        on_close: Sequence[Callable[[], None]] = (),
        prices: tuple[Decimal | None, Decimal | None] = (None, None),
    ) -> None:
        self._chat = chat
        self._toolbox = toolbox
        self._plans = plans
        self._language = language
        self._units = units
        self._time_limit = time_limit
        self._context_tokens = context_tokens
        self._record = record
        self._on_close = tuple(on_close)
        self._prices = prices

    @property
    def model(self) -> str:
        """Return the name of the model."""
        return self._chat.endpoint.model

    def prepare(self) -> None:
        """Load what the first question would otherwise wait for."""
        self._chat.prepare()

    def close(self) -> None:
        """Hang up, and let go of what the records are sent with."""
        self._chat.close()
        for close in self._on_close:
            close()

    def answer(self, question: Question, scope: Scope) -> Generator[Event, None, Outcome]:
        """Yield steps and drafts and return the outcome; raise ModelFailed where the model gave no answer."""
        self._chat.prepare()
        endpoint = self._chat.endpoint
        turn = Turn(question.text, model=endpoint.model, base_url=endpoint.base_url, prices=self._prices)
        try:
            attempt = _Attempt(
                self._chat,
                self._toolbox,
                self._plans,
                self._language,
                self._units,
                question,
                scope,
                turn,
                deadline=time.monotonic() + self._time_limit,
                most_tokens=self._context_tokens,
            )
            outcome = yield from attempt.result()
            turn.outcome = "answered" if outcome.drafted else "declined" if outcome.declined else "unproven"
            return outcome
        except ModelFailed as error:
            turn.outcome, turn.reason = "failed", str(error)
            raise
        finally:
            if self._record is not None:
                self._record(turn.record())


class _Attempt:
    """Hold the state of one question."""

    def __init__(
        self,
        chat: Chat,
        toolbox: Toolbox,
        plans: PlanAnswerer,
        language: Language,
        units: Units,
        question: Question,
        scope: Scope,
        turn: Turn,
        *,
        deadline: float,
        most_tokens: int,
    ) -> None:
        self._chat = chat
        self._question = question
        self._scope = scope
        self._turn = turn
        self._deadline = deadline
        self._most_tokens = most_tokens
        self._ledger = Ledger()
        self._tools = Toolset(
            toolbox, plans, question, scope, self._ledger, most_tokens=int(_RESULTS_SHARE * most_tokens)
        )
        heads = toolbox.list_reports(ListReports(filter=question.filter))
        self._examiner = Examiner(self._ledger, question, scope, heads, language, units)
        self._drafts = 0

    def result(self) -> Generator[Event, None, Outcome]:
        """Answer with tools, or without where the model has none or cannot end; then repair once."""
        asked = self._opening()
        ended: Ended | None = None
        if not self._chat.lacks_tools:
            try:
                ended = yield from self._run("answer", asked, call=self._call)
            except ModelFailed as error:
                if error.fault != "no_tools":
                    raise
        if ended is None or ended.finish in {"limit", "malformed"}:
            ended = yield from self._run("evidence", [*asked, self._with_evidence()])
        written = self._written(ended)
        if not written.faults or self._deadline - time.monotonic() < _LEAST_TIME:
            return _outcome(written)
        repair = load("agent_repair").fill(
            faults="\n".join(f"- {fault}" for fault in written.faults[:_LONGEST_LIST]),
            evidence=self._evidence(),
        )
        said = [Message(role="assistant", content=ended.text)] if ended.text.strip() else []
        ended = yield from self._run("repair", [*asked, *said, Message(role="user", content=repair)])
        return _outcome(self._written(ended))

    # ---------------------------------------------------------------- what is sent

    def _opening(self) -> list[Message]:
        scope = self._scope
        question = load("agent_question").fill(
            question=shortened(scope.standalone, int(_HISTORY_SHARE * self._most_tokens)),
            organizations="、".join((*scope.organizations, *scope.unknown_organizations)) or "没有写明",
            years="、".join(map(str, scope.years)) or "没有写明",
            reports=self._reports(),
        )
        messages = [Message(role="user", content=question)]
        turns = condensed(self._question.history, int(_HISTORY_SHARE * self._most_tokens))
        if turns:
            told = "\n".join(f"{'问' if turn.role == 'user' else '答'}：{turn.content}" for turn in turns)
            messages.insert(0, Message(role="user", content=load("agent_history").fill(turns=told)))
        return messages

    def _reports(self) -> str:
        heads = self._tools.heads
        named = [f"{head.organization}{head.year or '年度不明'}" for head in heads[:_LONGEST_LIST]]
        rest = f"等 {len(heads)} 份" if len(heads) > _LONGEST_LIST else ""
        return ("、".join(named) + rest) or "没有"

    def _with_evidence(self) -> Message:
        return Message(role="user", content=load("agent_evidence").fill(evidence=self._evidence()))

    def _evidence(self) -> str:
        """Return all evidence so far; where the model looked for none, what the question finds by itself."""
        if not self._ledger.everything():
            query = self._scope.asked or self._scope.standalone
            self._tools.gather(query, years=self._scope.years)
        return self._tools.evidence(most=int(_EVIDENCE_SHARE * self._most_tokens))

    def _call(self, tool: str, arguments: BaseModel) -> str:
        del tool
        assert isinstance(arguments, ToolArguments)
        return self._tools.call(arguments)

    # ---------------------------------------------------------------- what comes back

    def _run(
        self,
        purpose: Literal["answer", "evidence", "repair"],
        messages: Sequence[Message],
        *,
        call: Callable[[str, BaseModel], str] | None = None,
    ) -> Generator[Event, None, Ended]:
        started = time.perf_counter()
        finished: list[CallFinished] = []
        before = self._drafts
        for signal in self._chat.run(messages, deadline=self._deadline, call=call):
            match signal:
                case Spoke():
                    self._drafts = before + signal.call
                    yield TextDelta(text=signal.text, verified=False, draft=self._drafts)
                case CallStarted():
                    yield ToolStarted(
                        tool=signal.tool, label=TOOL_LABELS[signal.tool], detail=_detail(signal.arguments)
                    )
                case CallFinished():
                    finished.append(signal)
                    yield ToolFinished(
                        tool=signal.tool,
                        label=TOOL_LABELS[signal.tool],
                        detail=_detail(signal.arguments),
                        elapsed_ms=signal.elapsed_ms,
                    )
                case Ended():
                    elapsed = (time.perf_counter() - started) * 1000
                    self._turn.add(purpose, messages, finished, signal, elapsed)
                    return signal
                case _:
                    assert_never(signal)
        raise AssertionError("a run ends with Ended or raises")

    def _written(self, ended: Ended) -> Written:
        written = write(
            ended.text,
            self._ledger,
            self._examiner,
            instructions=load("agent").text,
            complete=ended.finish != "length",
        )
        self._turn.found_faults(written.faults)
        return written


def _outcome(written: Written) -> Outcome:
    return Outcome(drafted=written.drafted, declined=written.declined, faults=written.faults)


def _detail(arguments: BaseModel) -> str:
    """Return what a call asks for, in the words of the call."""
    told = cast(dict[str, list[object] | object], arguments.model_dump(exclude_defaults=True))
    parts = [
        "、".join(map(str, cast(list[object], value))) if isinstance(value, list) else str(value)
        for value in told.values()
    ]
    return " · ".join(part for part in parts if part)[:120]
