"""Put a question set to the engine, one question at a time, and keep every answer as it comes."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Protocol, assert_never

from assistant.evals.dataset import Case
from assistant.evals.predictions import (
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
    Question,
    Scoped,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from ingest.models import content_id

logger = logging.getLogger(__name__)


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
    limit: int | None = None,
    on_progress: Callable[[Prediction], None] = lambda _: None,
) -> tuple[Prediction, ...]:
    """Answer the first `limit` cases and return their predictions, in order.

    Answers that an earlier, interrupted run of the same engine wrote are taken over; questions that crashed
    are asked again. Whatever another engine answered is dropped.
    """
    made_by = engine.fingerprint
    known = {case.id: content_id("eval", made_by, case.asked().model_dump_json()) for case in cases}
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
                prediction = _answer(case, engine, known[case.id])
                out.write(prediction_line(prediction))
                out.flush()
            answered.append(prediction)
            on_progress(prediction)
    return tuple(answered)


def _answer(case: Case, engine: Engine, fingerprint: str) -> Prediction:
    started = perf_counter()

    def elapsed() -> float:
        return round((perf_counter() - started) * 1000, 1)

    try:
        last = _last_word(engine.stream(case.asked()))
    except Exception as error:
        # One question that breaks must not end the run.
        logger.warning("question %s broke", case.id, exc_info=True)
        last = Failed(message=f"{type(error).__name__}: {error}", retryable=False)
    if isinstance(last, Completed):
        return prediction_of(last.answer, case_id=case.id, latency_ms=elapsed(), fingerprint=fingerprint)
    return crash(last.message, case_id=case.id, latency_ms=elapsed(), fingerprint=fingerprint)


def _last_word(events: Iterator[Event]) -> Completed | Failed:
    for event in events:
        match event:
            case Completed() | Failed():
                return event
            case Scoped() | ToolStarted() | ToolFinished() | TextDelta():
                continue
            case _:
                assert_never(event)
    return Failed(message="引擎没有给出结果", retryable=False)
