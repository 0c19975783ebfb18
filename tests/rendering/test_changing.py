"""A plan changed as its reader does it: each kind of change, what stays as it was, and what cannot be changed."""

import pytest

from assistant.errors import PlanInvalid
from assistant.plans import (
    Amount,
    Bound,
    Claim,
    Compare,
    Condition,
    Count,
    Difference,
    Everything,
    Explain,
    Filter,
    Growth,
    Lookup,
    Measure,
    Named,
    Operation,
    Parts,
    Passage,
    Plan,
    Rank,
    Ratio,
    Share,
    Sum,
    Target,
    Trend,
    Unclear,
    Verify,
)
from assistant.rendering import (
    LONGEST_WORDING,
    Change,
    LeftOut,
    OtherBody,
    OtherWay,
    OtherWords,
    OtherYear,
    Wording,
    changed,
    ways,
    wordings,
)

COUNTY, PARK = Target(organization="贺兰县", year=2020), Target(organization="德胜", year=2017)
RECEIVED, GRANTED = Measure(phrase="新收申请"), Measure(phrase="予以公开")
ONE = Lookup(measures=(RECEIVED,))


def plan(*operations: Operation, targets: tuple[Target, ...] = (COUNTY,), **more: object) -> Plan:
    asked = {"standalone": "问", "among": Named(targets=targets), "operations": operations or (ONE,)} | more
    return Plan(**asked)


def manners(operation: Operation, *targets: Target) -> list[str]:
    return [way.manner for way in ways(operation, Named(targets=targets or (COUNTY,)))]


# ---------------------------------------------------------------- bodies and years


def test_another_year_of_one_target_leaves_the_others_paired_as_they_were():
    made = changed(plan(targets=(COUNTY, PARK)), OtherYear(at=1, year=2018))

    assert made.among == Named(targets=(COUNTY, Target(organization="德胜", year=2018)))
    assert made.operations == (ONE,)


def test_another_body_keeps_the_year():
    made = changed(plan(), OtherBody(at=0, organization="彭阳县"))

    assert made.among == Named(targets=(Target(organization="彭阳县", year=2020),))


def test_what_was_left_open_can_be_chosen():
    made = changed(
        plan(targets=(Target(),)), OtherBody(at=0, organization="贺兰县"), OtherYear(at=0, year=2020)
    )

    assert made.among == Named(targets=(COUNTY,))


def test_what_a_person_chose_is_sure_is_said_as_a_question_and_has_no_other_readings():
    unsure = plan(confidence=0.4, readings=(plan(),))

    made = changed(unsure, OtherYear(at=0, year=2021))

    assert (made.confidence, made.readings, made.standalone) == (1.0, (), "贺兰县2021年新收申请是多少")


# ---------------------------------------------------------------- wordings


def test_a_measure_worded_anew_drops_what_belonged_to_the_old_wording():
    old = Measure(phrase="新收申请", unit="件", asked="收到了多少件申请")

    made = changed(plan(Lookup(measures=(old, GRANTED))), OtherWords(at=0, text="结转申请"))

    assert made.operations == (Lookup(measures=(Measure(phrase="结转申请"), GRANTED)),)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("逾期答复申请（处理决定数量、自然人）（不含微博）", {"phrase": "答复申请"}),
        ("逾期新收申请（自然人）（不含微博）", {"column": None}),
        ("逾期新收申请（处理决定数量）（不含微博）", {"applicant": None}),
        ("逾期新收申请（处理决定数量、商业企业）（不含微博）", {"applicant": "商业企业"}),
        ("逾期新收申请(处理决定数量、自然人)(不含微信、抖音)", {"exclude": ("微信", "抖音")}),
        ("逾期新收申请（处理决定数量、自然人）", {"exclude": ()}),
        ("新收申请（处理决定数量、自然人）（不含微博）", {"qualifiers": ()}),
        ("逾期", {"phrase": "逾期", "qualifiers": (), "column": None, "applicant": None, "exclude": ()}),
    ],
)
def test_what_narrows_a_measure_stays_unless_it_is_edited_away(text: str, parts: dict[str, object]):
    old = Measure(
        phrase="新收申请",
        applicant="自然人",
        column="处理决定数量",
        qualifiers=("逾期",),
        exclude=("微博",),
    )
    assert wordings(Lookup(measures=(old,))) == (
        Wording(text="逾期新收申请（处理决定数量、自然人）（不含微博）"),
    )

    made = changed(plan(Lookup(measures=(old,))), OtherWords(at=0, text=text))

    assert made.operations == (Lookup(measures=(old.model_copy(update=parts),)),)


