"""Write down what the engine answered, in the shape that scorers read, one line a question."""

import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import ConfigDict, ValidationError

from assistant.errors import EvalInvalid
from assistant.models import Answer, Citation, ReasonCode, Status
from ingest.models import Value

PREDICTIONS = "predictions.jsonl"


class Cited(Value):
    """Hold a citation as scorers read it; `section` is the whole path, from the top heading down."""

    source: str
    section: str
    quote: str


class Prediction(Value):
    """Hold what was answered to one question; `fingerprint` tells question and engine.

    `proof_ranks` says at which place a plain search found each proof of the gold, None where it did not.
    """

    # Other tools add fields of their own.
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    answer: str
    citations: tuple[Cited, ...]
    abstained: bool
    latency_ms: float
    first_token_ms: float | None = None
    confidence: float | None = None
    proof_ranks: tuple[int | None, ...] | None = None
    status: Status | None = None
    reason_code: ReasonCode | None = None
    error: str | None = None
    fingerprint: str = ""


def prediction_of(
    answer: Answer,
    *,
    case_id: str,
    latency_ms: float,
    fingerprint: str,
    first_token_ms: float | None = None,
    proof_ranks: tuple[int | None, ...] | None = None,
) -> Prediction:
    """Return the answer as it is shown: its text, and the warnings under it."""
    remarks = [
        f"注意：{warning.message}" for warning in answer.warnings if warning.message not in answer.text
    ]
    return Prediction(
        id=case_id,
        answer="\n".join([answer.text, *remarks]),
        citations=tuple(_cited(citation) for citation in answer.citations),
        abstained=answer.status in {"refused", "clarify"},
        latency_ms=latency_ms,
        first_token_ms=first_token_ms,
        confidence=answer.confidence,
        proof_ranks=proof_ranks,
        status=answer.status,
        reason_code=answer.reason_code,
        fingerprint=fingerprint,
    )


def crash(error: str, *, case_id: str, latency_ms: float, fingerprint: str) -> Prediction:
    """Return the prediction of a question that broke: no answer, and why."""
    return Prediction(
        id=case_id,
        answer="",
        citations=(),
        abstained=False,
        latency_ms=latency_ms,
        error=error,
        fingerprint=fingerprint,
    )


def prediction_line(prediction: Prediction) -> str:
    """Return one line of `predictions.jsonl`, its end included."""
    return json.dumps(prediction.model_dump(mode="json"), ensure_ascii=False) + "\n"


def read_unbroken(path: Path) -> tuple[Prediction, ...]:
    """Return the predictions that were written whole; a run that was killed may leave half a line."""
    if not path.exists():
        return ()
    read: list[Prediction] = []
    for line in path.read_bytes().split(b"\n"):
        try:
            read.append(Prediction.model_validate_json(line))
        except ValidationError:
            continue
    return tuple(read)


def read_baseline(folder: Path) -> tuple[Prediction, ...]:
    """Return the predictions of an earlier run."""
    predictions = read_unbroken(folder / PREDICTIONS)
    if not predictions:
        raise EvalInvalid(
            f"{folder}：没有可比较的 {PREDICTIONS}。--baseline 应是先前 gongkai eval 的 --out 文件夹。"
        )
    return predictions


def write_predictions(path: Path, predictions: Iterable[Prediction]) -> None:
    """Replace the file in one step, so that no moment leaves it half written."""
    fresh = path.with_suffix(".jsonl.new")
    fresh.write_text("".join(map(prediction_line, predictions)), encoding="utf-8")
    fresh.replace(path)


def section_text(citation: Citation) -> str:
    """Return a citation's section path in one line."""
    return " > ".join(citation.section)


def _cited(citation: Citation) -> Cited:
    return Cited(source=citation.source, section=section_text(citation), quote=citation.quote)
