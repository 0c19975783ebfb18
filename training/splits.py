"""Say what is trained on and what is only measured: whole writers, half of a writer's conversations, every twelfth passage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.marking import Question, read_questions
from training.matching import Label, Stretch, read_labels, read_stretches

_WRITER = "researcher"
_HALVED = "chats"
_EVERY = 12


@dataclass(frozen=True)
class Split:
    """Hold what is trained on, and apart from it what nobody trains on."""

    questions: Sequence[Question]
    stretches: Sequence[Stretch]
    labels: Sequence[Label]
    held_questions: Mapping[str, Sequence[Question]]
    held_stretches: Sequence[Stretch]


def split(data: Path) -> Split:
    """Read the data and set apart what is held out."""
    writers = {path.stem: read_questions(path) for path in sorted((data / "marked").glob("*.jsonl"))}
    held = {_WRITER: writers.pop(_WRITER)}
    half = len(writers[_HALVED]) // 2
    # Turns of one conversation stand one after the other: all but the one at the border stay together.
    held[_HALVED] = [question for question in writers[_HALVED][half:] if question.turns]
    writers[_HALVED] = writers[_HALVED][:half]
    by_file = read_stretches(data).values()
    return Split(
        questions=[question for questions in writers.values() for question in questions],
        stretches=[one for found in by_file for number, one in enumerate(found) if number % _EVERY],
        labels=read_labels(data),
        held_questions=held,
        held_stretches=[one for found in by_file for one in found[::_EVERY]],
    )