def test_a_measure_of_its_own_body_keeps_it_and_says_so():
    own = Measure(phrase="新收申请", at=PARK)
    pair = Difference(of=(RECEIVED, own))
    assert [one.whose for one in wordings(pair)] == ["", "德胜2017年"]

    made = changed(plan(pair), OtherWords(at=1, text="予以公开"))

    assert made.operations == (Difference(of=(RECEIVED, Measure(phrase="予以公开", at=PARK))),)
    assert made.standalone == "贺兰县2020年新收申请比德胜2017年予以公开多多少"


def test_brackets_that_name_nothing_known_are_words_of_the_measure():
    made = changed(plan(), OtherWords(at=0, text="其他处理（重复申请）"))

    assert made.operations == (Lookup(measures=(Measure(phrase="其他处理（重复申请）"),)),)


def test_measures_of_nested_operations_are_worded_anew_where_they_stand():
    nested = Share(part=Sum(of=(RECEIVED, GRANTED)), whole=Growth(of=RECEIVED))
    assert [one.text for one in wordings(nested)] == ["新收申请", "予以公开", "新收申请"]

    made = changed(plan(ONE, nested), OtherWords(at=2, text="部分公开"))

    part = Sum(of=(RECEIVED, Measure(phrase="部分公开")))
    assert made.operations == (ONE, nested.model_copy(update={"part": part}))


def test_a_claim_that_is_asked_about_keeps_its_value():
    claim = Claim(measure=RECEIVED, relation="more", value=Amount(value=100, unit="件"))

    made = changed(plan(Verify(claims=(claim,))), OtherWords(at=0, text="予以公开"))

    assert made.operations == (Verify(claims=(claim.model_copy(update={"measure": GRANTED}),)),)


def test_what_a_passage_is_about_is_worded_anew():
    old = Passage(about="公开平台", ask="how", asked="公开平台怎么建")

    made = changed(plan(old), OtherWords(at=0, text="政务新媒体"))

    assert made.operations == (Passage(about="政务新媒体", ask="how"),)


# ---------------------------------------------------------------- operations


def test_one_figure_can_be_asked_for_its_growth_its_share_its_parts_and_what_is_said_of_it():
    assert manners(ONE) == ["是多少", "增幅", "增减", "占总数的比例", "构成", "怎么说", "有哪些"]


def test_one_figure_of_two_years_can_be_summed_compared_and_followed():
    years = (COUNTY, Target(organization="贺兰县", year=2021))

    offered = manners(ONE, *years)

    assert {"各年合计", "各年平均", "前者比后者多多少", "各年，哪个多", "变化"} <= set(offered)
    assert not {"占总数的比例", "构成"} & set(offered)


def test_one_figure_of_many_bodies_is_ranked_and_grows_nowhere():
    found = ways(ONE, Everything())

    offered = {way.manner: way.operation for way in found}
    assert offered["各单位，从少到多"] == Rank(of=(RECEIVED,), order="asc")
    assert not {"增幅", "变化", "前者比后者多多少"} & set(offered)


def test_two_measures_can_be_set_against_each_other_either_way():
    pair = Lookup(measures=(RECEIVED, GRANTED))
    found = {way.manner: way.operation for way in ways(pair, Named(targets=(COUNTY,)))}

    assert found["前者占后者的比例"] == Share(part=RECEIVED, whole=GRANTED)
    assert found["后者占前者的比例"] == Share(part=GRANTED, whole=RECEIVED)
    assert found["后者是前者的几倍"] == Ratio(of=(GRANTED, RECEIVED))
    assert found["合计"] == Sum(of=(RECEIVED, GRANTED))
    assert "构成" not in found


