"""Run a question through planner, answerer and grounding, as one stream of events."""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Protocol

from assistant.agent import AgentAnswerer, Outcome
from assistant.answering import PlanAnswerer
from assistant.errors import AssistantError, ModelFailed, QuestionInvalid
from assistant.grounding import unproven
from assistant.models import (
    Answer,
    AnswerWarning,
    Completed,
    Drafted,
    Event,
    Failed,
    Planned,
    Question,
    Scope,
    Scoped,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from assistant.plan_json import checked
from assistant.planning import Planner, scope_of
from assistant.plans import About, Check, Holdings, Operation, Passage, Plan, Unclear
from assistant.rendering import refuse, understood
from assistant.tools import TOOL_LABELS
from prompts import load
from vectorstore.errors import StoreError
from vectorstore.models import EVERYTHING, Filter, ReportHead

logger = logging.getLogger(__name__)

LONGEST_QUESTION = 2000
_PIECE = re.compile(r"[^\n，。；：]*[\n，。；：]?")


class Reports(Protocol):
    """Offer what the engine itself needs of the library."""

    @property
    def revision(self) -> int:
        """Return a number that grows with each change."""
        ...

    def headings(self) -> tuple[ReportHead, ...]:
        """Return every report, without its text."""
        ...

    def text(self, report_id: str) -> str:
        """Return the text of a report's file."""
        ...


class Engine:
    """Answer questions; every interface folds `stream`."""

    def __init__(
        self,
        reports: Reports,
        planner: Planner,
        plans: PlanAnswerer,
        *,
        fingerprint: str,
        agent: AgentAnswerer | None = None,
        asks_plan_first: bool = True,
    ) -> None:
        self._reports = reports
        self._planner = planner
        self._plans = plans
        self._agent = agent
        self._asks_plan_first = asks_plan_first
        self._base_fingerprint = fingerprint

    @property
    def fingerprint(self) -> str:
        """Return what the answers depend on: settings, code, model and the state of the library."""
        state = f"{self._base_fingerprint}:{self._reports.revision}"
        return hashlib.sha256(state.encode("utf-8")).hexdigest()[:16]

    def ask(self, question: Question) -> Answer:
        """Return the answer; raise AssistantError with the reason when the run failed."""
        return _last_word(self.stream(question))

    def carry_out(self, plan: Plan, *, filter: Filter = EVERYTHING) -> Answer:  # noqa: A002
        """Return the answer to a plan, within a filter; raise AssistantError with the reason when the run failed."""
        return _last_word(self.stream_plan(plan, filter=filter))

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield what happens as it happens; the last event is Completed or Failed."""
        started = time.perf_counter()
        try:
            _check(question)
            heads = self._reports.headings()
            plan = self._planner.plan(question, heads)
            yield Planned(plan=plan, understanding=understood(plan))
            scope = scope_of(plan, question, heads)
            yield Scoped(scope=scope)
            draft = 0
            answering = self._answered(question, plan, scope, started)
            try:
                while True:
                    event = next(answering)
                    draft = event.draft + 1 if isinstance(event, TextDelta) else draft
                    yield event
            except StopIteration as stop:
                answer: Answer = stop.value
            finally:
                answering.close()
            yield from _told(answer, draft=draft)
        except (AssistantError, StoreError) as error:
            yield Failed(message=str(error), retryable=error.retryable)

    def stream_plan(self, plan: Plan, *, filter: Filter = EVERYTHING) -> Iterator[Event]:  # noqa: A002
        """Yield what happens while a plan is carried out; the last event is Completed or Failed."""
        started = time.perf_counter()
        try:
            question = Question(text=checked(plan).standalone, filter=filter)
            yield Planned(plan=plan, understanding=understood(plan))
            drafted = yield from self._carried_out(plan, filter)
            yield from _told(self._grounded(question, plan, drafted, started=started))
        except (AssistantError, StoreError) as error:
            yield Failed(message=str(error), retryable=error.retryable)

    def _answered(
        self, question: Question, plan: Plan, scope: Scope, started: float
    ) -> Generator[Event, None, Answer]:
        """Answer by the plan, by a model, or by the plan because the model could not; the answer says which."""
        agent = self._agent
        if agent is None or _is_settled(plan, scope):
            drafted = yield from self._carried_out(plan, question.filter)
            return self._grounded(question, plan, drafted, started=started)
        by_plan: Drafted | None = None
        if self._asks_plan_first:
            by_plan = yield from self._carried_out(plan, question.filter)
            if _is_certain(by_plan, plan):
                return self._grounded(question, plan, by_plan, started=started)
        warning = AnswerWarning(code="model_unproven", message=load("model_unproven").fill(), citations=())
        outcome = Outcome()
        try:
            outcome = yield from agent.answer(question, scope)
        except ModelFailed as error:
            logger.warning("the model gave no answer to %r: %s", question.text, error)
            message = load("model_failed").fill(reason=str(error))
            warning = AnswerWarning(code="model_failed", message=message, citations=())
        if outcome.drafted is not None:
            answer = self._finished(question, plan, outcome.drafted, model=agent.model, started=started)
            faults = unproven(answer, self._reports.text, self._reports.headings())
            if not faults:
                return answer
            outcome = Outcome(faults=faults)
        if outcome.faults:
            logger.warning("withheld the model's answer to %r: %s", question.text, "；".join(outcome.faults))
        if by_plan is None:
            by_plan = yield from self._carried_out(plan, question.filter)
        if outcome.declined:
            return self._declined(question, plan, scope, by_plan, agent.model, started=started)
        warned = by_plan.model_copy(update={"warnings": (*by_plan.warnings, warning)})
        return self._grounded(question, plan, warned, started=started)

    def _declined(
        self, question: Question, plan: Plan, scope: Scope, by_plan: Drafted, model: str, *, started: float
    ) -> Answer:
        """Return what is said where the model found nothing: the plan's certain answer, or its reason."""
        if by_plan.status in {"refused", "clarify"}:
            return self._finished(question, plan, by_plan, model=model, started=started)
        if _is_certain(by_plan, plan):
            warning = AnswerWarning(
                code="model_declined", message=load("model_declined").fill(), citations=()
            )
            warned = by_plan.model_copy(update={"warnings": (*by_plan.warnings, warning)})
            return self._grounded(question, plan, warned, started=started)
        names = "、".join(f"{one.organization}{one.year or ''}" for one in scope.candidates[:3])
        refused = refuse("no_evidence", load("no_evidence").fill(reports=names))
        return self._finished(question, plan, refused, model=model, started=started)

    def _carried_out(self, plan: Plan, narrowed: Filter) -> Generator[Event, None, Drafted]:
        return (
            yield from _worked_out(
                lambda observe: self._plans.answer(plan, narrowed=narrowed, observe=observe)
            )
        )

    def _grounded(self, question: Question, plan: Plan, drafted: Drafted, *, started: float) -> Answer:
        """Return the answer when all of it is proven, else a refusal: nothing unproven is shown."""
        answer = self._finished(question, plan, drafted, started=started)
        faults = (
            unproven(answer, self._reports.text, self._reports.headings())
            if answer.citations or answer.figures
            else ()
        )
        if not faults:
            return answer
        logger.warning("withheld an answer to %r: %s", question.text, "；".join(faults))
        withheld = refuse("no_evidence", load("unproven").fill())
        return self._finished(question, plan, withheld, started=started)

    def _finished(
        self,
        question: Question,
        plan: Plan,
        drafted: Drafted,
        *,
        started: float,
        model: str | None = None,
    ) -> Answer:
        """Return the whole answer; what a model wrote did not come of the plan, and carries none."""
        return Answer(
            question=question.text,
            standalone_question=plan.standalone,
            plan=plan if model is None else None,
            understanding=understood(plan) if model is None else "",
            status=drafted.status,
            reason_code=drafted.reason_code,
            text=drafted.text,
            figures=drafted.figures,
            citations=drafted.citations,
            derivations=drafted.derivations,
            warnings=drafted.warnings,
            suggestions=drafted.suggestions,
            confidence=round(drafted.confidence, 3),
            engine="rules" if model is None else "llm",
            model=model,
            latency_ms=round((time.perf_counter() - started) * 1000, 1),
            fingerprint=self.fingerprint,
        )


_FOR_THE_PLAN = frozenset({"which_organization", "chat", "outside"})
_FACTS = (About, Check, Holdings)
"""The operations whose answers need no figure to be certain."""
_OPEN = frozenset({"how", "why", "summary"})
"""What is asked of a passage that a model tells better."""


def _is_settled(plan: Plan, scope: Scope) -> bool:
    """Tell whether a question is settled before any model could help: no such report, which one, what is there."""
    return not scope.candidates or len(scope.choices) > 1 or all(map(_needs_no_model, plan.operations))


def _needs_no_model(operation: Operation) -> bool:
    match operation:
        case Unclear(obstacle=obstacle):
            return obstacle in _FOR_THE_PLAN
        case _:
            return isinstance(operation, Holdings)


def _is_certain(drafted: Drafted, plan: Plan) -> bool:
    """Tell whether what came of a plan needs no second thought."""
    unreadable = any(isinstance(each, Unclear) and each.obstacle == "unreadable" for each in plan.operations)
    if plan.unread or unreadable:
        return False
    if drafted.status in {"refused", "clarify"}:
        return drafted.reason_code in {"no_report", "blank_cell", "out_of_scope"}
    if any(isinstance(each, Passage) and each.ask in _OPEN for each in plan.operations):
        return False
    facts = all(isinstance(each, _FACTS) for each in plan.operations)
    return facts or bool(drafted.figures or drafted.derivations)


def _last_word(events: Iterator[Event]) -> Answer:
    for event in events:
        if isinstance(event, Completed):
            return event.answer
        if isinstance(event, Failed):
            raise AssistantError(event.message)
    raise AssistantError("没有得到回答，请重试。")


def _told(answer: Answer, *, draft: int = 0) -> Iterator[Event]:
    yield from (TextDelta(text=piece, draft=draft) for piece in _PIECE.findall(answer.text) if piece)
    yield Completed(answer=answer)


def _check(question: Question) -> None:
    if not question.text.strip():
        raise QuestionInvalid("问题是空的，请写下要问的内容。")
    if len(question.text) > LONGEST_QUESTION:
        raise QuestionInvalid(
            f"问题有 {len(question.text)} 字，超过上限 {LONGEST_QUESTION} 字，请缩短后再问。"
        )


def _worked_out(work: Callable[[Callable[[str, str], None]], Drafted]) -> Generator[Event, None, Drafted]:
    """Yield the tool calls while something is worked out in a thread beside, so that steps show as they happen."""
    calls: SimpleQueue[tuple[str, str] | None] = SimpleQueue()
    with ThreadPoolExecutor(max_workers=1) as worker:
        done = worker.submit(work, lambda tool, detail: calls.put((tool, detail)))
        done.add_done_callback(lambda _: calls.put(None))
        yield from _steps(calls)
        return done.result()


def _steps(calls: SimpleQueue[tuple[str, str] | None]) -> Iterator[Event]:
    """Yield each different tool call once; it is taken as finished when the next one starts."""
    seen: set[tuple[str, str]] = set()
    open_call: tuple[str, str] | None = None
    since = time.perf_counter()
    while True:
        call = calls.get()
        if call is not None and call in seen:
            continue
        if open_call is not None:
            tool, detail = open_call
            elapsed = round((time.perf_counter() - since) * 1000, 1)
            yield ToolFinished(tool=tool, label=TOOL_LABELS[tool], detail=detail, elapsed_ms=elapsed)
        if call is None:
            return
        seen.add(call)
        open_call, since = call, time.perf_counter()
        yield ToolStarted(tool=call[0], label=TOOL_LABELS[call[0]], detail=call[1])
