"""What counts as a right answer, and what does not."""

import pytest

from assistant.evals.amounts import read_amounts
from assistant.evals.dataset import Case
from assistant.evals.grading import Grade, grade
from assistant.evals.predictions import Prediction


def _grade(said: str, *, abstained: bool = False, error: str | None = None, **record: object) -> Grade:
    case = Case.model_validate({"id": "X", "type": "lookup_table", "question": "？"} | record)
    prediction = Prediction(
        id="X", answer=said, citations=(), abstained=abstained, latency_ms=1.0, error=error
    )
    return grade(case, prediction)


def _needs(value: object, unit: str, **more: object) -> dict[str, object]:
    return {"answer": {"numeric": [{"value": value, "unit": unit, **more}]}}


@pytest.mark.parametrize(
    ("answer", "stated"),
    [
        ("共 28,822 件", [("28822", "count")]),
        ("１２３项，四十三场", [("123", "count"), ("43", "count")]),
        ("百分之九十九点七九", [("99.79", "percent")]),
        ("百分之八点零五，百分之 31.5", [("8.05", "percent"), ("31.5", "percent")]),
        ("百分之五点十", []),
        ("投资92.55亿元", [("9255000000.00", "money")]),
        ("二十余项、3800余条", [("20", "count"), ("3800", "count")]),
        ("一万二千人", [("12000", "people")]),
        ("占比 0.9979", [("0.9979", "bare")]),
        ("2020年3月5日，第二十条，12345热线，见[1]，电话0951-8061234", []),
        ("1. 第一点\n2、第二点", []),
        ("宁政发〔2020〕12号", []),
    ],
)
def test_amounts_are_read_and_dates_and_marks_are_not(answer: str, stated: list[tuple[str, str]]):
    assert [(f"{amount.value}", amount.kind) for amount in read_amounts(answer)] == stated


@pytest.mark.parametrize(
    ("answer", "value", "unit", "right"),
    [
        ("办复率为99.79%。", 99.79, "%", True),
        ("办复率 0.9979", 99.79, "%", True),
        ("办复 99.79 件", 99.79, "%", False),
        ("共409件。", 409, "项", True),
        ("共1409项。", 409, "项", False),
        ("409人", 409, "项", False),
        ("409%", 409, "项", False),
        ("16280.5867万元", 162805867, "元", True),
        ("1.628亿元", 16280.5867, "万元", False),
        ("减少37项", 37, "项", True),
        ("不是 409，是 2823", 409, "项", True),
    ],
)
def test_amount_must_agree_in_value_and_in_kind_of_unit(answer: str, value: float, unit: str, right: bool):
    assert _grade(answer, **_needs(value, unit)).correct is right


def test_wording_may_stand_for_a_zero():
    needs = _needs(0, "件", accept_text=["未收到"])
    assert _grade("2017年未收到申请。", **needs).correct
    assert not _grade("收到若干申请。", **needs).correct


def test_every_needed_amount_must_be_there():
    both = {"answer": {"numeric": [{"value": 3800, "unit": "条"}, {"value": 1200, "unit": "条"}]}}
    assert _grade("3800余条多于1200余条", **both).correct
    half = _grade("3800余条", **both)
    assert half.amounts_right == (True, False)
    assert half.reasons == ("缺少数值 1200条",)


def test_number_of_another_organisation_is_forbidden_unless_named():
    record = {
        "answer": {
            "numeric": [{"value": 86, "unit": "件"}],
            "must_not_contain": [{"text": "28822", "unless_near": ["贺兰县"]}],
        }
    }
    assert _grade("园区86件（贺兰县28,822件）。", **record).correct
    assert not _grade("贺兰县与园区比较。86件，28822件。", **record).correct


def test_order_and_list_are_required():
    ordered = {"answer": {"ordered_contain": [["142"], ["35"], ["30"]]}}
    assert _grade("142 条、35 篇、30 条", **ordered).correct
    assert not _grade("30 条、35 篇、142 条", **ordered).correct
    listed = {"answer": {"list_items": [["甲"], ["乙"], ["丙", "三"]], "list_min_recall": 0.6}}
    assert _grade("甲和三", **listed).correct
    assert not _grade("只有甲", **listed).correct


def test_refusal_is_right_only_where_it_should_be_refused():
    assert _grade("库中没有该年年报。", abstained=True, abstain=True).correct
    assert not _grade("共有3件。", abstain=True).correct
    assert not _grade("409项", abstained=True, **_needs(409, "项")).correct
    assert _grade("409项", abstained=True, abstain_ok=True, **_needs(409, "项")).correct


def test_pasting_everything_is_no_answer():
    dump = _grade("行政强制\t17\t增加5\t409", **_needs(409, "项"))
    assert (dump.correct, dump.lenient) == (False, True)
    flood = _grade("、".join(f"{n}项" for n in range(100, 500)), **_needs(409, "项"))
    assert (flood.correct, flood.lenient) == (False, True)


def test_crash_is_wrong_even_where_a_refusal_was_due():
    assert not _grade("", error="KeyError: 'x'", abstain=True).correct
    assert "KeyError" in _grade("", error="KeyError: 'x'", **_needs(1, "项")).reasons[0]


def test_reference_without_numbers_is_compared_by_its_wording():
    record: dict[str, object] = {"answer": {"wording": "公开为原则，不公开为例外"}}
    assert _grade("总要求是“公开为原则、不公开为例外”。", **record).correct
    assert not _grade("要求及时回应关切。", **record).correct


def test_noted_inconsistency_is_a_bonus_that_decides_nothing():
    record = {"answer": {"numeric": [{"value": 99.79, "unit": "%"}], "bonus_contain": [["88.26", "不一致"]]}}
    plain = _grade("99.79%", **record)
    assert (plain.correct, plain.bonus) == (True, False)
    assert _grade("99.79%，与 25437÷28822 = 88.26% 不一致", **record).bonus is True
