import json
from pathlib import Path

import pytest

from training.labels import MARKS, SLOTS
from training.matching import read_labels, read_stretches
from training.splits import split

DATA = Path(__file__).parents[2] / "training" / "data"


def test_every_written_question_says_what_the_heads_can_tell_apart() -> None:
    parts = split(DATA)
    questions = [*parts.questions, *(question for held in parts.held_questions.values() for question in held)]

    for question in questions:
        assert {mark for mark, _, _ in question.spans} <= set(MARKS), question
        assert all(value in SLOTS[name] for name, value in question.slots.items()), question


def test_nothing_held_out_is_trained_on() -> None:
    parts = split(DATA)
    held = {(question.text, question.turns) for found in parts.held_questions.values() for question in found}

    assert not held & {(question.text, question.turns) for question in parts.questions}
    assert not {one.text for one in parts.held_stretches} & {one.text for one in parts.stretches}


@pytest.mark.parametrize("kind", ["passages", "prose"])
def test_a_place_is_the_figure_or_sentence_that_was_written_down(kind: str) -> None:
    read = [one for name, found in read_stretches(DATA).items() if name.startswith(kind) for one in found]
    records = [
        json.loads(line)
        for path in sorted((DATA / kind).glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    written = [
        text
        for record in records
        for text in record.get("sentences") or [figure["printed"] for figure in record["figures"]]
    ]

    assert [one.text[start:end] for one in read for start, end in one.places] == written


def test_every_indicator_has_a_label_and_names_that_people_give_it() -> None:
    assert all(label and says for _, label, says in read_labels(DATA))
