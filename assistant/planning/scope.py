"""Find out which organisations and years a question is about, among the reports that there are."""

import re
from collections.abc import Sequence

from assistant.language import Language
from assistant.models import Question, Scope, ScopedReport
from assistant.planning.bodies import Mention, bodies_in, sound_alike
from assistant.planning.follow_up import inherit, leans_on_history, takes_year_over, with_context
from assistant.planning.text import HIDDEN, blanked
from assistant.planning.years import Years, with_plain_years, years_in
from ingest.wording import aligned
from vectorstore.models import Filter, ReportHead

_ASKS_FOR_COUNT = re.compile(r"[量数]\s*(?:呢|是|有|为)?\s*(?:多少)?\s*[?？]?\s*$")
_RATE = re.compile(r"(?:率|比例|比重)(?:是|为|有)?(?:多少|几)?")
_ALL_YEARS = re.compile(r"历|这|近几|近年|每|各")
_MOST_LEANED_ON = 160


def resolve(question: Question, heads: Sequence[ReportHead], language: Language) -> Scope:
    """Return the scope of a question; what it leaves out is taken from the conversation."""
    heads = _within(heads, question.filter)
    text = with_plain_years(aligned(question.text))
    mentions = bodies_in(text, heads, language)
    unknown = tuple(dict.fromkeys(mention.name for mention in mentions if not mention.organizations))
    named = tuple(dict.fromkeys(name for mention in mentions for name in mention.organizations))
    earlier = _earlier(question, heads, language)
    named_years = _named_years(text, named, earlier, heads)
    years = tuple(dict.fromkeys(year for found in named_years for year in found.years))
    spans = [(found.start, found.end) for found in (*mentions, *named_years) if not _is_span(found)]
    asked = blanked(text, spans).replace(HIDDEN, " ")
    content = language.content(asked)
    choices = tuple(
        dict.fromkeys(name for m in mentions if len(m.organizations) > 1 for name in m.organizations)
    )
    organizations, standalone, leaned_on, own = named, question.text, "", asked
    if earlier is not None:
        organizations, years, unknown, choices = inherit(
            earlier, text, organizations, years, unknown, choices, heads
        )
        asked = re.sub(r"去年同期|上年同期|同年|当年|那年|(?:去年|上一?年度?)(?=[呢的是?？]|$)", " ", asked)
        if leans_on_history(content, asked):
            own = asked
            # 本句所说的词出现两次，分量重于上文
            leaned_on = earlier.asked[:_MOST_LEANED_ON]
            if _ASKS_FOR_COUNT.search(asked):
                leaned_on = _RATE.sub(" ", leaned_on)
            asked = f"{asked} {asked} {leaned_on}"
        standalone = with_context(
            question.text,
            earlier,
            organizations,
            years,
            says_body=bool(named),
            says_year=bool(named_years),
            leans=bool(leaned_on),
        )
    if not organizations and not unknown:
        organizations = tuple(question.filter.organizations or ())
    years = _reporting_years(heads, organizations, years, asked, language)
    candidates, missing = _candidates(heads, organizations, years, unknown)
    return Scope(
        organizations=organizations,
        years=years,
        standalone=standalone,
        asked=asked.strip(),
        candidates=candidates,
        unknown_organizations=unknown,
        missing=missing,
        choices=choices,
        leaned_on=leaned_on,
        own=own.strip(),
        sounds_like=sound_alike(unknown, heads) if not organizations else (),
    )


def _within(heads: Sequence[ReportHead], narrowed: Filter) -> Sequence[ReportHead]:
    if narrowed == Filter():
        return heads
    return tuple(
        head
        for head in heads
        if (narrowed.organizations is None or head.organization in narrowed.organizations)
        and (narrowed.years is None or head.year in narrowed.years)
        and (narrowed.report_ids is None or head.report_id in narrowed.report_ids)
    )


def _named_years(
    text: str, named: Sequence[str], earlier: Scope | None, heads: Sequence[ReportHead]
) -> tuple[Years, ...]:
    """Return the years that a question states, or else those that it tells from where one stands."""
    talked_of = earlier.years[0] if earlier is not None and len(earlier.years) == 1 else None
    held = {head.year for head in heads if head.year and (not named or head.organization in named)}
    found = years_in(text, held=sorted(held), talked_of=talked_of)
    stated = tuple(years for years in found if not years.relative)
    told = tuple(
        years
        for years in found
        if years.years and not years.against and not _ALL_YEARS.match(text, years.start)
    )
    if stated or earlier is None:
        return stated or told
    return tuple(years for years in told if not takes_year_over(text[years.start : years.end]))


def _is_span(found: Mention | Years) -> bool:
    """Tell whether words for several years also say that a course over time is asked for: 近三年."""
    return isinstance(found, Years) and found.relative and len(found.years) > 1


def _earlier(question: Question, heads: Sequence[ReportHead], language: Language) -> Scope | None:
    """Return the scope of the conversation so far, or None when this is its first question."""
    turns = [turn for turn in question.history if turn.role == "user"]
    if not turns:
        return None
    position = max(index for index, turn in enumerate(question.history) if turn.role == "user")
    before = Question(text=turns[-1].content, history=question.history[:position], filter=question.filter)
    return resolve(before, heads, language)


def _reporting_years(
    heads: Sequence[ReportHead],
    organizations: tuple[str, ...],
    years: tuple[int, ...],
    asked: str,
    language: Language,
) -> tuple[int, ...]:
    """Return the years whose reports are meant: plans for a year stand in the report of the year before."""
    have = {head.year for head in heads if head.organization in organizations}
    plans = re.search(language.plans_asked, asked) and not re.search(language.problems_asked, asked)
    if len(years) == 1 and plans and years[0] not in have and years[0] - 1 in have:
        return (years[0] - 1,)
    return years


def _candidates(
    heads: Sequence[ReportHead],
    organizations: tuple[str, ...],
    years: tuple[int, ...],
    unknown: tuple[str, ...],
) -> tuple[tuple[ScopedReport, ...], tuple[tuple[str, int], ...]]:
    if not organizations and unknown:
        return (), ()
    chosen = [
        head
        for head in heads
        if (not organizations or head.organization in organizations) and (not years or head.year in years)
    ]
    have = {(head.organization, head.year) for head in heads}
    missing = tuple((name, year) for name in organizations for year in years if (name, year) not in have)
    reports = tuple(
        ScopedReport(
            report_id=head.report_id, title=head.title, organization=head.organization, year=head.year
        )
        for head in chosen
    )
    return reports, missing
