"""Answer by rule: find out what is asked, look it up with the tools, and say it with its proof, or say why not."""

import re
from collections.abc import Callable

from assistant.execution.figures import chosen, is_sure
from assistant.language import Language
from assistant.models import Drafted, Question, Scope, ScopedReport
from assistant.rendering import Draft, refuse
from assistant.rules.computing import (
    average,
    breakdown,
    difference,
    growth,
    ranking,
    remaining,
    share,
    total,
    trend,
)
from assistant.rules.consistency import asks_for_all, consistency_answer, findings_answer
from assistant.rules.context import Context
from assistant.rules.facts import (
    basis_answer,
    collection_answer,
    contact_answer,
    date_answer,
    headings_answer,
    literal_scope,
    period_answer,
)
from assistant.rules.lookup import (
    SINCE_LAST_YEAR,
    figure_answer,
    nothing_found,
    premise_answer,
    printed_answer,
    printed_change,
)
from assistant.rules.passages import denial_answer, list_answer, passage_answer, truth_answer
from assistant.rules.points import points_answer
from assistant.tools import MOST_REPORTS, ListReports, ReportView, SearchSections, Toolbox
from ingest.indicators import Indicators
from ingest.wording import folded
from prompts import load
from vectorstore.models import ReportHead

Observe = Callable[[str, str], None]
_LITERAL = re.compile(r"[“\"「『]([^”\"」』]{6,60})[”\"」』]")
_REFERENCE = re.compile(
    r"[^,，。]{0,10}[“\"「『][^”\"」』]{6,60}[”\"」』](?:的)?(?:那个|该|这个)?(?:单位|机关|报告|园区|县|地方)[,，]?"
)
_ASKS_FOR_WORDS = re.compile(r"什么|如何|怎|为何|谁|哪|介绍|说明|结果")
_JOINS = re.compile(r"[、和与跟及]|还是|以及|加上")
_CLEAR_LEAD = 0.12
_MOST_CHOICES = 6


