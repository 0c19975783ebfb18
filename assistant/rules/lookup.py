"""Answer questions for a figure: find it in a cell or a sentence, or say why it is not there."""

import re
from collections.abc import Sequence

from assistant.execution.figures import MOST_MISSED, chosen, first_denying, is_sure, tied
from assistant.models import Drafted
from assistant.rendering import Draft, amount, issuer, refuse, words_of
from assistant.rules.context import Context
from assistant.tools import Calculate, Match, ReportView, analyse, inline, label_of, squeezed
from ingest.checks import plain
from ingest.models import Figure, Quantity
from ingest.numerals import RATIO_UNITS, in_base_units, number_phrases
from ingest.outline import Sentence
from ingest.wording import without_parentheses
from prompts import load

_SPLIT = re.compile(r"[,，;；、]|以及|和|与")
_HOW_MANY = re.compile(r"多少|几(?!乎)|比例|率")
_WORKED_OUT = re.compile(
    r"占|倍|除以|减去|加上|之和|加起来|加在一起|合起来|相加|相差|平均|人均|高出|多出|超出|超过(?=.*多少)|净增|差额|差值|比例|比重|几分之几|(?<=[\u4e00-\u9fff])比(?!上一?年|去年|前一?年)(?=[^,，。]{1,24}(?:多|少|高|低|大|小))"
)
_RATIO_WORDS = frozenset({"比例", "比重", "几分之几"})
SINCE_LAST_YEAR = re.compile(r"(?:比|较|跟|与|和|同)(?:上一?年度?|去年|前一年)(?:同期|相比)?|同比")
_MORE_OR_LESS = re.compile(
    r"(?:增加|减少|增长|下降|多|少)(?:了|出)?(?:还是(?:增加|减少|多|少)了?)?[,，]?(?=多少|几|\s|百分)"
)
_CHANGE = re.compile(r"[增减]|下降|上升|提高|降低|(?:较|比)上一?年")
_MOST_UNSAID = 0.3
"""The share of the asked words, by rarity, without which a number is not confirmed."""
_MOST_BEHIND = 2.0
"""How far, in log-odds, a figure may lag behind the best and still be the one whose number the question names."""


def figure_answer(context: Context) -> Drafted:
    """Return the figure asked for, in each report of the scope, with its citation and remarks.

    A question that wants something worked out is refused here, unless the figure is stated as just that.
    """
    worked_out = _WORKED_OUT.search(without_parentheses(context.asked))
    if worked_out is not None and not _states(context, worked_out.group()):
        return nothing_found(context)
    draft = Draft()
    failed: list[ReportView] = []
    views = context.views
    parts = _parts(context.asked)
    alike: tuple[Match, ...] = ()
    if len(parts) == 1 and len(views) == 1:
        parts = _listed(context, views[0]) or parts
        alike = tied(context.figures(views[0], context.asked)) if len(parts) == 1 else ()
    for view in views:
        said: set[str] = set()
        stated = [
            _state(context, view, part, draft, said, several=len(views) * len(parts) > 1) for part in parts
        ]
        if not any(stated):
            failed.append(view)
        elif not all(stated):
            draft.say(f"{issuer(view)}的报告中没有找到所问的全部各项。")
            draft.warn("part_missing", "有一项没有找到")
    if len(failed) == len(views):
        return nothing_found(context)
    draft.warn_of_findings()
    for view in failed:
        draft.say(f"{issuer(view)}的报告中没有找到这一项。")
    partial = bool(
        failed
        or draft.has_warned("part_missing")
        or context.scope.missing
        or context.scope.unknown_organizations
    )
    _say_missing(context, draft)
    drafted = draft.finish(status="partial" if partial else "answered")
    if len(alike) > 1 and len(drafted.citations) == 1:
        return _ask_which(views[0], alike)
    return drafted


def _ask_which(view: ReportView, alike: Sequence[Match]) -> Drafted:
    figures = "、".join(f"“{label_of(match.figure)}”{amount(match.figure)}" for match in alike)
    return refuse(
        "ambiguous",
        load("which_figure").fill(reports=issuer(view), figures=figures),
        suggestions=tuple(f"{issuer(view)}{label_of(match.figure)}是多少" for match in alike),
    )


