"""Say a plan in one line that a reader can correct, and its parts one by one: 贺兰县2020年 · 12345热线办复率."""

from typing import assert_never

from assistant.plans import (
    About,
    Check,
    Compare,
    Condition,
    Count,
    Difference,
    Everything,
    Explain,
    Extreme,
    Filter,
    Growth,
    Holdings,
    Listing,
    Lookup,
    Mean,
    Measure,
    Median,
    Operand,
    Operation,
    Over,
    Parts,
    Passage,
    Plan,
    Rank,
    Ratio,
    Remainder,
    Share,
    Sum,
    Trend,
    Unclear,
    Verify,
)
from assistant.rendering.words import PARTICULARS, RELATIONS, SPELLS, claimed, operand, phrase, stated, who

_OVER: dict[Over, str] = {"bodies": "各单位", "years": "各年", "measures": ""}
_ASKS = {
    "what": "怎么说",
    "how": "怎么做",
    "why": "为什么",
    "who": "是谁",
    "where": "在哪里",
    "when": "在什么时候",
    "problems": "存在的问题",
    "plans": "改进打算",
    "summary": "概括",
    "example": "举例",
}
_OBSTACLES = {
    "which_organization": "单位不明确",
    "which_year": "年度不明确",
    "which_measure": "所问的数不明确",
    "chat": "寒暄",
    "outside": "与政府信息公开年报无关",
    "unreadable": "看不懂",
}
_ALL, _FIRST, _SECOND, _REST = (Measure(phrase=word) for word in ("", "前者", "后者", "其余"))
"""What stands for the measures of an operation where they are not named."""


def understood(plan: Plan) -> str:
    """Return whom, when and what a plan asks for, in one line."""
    told = [whose(plan), *map(what, plan.operations), supposed(plan)]
    if plan.unread:
        told.append(f"没有读懂：{'、'.join(f'“{stretch}”' for stretch in plan.unread)}")
    return " · ".join(part for part in told if part)


def asking(plan: Plan) -> str:
    """Return a plan as a question that can stand in a conversation: 贺兰县2020年12345热线办复率是多少."""
    told = [
        f"{what(operation)}{'是多少' if isinstance(operation, Lookup) else ''}"
        for operation in plan.operations
    ]
    unread = "".join(f"（{stretch}）" for stretch in plan.unread)
    return f"{whose(plan)}{'，'.join(told)}{unread}"


def whose(plan: Plan) -> str:
    """Return the bodies and years that a plan is about."""
    among = plan.among
    if not isinstance(among, Everything):
        return "、".join(who(target) for target in among.targets if target.organization or target.year)
    years = "、".join(f"{year}年" for year in among.years or ())
    kind = f"{among.region or ''}各{among.of_kind or '单位'}"
    less = f"（除{'、'.join(among.less)}）" if among.less else ""
    match among.where:
        case None:
            return f"{years}{kind}{less}"
        case Condition(measure=measure, comparator="mentioned"):
            return f"{years}报告提到“{phrase(measure)}”的{among.of_kind or '单位'}"
        case Condition(measure=measure, comparator=comparator, value=value):
            bound = stated(value) if value is not None else ""
            return f"{years}{phrase(measure)}{RELATIONS[comparator]}{bound}的{among.of_kind or '单位'}"
        case Extreme(measure=measure, most=most):
            return f"{years}{phrase(measure)}最{'多' if most == 'most' else '少'}的{among.of_kind or '单位'}"


def supposed(plan: Plan) -> str:
    """Return what a plan takes for granted, empty where it does so with nothing."""
    return f"先核对：{'；'.join(map(claimed, plan.claims))}" if plan.claims else ""


