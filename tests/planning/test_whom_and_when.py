"""What a question is about, once its names and years are read and the conversation is taken over."""

import pytest

from assistant.models import Question, Turn
from assistant.planning import resolve


@pytest.fixture
def scope_of(heads, language):
    def scope_of(text, *history):
        turns = [
            turn
            for said in history
            for turn in (Turn(role="user", content=said), Turn(role="assistant", content="…"))
        ]
        return resolve(Question(text=text, history=tuple(turns)), heads, language)

    return scope_of


def test_an_unknown_body_takes_no_report_of_another(scope_of):
    scope = scope_of("听说平罗县去年处罚不少，具体多少")

    assert (scope.unknown_organizations, scope.candidates) == (("平罗县",), ())


def test_last_year_without_a_conversation_is_the_newest_year_of_the_body(scope_of):
    scope = scope_of("贺兰县去年办复率是多少")

    assert (scope.years, scope.asked) == ((2021,), "办复率是多少")


def test_a_short_year_counts_like_a_long_one(scope_of):
    assert [one.year for one in scope_of("贺兰县21年办复率是多少").candidates] == [2021]


def test_recent_years_name_each_of_them_and_still_ask_for_a_course(scope_of):
    scope = scope_of("贺兰县近两年的处罚怎么变化")

    assert scope.years == (2020, 2021)
    assert "近两年" in scope.asked


def test_the_year_before_last_is_relative_to_the_year_talked_of(scope_of):
    assert scope_of("前年呢", "贺兰县2021年处罚多少件").years == (2019,)


def test_a_follow_up_about_an_unknown_body_drops_the_known_one(scope_of):
    scope = scope_of("那永宁县呢", "贺兰县2020年处罚多少件")

    assert (scope.organizations, scope.unknown_organizations, scope.candidates) == ((), ("永宁县",), ())


def test_a_slip_of_the_ear_means_the_body_that_is_held(scope_of):
    assert scope_of("洪择区2023年处罚多少").organizations == ("淮安市洪泽区",)
