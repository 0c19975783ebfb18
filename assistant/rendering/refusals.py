"""Say why something is not answered: what was understood, what was looked at, and the nearest that can be asked."""

from collections.abc import Sequence

from assistant.models import Drafted
from assistant.plans import Lookup, Operation, Plan, Target, Unclear
from assistant.rendering.citing import refuse
from assistant.rendering.understood import understood
from assistant.rendering.words import operand, phrase, where, who
from assistant.results import Absent, Place, Stopped
from assistant.tools import label_of
from vectorstore.models import ReportHead

_MOST_NAMED = 6
_MOST_OFFERED = 3


def refused(stopped: Stopped, plan: Plan) -> Drafted:
    """Return a plan's refusal, or the question back."""
    asked = _asked(plan.operations[0])
    match stopped.obstacle:
        case "empty_library":
            return refuse("no_report", "库中还没有报告。请先用 gongkai ingest 导入，或放宽筛选条件。")
        case "unread":
            stretches = "、".join(f"“{stretch}”" for stretch in stopped.stretches)
            return refuse(
                "ambiguous",
                f"问题里的{stretches}没有读懂，所以没有作答。已经读懂的是：{understood(plan)}。请换个说法再问。",
            )
        case "which_organization":
            names = stopped.choices
            text = f"问题没有写明单位，以下单位都可能是所问的：{_listed(names)}。请说明是哪一个。"
            year = next((f"{place.target.year}年" for place in stopped.places if place.target.year), "")
            return refuse(
                "ambiguous", text, suggestions=[f"{name}{year}{asked}" for name in names[:_MOST_NAMED]]
            )
        case "which_year":
            name = stopped.held[0].organization if stopped.held else ""
            years = "、".join(f"{year}年" for year in stopped.choices)
            text = f"{name}有{years}的报告，请说明是哪一年。"
            return refuse(
                "ambiguous",
                text,
                suggestions=[f"{name}{year}年{asked}" for year in stopped.choices[-_MOST_OFFERED:]],
            )
        case "which_measure":
            told = f"：{_listed(stopped.choices)}" if stopped.choices else ""
            return refuse(
                "ambiguous",
                f"不清楚所问的是哪一个数{told}。请说明是哪一个。",
                suggestions=stopped.choices[:_MOST_OFFERED],
            )
        case "no_body":
            return _no_body(stopped, plan, asked)
        case "chat":
            text = f"您好。这里回答政府信息公开工作年度报告里的问题。现有：{_holdings(stopped.held)}。"
            return refuse("out_of_scope", text, suggestions=_examples(stopped.held))
        case "outside":
            return refuse(
                "out_of_scope",
                "所问的不在政府信息公开工作年度报告之内，因此不作回答。",
                suggestions=_examples(stopped.held),
            )
        case "unreadable":
            return refuse(
                "out_of_scope", "没有读懂这个问题，请换个说法再问。", suggestions=_examples(stopped.held)
            )


def doubted(plan: Plan, drafted: Drafted) -> Drafted:
    """Return an answer of which it is not sure that it is what was asked: as one reading, for the asker to confirm."""
    if drafted.status not in ("answered", "partial"):
        return drafted
    lead = f"没有把握这样理解：{understood(plan)}。若问的正是这个："
    return drafted.model_copy(
        update={"status": "clarify", "reason_code": "ambiguous", "text": f"{lead}\n{drafted.text}"}
    )


def missing_text(one: Absent, told: Sequence[str], cells: str) -> str:
    """Return why a measure has no value at a place."""
    whose, asked = where(one.place), phrase(one.measure)
    match one.reason:
        case "unknown_organization":
            return f"库中没有“{one.place.target.organization}”的报告。"
        case "no_report":
            years = "、".join(f"{head.year}年" for head in one.place.held if head.year)
            own = one.place.held and one.place.held[0].organization == one.place.target.organization
            return f"库中没有{whose}的报告{f'（有{years}的）' if own and years else ''}。"
        case "which_organization" | "which_year":
            return f"“{whose}”可以指{_listed(one.place.choices)}，请说明是哪一个。"
        case "blank":
            return f"{whose}的报告中，“{asked}”一格是空白的（空白不等于 0），没有可以引用的数{cells}。"
        case "unclear":
            printed = "、".join(f"“{' '.join(figure.context.split())}”" for figure in one.figures[:1])
            return f"{whose}的报告中，“{asked}”一格印的不是可以确认的数{cells}：{printed}。"
        case "tied":
            return f"{whose}的报告中有几个数都可能是所问的“{asked}”：{'；'.join(told)}。请说明是哪一个。"
        case "other_form":
            return f"{whose}的报告所用的格式没有“{asked}”这一栏，正文也没有写明。"
        case "other_period":
            return f"{whose}的报告中“{asked}”说的不是这一年，因此不作回答。"
        case "vague":
            return f"{whose}的报告中“{asked}”印的是约数，不能用来计算。"
        case "units_differ":
            return f"所问各数单位不同，不能放在一起计算：{asked}。"
        case "division_by_zero":
            return f"{whose}的“{asked}”为 0，不能作除数。"
        case "too_few":
            return f"{whose}的报告中没有找到计算所需的全部数字（{asked}）。"
        case "too_many":
            return f"相差与倍数只能在两者之间算，所问的不止两个：{asked}。请说明是哪两个。"
        case "not_read":
            return f"报告太多，没有逐份查看{whose}的正文。"
        case "no_indicator":
            return f"{whose}的报告中没有找到“{asked}”的数字，因此不作回答。"


