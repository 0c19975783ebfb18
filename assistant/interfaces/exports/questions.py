"""Write feedback as a question set that `gongkai eval` reads.

What was found right becomes gold. What was found wrong has no gold: it is answered anew and left for people.
"""

import json
from collections.abc import Sequence

from assistant.conversations import Feedback
from assistant.models import Answer


def question_set(feedback: Sequence[Feedback]) -> str:
    """Return one JSON record a line."""
    return "".join(json.dumps(_record(one), ensure_ascii=False) + "\n" for one in feedback)


def _record(one: Feedback) -> dict[str, object]:
    return {
        "id": one.turn_id,
        "type": "feedback",
        "question": one.question,
        "history": [turn.model_dump() for turn in one.history],
        "abstain": one.verdict == "up" and one.answer.status in {"refused", "clarify"},
        "answer": _gold(one.answer) if one.verdict == "up" else None,
        "evidence": _evidence(one.answer) if one.verdict == "up" else [],
        "verdict": one.verdict,
        "faults": list(one.reasons),
        "notes": one.note,
        "fingerprint": one.answer.fingerprint,
        "given": one.answer.model_dump(mode="json"),
    }


def _gold(answer: Answer) -> dict[str, object]:
    numbers = [{"value": float(figure.value), "unit": figure.unit, "tol": 0} for figure in answer.figures]
    return {"text": answer.text, "numeric": numbers}


def _evidence(answer: Answer) -> list[list[dict[str, str]]]:
    return [
        [{"source": one.source, "section": one.section[-1] if one.section else "", "quote": one.quote}]
        for one in answer.citations
    ]
