"""Run a question through scope, answerer and grounding, as one stream of events."""

import hashlib
import logging
import re
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Protocol

from assistant.agent import AgentAnswerer, Outcome
from assistant.errors import AssistantError, ModelFailed, QuestionInvalid
from assistant.grounding import unproven
from assistant.language import Language
from assistant.models import (
    Answer,
    AnswerWarning,
    Completed,
    Drafted,
    Event,
    Failed,
    Question,
    Scope,
    Scoped,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from assistant.planning import resolve
from assistant.rendering import refuse
from assistant.routing import is_certain, is_for_rules
from assistant.rules import RulesAnswerer
from assistant.tools import TOOL_LABELS
from prompts import load
from vectorstore.errors import StoreError
from vectorstore.models import ReportHead

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
        rules: RulesAnswerer,
        language: Language,
        *,
        fingerprint: str,
        agent: AgentAnswerer | None = None,
        asks_rules_first: bool = True,
    ) -> None:
        self._reports = reports
        self._rules = rules
        self._language = language
        self._agent = agent
        self._asks_rules_first = asks_rules_first
        self._base_fingerprint = fingerprint

    @property
    def fingerprint(self) -> str:
        """Return what the answers depend on: settings, rules and the state of the library."""
        state = f"{self._base_fingerprint}:{self._reports.revision}"
        return hashlib.sha256(state.encode("utf-8")).hexdigest()[:16]

    def ask(self, question: Question) -> Answer:
        """Return the answer; raise AssistantError with the reason when the run failed."""
        for event in self.stream(question):
            if isinstance(event, Completed):
                return event.answer
            if isinstance(event, Failed):
                raise AssistantError(event.message)
        raise AssistantError("没有得到回答，请重试。")

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield what happens as it happens; the last event is Completed or Failed."""
        started = time.perf_counter()
        try:
            _check(question)
            scope = resolve(question, self._reports.headings(), self._language)
            yield Scoped(scope=scope)
            draft = 0
            answering = self._answered(question, scope, started)
            try:
                while True:
                    event = next(answering)
                    draft = event.draft + 1 if isinstance(event, TextDelta) else draft
                    yield event
            except StopIteration as stop:
                answer: Answer = stop.value
            finally:
                answering.close()
            yield from (TextDelta(text=piece, draft=draft) for piece in _PIECE.findall(answer.text) if piece)
            yield Completed(answer=answer)
        except (AssistantError, StoreError) as error:
            yield Failed(message=str(error), retryable=error.retryable)

    def _answered(self, question: Question, scope: Scope, started: float) -> Generator[Event, None, Answer]:
        """Answer by rule, by model, or by rule because the model could not; the answer says which."""
        agent = self._agent
        if agent is None or is_for_rules(scope, self._language):
            drafted = yield from self._worked_out(question, scope)
            return self._grounded(question, scope, drafted, started=started)
        by_rule: Drafted | None = None
        if self._asks_rules_first:
            by_rule = yield from self._worked_out(question, scope)
            if is_certain(by_rule, scope, self._language):
                return self._grounded(question, scope, by_rule, started=started)
        warning = AnswerWarning(code="model_unproven", message=load("model_unproven").fill(), citations=())
        outcome = Outcome()
        try:
            outcome = yield from agent.answer(question, scope)
        except ModelFailed as error:
            logger.warning("the model gave no answer to %r: %s", question.text, error)
            message = load("model_failed").fill(reason=str(error))
            warning = AnswerWarning(code="model_failed", message=message, citations=())
        if outcome.drafted is not None:
            answer = self._finished(question, scope, outcome.drafted, model=agent.model, started=started)
            faults = unproven(answer, self._reports.text)
            if not faults:
                return answer
            outcome = Outcome(faults=faults)
        if outcome.faults:
            logger.warning("withheld the model's answer to %r: %s", question.text, "；".join(outcome.faults))
        if by_rule is None:
            by_rule = yield from self._worked_out(question, scope)
        if outcome.declined:
            return self._declined(question, scope, by_rule, agent.model, started=started)
        warned = by_rule.model_copy(update={"warnings": (*by_rule.warnings, warning)})
        return self._grounded(question, scope, warned, started=started)

    def _declined(
        self, question: Question, scope: Scope, by_rule: Drafted, model: str, *, started: float
    ) -> Answer:
        """Return what is said where the model found nothing: the rules' certain answer, or their reason."""
        if by_rule.status in {"refused", "clarify"}:
            return self._finished(question, scope, by_rule, model=model, started=started)
        if is_certain(by_rule, scope, self._language):
            warning = AnswerWarning(
                code="model_declined", message=load("model_declined").fill(), citations=()
            )
            warned = by_rule.model_copy(update={"warnings": (*by_rule.warnings, warning)})
            return self._grounded(question, scope, warned, started=started)
        names = "、".join(f"{one.organization}{one.year or ''}" for one in scope.candidates[:3])
        refused = refuse("no_evidence", load("no_evidence").fill(reports=names))
        return self._finished(question, scope, refused, model=model, started=started)

    def _worked_out(self, question: Question, scope: Scope) -> Generator[Event, None, Drafted]:
        """Yield the tool calls while the rules work in a thread beside, so that steps show as they happen."""
        calls: SimpleQueue[tuple[str, str] | None] = SimpleQueue()
        with ThreadPoolExecutor(max_workers=1) as worker:
            work = worker.submit(
                self._rules.answer, question, scope, observe=lambda tool, detail: calls.put((tool, detail))
            )
            work.add_done_callback(lambda _: calls.put(None))
            yield from _steps(calls)
            return work.result()

    def _grounded(self, question: Question, scope: Scope, drafted: Drafted, *, started: float) -> Answer:
        """Return the answer when all of it is proven, else a refusal: nothing unproven is shown."""
        answer = self._finished(question, scope, drafted, started=started)
        if drafted.status in {"refused", "clarify"}:
            return answer
        faults = unproven(answer, self._reports.text) if answer.citations or answer.figures else ()
        if not faults:
            return answer
        logger.warning("withheld an answer to %r: %s", question.text, "；".join(faults))
        withheld = refuse("no_evidence", load("unproven").fill())
        return self._finished(question, scope, withheld, started=started)

    def _finished(
        self,
        question: Question,
        scope: Scope,
        drafted: Drafted,
        *,
        started: float,
        model: str | None = None,
    ) -> Answer:
        return Answer(
            question=question.text,
            standalone_question=scope.standalone,
            status=drafted.status,
            reason_code=drafted.reason_code,
            text=drafted.text,
            figures=drafted.figures,
            citations=drafted.citations,
            derivations=drafted.derivations,
            warnings=drafted.warnings,
            suggestions=drafted.suggestions,
            engine="rules" if model is None else "llm",
            model=model,
            latency_ms=round((time.perf_counter() - started) * 1000, 1),
            fingerprint=self.fingerprint,
        )


def _check(question: Question) -> None:
    if not question.text.strip():
        raise QuestionInvalid("问题是空的，请写下要问的内容。")
    if len(question.text) > LONGEST_QUESTION:
        raise QuestionInvalid(
            f"问题有 {len(question.text)} 字，超过上限 {LONGEST_QUESTION} 字，请缩短后再问。"
        )


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