def nothing_said(whose: str, about: str) -> str:
    """Return that reports say nothing of what was asked."""
    return f"{whose}的报告中没有找到说“{about}”的内容，因此不作回答。"


def suggestions_for(one: Absent) -> tuple[str, ...]:
    """Return questions near to one that has no answer: the other years of a body, figures that come near."""
    asked = phrase(one.measure)
    if one.place.head is None:
        held = [head for head in one.place.held if head.organization == one.place.target.organization]
        near = held or list(one.place.held)
        return tuple(f"{_named(head)}{asked}是多少" for head in near[:_MOST_OFFERED])
    figures = one.figures if one.reason == "tied" else one.near
    return tuple(f"{where(one.place)}{label_of(figure)}是多少" for figure in figures[:_MOST_OFFERED])


def _no_body(stopped: Stopped, plan: Plan, asked: str) -> Drafted:
    unknown = [place for place in stopped.places if place.reason == "unknown_organization"]
    missing = [place for place in stopped.places if place.reason == "no_report"]
    if not stopped.places:
        return refuse("no_evidence", f"库中没有哪一份报告合于所述（{understood(plan)}），因此不作回答。")
    lines: list[str] = []
    if unknown:
        names = "、".join(f"“{place.target.organization}”" for place in unknown)
        lines.append(f"库中没有{names}的年度报告。现有：{_holdings(stopped.held)}。")
    if missing:
        lines.append(
            f"库中没有{'、'.join(who(place.target) for place in missing)}的年度报告。{_years_held(missing[0])}"
        )
    near = missing[0].held if missing else stopped.held
    year = stopped.places[0].target.year
    same_year = [head for head in near if head.year == year] or list(near)
    offered = [f"{_named(head)}{asked}" for head in same_year[:_MOST_OFFERED]]
    return refuse(
        "no_report", "".join(lines) or f"库中没有{who(stopped.places[0].target)}的报告。", suggestions=offered
    )


def _years_held(place: Place) -> str:
    own = [
        head
        for head in place.held
        if head.organization == place.target.organization or place.target.organization in head.aliases
    ]
    if own:
        return f"{own[0].organization}有{'、'.join(f'{head.year}年' for head in own if head.year)}的报告。"
    return f"现有：{_holdings(place.held)}。"


def _asked(operation: Operation) -> str:
    """Return what an operation asks for, as the end of a question."""
    if isinstance(operation, Lookup):
        return f"{'、'.join(map(operand, operation.measures))}是多少"
    told = understood(Plan(standalone="", operations=(operation,)))
    return "" if isinstance(operation, Unclear) else told


def _examples(held: Sequence[ReportHead]) -> tuple[str, ...]:
    asked = ("行政许可处理决定数量是多少", "本年新收政府信息公开申请数量是多少", "存在的主要问题有哪些")
    heads = list(held) or []
    return (
        tuple(f"{_named(heads[at % len(heads)])}{question}" for at, question in enumerate(asked))
        if heads
        else ()
    )


def _named(head: ReportHead) -> str:
    return who(Target(organization=head.organization, year=head.year))


def _holdings(heads: Sequence[ReportHead]) -> str:
    named = [_named(head) for head in heads[:_MOST_NAMED]]
    rest = f"等{len(heads)}份" if len(heads) > _MOST_NAMED else ""
    return "、".join(named) + rest


def _listed(names: Sequence[str]) -> str:
    rest = f"等{len(names)}个" if len(names) > _MOST_NAMED else ""
    return "、".join(names[:_MOST_NAMED]) + rest
