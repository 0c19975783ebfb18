"""Conversations: kept over a restart, each with its owner, found by what was said in them."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from assistant.conversations import Conversations, Feedback, KeptTurn
from assistant.errors import ConversationMissing, ConversationsUnusable
from assistant.exchange import Exchange
from assistant.models import Answer
from assistant.plans import Amount, Bound, Count, Measure, Plan
from vectorstore.library import Library
from vectorstore.models import Filter


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(f"sqlite:///{tmp_path / 'library.sqlite'}") as library:
        yield library.database


@pytest.fixture
def kept(database: Engine) -> Conversations:
    return Conversations(database)


def answered(question: str, text: str) -> Exchange:
    answer = Answer(
        question=question,
        standalone_question=question,
        status="answered",
        reason_code=None,
        text=text,
        figures=(),
        citations=(),
        derivations=(),
        warnings=(),
        suggestions=(),
        engine="rules",
        model=None,
        latency_ms=1.0,
        fingerprint="f",
    )
    return Exchange(question=question, text=text, answer=answer)


def turn(name: str, text: str = "答") -> KeptTurn:
    return KeptTurn(id=name, exchange=answered(f"问{name}", text))


def test_how_a_question_was_understood_outlives_a_restart(database: Engine) -> None:
    plan = Plan(
        standalone="热线办复率超过99.5%的有几个",
        operations=(
            Count(
                of=(Measure(phrase="办复率"),),
                bound=Bound(relation="more", value=Amount(value=Decimal("99.5"), unit="%")),
            ),
        ),
    )
    exchange = answered("问", "答")
    assert exchange.answer is not None
    planned = exchange.answer.model_copy(update={"plan": plan, "understanding": "各单位 · 办复率"})
    kept = Conversations(database)
    conversation = kept.start("甲", "热线")
    kept.add("甲", conversation, KeptTurn(id="t9", exchange=exchange.model_copy(update={"answer": planned})))

    (turn,) = Conversations(database).turns("甲", conversation)

    assert turn.exchange.answer == planned


def test_what_was_said_outlives_a_restart_with_its_filter(database: Engine) -> None:
    before = Conversations(database)
    conversation = before.start("甲", "热线")
    said = turn("t1").model_copy(update={"narrowed": Filter(years=(2020,))})
    before.add("甲", conversation, said)

    after = Conversations(database)

    assert [head.title for head in after.heads("甲")] == ["热线"]
    assert after.turns("甲", conversation) == (said,)


def test_turns_keep_their_order_and_an_answer_takes_its_place(kept: Conversations) -> None:
    conversation = kept.start("甲", "题")
    for name in ("t1", "t2", "t3"):
        kept.add("甲", conversation, turn(name, ""))

    kept.finish(conversation, turn("t2", "九九"))

    assert [one.exchange.text for one in kept.turns("甲", conversation)] == ["", "九九", ""]


@pytest.mark.parametrize("reach", ["turns", "rename", "delete", "add", "cut"])
def test_nobody_reaches_the_conversation_of_another(kept: Conversations, reach: str) -> None:
    conversation = kept.start("甲", "题")
    kept.add("甲", conversation, turn("t1"))
    tried = {
        "turns": lambda: kept.turns("乙", conversation),
        "rename": lambda: kept.rename("乙", conversation, "我的"),
        "delete": lambda: kept.delete("乙", conversation),
        "add": lambda: kept.add("乙", conversation, turn("t2")),
        "cut": lambda: kept.cut("乙", conversation, "t1"),
    }

    with pytest.raises(ConversationMissing):
        tried[reach]()

    assert kept.heads("乙") == ()
    assert kept.turns("甲", conversation) == (turn("t1"),)
    assert kept.heads("甲")[0].title == "题"


def test_search_looks_into_titles_questions_and_answers_and_takes_signs_as_they_are(
    kept: Conversations,
) -> None:
    by_answer = kept.start("甲", "其一")
    kept.add("甲", by_answer, turn("t1", "办复率99.79%"))
    by_title = kept.start("甲", "热线")

    assert [head.id for head in kept.heads("甲", search="99.79%")] == [by_answer]
    assert [head.id for head in kept.heads("甲", search="问t1")] == [by_answer]
    assert [head.id for head in kept.heads("甲", search="热线")] == [by_title]
    assert kept.heads("甲", search="99_79") == ()
    assert kept.heads("甲", search="%") == kept.heads("甲", search="99.79%")


def test_asking_anew_removes_what_was_said_from_there_on(kept: Conversations) -> None:
    conversation = kept.start("甲", "题")
    for name in ("t1", "t2", "t3"):
        kept.add("甲", conversation, turn(name))

    kept.cut("甲", conversation, "t2")
    kept.finish(conversation, turn("t2", "迟到"))

    assert [one.id for one in kept.turns("甲", conversation)] == ["t1"]


def test_a_deleted_conversation_leaves_nothing_but_feedback(kept: Conversations) -> None:
    conversation = kept.start("甲", "题")
    kept.add("甲", conversation, turn("t1"))
    given = Feedback(
        turn_id="t1",
        verdict="down",
        reasons=("wrong_year",),
        question="问",
        answer=answered("问", "答").answer,  # type: ignore[arg-type]
    )
    kept.remember("甲", given)

    kept.delete("甲", conversation)

    assert kept.heads("甲") == ()
    assert kept.feedback() == (given,)


def test_a_second_thought_takes_the_place_of_the_first(kept: Conversations) -> None:
    answer = answered("问", "答").answer
    assert answer is not None
    first = Feedback(turn_id="t1", verdict="up", question="问", answer=answer)
    kept.remember("甲", first)

    kept.remember("甲", first.model_copy(update={"verdict": "down"}))

    assert kept.verdicts("甲", ["t1", "t2"]) == {"t1": "down"}
    assert kept.verdicts("乙", ["t1"]) == {}
    assert len(kept.feedback("甲")) == 1


def test_a_database_that_refuses_is_told_with_its_cause(database: Engine) -> None:
    kept = Conversations(database)
    with database.execution_options(writes=True).connect() as connection:
        connection.execute(text("DROP TABLE turns"))
        connection.execute(text("DROP TABLE conversations"))
        connection.commit()

    with pytest.raises(ConversationsUnusable, match="no such table"):
        kept.heads("甲")
