import pytest

from training.generator import Generator
from training.marking import Question, parse, settle


def written(text: str, op: str, **more: str) -> Question:
    plain, spans = parse(text)
    slots = {
        "operation": op,
        **dict.fromkeys(("over", "order", "relation", "ask", "of", "unit", "inner", "paired"), ""),
        **more,
    }
    return settle(Question(plain, spans, slots))


QUESTIONS = [
    written("[o:甲县][y:2019年][m:政务微信]发了几条", "lookup"),
    written("[o:乙市教育局][y:2021年][m:培训]办了几期", "lookup"),
    written("[y:2020年][o:丙区][m:申请]比[y:2019年]增长了百分之几", "growth", unit="percent"),
    written("[o:丁镇][y:2018年][n:网站]占[b:全部发布]的几成", "share", over="measures"),
    written("辛苦啦", "chat"),
]


@pytest.fixture(scope="module")
def drawn() -> list[Question]:
    generator = Generator(QUESTIONS, ["办件总量", "热线接听"], seed=3)
    return [question for _ in range(20) for question in generator.epoch()]


def test_every_mark_still_stands_on_its_stretch(drawn: list[Question]) -> None:
    for question in drawn:
        ends = [0] + [end for _, _, end in question.spans]
        starts = [start for _, start, _ in question.spans] + [len(question.text)]
        assert all(end <= start for end, start in zip(ends, starts, strict=True)), question
        assert all(question.text[start:end].strip() for _, start, end in question.spans), question


def test_variants_ask_of_other_bodies_years_and_measures(drawn: list[Question]) -> None:
    lookups = [question for question in drawn if question.operation == "lookup" and not question.turns]

    assert len({tuple(question.pieces("o")) for question in lookups}) > 3
    assert len({tuple(question.pieces("y")) for question in lookups}) > 3
    assert len({tuple(question.pieces("m")) for question in lookups}) > 3


def test_follow_ups_keep_what_they_leave_out_and_nothing_when_complete(drawn: list[Question]) -> None:
    made = [question for question in drawn if question.turns]

    assert any(not question.keeps for question in made)
    for question in made:
        for mark in "oy":
            assert not (mark in question.keeps and question.pieces(mark))
    assert all((question.source is not None) == bool(question.keeps) for question in made)


def test_the_same_seed_draws_the_same() -> None:
    first, second = (Generator(QUESTIONS, ["办件总量"], seed=7).epoch() for _ in range(2))

    assert first == second
