"""Plans made of what a reader says: the marks of a question in, the whole plan out, nothing of it dropped."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from marks import Marked, history, parsed

from assistant.language import load_language
from assistant.models import Question, Turn
from assistant.planning import LearnedPlanner
from assistant.plans import Plan
from ingest.indicators import load_indicators
from vectorstore.models import ReportHead

CASES = Path(__file__).with_name("cases.jsonl")
QUESTIONS = Path(__file__).parents[2] / "../shared/training/marked"
YEARS = range(2018, 2024)
_SAID = "omnbkacxfgtd"
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
    planner = LearnedPlanner(Marked(record), load_language(), load_indicators(), today=lambda: date(2024, 6, 1))
    return planner.plan(question, heads)


def told(plan: Plan) -> dict[str, Any]:
    """Return a plan as the cases write it: without its wording for people, and without what goes without saying."""
    written = plan.model_dump(mode="json", exclude_defaults=True, exclude={"standalone"})
    for name in ("readings",):
        for reading in written.get(name, ()):
            reading.pop("standalone", None)
    return written
