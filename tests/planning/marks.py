"""Turn a question with its marks into what a reader that makes no mistake would say of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from vectorstore.models import Likely, Reading, Span

_MARK = re.compile(r"\[([a-z]):([^\[\]]+)\]")
_SLOTS = {
    "over": "over",
    "order": "order",
    "relation": "relation",
    "ask": "ask",
    "of": "of",
    "as": "unit",
    "inner": "inner",
}


def parsed(marked: str) -> tuple[str, tuple[Span, ...]]:
    """Take the marks out of a text and return them as spans."""
    text, spans, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        spans.append(
            Span.model_validate(
                {"mark": match[1], "start": len(text), "end": len(text) + len(match[2]), "text": match[2]}
            )
        )
        text += match[2]
        last = match.end()
    return text + marked[last:], tuple(spans)


def reading(record: Mapping[str, Any]) -> Reading:
    """Return what a marked question says, each thing with certainty."""
    text, spans = parsed(record["text"])
    history = record.get("history") or ()
    slots = {slot: (Likely[Any](value=record[key]),) for key, slot in _SLOTS.items() if key in record}
    return Reading.model_validate(
        {
            "question": text,
            "spans": spans,
            "operation": ({"value": record["op"]},),
            **{slot: [dict(one) for one in options] for slot, options in slots.items()},
            "paired": 1.0 if record.get("paired") else 0.0,
            "keeps": [{"value": kept} for kept in record.get("keeps", ()) if kept != "c"],
            "source": [{"value": record.get("from", len(history) - 1)}] if record.get("keeps") else (),
        }
    )


class Marked:
    """Read the turns of one conversation by their marks."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        turns = [*(record.get("history") or ()), record]
        self._readings = [reading({**turn, "history": turns[:index]}) for index, turn in enumerate(turns)]

    def read(self, question: str, turns: Sequence[str] = ()) -> Reading:
        """Return the reading of a turn of the conversation."""
        found = self._readings[len(turns)]
        assert found.question == question
        return found


def history(record: Mapping[str, Any]) -> list[str]:
    """Return what was asked before, without marks."""
    return [parsed(turn["text"])[0] for turn in record.get("history") or ()]
