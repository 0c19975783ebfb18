"""One stream of events for every question, ending in an answer or in words for the user."""

from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.models import Completed, Failed, Question, Scoped, TextDelta, ToolFinished, ToolStarted

REPORT = Path(__file__).parents[1] / "data/reports/临江教委2022.txt"


@pytest.fixture(scope="module")
def engine(engine_over):
    return engine_over(REPORT)


def test_steps_come_before_text_and_the_answer_comes_last(engine):
    events = list(engine.stream(Question(text="临江区教委2022年收到几件申请")))
    kinds = [type(event) for event in events]
    assert kinds[0] is Scoped
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
    assert answer.status in {"answered", "refused"}
    assert answer.question.startswith("<script>")
