"""Answer questions for a figure: find it in a cell or a sentence, or say why it is not there."""

import re
from collections.abc import Sequence

from assistant.rules.context import MOST_MISSED, Context, is_sure
from assistant.rules.draft import Draft, Drafted, amount, issuer, refuse
from assistant.tools import Match, ReportView, SentenceMatch, denies, label_of
from ingest.numerals import in_base_units

_SPLIT = re.compile(r"[,，;；、]|以及|和|与")
_HOW_MANY = re.compile(r"多少|几(?!乎)|比例|率")
_CLOSE = 0.03


def figure_answer(context: Context) -> Drafted:
    """Return the figure asked for, in each report of the scope, with its citation and remarks."""
    draft = Draft()
    failed: list[ReportView] = []
    views = context.views
    parts = _parts(context.asked)
    for view in views:
        stated = [_state(context, view, part, draft, several=len(views) * len(parts) > 1) for part in parts]
        if not any(stated):
            failed.append(view)
    if len(failed) == len(views):
        return _why_not(context, views)
    draft.warn_of_findings()
    for view in failed:
        draft.say(f"{issuer(view)}的报告中没有找到这一项。")
    partial = bool(failed or context.scope.missing)
    _say_missing(context, draft)
    return draft.finish(status="partial" if partial else "answered")


def _say_missing(context: Context, draft: Draft) -> None:
    if context.scope.missing:
        names = "、".join(f"{name}{year}年" for name, year in context.scope.missing)
        message = f"库中没有{names}的报告"
        draft.say(f"{message}。")
        draft.warn("missing_report", message)


def _parts(asked: str) -> tuple[str, ...]:
    """Return the facts that a question asks for one by one: 受理多少件，办复多少件 are two."""
    if len(re.findall(r"多少|几(?:个|件|条|项|次|场|份|家|人|名|种|类|篇|期|宗|例|位)", asked)) < 2:
        return (asked,)
    pieces = [piece for piece in _SPLIT.split(asked) if piece.strip()]
    shared: list[str] = []
    facts: list[str] = []
    for piece in pieces:
        if _HOW_MANY.search(piece):
            facts.append(f"{' '.join(shared)} {piece}" if not facts else piece)
            shared = shared if facts else []
        else:
            shared.append(piece)
    lead = " ".join(shared)
    return tuple(fact if index == 0 else f"{lead} {fact}" for index, fact in enumerate(facts))


def _state(context: Context, view: ReportView, phrase: str, draft: Draft, *, several: bool) -> bool:
    match = chosen(context.figures(view, phrase))
    if match is not None and match.figure.status != "ok":
        return _state_blank(view, match, draft, several=several)
    if match is not None:
        mark = draft.cite_figure(view, match.figure)
        lead = f"{issuer(view)}{_quoted(match)}：" if several else ""
        tail = "" if several else f"——{issuer(view)}{_quoted(match)}"
        draft.say(f"{lead}{amount(match.figure)}{mark}{tail}。")
        return True
    denial = denying_sentence(context, view, phrase)
    if denial is not None:
        mark = draft.cite_sentence(view, denial.sentence)
        draft.say(f"{issuer(view)}的报告写明：“{_inline(denial.sentence.text)}”{mark}")
        return True
    return False


def _state_blank(view: ReportView, match: Match, draft: Draft, *, several: bool) -> bool:
    del several
    mark = draft.cite_figure(view, match.figure)
    what = "单元格是空白的（空白不等于 0）" if match.figure.status == "blank" else "单元格无法辨认"
    draft.say(f"{issuer(view)}{_quoted(match)}：报告中该{what}，没有可以引用的数{mark}。")
    draft.warn("blank_cell", f"{label_of(match.figure)}的{what}")
    return True


def chosen(matches: Sequence[Match]) -> Match | None:
    """Return the figure that was asked for; of equals the one whose place the question names."""
    sure = [match for match in matches if is_sure(match)]
    if not sure:
        return None
    best = sure[0]
    near = [match for match in sure if best.score - match.score <= _CLOSE and _same_amount(match, best)]
    return max(near, key=lambda match: (match.named, match.score))


def _same_amount(one: Match, other: Match) -> bool:
    if one.figure.quantity is None or other.figure.quantity is None:
        return one.figure.quantity is other.figure.quantity
    return in_base_units(one.figure.quantity) == in_base_units(other.figure.quantity)


def denying_sentence(context: Context, view: ReportView, phrase: str) -> SentenceMatch | None:
    """Return a sentence that says that what is asked about did not happen (未收到申请)."""
    found = context.sentences((view,), phrase, dense=False).sentences
    fitting = [match for _, match in found if denies(match.sentence) and match.missed <= 0.5 and match.score >= 0.4]
    return fitting[0] if fitting else None


def _why_not(context: Context, views: Sequence[ReportView]) -> Drafted:
    names = "、".join(issuer(view) for view in views[:3])
    near = [
        match
        for view in views[:3]
        for match in context.figures(view, context.asked)[:3]
        if match.missed <= 2 * MOST_MISSED
    ]
    labels = dict.fromkeys(f"{match.figure.organization}{match.figure.year or ''}年{label_of(match.figure)}是多少" for match in near)
    return refuse(
        "no_indicator",
        f"{names}的报告中没有找到能回答这一问题的数字，因此不作回答。",
        suggestions=tuple(labels)[:3],
    )


def _quoted(match: Match) -> str:
    applicant = match.figure.dimensions.applicant
    del applicant
    return f"“{label_of(match.figure)}”"


def _inline(text: str) -> str:
    return re.sub(r"\s+", "", text).strip("*")
