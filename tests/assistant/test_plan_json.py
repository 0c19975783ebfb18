"""A plan that cannot be read says in Chinese what is wrong with it and where."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from assistant.errors import PlanInvalid
from assistant.plan_json import LONGEST_PLAN, WrittenPlan, read_plan, shown
from assistant.plans import Lookup, Measure, Named, Plan, Target

PLAN = Plan(
    standalone="甲县2020年新收申请",
    among=Named(targets=(Target(organization="甲县", year=2020),)),
    operations=(Lookup(measures=(Measure(phrase="新收申请"),)),),
)
NESTED = {"op": "sum", "of": [{"op": "share", "part": {"phrase": 3}}]}


def told(**changes: object) -> str:
    with pytest.raises(PlanInvalid) as refused:
        read_plan(json.dumps({**PLAN.model_dump(mode="json"), **changes}), source="计划.json")
    assert str(refused.value).startswith("计划.json：计划不可用。")
    return str(refused.value).removeprefix("计划.json：计划不可用。").removesuffix("。")


def test_a_plan_is_read_as_it_was_written() -> None:
    assert read_plan(PLAN.model_dump_json(), source="-") == PLAN
    assert read_plan(json.dumps(shown(PLAN)), source="-") == PLAN


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"operations": [{"op": "lookup", "measures": [{}]}]}, "operations.0.measures.0.phrase：缺少这一项"),
        ({"operations": [NESTED]}, "operations.0.of.0.part.phrase：应为文字"),
        ({"operations": [{"op": "lookup", "measures": "甲"}]}, "operations.0.measures：应为列表 […]"),
        ({"operations": [{"op": "lookup", "measures": ["甲"]}]}, "operations.0.measures.0：应为对象 {…}"),
        ({"operations": []}, "operations：至少要有 1 项"),
        ({"among": {"targets": []}}, "among.among：缺少这一项。可用：named、everything"),
        ({"among": {"among": "all"}}, "among.among：没有「all」。可用：named、everything"),
        ({"among": {"among": "named", "targets": [{"year": "去年"}]}}, "among.targets.0.year：应为整数"),
        ({"confidence": 2}, "confidence：「2」太大，不能大于 1"),
        ({"question": "甲"}, "question：没有这个字段"),
    ],
)
def test_a_fault_is_told_with_its_place(changes: dict[str, object], says: str) -> None:
    assert told(**changes) == says


def test_an_unknown_operation_lists_those_there_are() -> None:
    said = told(operations=[{"op": "modus", "of": [{"phrase": "甲"}]}])

    assert said.startswith("operations.0.op：没有「modus」。可用：lookup、sum、")
    assert "、holdings、" in said


def test_an_operand_may_only_be_an_operation_that_gives_a_number() -> None:
    said = told(operations=[{"op": "sum", "of": [{"op": "passage", "about": "甲"}]}])

    assert said.startswith("operations.0.of.0.op：没有「passage」。可用：sum、")
    assert "lookup" not in said


def test_a_word_that_is_none_of_those_known_lists_them() -> None:
    said = told(operations=[{"op": "rank", "of": [{"phrase": "甲"}], "over": "body"}])

    assert said == "operations.0.over：没有「body」。可用：bodies、years、measures"


def test_many_faults_are_counted() -> None:
    said = told(operations=[{"op": "lookup", "measures": [{"phrase": 1}] * 9}])

    assert said.count("应为文字") == 5
    assert said.endswith("另有 4 处")


@pytest.mark.parametrize("text", ["", "计划", '{"standalone": ', "[" * 5000])
def test_what_is_no_json_says_so(text: str) -> None:
    with pytest.raises(PlanInvalid, match="不是 JSON"):
        read_plan(text, source="标准输入")


def test_an_endless_plan_is_refused() -> None:
    long = PLAN.model_copy(update={"standalone": "问" * LONGEST_PLAN})

    with pytest.raises(PlanInvalid, match=str(LONGEST_PLAN)):
        read_plan(long.model_dump_json(), source="-")


def test_a_model_is_told_how_a_plan_is_written_in_few_words_and_what_it_wrote_wrongly() -> None:
    written = TypeAdapter(WrittenPlan)

    schema = json.dumps(written.json_schema(), ensure_ascii=False)
    assert len(schema) < 1500
    assert all(f"{op}(" in schema for op in ("lookup", "growth", "everything", "measure", "holdings"))
    assert written.validate_python(PLAN.model_dump(mode="json")) == PLAN
    with pytest.raises(ValidationError, match=r"operations\.0\.op：没有「modus」"):
        written.validate_python({**shown(PLAN), "operations": [{"op": "modus"}]})