class RulesAnswerer:
    """Answer without a model: the tools find, the rules compose, nothing is said that is not printed or computed."""

    def __init__(self, toolbox: Toolbox, language: Language, indicators: Indicators) -> None:
        self._toolbox = toolbox
        self._language = language
        self._indicators = indicators

    def answer(self, question: Question, scope: Scope, *, observe: Observe) -> Drafted:
        """Return the drafted answer; `observe` is told of each tool call."""
        heads = self._toolbox.list_reports(ListReports(filter=question.filter))
        asked = folded(scope.asked)
        context = self._on_its_own(self._context(question, scope, asked, observe))
        if not heads:
            return refuse("no_report", load("empty_library").fill())
        if context.kind == "collection" and not scope.unknown_organizations:
            return collection_answer(context)
        context = self._within_a_body(context)
        refused = _out_of_reach(context.scope, heads)
        if refused is not None:
            return refused
        narrowed = self._narrowed(context)
        if isinstance(narrowed, Drafted):
            return narrowed
        drafted = self._dispatch(self._with_the_year_before(narrowed, heads))
        return _identified(drafted, narrowed) if narrowed is not context else drafted

    def _on_its_own(self, context: Context) -> Context:
        """Leave the conversation out where the question alone names a figure: 行政处罚的处理决定数量呢."""
        if not context.scope.leaned_on or len(context.scope.candidates) > _MOST_CHOICES:
            return context
        own = folded(context.scope.own)
        words = self._language.content(own)
        if len(words) < 2 or not any(
            match is not None and not match.missed
            for view in context.views
            for match in (chosen(context.figures(view, own)),)
        ):
            return context
        scope = context.scope.model_copy(update={"asked": own, "leaned_on": ""})
        return self._context(context.question, scope, own, context.note)

    def _within_a_body(self, context: Context) -> Context:
        """Take an unknown body for a part of the known one before it (甲县2021年教育局): its report tells, or nobody."""
        scope = context.scope
        text = folded(context.question.text)
        parts = [name for name in scope.unknown_organizations if not _is_listed(name, text)]
        if not parts or not scope.organizations or len(scope.candidates) > _MOST_CHOICES:
            return context
        if any(view.mentions(parts) for view in context.views):
            asked = f"{' '.join(parts)} {scope.asked}"
            known = tuple(name for name in scope.unknown_organizations if name not in parts)
            scope = scope.model_copy(update={"asked": asked, "unknown_organizations": known})
            return self._context(context.question, scope, folded(asked), context.note)
        scope = scope.model_copy(update={"organizations": (), "candidates": ()})
        return self._context(context.question, scope, context.asked, context.note)

    def _with_the_year_before(self, context: Context, heads: tuple[ReportHead, ...]) -> Context:
        """Add the report of the year before to a question for the change since then, if no report prints it."""
        scope = context.scope
        if (
            context.kind not in {"difference", "growth"}
            or len(scope.candidates) != 1
            or not SINCE_LAST_YEAR.search(context.asked)
            or printed_change(context) is not None
        ):
            return context
        (this,) = scope.candidates
        before = [
            ScopedReport(
                report_id=head.report_id, title=head.title, organization=head.organization, year=head.year
            )
            for head in heads
            if head.organization == this.organization and head.year == (this.year or 0) - 1
        ]
        asked = SINCE_LAST_YEAR.sub(" 比 ", context.asked)
        scope = scope.model_copy(update={"candidates": (this, *before), "asked": asked})
        return self._context(context.question, scope, asked, context.note) if before else context

    def _context(self, question: Question, scope: Scope, asked: str, observe: Observe) -> Context:
        return Context(
            question,
            scope,
            asked=asked,
            kind=self._language.kind(asked),
            toolbox=self._toolbox,
            language=self._language,
            indicators=self._indicators,
            observe=observe,
        )

    def _narrowed(self, context: Context) -> Context | Drafted:
        """Settle on one report where the question names none, by what only that report can answer."""
        context = self._nearest(context)
        scope = context.scope
        if scope.organizations or len(scope.candidates) <= 1:
            return self._one_year(context)
        literals = _LITERAL.findall(context.question.text)
        view = literal_scope(context.views, literals) if literals else None
        if view is not None:
            *_, asked = re.split(r"[?？]\s*(?=.)", _REFERENCE.sub(" ", context.asked).strip())
            narrowed = scope.model_copy(update={"candidates": (_candidate(view),), "asked": asked})
            return self._context(context.question, narrowed, asked, context.note)
        if context.kind in {"rank", "compare", "sum", "difference", "growth", "consistency", "headings"}:
            return context
        return self._by_figure(context)

    def _nearest(self, context: Context) -> Context:
        """Keep, of very many reports, those whose words are nearest to the question."""
        scope = context.scope
        if scope.organizations or len(scope.candidates) <= MOST_REPORTS:
            return context
        ids = context.toolbox.nearest_reports(SearchSections(filter=context.filter, query=context.asked))
        kept = tuple(candidate for candidate in scope.candidates if candidate.report_id in ids)
        if not kept:
            return context
        narrowed = scope.model_copy(update={"candidates": kept})
        return self._context(context.question, narrowed, context.asked, context.note)

    def _by_figure(self, context: Context) -> Context | Drafted:
        best: list[tuple[float, ReportView]] = []
        for view in context.views:
            matches = context.figures(view, context.asked)
            score = matches[0].score if matches and is_sure(matches[0]) else 0.0
            found = context.sentences((view,), context.asked, dense=False).sentences
            score = max(score, found[0][1].score if found and found[0][1].missed <= 0.34 else 0.0)
            best.append((score, view))
        best.sort(key=lambda entry: -entry[0])
        if best[0][0] and (len(best) == 1 or best[0][0] - best[1][0] >= _CLEAR_LEAD):
            narrowed = context.scope.model_copy(update={"candidates": (_candidate(best[0][1]),)})
            return self._context(context.question, narrowed, context.asked, context.note)
        able = [view for score, view in best if score > 0]
        if not able:
            return refuse("no_evidence", load("no_evidence").fill(reports="库"))
        names = list(dict.fromkeys(f"{v.report.organization.name}{v.report.year or ''}年" for v in able))[
            :_MOST_CHOICES
        ]
        return refuse(
            "ambiguous",
            load("which_report").fill(reports="、".join(names)),
            suggestions=[f"{name}{context.question.text}" for name in names],
        )

    def _one_year(self, context: Context) -> Context | Drafted:
        """Ask for the year where an organisation has several reports and the question does not say which."""
        scope = context.scope
        years = sorted({candidate.year for candidate in scope.candidates if candidate.year is not None})
        several = len(scope.organizations) == 1 and len(years) > 1 and not scope.years
        if (
            not several
            or re.search(
                r"历年|各年|每年|逐年|趋势|哪一?年|这几年|近.年|变化|[两二三四五六]年", context.asked
            )
            or context.kind in {"rank", "compare", "trend", "growth"}
        ):
            return context
        name = scope.organizations[0]
        return refuse(
            "ambiguous",
            load("which_year").fill(organization=name, years="、".join(f"{year}年" for year in years)),
            suggestions=[f"{name}{year}年{context.asked.strip()}" for year in years],
        )

    def _dispatch(self, context: Context) -> Drafted:
        """Try the way of answering that the question's kind calls for, then the plainer ones."""
        first: dict[str, tuple[Callable[[Context], Drafted | None], ...]] = {
            "consistency": (findings_answer, consistency_answer)
            if asks_for_all(context.asked)
            else (consistency_answer, truth_answer),
            "headings": (headings_answer,),
            "rank": (ranking,),
            "compare": (ranking,),
            "difference": (printed_change, difference),
            "growth": (printed_change, growth),
            "remaining": (remaining,),
            "trend": (trend,),
            "breakdown": (breakdown,),
            "share": (share,),
            "average": (average,),
            "sum": (total,),
            "period": (period_answer,),
            "basis": (basis_answer,),
            "date": (date_answer,),
            "contact": (contact_answer,),
            "truth": (denial_answer, premise_answer, truth_answer),
            "list": (points_answer, list_answer),
            "passage": (points_answer,),
        }
        for way in first.get(context.kind, ()):
            drafted = way(context)
            if drafted is not None:
                return drafted
        if context.kind in {"share", "average", "difference", "growth", "remaining"}:
            return printed_answer(context)
        if context.kind in {"rank", "compare", "sum"} and _JOINS.search(context.asked):
            return nothing_found(context)
        if context.kind in {"quantity", "sum", "rank", "compare", "trend", "breakdown"}:
            return figure_answer(context)
        if re.search(f"{self._language.problems_asked}|{self._language.plans_asked}", context.asked):
            drafted = list_answer(context)
            if drafted is not None:
                return drafted
        told = len(self._language.content(context.asked)) > 1
        if context.kind == "passage" and told and not _ASKS_FOR_WORDS.search(context.asked):
            drafted = figure_answer(context)
            if drafted.status not in {"refused", "clarify"}:
                return drafted
        return passage_answer(context)


