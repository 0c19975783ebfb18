"""Plans written by hand for the questions of the evaluation kit: valid, kept by JSON, true to the kit's readings."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from agreement import (
    PARTICULARS,
    PLANNED,
    abouts,
    agrees,
    column,
    described,
    measures,
    said,
    targets,
    touches,
)

from assistant.plans import (
    About,
    Ask,
    Everything,
    Growth,
    Operation,
    Order,
    Over,
    Particular,
    Plan,
    Rank,
    Relation,
    Remainder,
    Verify,
)

PLANS = Path(__file__).parents[1] / "data/plans"
SHARED = Path(__file__).parents[2] / "../shared"
KITS = ("dev.jsonl", "dev2.jsonl")
QUESTIONS = SHARED / "training/marked"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _plans(name: str) -> dict[str, Plan]:
    return {record["id"]: Plan.model_validate(record["plan"]) for record in _records(PLANS / name)}


PLANNED_BY_HAND = _plans("dev2.jsonl")


@cache
def _questions(name: str) -> list[dict[str, Any]]:
    if not (SHARED / "eval" / name).exists():
        pytest.skip("the evaluation kit is not beside the project")
    return _records(SHARED / "eval" / name)


def _reading(identity: str) -> dict[str, Any]:
    return next(record for record in _questions("dev2.jsonl") if record["id"] == identity)


def _numbers(record: dict[str, Any]) -> set[str]:
    """Return the numbers of a conversation; 两次 says 2."""
    turns = [record["question"], *(turn["content"] for turn in record.get("history") or ())]
    written = {
        str(at) for at, numeral in enumerate("一两三四五六七八九", start=1) if numeral in "".join(turns)
    }
    return {number for turn in turns for number in _NUMBER.findall(turn)} | written


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.jsonl")), ids=lambda path: path.name)
def test_plans_keep_everything_as_json(path: Path):
    for record in _records(path):
        plan = Plan.model_validate(record["plan"])
        assert Plan.model_validate_json(plan.model_dump_json()) == plan


@pytest.mark.parametrize("name", KITS)
def test_every_question_of_the_kit_has_a_plan(name: str):
    assert list(_plans(name)) == [record["id"] for record in _questions(name)]


@pytest.mark.parametrize("name", KITS)
def test_plans_hold_no_number_that_was_not_said(name: str):
    plans = _plans(name)
    for record in _questions(name):
        stated = plans[record["id"]].model_dump_json(include={"among", "operations", "claims"})
        assert set(_NUMBER.findall(stated)) <= _numbers(record), record["id"]


@pytest.mark.parametrize("identity", PLANNED_BY_HAND)
def test_operation_and_targets_agree_with_the_reading(identity: str):
    plan, reading = PLANNED_BY_HAND[identity], _reading(identity)["plan"]
    assert plan.operations[0].op in PLANNED[reading["operation"]]
    assert targets(plan) == {(target["organization"], target["year"]) for target in reading["targets"]}
    assert [one.order for one in plan.operations if isinstance(one, Rank)] == [
        reading["order"] for _ in plan.operations if "order" in reading
    ]


@pytest.mark.parametrize("identity", PLANNED_BY_HAND)
def test_measures_agree_with_the_reading(identity: str):
    plan, reading = PLANNED_BY_HAND[identity], _reading(identity)["plan"]
    asked: list[str] = [*reading["measures"], *reading.get("exclude", ())]
    ours = [said(measure) for measure in measures(plan.operations)]
    match plan.operations[0].op:
        case "about":
            assert [of for one in plan.operations if isinstance(one, About) for of in one.of] == [
                PARTICULARS[phrase] for phrase in asked
            ]
        case "holdings":
            assert not ours
        case "parts":
            assert all(touches(one, asked) for one in ours)
        case "list" | "passage":
            assert all(touches(about, [*asked, reading.get("claim", "")]) for about in abouts(plan))
        case _:
            if reading["operation"] == "verify":
                ours += [said(measure) for measure in measures(plan.claims)]
            assert [phrase for phrase in asked if not any(agrees(one, phrase) for one in ours)] == []
            assert [one for one in ours if not any(agrees(one, phrase) for phrase in asked)] == []


@pytest.mark.parametrize("identity", PLANNED_BY_HAND)
def test_columns_and_applicants_agree_with_the_reading(identity: str):
    plan, reading = PLANNED_BY_HAND[identity], _reading(identity)["plan"]
    named = [*measures(plan.operations), *measures(plan.claims)]
    assert {column(one.column) for one in named if one.column is not None} == {
        column(reading[key]) for key in ("column",) if key in reading
    }
    assert {one.applicant for one in named if one.applicant is not None} == {
        reading[key] for key in ("applicant",) if key in reading
    }


@pytest.mark.parametrize("identity", PLANNED_BY_HAND)
def test_conditions_and_exclusions_agree_with_the_reading(identity: str):
    plan, reading = PLANNED_BY_HAND[identity], _reading(identity)["plan"]
    where = plan.among.where if isinstance(plan.among, Everything) else None
    assert (where is not None) == ("condition" in reading)
    if where is not None:
        assert where.kind == "condition"
        assert agrees(described(where), reading["condition"])
    left_out = [phrase for measure in measures(plan) for phrase in measure.exclude]
    left_out += [
        said(one) for step in plan.operations if isinstance(step, Remainder) for one in measures(step.less)
    ]
    for phrase in reading.get("exclude", ()):
        assert any(agrees(one, phrase) for one in left_out)


@pytest.mark.parametrize("identity", PLANNED_BY_HAND)
def test_claims_agree_with_the_reading(identity: str):
    plan, record = PLANNED_BY_HAND[identity], _reading(identity)
    claim = record["plan"].get("claim")
    if claim is None:
        return
    verified = [one for step in plan.operations if isinstance(step, Verify) for one in step.claims]
    supposed = [
        one
        for one in (*plan.claims, *verified)
        if any(
            agrees(said(measure), phrase)
            for measure in measures(one)
            for phrase in record["plan"]["measures"]
        )
    ]
    amount = re.search(r"(\d+)(?!\d|年)", claim)
    if amount is not None and amount[0] in _numbers(record):
        assert [f"{one.value.value:f}{one.value.unit}" in claim for one in supposed if one.value] == [True]
    else:
        assert [one.relation for one in supposed] == ["happened"]


def test_the_table_names_operations_of_plans():
    names = {model.model_fields["op"].default for model in get_args(get_args(Operation)[0])}
    assert {planned for ways in PLANNED.values() for planned in ways} == names


def test_the_table_and_the_plan_cover_the_training_questions():
    if not QUESTIONS.is_dir():
        pytest.skip("the training questions are not beside the project")
    records = [record for path in sorted(QUESTIONS.glob("*.jsonl")) for record in _records(path)]
    operations = {record["op"] for record in records} | {record.get("inner") for record in records} - {None}
    assert operations <= set(PLANNED)
    slots = {
        "over": Over,
        "order": Order,
        "ask": Ask,
        "relation": Relation,
        "of": Particular,
        "as": Growth.model_fields["unit"].annotation,
    }
    for slot, choices in slots.items():
        assert {record[slot] for record in records if slot in record} <= set(get_args(choices)), slot