@pytest.mark.parametrize(
    "operation",
    [
        Trend(of=RECEIVED),
        Difference(of=(GRANTED, RECEIVED)),
        Compare(of=(RECEIVED,), most="least"),
        Rank(of=(RECEIVED, GRANTED), over="measures", limit=3),
        Passage(about="公开平台", ask="problems"),
        Verify(claims=(Claim(measure=RECEIVED),)),
        Parts(of=RECEIVED),
    ],
)
def test_what_was_understood_comes_first_and_each_way_is_said_once(operation: Operation):
    found = ways(operation, Named(targets=(COUNTY,)))

    assert found[0].operation == operation
    assert len({way.manner for way in found}) == len(found) > 1


def test_a_bound_goes_along_from_how_many_to_which():
    bound = Bound(relation="more", value=Amount(value=100, unit="件"))
    counted = Count(of=(RECEIVED,), bound=bound)

    made = changed(plan(counted, among=Everything()), OtherWay(at=0, manner="各单位超过100件的有哪些"))

    assert made.operations == (Filter(of=(RECEIVED,), bound=bound),)


def test_a_passage_can_be_read_as_a_figure():
    made = changed(plan(Passage(about="新收申请")), OtherWay(at=0, manner="是多少"))

    assert made.operations == (ONE,)


def test_words_and_way_change_together_at_the_places_of_the_plan_as_it_was():
    pair = Lookup(measures=(RECEIVED, GRANTED))

    made = changed(
        plan(ONE, pair), OtherWay(at=1, manner="后者占前者的比例"), OtherWords(at=2, text="不予公开")
    )

    assert made.operations == (ONE, Share(part=Measure(phrase="不予公开"), whole=RECEIVED))


# ---------------------------------------------------------------- what was not read


def test_what_was_not_read_stays_so_when_something_else_is_changed():
    made = changed(plan(unread=("除微博以外",)), OtherYear(at=0, year=2021))

    assert made.unread == ("除微博以外",)
    assert "除微博以外" in made.standalone


def test_what_a_person_writes_or_leaves_out_is_unread_no_more():
    unread = plan(unread=("除微博以外", "同口径"))

    made = changed(unread, LeftOut(stretch="除微博以外"), OtherWords(at=0, text="同口径新收申请"))

    assert made.unread == ()


def test_what_is_taken_for_granted_is_still_checked():
    claims = (Claim(measure=RECEIVED, value=Amount(value=1)),)

    assert changed(plan(claims=claims), OtherYear(at=0, year=2021)).claims == claims


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("asked", "change", "told"),
    [
        (plan(), OtherYear(at=1, year=2021), "刷新"),
        (plan(), OtherBody(at=-1, organization="彭阳县"), "刷新"),
        (plan(), OtherWords(at=1, text="予以公开"), "刷新"),
        (plan(), OtherWay(at=1, manner="构成"), "刷新"),
        (plan(), OtherBody(at=0, organization=" "), "单位不能是空的"),
        (plan(), OtherWords(at=0, text=" "), "说法不能是空的"),
        (plan(), OtherWords(at=0, text="问" * (LONGEST_WORDING + 1)), "上限"),
        (plan(), OtherWay(at=0, manner="各单位合计"), "各单位合计"),
        (plan(), OtherYear(at=0, year=2020), "没有改动"),
        (plan(), LeftOut(stretch="除微博以外"), "除微博以外"),
        (
            plan(targets=(COUNTY, Target(organization="贺兰县", year=2021))),
            OtherYear(at=1, year=2020),
            "贺兰县2020已经在所问之中",
        ),
        (
            plan(among=Everything(where=Condition(measure=RECEIVED))),
            OtherYear(at=0, year=2021),
            "全库",
        ),
        (plan(Share(part=Sum(of=(RECEIVED, GRANTED)))), OtherWay(at=0, manner="合计"), "合计"),
        (plan(Explain(term="结转")), OtherWay(at=0, manner="是多少"), "是多少"),
        (plan(Unclear(obstacle="chat")), OtherWords(at=0, text="新收申请"), "刷新"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_the_reason(asked: Plan, change: Change, told: str):
    with pytest.raises(PlanInvalid, match=told):
        changed(asked, change)


def test_nothing_changed_is_nothing_to_answer():
    with pytest.raises(PlanInvalid, match="没有改动"):
        changed(plan())