def _is_listed(name: str, text: str) -> bool:
    """Tell whether a body is one of several that a question sets side by side."""
    joint = r"(?:和|与|跟|比|及|、|,|还是|对比)"
    return bool(
        re.search(
            rf"{joint}\s*(?:\d{{4}}年)?\s*{re.escape(name)}|{re.escape(name)}[^,。?]{{0,6}}{joint}", text
        )
    )


def _out_of_reach(scope: Scope, heads: tuple[ReportHead, ...]) -> Drafted | None:
    """Refuse what the library does not hold, or ask which of several namesakes is meant."""
    if len(scope.choices) > 1:
        return refuse(
            "ambiguous",
            load("which_organization").fill(organizations="、".join(scope.choices)),
            suggestions=[f"{name}：{scope.standalone}" for name in scope.choices[:_MOST_CHOICES]],
        )
    if scope.unknown_organizations and not scope.organizations:
        names = "、".join(scope.unknown_organizations)
        if scope.sounds_like:
            return refuse(
                "ambiguous",
                load("sounds_like").fill(asked=names, organizations="、".join(scope.sounds_like)),
                suggestions=[f"{name}：{scope.asked.strip()}" for name in scope.sounds_like[:_MOST_CHOICES]],
            )
        return refuse("no_report", load("no_report").fill(asked=f"“{names}”", held=_holdings(heads)))
    if not scope.candidates:
        if scope.organizations:
            asked = "、".join(f"{name}{year}年" for name, year in scope.missing) or "、".join(
                scope.organizations
            )
            own = tuple(head for head in heads if head.organization in scope.organizations)
            return refuse(
                "no_report",
                load("no_report").fill(asked=asked, held=_holdings(own or heads)),
                suggestions=[f"{head.organization}{head.year}年{scope.asked.strip()}" for head in own[:3]],
            )
        years = "、".join(f"{year}年" for year in scope.years)
        return refuse("no_report", load("no_report").fill(asked=years, held=_holdings(heads)))
    return None


def _identified(drafted: Drafted, context: Context) -> Drafted:
    """Add the passage by which the question describes the body it does not name."""
    literals = [re.sub(r"\s+", "", literal) for literal in _LITERAL.findall(context.question.text)]
    view = context.views[0]
    sentence = next(
        (s for s in view.sentences if literals and literals[0] in re.sub(r"\s+", "", s.text)), None
    )
    if sentence is None or not drafted.citations:
        return drafted
    draft = Draft()
    draft.cite_sentence(view, sentence)
    number = len(drafted.citations) + 1
    citation = draft.finish().citations[0].model_copy(update={"n": number})
    line = f"所问单位是{view.report.organization.name}：其报告提到“{literals[0]}”[{number}]。"
    return drafted.model_copy(
        update={"text": f"{drafted.text}\n{line}", "citations": (*drafted.citations, citation)}
    )


def _holdings(heads: tuple[ReportHead, ...]) -> str:
    named = [
        f"{head.organization}{head.year or '年度不明'}{'年' if head.year else ''}"
        for head in heads[:_MOST_CHOICES]
    ]
    rest = f"等 {len(heads)} 份" if len(heads) > _MOST_CHOICES else ""
    return "、".join(named) + rest


def _candidate(view: ReportView) -> ScopedReport:
    report = view.report
    return ScopedReport(
        report_id=report.id, title=report.title, organization=report.organization.name, year=report.year
    )