def manner(operation: Operation) -> str:
    """Return what is done with what an operation counts, without naming that: 前者占后者的比例, 各年合计."""
    masked: dict[str, object]
    match operation:
        case Lookup():
            return "是多少"
        case Listing():
            return "有哪些"
        case Verify():
            return "是否如所说"
        case Difference() | Ratio():
            masked = {"of": (_FIRST, _SECOND)}
        case Share(whole=None):
            masked = {"part": _ALL}
        case Share():
            masked = {"part": _FIRST, "whole": _SECOND}
        case Mean(per=per) if per is not None:
            masked = {"of": (_FIRST,), "per": _SECOND}
        case Remainder(less=less):
            masked = {"whole": _FIRST, "less": (_SECOND if len(less) == 1 else _REST,)}
        case Sum() | Mean() | Median() | Compare() | Rank() | Count() | Filter():
            masked = {"of": (_ALL,)}
        case Growth() | Trend() | Parts():
            masked = {"of": _ALL}
        case Passage():
            masked = {"about": ""}
        case Check() | Explain() | About() | Holdings() | Unclear():
            masked = {}
        case _:
            assert_never(operation)
    return what(operation.model_copy(update=masked)).lstrip("的，")


def _several(operands: tuple[Operand, ...]) -> str:
    return "、".join(map(operand, operands))


def _pair(operands: tuple[Operand, ...], joint: str) -> str:
    if len(operands) == 2:
        return f"{operand(operands[0])}{joint}{operand(operands[1])}"
    return f"{operand(operands[0])}，前者{joint}后者"


def what(operation: Operation) -> str:
    """Return what an operation asks for."""
    match operation:
        case Lookup(measures=measures):
            return _several(measures)
        case Sum(of=of, over=over):
            return f"{_OVER[over]}{_several(of)}合计"
        case Difference(of=of):
            return f"{_pair(of, '比')}多多少"
        case Ratio(of=of):
            return f"{_pair(of, '是')}的几倍"
        case Share(part=part, whole=whole):
            return f"{operand(part)}占{operand(whole) if whole is not None else '总数'}的比例"
        case Mean(of=of, per=per, over=over, each=spell):
            each = f"按{operand(per)}" if per is not None else _OVER[over]
            return f"{_several(of)}{each}平均{SPELLS[spell] if spell is not None else ''}"
        case Median(of=of, over=over):
            return f"{_several(of)}{_OVER[over]}中位数"
        case Remainder(whole=whole, less=less):
            return f"{operand(whole)}除去{_several(less)}"
        case Growth(of=of, unit=unit):
            return f"{operand(of)}的{'增幅' if unit == 'percent' else '增减'}"
        case Compare(of=of, over=over, most=most):
            return f"{_OVER[over]}{_several(of)}，哪个{'多' if most == 'most' else '少'}"
        case Rank(of=of, over=over, order=order, limit=limit):
            first = f"前{limit}" if limit is not None else ""
            return f"{_OVER[over]}{_several(of)}，从{'多到少' if order == 'desc' else '少到多'}{first}"
        case Trend(of=of):
            return f"{operand(of)}的变化"
        case Count(of=of, over=over, bound=bound) | Filter(of=of, over=over, bound=bound):
            value = stated(bound.value) if bound.value is not None else ""
            asked = "有几个" if isinstance(operation, Count) else "有哪些"
            return f"{_OVER[over]}{_several(of)}{RELATIONS[bound.relation]}{value}的{asked}"
        case Parts(of=of):
            return f"{phrase(of)}的构成"
        case Listing(about=about, ask=ask):
            return f"{about or _ASKS[ask]}有哪些"
        case Passage(about=about, ask=ask):
            return f"{about}：{_ASKS[ask]}" if about else _ASKS[ask]
        case Verify(claims=claims):
            return f"是否{'、'.join(map(claimed, claims))}"
        case Check(measures=measures):
            return f"核对{'、'.join(map(phrase, measures)) or '全部勾稽关系'}"
        case Explain(term=term, measures=measures):
            return f"解释{term or '、'.join(map(phrase, measures))}"
        case About(of=of):
            return "、".join(PARTICULARS[each] for each in of)
        case Holdings():
            return "库中有哪些报告"
        case Unclear(obstacle=obstacle):
            return _OBSTACLES[obstacle]
        case _:
            assert_never(operation)
