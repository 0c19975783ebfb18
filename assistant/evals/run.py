"""Put a question set to the engine, one question at a time, and keep every answer as it comes."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Protocol, assert_never

from assistant.evals.citing import proof_ranks
from assistant.evals.dataset import Case
from assistant.evals.predictions import (
    Cited,
    Prediction,
    crash,
    prediction_line,
    prediction_of,
    read_unbroken,
    write_predictions,
)
from assistant.models import (
    Completed,
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
from ingest.models import content_id

logger = logging.getLogger(__name__)


Search = Callable[[Scope], Sequence[Cited]]
"""Return the passages that a plain search finds within a scope, best first."""


class Engine(Protocol):
    """Answer a question as a stream of events; `fingerprint` changes with whatever may change an answer."""

    @property
    def fingerprint(self) -> str:
        """Return what made the answers."""
        ...

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield events; the last one is `Completed` or `Failed`."""
        ...


def run(
    cases: Sequence[Case],
    engine: Engine,
    predictions: Path,
    *,
    search: Search | None = None,
    limit: int | None = None,
    on_progress: Callable[[Prediction], None] = lambda _: None,
) -> tuple[Prediction, ...]:
    """Answer the first `limit` cases and return their predictions, in order.

    Answers that an earlier, interrupted run of the same engine wrote are taken over; questions that crashed
    are asked again. Whatever another engine answered is dropped. With `search`, it is kept at which place the
    proofs of the gold are found.
    """
    made_by = engine.fingerprint
    known = {case.id: _fingerprint(case, made_by, search) for case in cases}
    kept = {
        prediction.id: prediction
        for prediction in read_unbroken(predictions)
        if prediction.error is None and known.get(prediction.id) == prediction.fingerprint
    }
    predictions.parent.mkdir(parents=True, exist_ok=True)
    write_predictions(predictions, kept.values())
    answered: list[Prediction] = []
    with predictions.open("a", encoding="utf-8") as out:
        for case in cases[:limit]:
            prediction = kept.get(case.id)
            if prediction is None:
                prediction = _answer(case, engine, search, known[case.id])
                out.write(prediction_line(prediction))
                out.flush()
            answered.append(prediction)
            on_progress(prediction)
    return tuple(answered)


def _fingerprint(case: Case, made_by: str, search: Search | None) -> str:
    """Return what a prediction depends on; the proofs belong to it where their places are looked up."""
    proofs = [passage.model_dump_json() for group in case.evidence for passage in group] if search else []
    return content_id("eval", made_by, case.asked().model_dump_json(), *proofs)


class _Watch:
    """Fold the events of one question and take the time."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self.scope: Scope | None = None
        self.first_token_ms: float | None = None

    def elapsed_ms(self) -> float:
        return round((perf_counter() - self._started) * 1000, 1)

    def last_word(self, events: Iterator[Event]) -> Completed | Failed:
        for event in events:
            match event:
                case Completed() | Failed():
                    return event
                case Scoped():
                    self.scope = event.scope
                case TextDelta():
                    self.first_token_ms = self.first_token_ms or self.elapsed_ms()
                case Planned() | ToolStarted() | ToolFinished():
                    continue
                case _:
                    assert_never(event)
        return Failed(message="引擎没有给出结果", retryable=False)


def _answer(case: Case, engine: Engine, search: Search | None, fingerprint: str) -> Prediction:
    watch = _Watch()
    try:
        last = watch.last_word(engine.stream(case.asked()))
        latency_ms = watch.elapsed_ms()
        ranks = proof_ranks(case, search(watch.scope)) if search and watch.scope and case.evidence else None
    except Exception as error:
        # One question that breaks must not end the run.
        logger.warning("question %s broke", case.id, exc_info=True)
        message = f"{type(error).__name__}: {error}"
        last, latency_ms, ranks = Failed(message=message, retryable=False), watch.elapsed_ms(), None
    if isinstance(last, Completed):
        return prediction_of(
            last.answer,
            case_id=case.id,
            latency_ms=latency_ms,
            fingerprint=fingerprint,
            first_token_ms=watch.first_token_ms,
            proof_ranks=ranks,
        )
    return crash(last.message, case_id=case.id, latency_ms=latency_ms, fingerprint=fingerprint)
