"""Read a question set: JSON lines with gold rules, or JSON lines and CSV with the column names of ragas."""

import ast
import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import ConfigDict, Field, ValidationError

from assistant.errors import EvalInvalid
from assistant.evals.amounts import Amount, read_amounts
from assistant.models import Question, ReasonCode, Turn
from ingest.models import Value

Forms = tuple[str, ...]
"""Ways to say one thing; any of them will do."""

_UNITS = {"percent": "%", "money": "元"}


class _Read(Value):
    """Pass over notes and fields that people keep in their question sets."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class NumberNeeded(_Read):
    """Ask for an amount, within `tol`, or for one of the wordings in `accept_text`."""

    value: Decimal
    unit: str = ""
    tol: Decimal = Decimal(0)
    accept_text: Forms = ()


class Forbidden(_Read):
    """Forbid a text, unless one of `unless_near` stands in the same sentence."""

    text: str
    unless_near: Forms = ()


class Gold(_Read):
    """Say what a right answer states; `wording` is a reference without numbers, compared as text."""

    text: str = ""
    numeric: tuple[NumberNeeded, ...] = ()
    must_contain: tuple[Forms, ...] = ()
    must_not_contain: tuple[Forbidden, ...] = ()
    ordered_contain: tuple[Forms, ...] = ()
    list_items: tuple[Forms, ...] = ()
    list_min_recall: float = 1.0
    bonus_contain: tuple[Forms, ...] = ()
    wording: str | None = None

    @property
    def demands(self) -> bool:
        """Tell whether there is anything that an answer could miss."""
        return bool(
            self.numeric
            or self.must_contain
            or self.ordered_contain
            or self.list_items
            or self.wording is not None
        )


class Passage(_Read):
    """Name a passage that proves the answer; without `source`, any file's will do."""

    source: str | None = None
    section: str = ""
    section_accept: Forms = ()
    quote: str


class Case(_Read):
    """Hold one question with its gold; `gold` is None where it is only answered, not scored.

    `reasons` are the codes with which it may be refused; none given, any will do.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)

    id: str = Field(min_length=1)
    type: str
    question: str = Field(min_length=1)
    history: tuple[Turn, ...] = ()
    abstain: bool = False
    abstain_ok: bool = False
    reasons: tuple[ReasonCode, ...] = ()
    gold: Gold | None = Field(default=None, alias="answer")
    evidence: tuple[tuple[Passage, ...], ...] = ()
    evidence_mode: Literal["all", "any"] = "all"
    trap: str | None = None
    pair: str | None = None

    @property
    def scored(self) -> bool:
        """Tell whether there is gold to score against."""
        return self.abstain or (self.gold is not None and self.gold.demands)

    def asked(self) -> Question:
        """Return the question as the engine takes it."""
        return Question(text=self.question, history=self.history)


def read_cases(path: Path) -> tuple[Case, ...]:
    """Return the questions of a file in its order; a line that cannot be read is refused with its number."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvalInvalid(f"{path}：题目文件打不开（{error.strerror}）。请检查路径。") from error
    except UnicodeDecodeError as error:
        raise EvalInvalid(f"{path}：不是 UTF-8 文本。请另存为 UTF-8 后重试。") from error
    cases: dict[str, Case] = {}
    for line, record in _csv_records(text) if path.suffix.lower() == ".csv" else _json_records(path, text):
        try:
            case = _case(record, line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise EvalInvalid(
                f"{path} 第 {line} 行：字段 {where} 不可用（{first['msg']}）。请改正后重试。"
            ) from error
        if case.id in cases:
            raise EvalInvalid(f"{path} 第 {line} 行：编号 {case.id} 重复。每道题的 id 须不同。")
        cases[case.id] = case
    if not cases:
        raise EvalInvalid(f"{path}：没有题目。每行应是一条 JSON 记录，含 question 或 user_input。")
    return tuple(cases.values())


def _json_records(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record: object = json.loads(line, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise EvalInvalid(
                f"{path} 第 {number} 行：不是完整的 JSON（{error.msg}）。每行写一条记录。"
            ) from error
        if not isinstance(record, dict):
            raise EvalInvalid(f"{path} 第 {number} 行：不是 JSON 对象。每行写一条 {{…}} 记录。")
        yield number, cast(dict[str, Any], record)


def _csv_records(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(StringIO(text, newline=""))
    for row in reader:
        yield reader.line_num, {name: value for name, value in row.items() if name and value}


def _case(record: dict[str, Any], line: int) -> Case:
    common = {"id": f"Q{line:03d}", "type": "未分类"} | record
    if "user_input" in record:
        common |= {
            "question": record["user_input"],
            "answer": record.get("reference"),
            "evidence": [[{"quote": quote}] for quote in _contexts(record.get("reference_contexts"))],
        }
    if isinstance(common.get("answer"), str):
        common["answer"] = _gold(common["answer"])
    return Case.model_validate(common)


def _gold(reference: str) -> Gold | None:
    """Ask for every amount of a reference; for its wording where it has none."""
    if not reference.strip():
        return None
    amounts = read_amounts(reference)
    if not amounts:
        return Gold(text=reference, wording=reference)
    return Gold(text=reference, numeric=tuple(_needed(amount) for amount in amounts))


def _needed(amount: Amount) -> NumberNeeded:
    return NumberNeeded(value=abs(amount.value), unit=_UNITS.get(amount.kind, amount.unit))


def _contexts(value: object) -> tuple[str, ...]:
    """Read a list of passages, also as the text that a CSV column holds."""
    if isinstance(value, str):
        value = _literal(value)
    if isinstance(value, list):
        return tuple(str(item) for item in cast(list[object], value))
    return (value,) if isinstance(value, str) and value.strip() else ()


def _literal(text: str) -> object:
    if not text.lstrip().startswith("["):
        return text
    try:
        return cast(object, json.loads(text))
    except json.JSONDecodeError:
        pass
    try:
        # pandas writes a list column as Python literals.
        return cast(object, ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return text