def _states(context: Context, operation: str) -> bool:
    """Tell whether the figures found are themselves stated as a mean, a share, a difference or the like."""
    found = [match for view in context.views if (match := chosen(context.figures(view, context.asked)))]
    return any(
        operation[0] in match.figure.phrase
        or (
            operation in _RATIO_WORDS
            and match.figure.quantity is not None
            and match.figure.quantity.unit in RATIO_UNITS
        )
        for match in found
    )


def printed_answer(context: Context) -> Drafted:
    """Return a figure that the report itself states as a share, a mean or a change; refuse any other."""
    stated = re.compile(r"平均|人均|每|占|率|比|增|减|降|升|差|提高")
    fitting = [
        match
        for view in context.views
        if (match := chosen(context.figures(view, context.asked))) is not None
        and stated.search(match.figure.phrase)
    ]
    return figure_answer(context) if fitting else nothing_found(context)


def printed_change(context: Context) -> Drafted | None:
    """Return by how much a figure changed since the year before, where the report itself says so."""
    asked = SINCE_LAST_YEAR.sub(" 本年增减 ", context.asked)
    if asked == context.asked or len(context.views) != 1:
        return None
    (view,) = context.views
    match = chosen(context.figures(view, _MORE_OR_LESS.sub(" ", asked)))
    if match is None or match.figure.quantity is None or not _CHANGE.search(match.figure.phrase):
        return None
    draft = Draft()
    mark = draft.cite_figure(view, match.figure)
    draft.say(f"{amount(match.figure)}{mark}——{issuer(view)}{_quoted(match)}。")
    draft.warn_of_findings()
    return draft.finish()


def _say_missing(context: Context, draft: Draft) -> None:
    missing = [f"{name}{year}年" for name, year in context.scope.missing]
    missing += context.scope.unknown_organizations
    if missing:
        names = "、".join(missing)
        message = f"库中没有{names}的报告"
        draft.say(f"{message}。")
        draft.warn("missing_report", message)


def _parts(asked: str) -> tuple[str, ...]:
    """Return the facts that a question asks for one by one: 受理多少件，办复多少件 are two.

    Each but the first is said twice with the first behind it: its own words count more, the others place it.
    """
    if len(re.findall(r"多少|几(?:个|件|条|项|次|场|份|家|人|名|种|类|篇|期|宗|例|位)", asked)) < 2:
        return (asked,)
    pieces = [piece for piece in _SPLIT.split(asked) if piece.strip()]
    shared: list[str] = []
    facts: list[str] = []
    for piece in pieces:
        if _HOW_MANY.search(piece):
            facts.append(f"{' '.join(shared)} {piece}" if not facts else piece)
        else:
            shared.append(piece)
    lead = " ".join(shared)
    first = re.sub(r"(?:多少|几)\w?|[?？]", " ", facts[0]) if facts else ""
    return tuple(fact if index == 0 else f"{lead} {fact} {fact} {first}" for index, fact in enumerate(facts))


def shared_tail(pieces: Sequence[str]) -> list[str]:
    """Return the things of a list with what is said of all of them behind the last: 甲、乙的决定各多少."""
    if len(pieces) < 2:
        return list(pieces)
    *heads, last = pieces
    tail = re.search(
        r"的.*$|(?:各|分别|共|一共)?(?:公开|发布|办理|受理|收到|接到|推送|新收|处理)?(?:了)?(?:多少|几).*$",
        last,
    )
    if tail is None or not last[: tail.start()].strip():
        return list(pieces)
    said = re.sub(r"各自?(?:有|是)?|分别(?:是|为)?", " ", tail.group())
    return [
        *(head if _HOW_MANY.search(head) else f"{head}{said}" for head in heads),
        f"{last[: tail.start()]}{said}",
    ]


def _listed(context: Context, view: ReportView) -> tuple[str, ...]:
    """Return the things of one question (微信和微博各有多少个) when each has a figure of its own."""
    pieces = shared_tail([piece for piece in re.split(r"、|和|与|以及|及", context.asked) if piece.strip()])
    if not 2 <= len(pieces) <= 6:
        return ()
    unit = context.language.unit(context.asked)
    asked = [piece if _HOW_MANY.search(piece) else f"{piece} 多少{unit or ''}" for piece in pieces]
    found = [chosen(context.figures(view, phrase)) for phrase in asked]
    figures = [match.figure for match in found if match is not None and match.figure.quantity is not None]
    if len({figure.id for figure in figures}) != len(pieces):
        return ()
    one_by_one = re.search(r"各自?(?:有|是|为)?|分别", context.asked)
    together = len({figure.context_start for figure in figures}) == 1
    alone = chosen(context.figures(view, context.asked))
    whole = (
        alone is not None
        and _is_counted_in(alone, unit)
        and all(
            squeezed(word) in squeezed(alone.figure.phrase)
            for piece in pieces
            for word in context.language.content(piece)[:1]
        )
    )
    return tuple(asked) if one_by_one or (together and not whole) else ()


