"""Answer questions that need arithmetic or an order: compare, rank, difference, share, average, sum."""

import re
from collections.abc import Sequence
from decimal import Decimal

from assistant.models import Derivation
from assistant.rules.context import Context, is_sure
from assistant.rules.draft import Draft, Drafted, amount, issuer, value_text
from assistant.rules.lookup import chosen
from assistant.tools import Calculate, Match, ReportView, label_of
from ingest.numerals import in_base_units

_LIST = re.compile(r"[、,，;；]|以及|和|与|跟|及|还是")
_ASK = re.compile(
    r"(?:这)?[两二三四五六]?(?:项|者|个|种)?(?:数量|数)?(?:从(?:多|大|高)到(?:少|小|低)|从(?:少|小|低)到(?:多|大|高))?(?:怎么排|如何排|排序|排名|排列|依次).*$"
    r"|[,，]?\s*(?:哪个|哪一个|谁|哪家|哪种|哪一年|哪边|哪项|哪类|两者|二者).*$|相差.*$|差(?:了)?多少.*$|(?:合计|一共|总共|加起来|相加|之和|共计).*$|分别.*$"
)
# 议案和提案哪个办结率高：比的是办结率
_WHICH = re.compile(
    r"(?:哪个|哪一个|谁|哪家|哪项|哪类|谁的)的?(?P<what>[\u4e00-\u9fff]{2,8}?)(?:更|最)?(?:多|少|高|低|大|小)"
)
_ASCENDING = re.compile(r"从(?:少|小|低)到(?:多|大|高)|最(?:少|小|低)|更(?:少|小|低)")
_RATIO_UNITS = frozenset({"%", "‰", "个百分点", "百分点"})
_Pair = tuple[ReportView, Match]


def ranking(context: Context) -> Drafted | None:
    """Return the things compared in their order, or None when fewer than two of them can be found."""
    found = _compared(context)
    if len(found) < 2:
        return None
    context.note("compare_figures", f"{len(found)} 项")
    ascending = bool(_ASCENDING.search(context.asked)) and context.kind == "rank"
    ordered = sorted(found, key=_value, reverse=not ascending)
    draft = Draft()
    units = {in_base_units(match.figure.quantity)[1] for _, match in ordered if match.figure.quantity}
    parts = [
        f"{_name(context, pair)} {amount(pair[1].figure)}{draft.cite_figure(pair[0], pair[1].figure)}"
        for pair in ordered
    ]
    if context.kind == "rank":
        draft.say(
            f"{'从少到多' if ascending else '从多到少'}：{' ＞ '.join(parts) if not ascending else ' ＜ '.join(parts)}。"
        )
    else:
        fewest = bool(_ASCENDING.search(context.asked))
        winner = ordered[-1] if fewest else ordered[0]
        less, more = ("低", "高") if units <= _RATIO_UNITS else ("少", "多")
        word = f"{'更' if len(ordered) == 2 else '最'}{less if fewest else more}"
        same = _value(ordered[0]) == _value(ordered[1])
        head = "两者相同" if same and len(ordered) == 2 else f"{_name(context, winner)}{word}"
        draft.say(f"{head}：{'；'.join(parts)}。")
    if len(units) > 1:
        draft.warn("mixed_units", f"各项单位不同（{'、'.join(sorted(units))}），只按数值排列")
    _warn_of_forms(ordered, draft)
    draft.warn_of_findings()
    return draft.finish()


def difference(context: Context) -> Drafted | None:
    """Return by how much two figures differ."""
    found = _more_than(context) or _compared(context)
    if len(found) != 2:
        return None
    larger, smaller = sorted(found, key=_value, reverse=True)
    return _computed(context, "a-b", (larger, smaller), unit=_unit(larger), lead="相差")


def total(context: Context) -> Drafted | None:
    """Return the sum of the figures named."""
    found = _compared(context)
    if len(found) < 2:
        return None
    expression = "+".join("abcdefgh"[: len(found)])
    return _computed(context, expression, tuple(found), unit=_unit(found[0]), lead="合计")


def share(context: Context) -> Drafted | None:
    """Return what part one figure is of another; a printed rate goes before one worked out here."""
    part_text, whole_text = _part_and_whole(context.asked)
    for view in context.views:
        printed = chosen(context.figures(view, context.asked))
        if printed is not None and printed.figure.quantity and printed.figure.quantity.unit in _RATIO_UNITS:
            return None
        part = _best_count(context, view, part_text)
        whole = _whole(context, view, part, whole_text) if part else None
        if part is not None and whole is not None:
            pair = ((view, part), (view, whole))
            return _computed(context, "a/b", pair, unit="%", lead="占比", percent=True)
    return None


