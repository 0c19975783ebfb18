"""Plans made of what a reader says: the marks of a question in, the whole plan out, nothing of it dropped."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from marks import Marked, history, parsed

from assistant.language import load_language
from assistant.models import Question, Turn
from assistant.planning import LearnedPlanner, bodies_in, years_in
from assistant.planning.amounts import amount_of
from assistant.planning.years_spoken import years_of
from assistant.plans import Amount, Everything, Lookup, Named, Plan, Share, Target, Unclear
from ingest.indicators import load_indicators
from vectorstore.models import Asked, Filter, Likely, Reading, ReportHead

CASES = Path(__file__).with_name("cases.jsonl")
QUESTIONS = Path(__file__).parents[2] / "training/data/marked"
YEARS = range(2018, 2024)
_SAID = "omnbkacxfgt"
"""The marks whose words must come back in a plan."""


def _head(organization: str, year: int, *aliases: str) -> ReportHead:
    return ReportHead(
        report_id=f"{organization}{year}", title=f"{organization}{year}年政府信息公开工作年度报告", organization=organization,
        aliases=aliases, kind="government", region=("甘棠省", "云泽市"), year=year, form="form2021", published=None, source="",
    )  # fmt: skip


HEADS = tuple(
    _head(organization, year, *aliases)
    for organization, aliases in {
        "青禾县": ("青禾县人民政府",),
        "南屏县": (),
        "云泽市白石区": ("白石区",),
        "东岭工业园区": (),
        "河湾街道": (),
    }.items()
    for year in YEARS
)


def planned(record: dict[str, Any], heads: tuple[ReportHead, ...] = HEADS) -> Plan:
    """Return the plan of a marked question."""
    turns = tuple(Turn(role="user", content=turn) for turn in history(record))
    question = Question(text=parsed(record["text"])[0], history=turns)
    planner = LearnedPlanner(Marked(record), load_language(), load_indicators())
    return planner.plan(question, heads)


def told(plan: Plan) -> dict[str, Any]:
    """Return a plan as the cases write it: without its wording for people, and without what goes without saying."""
    written = plan.model_dump(mode="json", exclude_defaults=True, exclude={"standalone"})
    for reading in written.get("readings", ()):
        reading.pop("standalone", None)
    return _without_surroundings(written)


def _without_surroundings(written: Any) -> Any:
    """Leave out the question around each measure; what it is has a test of its own."""
    if isinstance(written, dict):
        return {key: _without_surroundings(value) for key, value in written.items() if key != "asked"}
    return [_without_surroundings(one) for one in written] if isinstance(written, list) else written


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("case", _records(CASES), ids=lambda case: case["text"][:40])
def test_a_question_becomes_its_plan(case: dict[str, Any]):
    assert told(planned(case)) == case["plan"]


@pytest.mark.parametrize(
    ("text", "operation", "asked"),
    [
        ("[o:青禾县][y:2021年]把多少项[m:许可]收走、交给审批局一家去办？", "lookup", "把多少项许可收走、交给审批局一家去办"),
        ("我家老宅要拆，[y:2021年][o:青禾县][m:强制拆除]了几处", "lookup", "强制拆除了几处"),
        ("[o:青禾縣][y:2021年]辦過幾場[m:新聞發佈會]", "lookup", "办过几场新闻发布会"),
        ("[o:青禾县][y:2021年][m:许可]、[m:处罚]各几件", "several", None),
    ],
)  # fmt: skip
def test_a_single_number_is_looked_for_by_all_that_asks_for_it(text: str, operation: str, asked: str | None):
    (operation_made,) = planned({"text": text, "op": operation}).operations
    assert isinstance(operation_made, Lookup)
    assert {measure.asked for measure in operation_made.measures} == {asked}


def test_every_kind_of_question_is_among_the_cases():
    cases = _records(CASES)
    assert len(cases) >= 80
    assert {case["op"] for case in cases} == set(get_args(Asked))


def _lost(record: dict[str, Any], plan: Plan) -> list[str]:
    """Return the marked stretches of a question of which a plan says nothing."""
    said = plan.model_dump_json(exclude={"standalone"})
    spans = [span for span in parsed(record["text"])[1] if span.mark in _SAID]
    lost = [span for span in spans if span.text.strip("的") not in said]
    if isinstance(plan.among, Everything):
        # 区县 stands for 各县市区, and all there is for 库里.
        lost = [span for span in lost if span.mark != "g"]
    # “不是海南省”: a body or a year that is not asked for needs no place in a plan of others.
    language = load_language()
    return [
        span.text
        for span in lost
        if not (span.mark == "x" and (years_in(span.text) or bodies_in(span.text, (), language)))
    ]


def test_no_body_and_no_measure_of_the_written_questions_is_lost():
    lost: list[tuple[str, str]] = []
    for path in sorted(QUESTIONS.glob("*.jsonl")):
        for record in _records(path):
            plan = planned(record, ())
            if record["op"] not in ("chat", "outside"):
                lost += [(record["text"], text) for text in _lost(record, plan)]
    assert lost == []


def test_what_a_reader_overlooks_to_leave_out_is_not_read():
    told, overlooked = 0, list[str]()
    for path in sorted(QUESTIONS.glob("*.jsonl")):
        for record in _records(path):
            if "[x:" not in record["text"] or record.get("history") or "[b:" in record["text"]:
                continue
            text = re.sub(r"\[x:([^\]]+)\]", r"\1", record["text"])
            if planned({**record, "text": text}, ()).unread:
                told += 1
            else:
                overlooked.append(text)
    assert told >= 5 * len(overlooked), overlooked


def _unsure(record: dict[str, Any], **changes: Any) -> Plan:
    """Return the plan of a reading with some of its chances changed."""
    reader = Marked(record)
    changed = reader.read(parsed(record["text"])[0], history(record)).model_copy(update=changes)

    class Unsure:
        def read(self, question: str, turns: Sequence[str] = ()) -> Reading:
            return changed if len(turns) == len(history(record)) else reader.read(question, turns)

    turns = tuple(Turn(role="user", content=turn) for turn in history(record))
    question = Question(text=changed.question, history=turns)
    return LearnedPlanner(Unsure(), load_language(), load_indicators()).plan(question, HEADS)


def test_confidence_is_the_chance_that_all_of_it_is_read_right():
    record = {"text": "[o:青禾县][y:2021年][m:许可]办了多少件", "op": "lookup"}
    spans = tuple(
        span.model_copy(update={"probability": chance})
        for span, chance in zip(parsed(record["text"])[1], (1.0, 0.9, 0.8), strict=True)
    )
    plan = _unsure(record, operation=(Likely(value="lookup", probability=0.5),), spans=spans)
    assert plan.confidence == pytest.approx(0.36)


def test_an_unsure_operation_brings_the_second_likeliest_as_another_reading():
    record = {"text": "[o:青禾县][y:2021年][m:网站]和[m:微博]一共发了多少条", "op": "sum", "over": "measures"}
    likely = (Likely(value="sum", probability=0.6), Likely(value="several", probability=0.3))
    plan = _unsure(record, operation=likely)
    assert [operation.op for operation in plan.operations] == ["sum"]
    assert [[operation.op for operation in reading.operations] for reading in plan.readings] == [["lookup"]]
    assert plan.readings[0].confidence < plan.confidence


def test_a_sure_operation_has_no_other_reading():
    record = {"text": "[o:青禾县][y:2021年][m:许可]办了多少件", "op": "lookup"}
    likely = (Likely(value="lookup", probability=0.8), Likely(value="sum", probability=0.2))
    assert _unsure(record, operation=likely).readings == ()


def test_what_is_not_likely_kept_is_not_taken_over():
    record = {
        "text": "[o:南屏县][y:2020年]的[m:投诉]几件",
        "op": "lookup",
        "history": [{"text": "[o:青禾县][y:2021年][m:许可]几件", "op": "lookup"}],
        "keeps": ["m"],
    }
    plan = _unsure(record, keeps=(Likely(value="m", probability=0.2),))
    assert plan.operations[0].model_dump(exclude_defaults=True)["measures"][0]["phrase"] == "投诉"


def test_which_of_two_is_the_whole_is_not_sure_where_nothing_says_it():
    record = {
        "text": "后面那个占前面的几成",
        "op": "share",
        "history": [
            {"text": "[o:青禾县][y:2021年][m:受理]几件", "op": "lookup"},
            {"text": "[m:办结]几件", "op": "lookup", "keeps": ["o", "y"]},
        ],
        "keeps": ["o", "y", "m"],
    }
    plan = planned(record)
    (share,), (other,) = plan.operations, plan.readings[0].operations
    assert isinstance(share, Share)
    assert isinstance(other, Share)
    assert (share.part, share.whole) == (other.whole, other.part)
    assert plan.confidence < 0.7


def test_a_name_that_several_bodies_share_is_asked_back():
    heads = (_head("云泽市白石区", 2021, "白石区"), _head("临江市白石区", 2021, "白石区"))
    plan = planned({"text": "[o:白石区][y:2021年][m:许可]几件", "op": "lookup"}, heads)
    (unclear,) = plan.operations
    assert isinstance(unclear, Unclear)
    assert unclear.obstacle == "which_organization"
    assert set(unclear.choices) == {"云泽市白石区", "临江市白石区"}


def test_bodies_that_a_user_narrowed_to_are_asked_where_none_is_named():
    record = {"text": "[y:2021年][m:许可]办了多少件", "op": "lookup"}
    question = Question(text=parsed(record["text"])[0], filter=Filter(organizations=("南屏县",)))
    planner = LearnedPlanner(Marked(record), load_language(), load_indicators())
    assert planner.plan(question, HEADS).among == Named(targets=(Target(organization="南屏县", year=2021),))


@pytest.mark.parametrize(
    ("said", "years"),
    [
        ("22", (2022,)), ("19到21年", (2019, 2020, 2021)), ("二零二一", (2021,)), ("2020、2022两年", (2020, 2022)),
        ("十三五末", (2020,)), ("十四五头两年", (2021, 2022)), ("2020年以来", (2020, 2021, 2022, 2023)),
        ("2020年以前", (2018, 2019)), ("去年", (2023,)), ("两年前", (2022,)), ("近三年", (2021, 2022, 2023)),
        ("历年", ()), ("换届那几天", None),
    ],
)  # fmt: skip
def test_stretches_that_stand_for_years(said: str, years: tuple[int, ...] | None):
    assert years_of(said, held=YEARS) == years


@pytest.mark.parametrize(
    ("said", "years"), [("前一年", (2019,)), ("下一年", (2021,)), ("前两年", (2018, 2019)), ("同年", (2020,))]
)
def test_years_are_counted_from_the_one_talked_of(said: str, years: tuple[int, ...]):
    assert years_of(said, talked_of=(2020,), held=YEARS) == years


@pytest.mark.parametrize(
    ("said", "value", "unit"),
    [
        ("100件", "100", "件"), ("两万条", "2", "万条"), ("九成", "90", "%"), ("百分之百", "100", "%"), ("一半", "50", "%"),
        ("零", "0", None), ("530封", "530", "封"), ("七倍", "7", "倍"), ("500条以上", "500", "条"), ("1.2万元", "1.2", "万元"),
        ("500万", "500", "万个"),
    ],
)  # fmt: skip
def test_values_are_exact_amounts(said: str, value: str, unit: str | None):
    assert amount_of(said, load_indicators().language) == Amount(value=Decimal(value), unit=unit)


@pytest.mark.parametrize("said", ["十来件", "一百多条", "很多", "几十万"])
def test_values_that_are_not_exact_are_none(said: str):
    assert amount_of(said, load_indicators().language) is None