def _is_counted_in(match: Match, unit: str | None) -> bool:
    return match.figure.quantity is None or unit in {None, in_base_units(match.figure.quantity)[1]}


def _state(
    context: Context, view: ReportView, phrase: str, draft: Draft, said: set[str], *, several: bool
) -> bool:
    """Say the figure that fits a phrase and was not said before; tell whether there is one."""
    if _state_sum(context, view, phrase, draft):
        return True
    match = chosen([match for match in context.figures(view, phrase) if match.figure.id not in said])
    if (match is None or match.figure.origin == "table") and _state_litigation(context, view, phrase, draft):
        return True
    if match is not None and match.figure.status != "ok":
        return _state_blank(view, match, draft)
    if match is not None:
        said.add(match.figure.id)
        mark = draft.cite_figure(view, match.figure)
        lead = f"{issuer(view)}{_quoted(match)}：" if several else ""
        tail = "" if several else f"——{issuer(view)}{_quoted(match)}"
        draft.say(f"{lead}{amount(match.figure)}{mark}{tail}。")
        return True
    denial = denying_sentence(context, view, phrase)
    if denial is not None:
        mark = draft.cite_sentence(view, denial)
        draft.say(f"{issuer(view)}的报告写明：“{inline(denial.text)}”{mark}")
        return True
    return False


def _state_sum(context: Context, view: ReportView, phrase: str, draft: Draft) -> bool:
    """State a subtotal that the form does not print, such as 不予公开, as the sum of its rows."""
    question = squeezed(phrase)
    told = [
        row
        for row in context.indicators.application_rows
        if any(squeezed(term) in question for term in row.terms)
    ]
    wanted = next(
        (
            entry
            for entry in context.indicators.sums
            if any(term in question for term in entry.terms)
            and not any(row.key.startswith(entry.prefix) for row in told)
        ),
        None,
    )
    if wanted is None or any(row.key == "results.other_processing" for row in told):
        return False
    applicant = analyse(question, context.language, context.indicators).applicant or "total"
    rows = [
        figure
        for figure in view.figures
        if figure.indicator is not None
        and figure.indicator.startswith(wanted.prefix)
        and figure.dimensions.applicant == applicant
    ]
    if not rows or any(figure.quantity is None for figure in rows):
        return False
    _say_sum(context, view, rows, wanted.label.split("）")[-1], draft)
    return True


def _state_litigation(context: Context, view: ReportView, phrase: str, draft: Draft) -> bool:
    """State 行政诉讼 without a proceeding as the sum of the two that the form keeps apart."""
    question = squeezed(phrase)
    groups = [group for group in context.indicators.review_groups if group.key.startswith("litigation")]
    if "诉讼" not in question or any(term in question for group in groups for term in group.terms):
        return False
    if context.language.unit(phrase) == "%" or re.search(r"率\s*$", phrase):
        return False
    outcome = next(
        (o for o in context.indicators.outcomes if any(term in question for term in o.terms)), None
    )
    keys = [f"{group.key}.{outcome.key if outcome else 'total'}" for group in groups]
    cells = [figure for key in keys for figure in view.figures if figure.indicator == key]
    if len(cells) != len(groups) or any(figure.quantity is None for figure in cells):
        return False
    _say_sum(context, view, cells, f"行政诉讼 {outcome.path[-1] if outcome else '总计'}", draft)
    return True


def _say_sum(context: Context, view: ReportView, rows: Sequence[Figure], label: str, draft: Draft) -> None:
    filled = [figure.quantity for figure in rows if figure.quantity is not None]
    told = [quantity for quantity in filled if quantity.value] or filled[:1]
    inputs = tuple((f"x{n}", quantity) for n, quantity in enumerate(told))
    expression = "+".join(name for name, _ in inputs)
    derivation = context.toolbox.calculate(Calculate(expression=expression, inputs=inputs, unit="件"))
    context.note("calculate", derivation.expression)
    marks = "".join(dict.fromkeys(draft.cite_figure(view, figure) for figure in rows))
    draft.derive(derivation)
    draft.say(
        f"{plain(derivation.value)}件——{issuer(view)}“{label}”各项之和"
        f"（{derivation.expression}，表中没有印出合计）{marks}。"
    )