def average(context: Context) -> Drafted | None:
    """Return one figure per unit of another, both from the same sentence where there is one that has both."""
    per = re.search(
        r"平均(?:到)?每(?:一)?(?P<unit>[个家宗件项场期人份条名类])?(?P<of>[^,，。?？多少几约]{0,14})",
        context.asked,
    )
    if per is None:
        return None
    rest = context.asked.replace(per.group(), " ")
    for view in context.views:
        over = _best_count(context, view, f"{rest} {per['of']} 多少{per['unit'] or '个'}", unit=per["unit"])
        top = _best_count(context, view, f"{rest} {per['of']}", near=over)
        if over is None or top is None or over.figure.id == top.figure.id:
            continue
        return _computed(
            context,
            "a/b",
            ((view, top), (view, over)),
            unit=_unit((view, top)),
            lead="平均每" + (per["unit"] or "个"),
        )
    return None


def _part_and_whole(asked: str) -> tuple[str, str]:
    before, _, behind = asked.partition("占")
    of = re.match(r"(?P<whole>[^多几比百?？]{2,}?)的?(?:多大|多少|几成|比例|比重|百分)", behind)
    if of:
        return before, of["whole"]
    inside = re.match(r"(?P<whole>.+?)(?:里面|里|中|当中|之中)\s*[,，]?(?P<part>.+)$", before)
    return (inside["part"], inside["whole"]) if inside else (before, "")


def _best_count(
    context: Context, view: ReportView, phrase: str, *, unit: str | None = None, near: Match | None = None
) -> Match | None:
    matches = [
        match
        for match in context.figures(view, phrase)
        if match.figure.quantity is not None
        and match.figure.quantity.unit not in _RATIO_UNITS
        and (unit is None or in_base_units(match.figure.quantity)[1] == unit)
        and (near is None or match.figure.id != near.figure.id)
    ]
    if near is not None:
        together = [match for match in matches if match.figure.context_start == near.figure.context_start]
        wanted = context.language.unit(context.asked)
        fitting = [m for m in together if wanted in {None, "%"} or _has_unit(m, wanted or "")]
        matches = [m for m in fitting if m.score >= 0.45 and m.missed <= 0.5] or matches
    best = matches[0] if matches else None
    return best if best is not None and best.score >= 0.45 and best.missed <= 0.5 else None


def _has_unit(match: Match, wanted: str) -> bool:
    return match.figure.quantity is not None and in_base_units(match.figure.quantity)[1] == wanted


def _whole(context: Context, view: ReportView, part: Match, whole_text: str) -> Match | None:
    if whole_text:
        unit = in_base_units(part.figure.quantity)[1] if part.figure.quantity else None
        whole = _best_count(context, view, whole_text, near=part, unit=unit)
        if whole is not None:
            return whole
    earlier = [
        figure
        for figure in view.figures
        if figure.context_start == part.figure.context_start
        and figure.anchor.char_start < part.figure.anchor.char_start
        and figure.quantity
        and part.figure.quantity
        and figure.quantity.unit == part.figure.quantity.unit
    ]
    return Match(figure=earlier[0], score=1.0, missed=0.0, missed_words=()) if earlier else None


def _compared(context: Context) -> list[_Pair]:
    """Return what is compared: one phrase over several reports, or several phrases in one report."""
    views = context.views
    tail = _WHICH.search(context.asked)
    phrase = f"{_ASK.sub('', context.asked)}{'的' + tail['what'] if tail else ''}"
    if not context.language.content(phrase):
        phrase = context.asked
    if len(views) > 1:
        found = [(view, match) for view in views if (match := chosen(context.figures(view, phrase)))]
        return [pair for pair in found if pair[1].figure.quantity is not None]
    pairs: list[_Pair] = []
    for view in views:
        for piece in _pieces(phrase, context, view):
            match = next(
                (m for m in context.figures(view, piece) if m.figure.quantity is not None and is_sure(m)),
                None,
            )
            if match is not None and all(match.figure.id != other.figure.id for _, other in pairs):
                pairs.append((view, match))
    return pairs


