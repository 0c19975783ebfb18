"""Which organisations and years a question is about, among the reports that there are."""

import pytest

from assistant.language import load_language
from assistant.models import Question, Turn
from assistant.planning import LearnedPlanner, scope_of
from assistant.plans import Everything, Lookup, Measure, Named, Plan, Target
from ingest.indicators import load_indicators
from vectorstore.models import Filter, ReportHead
from vectorstore.reader import Reader


def head(organization, year, kind="government", aliases=()):
    return ReportHead(
        report_id=f"r-{organization}-{year}",
        title=f"{organization}{year}年政府信息公开工作年度报告",
        organization=organization,
        aliases=aliases,
        kind=kind,
        region=(),
        year=year,
        form="form2019",
        published=None,
        source=f"{organization}{year}.txt",
    )


HEADS = (
    head("青禾县", 2020),
    head("青禾县", 2021),
    head("北原青禾工业园区", 2020, "park", ("青禾工业园区",)),
    head("北原柳川产业园区", 2020, "park", ("柳川产业园区",)),
    head("青禾县教育委员会", 2020, "department"),
)

PLANNER = LearnedPlanner(Reader.bundled(), load_language(), load_indicators())


def scope(text, *, history=(), narrowed=None):
    turns = [
        turn
        for earlier in history
        for turn in (Turn(role="user", content=earlier), Turn(role="assistant", content="…"))
    ]
    question = Question(text=text, history=tuple(turns), filter=narrowed or Filter())
    return scope_of(PLANNER.plan(question, HEADS), question, HEADS)


@pytest.mark.parametrize(
    ("text", "organization"),
    [
        ("青禾县2020年收到多少件申请", "青禾县"),
        ("青禾2020年收到多少件申请", "青禾县"),
        ("青禾縣2020年收到多少件申請", "青禾县"),
        ("qinghe county 2020 收到多少件申请", "青禾县"),
        ("北原青禾工业园区2020年办复率", "北原青禾工业园区"),
        ("青禾工业园区2020年办复率", "北原青禾工业园区"),
        ("青禾园区2020年办复率", "北原青禾工业园区"),
        ("柳川园区2020年办复率", "北原柳川产业园区"),
        ("青禾县教委2020年办复率", "青禾县教育委员会"),
    ],
)
def test_a_name_in_any_usual_form_means_one_body_and_no_near_twin(text, organization):
    found = scope(text)
    assert found.organizations == (organization,)
    assert {candidate.organization for candidate in found.candidates} == {organization}


@pytest.mark.parametrize(
    "text",
    [
        "白河县2020年收到多少件申请",
        "东岭市白河区2020年有没有复议",
        "白河高新技术产业开发区2020年的办复率",
        "青禾县卫生健康局2020年收到多少件申请",
        "2020年青禾县柳林镇收到多少件申请",
        "青禾县人民政府办公室2020年的办复率",
    ],
)
def test_a_body_without_a_report_is_unknown_and_matches_nothing(text):
    found = scope(text)
    assert found.unknown_organizations
    assert found.candidates == ()


def test_a_missing_year_is_named_and_no_other_year_taken():
    found = scope("青禾县2018年收到多少件申请")
    assert found.missing == (("青禾县", 2018),)
    assert found.candidates == ()


def test_several_bodies_and_a_range_of_years_are_all_candidates():
    found = scope("青禾县和柳川产业园区2020至2021年收到多少件申请")
    assert found.organizations == ("青禾县", "北原柳川产业园区")
    assert found.years == (2020, 2021)
    assert len(found.candidates) == 3


def test_a_document_number_or_a_quoted_title_is_no_year():
    assert scope("青禾县是否提到国办公开办函〔2021〕30号").years == ()


def test_a_follow_up_keeps_body_and_changes_year():
    found = scope("那2021年呢？", history=["青禾县2020年收到多少件申请"])
    assert (found.organizations, found.years) == (("青禾县",), (2021,))
    assert "申请" in found.asked


def test_last_year_is_relative_to_the_year_talked_about():
    found = scope("去年呢？", history=["青禾县2021年收到多少件申请"])
    assert found.years == (2020,)


def test_a_change_against_last_year_stays_in_the_report_of_the_year():
    found = scope("比上一年变化了多少？", history=["青禾县2021年行政处罚事项有多少项"])
    assert found.years == (2021,)


def test_a_park_without_a_name_after_a_county_is_asked_back():
    found = scope("园区的呢？", history=["青禾县2020年办复率是多少"])
    assert set(found.choices) == {"北原青禾工业园区", "北原柳川产业园区"}


def test_a_filter_that_matches_nothing_leaves_nothing():
    found = scope("收到多少件申请", narrowed=Filter(organizations=()))
    assert found.candidates == ()


def test_the_asked_part_loses_body_and_year_but_nothing_else():
    assert scope("青禾县2020年12345热线办复率是多少").asked == "12345热线办复率"


def scope_of_targets(*targets, text="多少件"):
    plan = Plan(
        standalone=text,
        among=Named(targets=targets),
        operations=(Lookup(measures=(Measure(phrase="受理"),)),),
    )
    return scope_of(plan, Question(text=text), HEADS)


def test_bodies_and_years_stay_paired_as_asked():
    found = scope_of_targets(
        Target(organization="青禾县", year=2021), Target(organization="北原柳川产业园区", year=2020)
    )
    assert [(one.organization, one.year) for one in found.candidates] == [
        ("青禾县", 2021),
        ("北原柳川产业园区", 2020),
    ]


def test_an_unknown_body_beside_a_known_one_leaves_that_one():
    found = scope_of_targets(
        Target(organization="青禾县", year=2020), Target(organization="白河县", year=2020)
    )
    assert found.organizations == ("青禾县",)
    assert found.unknown_organizations == ("白河县",)
    assert [one.organization for one in found.candidates] == ["青禾县"]


@pytest.mark.parametrize(
    ("among", "count"),
    [(Named(targets=()), len(HEADS)), (Everything(), len(HEADS)), (Everything(years=(2021,)), 1)],
)
def test_a_plan_that_names_no_body_is_about_the_whole_library_in_its_years(among, count):
    plan = Plan(standalone="", among=among, operations=(Lookup(measures=(Measure(phrase="受理"),)),))
    assert len(scope_of(plan, Question(text=""), HEADS).candidates) == count