def _state_blank(view: ReportView, match: Match, draft: Draft) -> bool:
    mark = draft.cite_figure(view, match.figure)
    what = "单元格是空白的（空白不等于 0）" if match.figure.status == "blank" else "处无法辨认"
    if words := words_of(match.figure):
        blank = "（空白不等于 0）" if match.figure.status == "blank" else ""
        what = f"格写着“{words}”{blank}"
    draft.say(f"{issuer(view)}{_quoted(match)}：报告中该{what}，没有可以引用的数{mark}。")
    draft.warn("blank_cell", f"{label_of(match.figure)}的{what}")
    return True


def premise_answer(context: Context) -> Drafted | None:
    """Answer whether a figure is what the question supposes: the printed one is stated either way."""
    phrase, supposed = _without_numbers(context)
    draft = Draft()
    for view in context.views:
        matches = context.figures(view, phrase)
        match = _as_supposed(matches, supposed) or chosen(matches)
        if match is None or match.figure.quantity is None:
            continue
        mark = draft.cite_figure(view, match.figure)
        agrees = any(_equal(match.figure.quantity, quantity) for quantity in supposed)
        verdict = (
            ("是，" if agrees else "不是，")
            if supposed
            else "没有，"
            if match.figure.quantity.value == 0
            else "有，"
        )
        if agrees and match.missed > _MOST_UNSAID:
            # 数相同，所说的事报告没有都提到
            verdict = "报告所载："
        draft.say(f"{verdict}{amount(match.figure)}{mark}——{issuer(view)}{_quoted(match)}。")
    draft.warn_of_findings()
    drafted = draft.finish()
    return drafted if drafted.text else None


def _as_supposed(matches: Sequence[Match], supposed: Sequence[Quantity]) -> Match | None:
    """Return a figure that fits about as well as the best one and is the number that the question supposes."""
    sure = [
        match for match in matches if is_sure(match) and match.log_odds >= matches[0].log_odds - _MOST_BEHIND
    ]
    return next(
        (
            m
            for m in sure
            if m.figure.quantity and any(_equal(m.figure.quantity, quantity) for quantity in supposed)
        ),
        None,
    )


def _without_numbers(context: Context) -> tuple[str, tuple[Quantity, ...]]:
    """Return the question with 多少 in place of the numbers it supposes, and these numbers."""
    found = tuple(number_phrases(context.asked, context.indicators.language))
    phrase = context.asked
    for number in reversed(found):
        phrase = f"{phrase[: number.char_start]}多少{number.quantity.unit}{phrase[number.char_end :]}"
    return phrase, tuple(number.quantity for number in found)


def _equal(one: Quantity, other: Quantity) -> bool:
    (value, unit), (supposed, asked_unit) = in_base_units(one), in_base_units(other)
    return value == supposed and ((unit == "%") == (asked_unit == "%"))


def denying_sentence(context: Context, view: ReportView, phrase: str) -> Sentence | None:
    """Return the sentence that says that what is asked about did not happen (未收到申请), if there is one."""
    asked = squeezed(phrase)
    topics = [topic for topic in context.language.denial_topics if topic in asked]
    if not topics:
        return None
    found = context.sentences((view,), phrase, dense=False).sentences
    return first_denying(topics, [match for _, match in found])


def nothing_found(context: Context) -> Drafted:
    """Refuse, and offer the figures that come nearest; a report that is not there is the first reason."""
    views = context.views
    if context.scope.missing:
        asked = "、".join(f"{name}{year}年" for name, year in context.scope.missing)
        held = "、".join(issuer(view) for view in views)
        return refuse("no_report", load("no_report").fill(asked=asked, held=held))
    names = "、".join(issuer(view) for view in views[:3])
    near = [
        match
        for view in views[:3]
        for match in context.figures(view, context.asked)[:3]
        if match.missed <= 2 * MOST_MISSED and match.score >= 0.1
    ]
    labels = dict.fromkeys(
        f"{match.figure.organization}{match.figure.year or ''}年{label_of(match.figure)}是多少"
        for match in near
    )
    return refuse(
        "no_indicator",
        load("no_indicator").fill(reports=names),
        suggestions=tuple(labels)[:3],
    )


def _quoted(match: Match) -> str:
    return f"“{label_of(match.figure)}”"