def _pieces(phrase: str, context: Context, view: ReportView) -> Sequence[str]:
    """Cut a list of things; a piece that finds nothing of its own belongs to its neighbour (广播电视台、宣传栏)."""
    pieces = [piece for piece in _LIST.split(phrase) if piece.strip()]
    shared = pieces[-1].rpartition("的")[2].strip() if pieces else ""
    if len(pieces) > 1 and "的" in pieces[-1] and not any("的" in piece for piece in pieces[:-1]):
        pieces = [*(f"{piece} {shared}" for piece in pieces[:-1]), pieces[-1]]
    joined: list[str] = []
    for piece in pieces:
        if joined and not any(is_sure(match) for match in context.figures(view, joined[-1])):
            joined[-1] = f"{joined[-1]} {piece}"
        else:
            joined.append(piece)
    return joined


def _more_than(context: Context) -> list[_Pair]:
    """Return the two things of 甲比乙多多少; 乙 is looked for in the column of the form in which 甲 stands."""
    cut = re.match(r"(?P<one>.+?)比(?P<other>.+?)(?:多|少|高|低)(?:出|了)?(?:多少|几)", context.asked)
    views = context.views
    if cut is None or len(views) != 1:
        return []
    one = next((m for m in context.figures(views[0], cut["one"]) if m.figure.quantity and is_sure(m)), None)
    if one is None:
        return []
    others = [
        m
        for m in context.figures(views[0], cut["other"])
        if m.figure.quantity and m.figure.id != one.figure.id
    ]
    alike = [
        m for m in others if m.figure.origin == "table" and m.figure.anchor.column == one.figure.anchor.column
    ]
    other = next(iter(alike if one.figure.origin == "table" and alike else others), None)
    return [(views[0], one), (views[0], other)] if other is not None and other.score >= 0.45 else []


def _computed(
    context: Context, expression: str, pairs: Sequence[_Pair], *, unit: str, lead: str, percent: bool = False
) -> Drafted | None:
    inputs = tuple(
        (name, match.figure.quantity)
        for name, (_, match) in zip("abcdefgh", pairs, strict=False)
        if match.figure.quantity is not None
    )
    try:
        derivation = context.toolbox.calculate(
            Calculate(expression=expression, inputs=inputs, unit=unit, percent=percent)
        )
    except ValueError:
        return None
    context.note("calculate", derivation.expression)
    scaled = _in_unit(derivation, pairs, unit)
    draft = Draft()
    parts = [
        f"{_name(context, pair)} {amount(pair[1].figure)}{draft.cite_figure(pair[0], pair[1].figure)}"
        for pair in pairs
    ]
    draft.derive(scaled)
    draft.say(f"{lead} {value_text(scaled.value, scaled.unit)}（{scaled.expression}）：{'，'.join(parts)}。")
    draft.warn("computed", "该数由程序按报告所载数字计算，报告没有直接写明")
    _warn_of_forms(pairs, draft)
    draft.warn_of_findings()
    return draft.finish()


def _in_unit(derivation: Derivation, pairs: Sequence[_Pair], unit: str) -> Derivation:
    """Return a value in the scale of its first figure: the expression shows the printed numbers."""
    quantity = pairs[0][1].figure.quantity
    if unit == "%" or quantity is None or not quantity.value:
        return derivation
    scale = in_base_units(quantity)[0] / quantity.value
    return derivation.model_copy(update={"value": derivation.value / scale, "unit": unit})


def _unit(pair: _Pair) -> str:
    quantity = pair[1].figure.quantity
    return quantity.unit if quantity else ""


def _value(pair: _Pair) -> Decimal:
    quantity = pair[1].figure.quantity
    return in_base_units(quantity)[0] if quantity else Decimal(0)


def _name(context: Context, pair: _Pair) -> str:
    view, match = pair
    return (
        f"{issuer(view)}“{label_of(match.figure)}”"
        if len(context.views) > 1
        else f"“{label_of(match.figure)}”"
    )


def _warn_of_forms(pairs: Sequence[_Pair], draft: Draft) -> None:
    tables = {match.figure.indicator for _, match in pairs if match.figure.origin == "table"}
    forms = {view.report.form for view, match in pairs if match.figure.origin == "table"}
    if len(forms) > 1 and len(tables) > 1:
        draft.warn("not_comparable", "各报告所用格式不同，该指标口径不可直接比较")
        draft.say("注意：各报告所用格式不同，该指标口径不可直接比较。")
