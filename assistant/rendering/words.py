"""Say single things in Chinese: whose figure, what it counts, how much, and what a plan asks for."""

import re
from decimal import Decimal
from typing import Literal, assert_never

from assistant.plans import Amount, Claim, Measure, Operand, Particular, Relation, Spell, Target, measures_of
from assistant.rendering.citing import amount
from assistant.results import Absent, Computed, Denied, Found, Outcome, Place
from assistant.tools import label_of, squeezed
from ingest.checks import plain
from ingest.models import Figure

PARTICULARS: dict[Particular, str] = {
    "phone": "电话",
    "fax": "传真",
    "postcode": "邮编",
    "email": "电子邮箱",
    "website": "网址",
    "address": "地址",
    "office": "联系部门",
    "date": "落款日期",
    "period": "统计期限",
    "basis": "编制依据",
    "columns": "列名",
    "sections": "章节",
    "title": "标题",
    "filled_in_by": "填报人",
}
RELATIONS: dict[Relation | Literal["mentioned"], str] = {
    "mentioned": "提到",
    "equal": "为",
    "more": "超过",
    "less": "少于",
    "at_least": "不少于",
    "at_most": "不超过",
    "increased": "增加",
    "decreased": "减少",
    "happened": "有",
    "not_happened": "没有",
    "consistent": "与报告一致，为",
}
SPELLS: dict[Spell, str] = {"month": "每月", "quarter": "每季度", "week": "每周", "day": "每天"}
TABLES = {
    "article20": "主动公开政府信息情况表",
    "applications": "收到和处理政府信息公开申请情况表",
    "review_litigation": "行政复议、行政诉讼情况表",
    "stat2017": "政府信息公开情况统计表",
}
_REPEATED = re.compile(r"([\u4e00-\u9fff]{2,}) (?=\1)")
"""The end of a row's label that its column's label says again: 政府集中采购 采购项目数量."""
_SPACE = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")


def who(target: Target) -> str:
    """Return a body and its year as an answer names them."""
    year = f"{target.year}年" if target.year is not None else ""
    return f"{target.organization or ''}{year}" or "所问的报告"


def where(place: Place | None) -> str:
    """Return the body and year of a place; those of its report where there is one."""
    if place is None:
        return ""
    if place.head is not None:
        return who(Target(organization=place.head.organization, year=place.head.year))
    return who(place.target)


def phrase(measure: Measure) -> str:
    """Return what a measure counts, in the asker's words, as one phrase."""
    told = "".join((*measure.qualifiers, measure.phrase))
    narrowed = "、".join(part for part in (measure.column, measure.applicant) if part)
    less = f"（不含{'、'.join(measure.exclude)}）" if measure.exclude else ""
    return f"{joined(told)}{f'（{joined(narrowed)}）' if narrowed else ''}{less}"


def operand(value: Operand) -> str:
    """Return what an operand counts, as one phrase; whose it is, where that is no target of the plan."""
    if isinstance(value, Measure):
        return f"{who(value.at) if value.at is not None else ''}{phrase(value)}"
    return "与".join(dict.fromkeys(map(operand, measures_of([value]))))


def thing(outcome: Outcome) -> str:
    """Return what an outcome counts: the form's label of a cell, else the asker's words."""
    match outcome:
        case Found(figure=figure, measure=measure):
            return cell(figure) if figure.origin == "table" else _as_printed(phrase(measure), figure)
        case Denied(measure=measure) | Absent(measure=measure):
            return phrase(measure)
        case Computed(measure=measure, inputs=inputs):
            if measure is not None:
                return phrase(measure)
            return "、".join(dict.fromkeys(thing(each) for each in inputs))
        case _:
            assert_never(outcome)


def _as_printed(asked: str, figure: Figure) -> str:
    """Return the asker's words, and beside them what the report calls it where it says it otherwise."""
    printed = joined(figure.label)
    rest = iter(squeezed(printed))
    same = all(char in rest for char in squeezed(asked)) or squeezed(printed) in squeezed(asked)
    return asked if same or not printed else f"{asked}（报告写作“{printed}”）"


def cell(figure: Figure) -> str:
    """Return a cell's label as a noun phrase: 行政许可处理决定数量, 本年新收政府信息公开申请数量（自然人）."""
    if figure.anchor.table == "applications":
        row = (
            re.sub(r"^[（(]?[一二三四五六七八九十\d]+[)）、.．]\s*", "", figure.anchor.row[-1])
            if figure.anchor.row
            else ""
        )
        row = re.sub(r"[（(]区分处理.*[)）]$", "", row)
        if row == "总计":
            row = "办理结果总计"
        column = (figure.anchor.column or "").split("/")[-1]
        return joined(row if column in {"总计", "合计", ""} else f"{row}（{column}）")
    if figure.anchor.table == "stat2017":
        row = figure.anchor.row[-1] if figure.anchor.row else figure.label
        return joined(re.sub(r"^(?:[（(]?[一二三四五六七八九十\d]+[)）、.．])?\s*(?:其中[：:]?)?", "", row))
    return joined(_REPEATED.sub("", label_of(figure)))


def much(outcome: Outcome) -> str:
    """Return an outcome's amount as an answer says it: as printed, or worked out to two decimals."""
    match outcome:
        case Found(figure=figure):
            return amount(figure)
        case Computed(value=value, unit=unit, vague=vague):
            told = rounded(value, unit)
            return f"约{told}" if vague and not told.startswith("约") else told
        case Denied():
            return "没有"
        case Absent():
            return "—"
        case _:
            assert_never(outcome)


def rounded(value: Decimal, unit: str) -> str:
    """Return a value with at most two decimals, marked 约 where that is not all of it."""
    short = round(value, 2)
    return f"{'' if short == value else '约'}{plain(short)}{unit}"


def stated(value: Amount) -> str:
    """Return an amount that the question names."""
    return f"{plain(value.value)}{value.unit or ''}"


def claimed(claim: Claim) -> str:
    """Return a claim as a clause: 12345热线办复率为100%."""
    told = operand(claim.measure)
    value = stated(claim.value) if claim.value is not None else ""
    if claim.value is None and claim.relation in {"happened", "not_happened"}:
        return f"{RELATIONS[claim.relation]}{told}"
    return f"{told}{RELATIONS[claim.relation]}{value}"


def joined(text: str) -> str:
    """Return words without the spaces between Chinese characters."""
    return _SPACE.sub("", text.strip())
