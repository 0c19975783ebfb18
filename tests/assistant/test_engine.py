"""One stream of events for every question, ending in an answer or in words for the user."""

from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.models import (
    Answer,
    Completed,
    Drafted,
    Failed,
    Planned,
    Question,
    Scoped,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from assistant.plan_json import LONGEST_PLAN
from assistant.plans import Lookup, Measure, Named, Plan, Target
from vectorstore.models import Filter

PLAN = Plan(
    standalone="临江区教委2022年12345热线办结率",
    among=Named(targets=(Target(organization="青川市临江区教育委员会", year=2022),)),
    operations=(Lookup(measures=(Measure(phrase="12345热线办结率"),)),),
)
REPORT = Path(__file__).parents[1] / "data/reports/临江教委2022.txt"


@pytest.fixture(scope="module")
def engine(engine_over):
    return engine_over(REPORT)


def test_steps_come_before_text_and_the_answer_comes_last(engine):
    events = list(engine.stream(Question(text="临江区教委2022年收到几件申请")))
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Planned, Scoped]
    assert kinds[-1] is Completed
    assert kinds.index(ToolStarted) < kinds.index(ToolFinished) < kinds.index(TextDelta)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == events[-1].answer.text


@pytest.mark.parametrize(("text", "said"), [("", "空"), ("  \n", "空"), ("问" * 2001, "2000")])
def test_an_empty_or_endless_question_fails_with_what_to_do(engine, text, said):
    (event,) = engine.stream(Question(text=text))
    assert isinstance(event, Failed)
    assert said in event.message
    with pytest.raises(AssistantError):
        engine.ask(Question(text=text))


def test_an_empty_library_says_how_to_fill_it(engine_over):
    answer = engine_over().ask(Question(text="临江区教委2022年收到几件申请"))
    assert (answer.status, answer.reason_code) == ("refused", "no_report")
    assert "ingest" in answer.text


def test_every_quote_is_the_exact_span_of_the_file(engine):
    text = REPORT.read_text("utf-8")
    for asked in (
        "临江区教委2022年收到几件申请",
        "临江区教委2022年不予公开一共多少件",
        "临江区教委2022年存在的问题",
    ):
        answer = engine.ask(Question(text=asked))
        assert answer.citations
        for citation in answer.citations:
            assert text[citation.char_start : citation.char_end] == citation.quote


def test_the_fingerprint_changes_with_the_library(engine_over):
    assert engine_over().fingerprint != engine_over(REPORT).fingerprint


def test_a_question_with_markup_is_answered_like_any_other(engine):
    answer = engine.ask(Question(text="<script>alert(1)</script>临江区教委2022年收到几件申请"))
    assert answer.status in {"answered", "refused", "clarify"}
    assert answer.question.startswith("<script>")


def test_a_plan_is_told_before_it_is_carried_out_and_stands_in_its_answer(engine):
    events = list(engine.stream_plan(PLAN))
    kinds = [type(event) for event in events]
    assert kinds[0] is Planned
    assert kinds[-1] is Completed
    assert kinds.index(ToolStarted) < kinds.index(ToolFinished) < kinds.index(TextDelta)
    answer = events[-1].answer
    assert events[0].plan == answer.plan == PLAN
    assert events[0].understanding == answer.understanding != ""
    assert "99.01%" in answer.text
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == answer.text
    assert REPORT.read_text("utf-8")[answer.citations[0].char_start :].startswith(answer.citations[0].quote)
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_an_answer_carries_the_plan_that_it_came_of_and_says_how_the_question_was_understood(engine):
    events = list(engine.stream(Question(text="临江区教委2022年收到几件申请")))
    answer = events[-1].answer
    assert events[0].plan == answer.plan
    assert events[0].understanding == answer.understanding
    assert answer.plan.among == Named(targets=(Target(organization="青川市临江区教育委员会", year=2022),))
    assert "青川市临江区教育委员会2022年" in answer.understanding
    assert engine.carry_out(answer.plan).text == answer.text


def test_a_question_reaches_no_further_than_its_filter(engine):
    answer = engine.ask(Question(text="临江区教委2022年收到几件申请", filter=Filter(years=(1999,))))
    assert answer.status == "refused"
    assert answer.figures == ()


def test_a_plan_reaches_no_further_than_its_filter(engine):
    answer = engine.carry_out(PLAN, filter=Filter(years=(1999,)))
    assert answer.status == "refused"
    assert answer.figures == ()


def test_what_a_plan_gave_without_proof_is_withheld(shelf):
    opened = shelf.toolbox(REPORT)
    proven = shelf.engine(opened).carry_out(PLAN)

    class Boasting:
        def answer(self, plan, *, narrowed, observe):
            return Drafted(
                status="answered", reason_code=None, text="办结率为77.77%[1]。", citations=proven.citations
            )

    answer = shelf.engine(opened, plans=Boasting()).carry_out(PLAN)
    assert (answer.status, answer.reason_code) == ("refused", "no_evidence")
    assert "77.77" not in answer.text
    assert answer.plan == PLAN


def test_an_endless_plan_fails_with_what_to_do(engine):
    (event,) = engine.stream_plan(PLAN.model_copy(update={"standalone": "问" * LONGEST_PLAN}))
    assert isinstance(event, Failed)
    assert str(LONGEST_PLAN) in event.message
