"""Have answers judged by a model; what it says stands apart from every score that is worked out."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from assistant.evals.dataset import Case
from assistant.evals.predictions import Prediction
from assistant.evals.statistics import mean
from assistant.models import Verdict
from ingest.models import Value

JUDGED = "judged.json"


class Judge(Protocol):
    """Give a verdict on an answer and its quotes."""

    @property
    def model(self) -> str:
        """Return who judges."""
        ...

    def judge(self, question: str, answer: str, quotes: Sequence[str], reference: str) -> Verdict:
        """Return the verdict; a judge that fails says why instead of scoring."""
        ...


class Judgement(Value):
    """Hold the verdict on one question."""

    id: str
    verdict: Verdict


class Judged(Value):
    """Hold all verdicts of a run; the means leave out what could not be judged."""

    model: str
    judgements: tuple[Judgement, ...]

    @property
    def faithfulness(self) -> float | None:
        """Return the mean faithfulness."""
        return _mean([one.verdict.faithfulness for one in self.judgements])

    @property
    def completeness(self) -> float | None:
        """Return the mean completeness."""
        return _mean([one.verdict.completeness for one in self.judgements])

    @property
    def unjudged(self) -> int:
        """Return how many answers got no scores."""
        return sum(one.verdict.faithfulness is None for one in self.judgements)


def judge_answers(
    cases: Sequence[Case],
    predictions: Sequence[Prediction],
    judge: Judge,
    *,
    on_progress: Callable[[Judgement], None] = lambda _: None,
) -> Judged:
    """Have every answer judged that is one; refusals and crashes are not."""
    by_id = {case.id: case for case in cases}
    judgements: list[Judgement] = []
    for prediction in predictions:
        case = by_id.get(prediction.id)
        if case is None or prediction.abstained or prediction.error is not None:
            continue
        verdict = judge.judge(
            case.question,
            prediction.answer,
            [cited.quote for cited in prediction.citations],
            case.gold.text if case.gold else "",
        )
        judgements.append(Judgement(id=prediction.id, verdict=verdict))
        on_progress(judgements[-1])
    return Judged(model=judge.model, judgements=tuple(judgements))


def write_judged(out: Path, judged: Judged) -> None:
    """Write the verdicts into a file of their own."""
    document = {
        "judge": judged.model,
        "faithfulness": judged.faithfulness,
        "completeness": judged.completeness,
        "judged": len(judged.judgements) - judged.unjudged,
        "unjudged": judged.unjudged,
        "verdicts": {one.id: one.verdict.model_dump(mode="json") for one in judged.judgements},
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / JUDGED).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def judged_line(judged: Judged) -> str:
    """Return the verdicts in one line that says who gave them."""
    unjudged = f"，{judged.unjudged} 题没有评成" if judged.unjudged else ""
    scores = (_score(judged.faithfulness), _score(judged.completeness))
    return (
        f"评审（{judged.model}，{len(judged.judgements)} 个回答，不计入以上各项）："
        f"有据 {scores[0]}，完整 {scores[1]}{unjudged}"
    )


def _mean(values: Sequence[float | None]) -> float | None:
    value = mean([one for one in values if one is not None])
    return None if value is None else round(value, 4)


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
