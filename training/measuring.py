"""Compare what is read with what was written."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from training.labels import MARKS, SLOTS
from training.marking import Question
from vectorstore.models import Likely, Reading
from vectorstore.reader import Reader


def score(questions: Sequence[Question], readings: Sequence[Reading]) -> dict[str, str]:
    """Say how much of each thing is right: spans by F1, the rest by the share of questions."""
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    read: Counter[str] = Counter()
    written: Counter[str] = Counter()
    overlapping = 0

    def count(name: str, is_right: bool) -> None:
        of[name] += 1
        right[name] += is_right

    for question, reading in zip(questions, readings, strict=True):
        got = {(span.mark, span.start, span.end) for span in reading.spans}
        want = set(question.spans)
        for counter, spans in ((hits, got & want), (read, got), (written, want)):
            counter.update(mark for mark, _, _ in spans)
        overlapping += sum(
            any(mark == other and start < last and first < end for other, first, last in got)
            for mark, start, end in want
        )
        count("all spans", got == want)
        for name in SLOTS:
            if question.slots[name]:
                count(name, _first(reading, name) == question.slots[name])
        if question.turns:
            kept = {likely.value for likely in reading.keeps if likely.probability > 0.5}
            count(
                "keeps" if question.keeps else "keeps nothing", kept - {"op"} == set(question.keeps) - {"op"}
            )
            count("keeps the operation", ("op" in kept) == ("op" in question.keeps))
        if question.source is not None and len(question.turns) > 1:
            count("from which turn", reading.source[0].value == question.source)
    shares = {name: f"{right[name] / of[name]:.3f} of {of[name]}" for name in of}
    by_mark = " ".join(
        f"{mark} {2 * hits[mark] / (read[mark] + written[mark]):.2f}/{written[mark]}"
        for mark in MARKS
        if written[mark]
    )
    return {
        **shares,
        "spans F1": f"{2 * hits.total() / max(1, read.total() + written.total()):.3f}",
        "spans overlapping": f"{overlapping / max(1, written.total()):.3f}",
        "by mark": by_mark,
    }


def _first(reading: Reading, name: str) -> str:
    if name == "paired":
        return "paired" if reading.paired > 0.5 else ""
    likely: tuple[Likely[str | None], ...] = getattr(reading, name)
    return likely[0].value or "" if likely else ""


_CALLED = {"contact": {"about"}, "several": {"several", "lookup"}, "lookup": {"lookup", "several"}}
"""How the operations of the evaluation's plans are called here; several is a lookup of more than one measure."""


def operations_right(path: Path, reader: Reader) -> str:
    """Say how many questions of an evaluation are taken for the operation that its plan names."""
    right = of = 0
    missed: Counter[str] = Counter()
    for line in path.read_text("utf-8").splitlines():
        record = json.loads(line)
        wanted = record.get("plan", {}).get("operation")
        if wanted in (None, "refuse"):
            continue
        turns = [turn["content"] for turn in record.get("history", ()) if turn["role"] == "user"]
        got = reader.read(record["question"], turns).operation[0].value
        of += 1
        if got == wanted or got in _CALLED.get(wanted, ()):
            right += 1
        else:
            missed[f"{wanted}→{got}"] += 1
    faults = ", ".join(f"{fault} {number}" for fault, number in missed.most_common(12))
    return f"{right} of {of}; {faults}"
