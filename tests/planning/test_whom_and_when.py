"""What a question is about, once its names and years are read and the conversation is taken over."""

import pytest

from assistant.models import Question, Turn
from assistant.planning import LearnedPlanner, scope_of
from assistant.plans import Trend
from ingest.indicators import load_indicators
from vectorstore.reader import Reader


@pytest.fixture(scope="module")
def planner(language):
    return LearnedPlanner(Reader.bundled(), language, load_indicators())


@pytest.fixture
def plan(planner, heads):
    return lambda text: planner.plan(Question(text=text), heads)


@pytest.fixture
def scope(planner, heads):
    def scope(text, *history):
        turns = [
            turn
            for said in history
            for turn in (Turn(role="user", content=said), Turn(role="assistant", content="…"))
        ]
        question = Question(text=text, history=tuple(turns))
        return scope_of(planner.plan(question, heads), question, heads)

    return scope


def test_an_unknown_body_takes_no_report_of_another(scope):
    found = scope("听说平罗县去年处罚不少，具体多少")

    assert (found.unknown_organizations, found.candidates) == (("平罗县",), ())


def test_last_year_without_a_conversation_is_the_newest_year_of_the_body(scope):
    found = scope("贺兰县去年办复率是多少")

    assert (found.years, found.asked) == ((2021,), "办复率")


def test_a_short_year_counts_like_a_long_one(scope):
    assert [one.year for one in scope("贺兰县21年办复率是多少").candidates] == [2021]


def test_recent_years_name_each_of_them_and_still_ask_for_a_course(scope, plan):
    text = "贺兰县近两年的处罚怎么变化"

    assert scope(text).years == (2020, 2021)
    assert isinstance(plan(text).operations[0], Trend)


def test_the_year_before_last_is_relative_to_the_year_talked_of(scope):
    assert scope("前年呢", "贺兰县2021年处罚多少件").years == (2019,)


def test_a_follow_up_about_an_unknown_body_drops_the_known_one(scope):
    found = scope("那永宁县呢", "贺兰县2020年处罚多少件")

    assert (found.organizations, found.unknown_organizations, found.candidates) == ((), ("永宁县",), ())


def test_a_slip_of_the_ear_means_the_body_that_is_held(scope):
    assert scope("洪择区2023年处罚多少").organizations == ("淮安市洪泽区",)
