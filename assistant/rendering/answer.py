"""Word the results of a plan as an answer: claims that do not hold first, then what was asked, each with its proof."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import assert_never

from assistant.execution import MOST_READ, signed_change
from assistant.models import Derivation, Drafted, ReasonCode, Status
from assistant.plans import Plan
from assistant.rendering.citing import NOT_COMPUTED, Draft, printed_amounts
from assistant.rendering.refusals import missing_text, nothing_said, refused, suggestions_for
from assistant.rendering.words import (
    PARTICULARS,
    RELATIONS,
    SPELLS,
    TABLES,
    claimed,
    much,
    phrase,
    rounded,
    stated,
    thing,
    where,
    who,
)
from assistant.results import (
    Absent,
    Checked,
    Computed,
    Denied,
    Executed,
    Explained,
    Found,
    Held,
    Identified,
    Informed,
    Judged,
    Kept,
    Looked,
    Ordered,
    Outcome,
    Parted,
    Place,
    Quote,
    Result,
    Series,
    Stopped,
    Told,
    Untold,
    Verified,
    Worked,
)
from assistant.tools import ReportView, Toolbox, inline
from ingest.checks import Assessment, describe
from ingest.models import Anchor, Figure, Section
from ingest.numerals import RATIO_UNITS
from vectorstore.models import Filter

_LONGEST_ANSWER = 900
_MOST_TOLD = 12
"""How many of a long order are told; the rest is counted."""
_MOST_CITED = 8
_LONGEST_EXPRESSION = 90
_MOST_RULES = 6
_REASONS: dict[str, ReasonCode] = {
    "unknown_organization": "no_report",
    "no_report": "no_report",
    "which_organization": "ambiguous",
    "which_year": "ambiguous",
    "tied": "ambiguous",
    "blank": "blank_cell",
    "unclear": "blank_cell",
}


def rendered(plan: Plan, executed: Executed, toolbox: Toolbox) -> Drafted:
    """Return the answer to a plan: answered, partly, refused with the nearest that can be asked, or asked back."""
    return _Answer(plan, toolbox).of(executed)


class _Answer:
    """Put one answer together; what was said and what was missing decide its status."""

    def __init__(self, plan: Plan, toolbox: Toolbox) -> None:
        self._plan = plan
        self._toolbox = toolbox
        self._draft = Draft()
        self._said = False
        self._missing: list[Absent] = []
        self._untold = False
        self._many = False
        self._suggestions: list[str] = []

    def of(self, executed: Executed) -> Drafted:
        stopped = next((result for result in executed.results if isinstance(result, Stopped)), None)
        if stopped is not None and len(executed.results) == 1:
            return refused(stopped, self._plan)
        self._many = _reports_in(executed) > MOST_READ
        for one in executed.identified:
            self._identified(one)
        for one in executed.claims:
            self._judged(one, asked=False)
        for result in executed.results:
            self._result(result)
        self._columns_apart([result for result in executed.results if isinstance(result, Informed)])
        self._draft.warn_of_findings()
        return self._draft.finish(status=self._status(), reason=self._reason(), suggestions=self._offers())

    # ------------------------------------------------------------ status

    def _status(self) -> Status:
        if self._said:
            return "partial" if self._missing or self._untold else "answered"
        return "clarify" if self._reason() == "ambiguous" else "refused"

    def _reason(self) -> ReasonCode | None:
        if self._said:
            return None
        if self._missing:
            return _REASONS.get(self._missing[0].reason, "no_indicator")
        return "no_evidence"

    def _offers(self) -> tuple[str, ...]:
        offered = [*self._suggestions, *(each for one in self._missing for each in suggestions_for(one))]
        return tuple(dict.fromkeys(offered))[:3] if self._missing or self._suggestions else ()

    # ------------------------------------------------------------ results

    def _result(self, result: Result) -> None:
        match result:
            case Looked(outcomes=outcomes, set_apart=set_apart):
                if set_apart:
                    self._draft.say("所问的数口径或单位不同，不能直接比较。")
                self._looked(outcomes)
            case Worked(outcomes=outcomes):
                for outcome in outcomes:
                    self._worked(outcome)
            case Ordered():
                self._ordered(result)
            case Series():
                self._series(result)
            case Kept():
                self._kept(result)
            case Parted():
                self._parted(result)
            case Told():
                self._told(result)
            case Untold(places=places, about=about):
                self._untold = True
                self._draft.say(nothing_said("、".join(map(where, places)), about))
            case Verified(judged=judged):
                for one in judged:
                    self._judged(one, asked=True)
            case Checked():
                self._checked(result)
            case Informed():
                self._informed(result)
            case Explained():
                self._explained(result)
            case Held():
                self._held(result)
            case Stopped():
                drafted = refused(result, self._plan)
                self._draft.say(drafted.text)
                self._suggestions += drafted.suggestions
                self._untold = True
            case _:
                assert_never(result)

    def _looked(self, outcomes: Sequence[Outcome]) -> None:
        """Say each figure; those of one body and year in one sentence."""
        groups: dict[str, list[Outcome]] = {}
        for outcome in outcomes:
            if isinstance(outcome, Absent):
                continue
            groups.setdefault(where(outcome.place), []).append(outcome)
        for whose, group in groups.items():
            if any(map(_stands_alone, group)):
                for outcome in group:
                    self._single(whose, outcome)
                continue
            told = [f"{thing(outcome)}为{much(outcome)}{self._mark(outcome)}" for outcome in group]
            self._draft.say(f"{whose}{'，'.join(told)}。")
            self._said = True
            for outcome in group:
                self._work_shown(outcome)
        for outcome in outcomes:
            if isinstance(outcome, Absent):
                self._absent(outcome)
        self._same_reports(outcomes)

    def _single(self, whose: str, outcome: Outcome) -> None:
        if isinstance(outcome, Found) and _is_change(outcome):
            self._changed(outcome)
            return
        if isinstance(outcome, Computed) and not outcome.subtotal:
            self._computed(outcome)
            return
        if isinstance(outcome, Denied):
            mark = self._sentence(Quote(report_id=_report_id(outcome), sentence=outcome.sentence))
            self._draft.say(f"{whose}没有{thing(outcome)}：报告写明“{inline(outcome.sentence.text)}”{mark}")
            self._said = True
            return
        self._draft.say(f"{whose}{thing(outcome)}为{much(outcome)}{self._mark(outcome)}。")
        self._said = True
        self._work_shown(outcome)

    def _work_shown(self, outcome: Outcome) -> None:
        """Say how a subtotal comes about that the form does not print."""
        if isinstance(outcome, Computed) and outcome.subtotal:
            self._draft.say(f"表中没有印出这一项的合计，该数为各行之和（{outcome.expression}）。")

    def _worked(self, outcome: Outcome) -> None:
        match outcome:
            case Computed(subtotal=False):
                self._computed(outcome)
            case Found() | Denied() | Computed():
                self._looked((outcome,))
            case Absent():
                self._absent(outcome)
            case _:
                assert_never(outcome)

    def _changed(self, outcome: Found) -> None:
        """Say a change that the report itself prints."""
        value = signed_change(outcome.figure)
        told = outcome.measure.model_copy(update={"change": False, "column": None})
        rate = outcome.figure.quantity is not None and outcome.figure.quantity.unit in RATIO_UNITS
        grows, shrinks = ("上升", "下降") if rate else ("增加", "减少")
        direction = grows if value > 0 else shrinks if value < 0 else "没有增减，为"
        printed = much(outcome).lstrip("-－+＋增加减少")
        self._draft.say(
            f"{where(outcome.place)}{phrase(told)}比上一年{direction}{printed}{self._mark(outcome)}。"
        )
        self._said = True

    def _computed(self, outcome: Computed) -> None:
        """Say a value worked out, with its parts and how."""
        names = _names(outcome.inputs)
        parts = [
            f"{name}为{much(each)}{self._mark(each)}"
            for name, each in zip(names, outcome.inputs, strict=True)
        ]
        self._derive(outcome)
        value = much(outcome)
        first, second = names[0], names[1] if len(names) > 1 else ""
        size = rounded(abs(outcome.value), outcome.unit)
        match outcome.op:
            case "sum":
                line = f"{_together(outcome.inputs)}合计{value}"
            case "difference":
                line = (
                    f"{first}与{second}相同"
                    if outcome.value == 0
                    else f"{first}比{second}{_more(outcome)}{size}"
                )
            case "ratio":
                line = f"{first}是{second}的{value}"
            case "share":
                line = f"{first}占{second}的{value}"
            case "mean":
                line = (
                    f"{first}平均{SPELLS[outcome.spell]}{value}"
                    if outcome.spell is not None
                    else f"{first}按{second}平均为{value}"
                    if len(outcome.inputs) == 2 and " ÷ 2" not in outcome.expression
                    else f"{_together(outcome.inputs)}平均为{value}"
                )
            case "median":
                line = f"{_together(outcome.inputs)}的中位数为{value}"
            case "remainder":
                line = f"{first}除去{'、'.join(names[1:])}，还有{value}"
            case "growth":
                whose = f"{first}比{second}"
                if outcome.measure is not None:
                    whose = f"{where(outcome.place)}{phrase(outcome.measure)}"
                line = f"{whose}{'增长' if outcome.value >= 0 else '下降'}{size}"
            case "count":
                line = f"共{value}"
            case _:
                assert_never(outcome.op)
        shown = f"（{outcome.expression}）" if len(outcome.expression) <= _LONGEST_EXPRESSION else ""
        self._draft.say(f"{line}{shown}：{'，'.join(parts)}。")
        self._draft.warn("computed", "该数由程序按报告所载数字计算，报告没有直接写明")
        if outcome.vague:
            self._draft.warn("vague", "所用的数里有约数，结果也是约数")
        self._said = True
        self._forms(outcome.inputs)
        self._left_out(outcome.missing)
        self._same_reports(outcome.inputs)

    def _ordered(self, result: Ordered) -> None:
        entries = list(result.entries)
        if result.purpose == "compare":
            self._compared(result, entries)
        else:
            self._ranked(result, entries)
        self._forms(entries)
        self._left_out(result.missing)
        self._same_reports(entries)
        self._said = True

    def _compared(self, result: Ordered, entries: Sequence[Outcome]) -> None:
        names = _names(entries)
        parts = [f"{name}为{much(each)}{self._mark(each)}" for name, each in zip(names, entries, strict=True)]
        first, last = (0, -1) if result.most == "most" else (-1, 0)
        ratio = all(much(each).endswith("%") for each in entries)
        word = {"most": "高" if ratio else "多", "least": "低" if ratio else "少"}[result.most]
        apart = result.difference
        if apart is not None and apart.value == 0:
            head = f"{names[0]}与{names[1]}相同"
        elif apart is not None:
            self._derive(apart)
            size = rounded(abs(apart.value), apart.unit)
            more = f"{word}{'出' if result.most == 'most' else ''}"
            head = f"{names[first]}更{word}，比{names[last]}{more}{size}（{apart.expression}）"
        else:
            winners = [
                name for name, each in zip(names, entries, strict=True) if much(each) == much(entries[first])
            ]
            head = f"{'、'.join(winners)}{'并列' if len(winners) > 1 else ''}最{word}"
        self._draft.say(f"{head}：{'；'.join(parts)}。")

    def _ranked(self, result: Ordered, entries: Sequence[Outcome]) -> None:
        shown = _first(entries, result.wanted or _MOST_TOLD)[: max(_MOST_TOLD, result.wanted or 0)]
        order = "从多到少" if result.order == "desc" else "从少到多"
        names = _names(entries)[: len(shown)]
        first = f"，前{result.wanted}" if result.wanted else ""
        ties = "（末位并列，一并列出）" if result.wanted and len(shown) > result.wanted else ""
        self._draft.say(f"{order}{first}{ties}：")
        for place, (name, each) in enumerate(zip(names, shown, strict=True), start=1):
            self._draft.say(f"{place}. {name}：{much(each)}{self._mark(each)}")
        if len(entries) > len(shown):
            self._draft.say("其余的没有列出。")

    def _series(self, result: Series) -> None:
        for each in result.entries:
            self._draft.say(f"{where(each.place)}{thing(each)}：{much(each)}{self._mark(each)}")
            self._said = True
        if result.change is not None:
            self._derive(result.change)
            size = rounded(abs(result.change.value), result.change.unit)
            word = (
                "没有变化"
                if result.change.value == 0
                else f"{'增加' if result.change.value > 0 else '减少'}{size}"
            )
            self._draft.say(f"首尾相比{word}（{result.change.expression}）。")
        for one in result.missing:
            self._absent(one)
        self._forms(result.entries)

    def _kept(self, result: Kept) -> None:
        bound = (
            f"{RELATIONS[result.relation]}{stated(result.bound)}" if result.bound is not None else "不为零"
        )
        unit = {"bodies": "个单位", "years": "个年度", "measures": "项"}[result.over]
        every = len(result.fulfilling) + len(result.others)
        names = _names((*result.fulfilling, *result.others))
        told = [
            f"{name}{much(each)}{self._mark(each)}"
            for name, each in zip(names, result.fulfilling[:_MOST_TOLD], strict=False)
        ]
        listed = f"：{'；'.join(told)}" if told else ""
        more = "等" if len(result.fulfilling) > len(told) else ""
        self._draft.say(f"{every}{unit}中有{len(result.fulfilling)}个{bound}{listed}{more}。")
        if not result.fulfilling:
            for each in result.others[:_MOST_CITED]:
                self._mark(each)
        self._draft.derive(_counted(every))
        self._draft.derive(_counted(len(result.fulfilling)))
        self._left_out(result.missing)
        self._said = every > 0

    def _parted(self, result: Parted) -> None:
        whole = result.whole
        if not result.parts:
            self._looked((whole,) if whole is not None else ())
            return
        lead = f"{where(result.parts[0].place)}"
        if isinstance(whole, Found | Computed):
            lead = f"{where(whole.place)}{thing(whole)}为{much(whole)}{self._mark(whole)}，其中"
        told = [f"{thing(each)}{much(each)}{self._mark(each)}" for each in result.parts]
        self._draft.say(f"{lead}：{'，'.join(told)}。")
        if result.assessment is not None and result.assessment.outcome == "differs":
            self._assessed(result.assessment)
        self._said = True

    def _told(self, result: Told) -> None:
        whose = where(result.place)
        if result.heading is not None:
            self._draft.say(f"{whose}的报告在“{result.heading.strip('*# ').rstrip('。：:')}”一节写道：")
        elif result.listed:
            self._draft.say(f"{whose}的报告列出：")
        else:
            self._draft.say(f"{whose}的报告写道：")
        used = 0
        for quote in result.quotes:
            text = inline(quote.sentence.text)
            if used and used + len(text) > _LONGEST_ANSWER:
                self._draft.say("……（其余见引文所在章节）")
                break
            used += len(text)
            self._draft.say(f"{text}{self._sentence(quote)}")
        if result.omitted:
            self._draft.say("……（其余见该节原文）")
        self._said = True

    def _judged(self, one: Judged, *, asked: bool) -> None:
        """Say whether a claim holds; one that is only taken for granted is spoken of where it does not."""
        whose = where(one.outcome.place) if one.outcome is not None else ""
        if one.verdict is True and not asked:
            return
        if one.quote is not None:
            mark = self._sentence(one.quote)
            verdict = {True: "是", False: "不是" if asked else "报告所载并非如此", None: "不能判断"}[
                one.verdict
            ]
            self._draft.say(f"{verdict}：报告写明“{inline(one.quote.sentence.text)}”{mark}")
            self._said = True
            return
        outcome = one.outcome
        if outcome is None or isinstance(outcome, Absent):
            if isinstance(outcome, Absent) and asked:
                self._absent(outcome)
            else:
                self._untold = True
                self._draft.say(f"报告中没有找到“{claimed(one.claim)}”的依据。")
            return
        told = f"{whose}{thing(outcome)}为{much(outcome)}{self._mark(outcome)}"
        if isinstance(outcome, Computed):
            self._derive(outcome)
        wrong = (
            f"，不是{stated(one.claim.value)}"
            if one.claim.value is not None and one.claim.relation == "equal"
            else ""
        )
        match one.verdict:
            case True:
                self._draft.say(f"是，{told}。")
            case False:
                nothing = "没有，" if one.claim.relation == "happened" else "不是，"
                lead = nothing if asked else "报告所载并非如此："
                self._draft.say(f"{lead}{told}{wrong}。")
            case None:
                self._draft.say(f"不能据此判断：{told}。")
        self._said = True

    def _checked(self, result: Checked) -> None:
        differing = [entry for entry in result.assessments if entry.outcome == "differs"]
        told = (
            differing
            or [entry for entry in result.assessments if entry.outcome == "agrees"]
            or list(result.assessments)
        )
        whose = where(result.place)
        if not told:
            self._untold = True
            self._draft.say(f"{whose}的报告中没有可以这样核对的数。")
            return
        if result.everything and not differing:
            self._draft.say(f"{whose}的报告按勾稽规则核对，没有发现不符之处。")
        elif differing:
            self._draft.say(f"{whose}的报告有不一致：" if len(result.assessments) > 1 else "不一致。")
        else:
            agrees = all(entry.outcome == "agrees" for entry in result.assessments)
            self._draft.say("一致。" if agrees else "有空白或无法辨认的单元格，不能全部核对。")
        for entry in told[:_MOST_RULES]:
            self._assessed(entry)
        self._said = True

    def _assessed(self, entry: Assessment) -> None:
        """Say a rule with its outcome, cite what it is about, and show how it comes about."""
        marks: list[str] = []
        for figure in entry.figures[:_MOST_CITED]:
            marks.append(self._draft.cite_figure(self._view(figure.report_id), figure))
        for section in entry.sections:
            view = self._view(section.anchor.report_id)
            text = self._toolbox.text(view.report.id)
            marks.append(self._draft.cite_span(view, heading_anchor(section, text), text))
        self._draft.say(f"{describe(entry)}{''.join(dict.fromkeys(marks))}。")
        if entry.expected is not None and entry.code not in NOT_COMPUTED:
            unit = "%" if entry.code == "rate" else entry.unit
            inputs = printed_amounts(entry.figures)
            self._draft.derive(
                Derivation(expression=entry.expression, inputs=inputs, value=entry.expected, unit=unit)
            )
            if entry.printed_expression and entry.printed is not None:
                self._draft.derive(
                    Derivation(
                        expression=entry.printed_expression, inputs=inputs, value=entry.printed, unit=unit
                    )
                )
        if entry.outcome == "differs":
            self._draft.warn(f"finding_{entry.code}", describe(entry))

    def _informed(self, result: Informed) -> None:
        whose = where(result.place)
        for one in result.particulars:
            mark = ""
            if one.anchor is not None and result.place.head is not None:
                mark = self._draft.cite_anchored(
                    self._view(result.place.head.report_id), one.anchor, one.quote
                )
            text = "、".join(one.items) if one.items else inline(one.text)
            self._draft.say(f"{whose}{PARTICULARS[one.of]}：{text}{mark}")
            self._said = True
        if result.missing:
            self._untold = True
            names = "、".join(PARTICULARS[of] for of in result.missing)
            self._draft.say(f"{whose}的报告没有写明{names}。")

    def _columns_apart(self, results: Sequence[Informed]) -> None:
        """Say whether the columns of several reports are the same."""
        columns = [one.items for result in results for one in result.particulars if one.of == "columns"]
        if len(columns) > 1:
            same = len(set(columns)) == 1
            self._draft.say("列名相同。" if same else "各报告所用格式不同，列名也不同，口径不可直接比较。")

    def _explained(self, result: Explained) -> None:
        if result.outcomes:
            self._looked(result.outcomes)
        for entry in result.assessments[:_MOST_RULES]:
            self._assessed(entry)
            self._said = True
        for quote in result.quotes:
            self._draft.say(f"报告写道：“{inline(quote.sentence.text)}”{self._sentence(quote)}")
            self._said = True
        if result.label:
            table = TABLES[result.meaning]
            self._draft.say(f"“{result.label}”是法定格式{table}中的一栏。")
            self._said = True
        if not self._said:
            self._untold = True
            self._draft.say(f"报告中没有找到对“{result.term}”的说明。")
        elif result.outcomes and not result.assessments:
            self._draft.say("报告没有说明原因。")

    def _held(self, result: Held) -> None:
        if not result.heads:
            asked = "、".join(who(place.target) for place in result.asked)
            self._draft.say(f"没有。库中没有{asked}的报告。")
            self._said = True
            return
        bodies: dict[str, list[str]] = {}
        for head in result.heads:
            bodies.setdefault(head.organization, []).append(f"{head.year}年" if head.year else "年度不明")
        self._draft.say(f"库中有{len(result.heads)}份报告：")
        for name, years in list(bodies.items())[: _MOST_TOLD * 3]:
            self._draft.say(f"{name}：{'、'.join(dict.fromkeys(years))}")
        if len(bodies) > _MOST_TOLD * 3:
            self._draft.say(f"……另有{len(bodies) - _MOST_TOLD * 3}个单位")
        self._said = True

    def _identified(self, one: Identified) -> None:
        """Say which body a description fits, and where that stands."""
        whose = where(one.place)
        if one.quote is not None:
            self._draft.say(
                f"所问的是{whose}：报告写道“{inline(one.quote.sentence.text)}”{self._sentence(one.quote)}"
            )
        elif one.outcome is not None:
            self._draft.say(
                f"所问的是{whose}：{thing(one.outcome)}为{much(one.outcome)}{self._mark(one.outcome)}。"
            )

    # ------------------------------------------------------------ pieces

    def _absent(self, one: Absent) -> None:
        """Say why something is missing, and cite the cell that is blank or the figures that tie."""
        self._missing.append(one)
        told = [f"{thing(found)}为{much(found)}{self._mark(found)}" for found in _as_found(one)]
        cells = "".join(self._cite(figure, one.place) for figure in one.figures if figure.quantity is None)
        self._draft.say(missing_text(one, told, cells))
        if one.denial is not None and one.place.head is not None:
            quote = Quote(report_id=one.place.head.report_id, sentence=one.denial)
            self._draft.say(f"正文写明“{inline(one.denial.text)}”{self._sentence(quote)}")

    def _left_out(self, missing: Sequence[Absent]) -> None:
        """Say what a total or an order does not count, and why."""
        if not missing:
            return
        self._missing += missing
        reasons: dict[str, list[str]] = {}
        alone = len({where(one.place) for one in missing}) < len(missing) or len(missing) == 1
        for one in missing[:_MOST_TOLD]:
            cells = "".join(
                self._cite(figure, one.place) for figure in one.figures if figure.quantity is None
            )
            name = f"{where(one.place)}{phrase(one.measure) if alone else ''}"
            reasons.setdefault(one.reason, []).append(f"{name}{cells}")
        for reason, names in reasons.items():
            why = {
                "blank": "（单元格空白）",
                "unclear": "（单元格印的不是确数）",
                "no_report": "（库中没有报告）",
                "unknown_organization": "（库中没有报告）",
                "other_form": "（所用格式没有这一栏）",
                "vague": "（报告印的是约数）",
            }.get(reason, "（报告中没有找到）")
            self._draft.say(f"没有计入：{'、'.join(names)}{why}。")
        if len(missing) > _MOST_TOLD:
            self._draft.say(f"另有{len(missing) - _MOST_TOLD}份报告没有计入。")
            self._draft.derive(_counted(len(missing) - _MOST_TOLD))

    def _mark(self, outcome: Outcome) -> str:
        """Cite what an outcome stands on and return its marks."""
        match outcome:
            case Found(figure=figure, place=place):
                if figure.subject is not None:
                    self._draft.warn(
                        "other_subject", f"原句说的是“{figure.subject}”，不是{place.target.organization}"
                    )
                return self._cite(figure, place)
            case Computed(inputs=inputs):
                told = [each for each in inputs if not (outcome.subtotal and _is_nothing(each))] or inputs[:1]
                marks = "".join(dict.fromkeys([self._mark(each) for each in told][:_MOST_CITED]))
                self._derive(outcome)
                return marks
            case Denied(sentence=sentence):
                return self._sentence(Quote(report_id=_report_id(outcome), sentence=sentence))
            case Absent():
                return ""
            case _:
                assert_never(outcome)

    def _derive(self, outcome: Computed) -> None:
        for each in outcome.inputs:
            if isinstance(each, Computed):
                self._derive(each)
        inputs = tuple(much(each) for each in _leaves(outcome))
        self._draft.derive(
            Derivation(expression=outcome.expression, inputs=inputs, value=outcome.value, unit=outcome.unit)
        )

    def _cite(self, figure: Figure, place: Place) -> str:
        """Cite a figure; of very many reports without looking into each for what does not agree."""
        if self._many and place.head is not None:
            return self._draft.cite_figure(place.head, figure)
        return self._draft.cite_figure(self._view(figure.report_id), figure)

    def _sentence(self, quote: Quote) -> str:
        return self._draft.cite_sentence(self._view(quote.report_id), quote.sentence)

    def _view(self, report_id: str) -> ReportView:
        (view,) = self._toolbox.views(Filter(report_ids=(report_id,)))
        return view

    def _forms(self, outcomes: Iterable[Outcome]) -> None:
        """Warn where figures of different forms, which do not count the same, are set against each other."""
        cells = [each for each in outcomes if isinstance(each, Found) and each.figure.origin == "table"]
        forms = {each.place.head.form for each in cells if each.place.head is not None}
        if len(forms) > 1 and len({each.figure.indicator for each in cells}) > 1:
            self._draft.warn("not_comparable", "各报告所用格式不同，该指标口径不可直接比较")
            self._draft.say("注意：各报告所用格式不同，该指标口径不可直接比较。")

    def _same_reports(self, outcomes: Iterable[Outcome]) -> None:
        """Name the other files of a body and year of which the newest answers."""
        for outcome in outcomes:
            place = outcome.place
            if place is not None and place.head is not None and place.others:
                names = "、".join(head.source for head in place.others)
                self._draft.warn(
                    "same_report",
                    f"{where(place)}的报告有{len(place.others) + 1}份文件，这里用的是{place.head.source}，没有用{names}",
                )


def _reports_in(executed: Executed) -> int:
    """Return how many reports an answer speaks of."""
    found: set[str] = set()
    for result in executed.results:
        outcomes: tuple[Outcome, ...] = ()
        match result:
            case Looked(outcomes=outcomes) | Worked(outcomes=outcomes):
                pass
            case Ordered(entries=entries, missing=missing) | Series(entries=entries, missing=missing):
                outcomes = (*entries, *missing)
            case Kept(fulfilling=fulfilling, others=others, missing=missing):
                outcomes = (*fulfilling, *others, *missing)
            case _:
                pass
        for outcome in outcomes:
            leaves = [*_leaves(outcome), *outcome.missing] if isinstance(outcome, Computed) else [outcome]
            found |= {each.place.head.report_id for each in leaves if each.place and each.place.head}
    return len(found)


def _is_nothing(outcome: Outcome) -> bool:
    """Tell whether an outcome is a printed zero."""
    return (
        isinstance(outcome, Found)
        and outcome.figure.quantity is not None
        and not outcome.figure.quantity.value
    )


def _stands_alone(outcome: Outcome) -> bool:
    """Tell whether an outcome needs a sentence of its own."""
    worked_out = isinstance(outcome, Computed) and not outcome.subtotal
    return isinstance(outcome, Denied) or worked_out or _is_change(outcome)


def _is_change(outcome: Outcome) -> bool:
    """Tell whether an outcome is a change that the report prints, and was asked for as one."""
    return isinstance(outcome, Found) and outcome.measure.change


def _names(outcomes: Sequence[Outcome]) -> list[str]:
    """Name outcomes by what tells them apart: body and year, or what is counted, or both; the first in full."""
    things = {thing(outcome) for outcome in outcomes}
    bodies = {outcome.place.target.organization for outcome in outcomes if outcome.place is not None}
    names: list[str] = []
    for at, outcome in enumerate(outcomes):
        whose = where(outcome.place)
        if at and len(bodies) == 1 and outcome.place is not None:
            earlier = outcomes[0].place
            same = earlier is not None and earlier.target.year == outcome.place.target.year
            whose = "" if same else f"{outcome.place.target.year}年"
        what = thing(outcome) if at == 0 or len(things) > 1 or not whose else ""
        names.append(f"{whose}{what}")
    return names


def _together(outcomes: Sequence[Outcome]) -> str:
    places = tuple(dict.fromkeys(where(outcome.place) for outcome in outcomes if where(outcome.place)))
    things = tuple(dict.fromkeys(thing(outcome) for outcome in outcomes))
    whose = "、".join(places) if len(places) <= 4 else f"{len(places)}份报告"
    return f"{whose}{'、'.join(things) if len(things) <= 4 else '各项'}"


def _more(outcome: Computed) -> str:
    ratio = outcome.unit in {"个百分点", "百分点"}
    if outcome.value > 0:
        return "高" if ratio else "多"
    return "低" if ratio else "少"


def _first(entries: Sequence[Outcome], wanted: int) -> Sequence[Outcome]:
    """Return the first few, and those that tie with the last of them."""
    shown = list(entries[:wanted])
    for each in entries[wanted:]:
        if much(each) != much(shown[-1]):
            break
        shown.append(each)
    return shown


def _leaves(outcome: Computed) -> list[Outcome]:
    found: list[Outcome] = []
    for each in outcome.inputs:
        found += _leaves(each) if isinstance(each, Computed) else [each]
    return found


def _as_found(one: Absent) -> list[Found]:
    return [
        Found(measure=one.measure, place=one.place, figure=figure)
        for figure in one.figures
        if figure.quantity is not None
    ]


def _report_id(outcome: Denied) -> str:
    return outcome.place.head.report_id if outcome.place.head is not None else ""


def _counted(number: int) -> Derivation:
    """Return that so many things were counted, so that the number has its proof."""
    return Derivation(expression=str(number), inputs=(), value=Decimal(number), unit="")


def heading_anchor(section: Section, text: str) -> Anchor:
    """Return the place of a section's heading alone, or of its first line where the print differs."""
    start = section.anchor.char_start
    at = text.find(section.title, start, start + len(section.title) + 12)
    end = text.find("\n", start)
    span = (
        (at, at + len(section.title)) if at >= 0 else (start, end if end > start else section.anchor.char_end)
    )
    return section.anchor.model_copy(update={"char_start": span[0], "char_end": span[1]})
