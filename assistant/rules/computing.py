"""Answer questions that need arithmetic or an order: compare, rank, difference, share, average, sum."""

import re
from collections.abc import Sequence
from decimal import Decimal

from assistant.execution.figures import chosen, is_sure, tied
from assistant.models import Derivation, Drafted
from assistant.rendering import Draft, amount, issuer, value_text
from assistant.rules.context import Context
from assistant.rules.lookup import SINCE_LAST_YEAR, shared_tail
from assistant.tools import CERTAIN, Calculate, Match, ReportView, analyse, label_of, squeezed
from ingest.models import Figure
from ingest.numerals import RATIO_UNITS, in_base_units

_LIST = re.compile(r"[、,，;；]|以及|和|与|跟|及|还是")
_ALSO_GROWTH = re.compile(r"[增涨降升]幅|百分之|增长率|下降率|[增涨]了?百分")
_OR = re.compile(r"还是")
# 要做的运算，不是所问的事
_OPERATION = re.compile(
    r"(?:把|将)?(?:从(?:多|大|高)到(?:少|小|低)|从(?:少|小|低)到(?:多|大|高))|(?:怎么|如何|请)?(?:排一下|排个序|排序|排名|排列|排)|依次"
    r"|(?:哪个|哪一个|谁|哪家|哪种|哪一?年|哪边|哪项|哪类|何者)的?(?!单位)|两者|二者|相比(?:较)?|比较|对比|相差|差(?:了)?(?=多少)"
    r"|合计|一共|总共|加起来|相加|之和|共计|平均(?:每年|一年)?|(?:各自|各有|各是|各为|各)(?!级|类|部门|单位|乡|镇|项)|分别"
    r"|(?:更|最)(?:多|少|高|低|大|小)的?(?:是)?|的?(?:更)?(?:多|少|高|低)[,，]?\s*(?=还是)|(?:列出|列一下)|(?:每|各)年的?|(?:这)?[两三四五六七八][家个](?:单位)?(?=谁|哪|[,，、])|(?<![第前])(?:这)?[两三四五六七八][项个](?=数量|数|中|里|从)|(?:这)?[两二三四五六七八九十]年(?:里|间|来|的)?|历年|近.年|(?:怎么|如何)?变化(?:情况|趋势)?|趋势|走势"
    r"|(?:多|少|高|低|增加|减少|增长|下降)(?:了|出)?(?:还是|或者?|或是)(?:多|少|高|低|增加|减少|增长|下降)(?:了|出)?"
    r"|(?<=比)\s|(?:多|少|高|低)(?:了|出)?(?=多少|几)|(?:增长|下降|上升|增幅|降幅)(?:了|率|幅度)?|百分之(?:多少|几)|(?:是|有|到|至|里面)\s*(?=[?？,，]|$)"
)
# 议案和提案哪个办结率高：比的是办结率
_WHICH = re.compile(
    r"(?:哪个|哪一个|谁|哪家|哪项|哪类|谁的)的?(?P<what>[\u4e00-\u9fff]{2,8}?)(?:更|最)?(?:多|少|高|低|大|小)"
)
_ENDS_IN_ORDER = re.compile(r"(?:更|最)?(?:多|少|高|低|大|小)\s*[?？。]?\s*$")
_UNDONE = re.compile(
    r"(?:还有|还剩|剩余|尚有|有)?(?P<many>多少\w|几\w)?[^,，。]{0,6}?(?:没有|没|未|尚未)(?P<done>办结|办复|办理完|解决|答复|回复|整改|完成)"
)
_ASCENDING = re.compile(r"从(?:少|小|低)到(?:多|大|高)|最(?:少|小|低)|更(?:少|小|低)")
_NAMES = "abcdefghijklmnop"
_NEAR = 160
_PARTS_ASKED = re.compile(
    r"(?:通过|有|包括|分为)?哪(?:些|几)(?:个|种|类)?(?:渠道|方式|途径|形式|类型|方面|领域|平台)?|各(?:自|有|是|为)?(?:多少|几)\w?|分别"
)
_PER = re.compile(
    r"(?:平均(?:到)?(?:每一?|一)(?P<unit>[个家宗件项场期人份条名类次])|每(?P<each>[个家宗件项场期人份条名类次])的?平均)的?"
    r"(?P<of>[^,，。?？多少几约是为]{0,14})"
)
_LIKELY = 0.45
"""The chance from which a figure is taken as the second one of a pair whose first one is sure."""
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
        less, more = ("低", "高") if units <= RATIO_UNITS else ("少", "多")
        word = f"{'更' if len(ordered) == 2 else '最'}{less if fewest else more}"
        same = _value(ordered[0]) == _value(ordered[1])
        head = "两者相同" if same and len(ordered) == 2 else f"{_name(context, winner)}{word}"
        draft.say(f"{head}：{'；'.join(parts)}。")
    told = {view.report.id for view, _ in ordered}
    left_out = [view for view in context.views if view.report.id not in told]
    if left_out:
        draft.say(f"没有找到这一项的报告：{'、'.join(issuer(view) for view in left_out)}。")
    if len(units) > 1:
        draft.warn("mixed_units", f"各项单位不同（{'、'.join(sorted(units))}），只按数值排列")
    _warn_of_forms(ordered, draft)
    draft.warn_of_findings()
    return draft.finish(status="partial" if left_out and context.scope.organizations else "answered")


def difference(context: Context) -> Drafted | None:
    """Return by how much two figures differ."""
    found = _more_than(context) or _compared(context)
    if len(found) != 2 or (len(context.views) == 1 and SINCE_LAST_YEAR.search(context.asked)):
        return None
    larger, smaller = sorted(found, key=_value, reverse=True)
    drafted = _computed(context, "a-b", (larger, smaller), unit=_unit(larger), lead="相差")
    grown = growth(context) if _ALSO_GROWTH.search(context.asked) else None
    return _joined(drafted, grown) if drafted is not None and grown is not None else drafted


def _joined(one: Drafted, other: Drafted) -> Drafted:
    """Return two computations over the same figures as one answer; the second one's citations are the first one's."""
    line = other.text.split("：")[0]
    return one.model_copy(
        update={"text": f"{one.text}\n{line}。", "derivations": (*one.derivations, *other.derivations)}
    )


def total(context: Context) -> Drafted | None:
    """Return the sum of the figures named."""
    found = _compared(context)
    if len(found) < 2:
        return None
    expression = "+".join(_NAMES[: len(found)])
    return _computed(context, expression, tuple(found), unit=_unit(found[0]), lead="合计")


def growth(context: Context) -> Drafted | None:
    """Return by how many percent a figure grew from the first year to the last."""
    found = sorted(_compared(context), key=lambda pair: pair[0].report.year or 0)
    if len(found) < 2 or found[0][0].report.year == found[-1][0].report.year:
        return None
    first, last = found[0], found[-1]
    lead = "增长" if _value(last) >= _value(first) else "下降"
    larger, smaller = ("a", "b") if lead == "增长" else ("b", "a")
    return _computed(context, f"({larger}-{smaller})/b", (last, first), unit="%", lead=lead, percent=True)


def remaining(context: Context) -> Drafted | None:
    """Return how many of those received were not settled, as the difference of the two figures printed."""
    undone = _UNDONE.search(context.asked)
    if undone is None:
        return None
    phrase = context.asked.replace(undone.group(), f" {undone['done']} {undone['many'] or '多少'}")
    for view in context.views:
        done = _best_count(context, view, phrase)
        whole = _whole(context, view, done, "") if done else None
        if done is not None and whole is not None and undone["done"][:1] in squeezed(done.figure.phrase):
            return _computed(
                context,
                "a-b",
                ((view, whole), (view, done)),
                unit=_unit((view, whole)),
                lead=f"未{undone['done']}",
            )
    return None


def trend(context: Context) -> Drafted | None:
    """Return a figure over the years of one body, in order; a year without it is said to be a gap."""
    views = sorted(context.views, key=lambda view: view.report.year or 0)
    if len({view.report.organization.name for view in views}) != 1 or len(views) < 2:
        return None
    found = {view.report.id: match for view, match in _compared(context)}
    if len(found) < 2:
        return None
    draft = Draft()
    pairs = [(view, found[view.report.id]) for view in views if view.report.id in found]
    for view in views:
        match = found.get(view.report.id)
        if match is None:
            draft.say(f"{issuer(view)}：报告中没有找到这一项，留作空缺。")
        else:
            mark = draft.cite_figure(view, match.figure)
            draft.say(f"{issuer(view)}“{label_of(match.figure)}”：{amount(match.figure)}{mark}")
    for name, year in context.scope.missing:
        draft.say(f"{name}{year}年：库中没有报告，留作空缺。")
    _warn_of_forms(pairs, draft)
    draft.warn_of_findings()
    return draft.finish(status="partial" if len(found) < len(views) or context.scope.missing else "answered")


def breakdown(context: Context) -> Drafted | None:
    """Return the parts of a figure that a report lists behind it: 通过哪些渠道公开，各多少."""
    draft = Draft()
    for view in context.views:
        phrase = _PARTS_ASKED.sub(" ", context.asked)
        whole = chosen(context.figures(view, phrase))
        if whole is None or whole.figure.origin != "sentence" or whole.figure.quantity is None:
            continue
        parts = _listed_behind(view, whole.figure)
        if len(parts) < 2:
            continue
        draft.say(
            f"{issuer(view)}“{label_of(whole.figure)}”{amount(whole.figure)}{draft.cite_figure(view, whole.figure)}，其中："
        )
        for figure in parts:
            draft.say(f"{label_of(figure)}：{amount(figure)}{draft.cite_figure(view, figure)}")
    draft.warn_of_findings()
    drafted = draft.finish()
    return drafted if drafted.text else None


def _listed_behind(view: ReportView, whole: Figure) -> list[Figure]:
    """Return the figures of the same unit that follow in the same paragraph without a further heading between."""
    unit = in_base_units(whole.quantity)[1] if whole.quantity else ""
    return [
        figure
        for figure in view.figures
        if figure.origin == "sentence"
        and figure.quantity is not None
        and in_base_units(figure.quantity)[1] == unit
        and figure.anchor.section_path == whole.anchor.section_path
        and 0 < figure.anchor.char_start - whole.anchor.char_start <= _NEAR
        and in_base_units(figure.quantity)[0] <= (in_base_units(whole.quantity)[0] if whole.quantity else 0)
    ]


def share(context: Context) -> Drafted | None:
    """Return what part one figure is of another; a printed rate goes before one worked out here."""
    part_text, whole_text = _part_and_whole(context.asked, context.scope.leaned_on)
    for view in context.views:
        printed = chosen(context.figures(view, context.asked))
        if printed is not None and printed.figure.quantity and printed.figure.quantity.unit in RATIO_UNITS:
            return None
        pair = _applicants_part(context, view, part_text, whole_text)
        if pair is None:
            part = _best_count(context, view, part_text)
            whole = _whole(context, view, part, whole_text) if part else None
            pair = ((view, part), (view, whole)) if part is not None and whole is not None else None
        # 部分不会多于整体
        if pair is not None and _value(pair[0]) <= _value(pair[1]):
            return _computed(context, "a/b", pair, unit="%", lead="占比", percent=True)
    return None


def _applicants_part(
    context: Context, view: ReportView, part_text: str, whole_text: str
) -> tuple[_Pair, _Pair] | None:
    """Return an applicant's cell with the total of the same row: 新收申请里自然人占多少."""
    applicant = analyse(part_text, context.language, context.indicators).applicant
    if applicant is None:
        return None
    row_text = whole_text if context.language.content(whole_text) else part_text
    for column in context.indicators.applicants:
        for term in column.terms if column.key == applicant else ():
            row_text = row_text.replace(term, " ")
    whole = _best_count(context, view, row_text or part_text)
    if whole is None or whole.figure.dimensions.applicant != "total":
        return None
    part = next(
        (
            figure
            for figure in view.figures
            if figure.indicator == whole.figure.indicator and figure.dimensions.applicant == applicant
        ),
        None,
    )
    if part is None or part.quantity is None:
        return None
    return (view, whole.model_copy(update={"figure": part})), (view, whole)


def average(context: Context) -> Drafted | None:
    """Return the mean over the years, or one figure per unit of another, best both from the same sentence."""
    if len(context.views) > 1:
        found = _compared(context)
        if len(found) < 2 or not re.search(r"平均(?:每|一|各)?(?:年|家|个)?", context.asked):
            return None
        expression = f"({'+'.join(_NAMES[: len(found)])})/{len(found)}"
        return _computed(context, expression, tuple(found), unit=_unit(found[0]), lead="平均")
    per = _PER.search(context.asked)
    if per is None:
        return None
    unit = per["unit"] or per["each"]
    wanted = re.search(r"[是为]?约?(?:多少|几)(?:万|亿)?\w{0,2}", context.asked)
    rest = context.asked.replace(per.group(), " ").replace(wanted.group() if wanted else "", " ")
    of = re.sub(r"(?:对应|有|办理|需要|要|可)?$", "", per["of"])
    for view in context.views:
        counted = [
            _best_count(context, view, f"{phrase} 多少{unit}", unit=unit) for phrase in (f"{rest} {of}", rest)
        ]
        over = max(filter(None, counted), key=lambda match: match.log_odds, default=None)
        top = _best_count(context, view, f"{rest} {of} {wanted.group() if wanted else ''}", near=over)
        if over is None or top is None or over.figure.id == top.figure.id:
            continue
        return _computed(
            context,
            "a/b",
            ((view, top), (view, over)),
            unit=_unit((view, top)),
            lead=f"平均每{unit}",
        )
    return None


def _part_and_whole(asked: str, leaned_on: str) -> tuple[str, str]:
    """Cut 甲占乙的多少 into part and whole; a part left out is what the conversation was about."""
    before, _, behind = (asked if not leaned_on else asked.split(leaned_on)[0]).partition("占")
    of = re.match(r"(?P<whole>[^多几比百?？]{2,}?)的?(?:多大|多少|几成|比例|比重|百分)", behind)
    if not before.strip() and leaned_on:
        before = leaned_on
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
        and match.figure.quantity.unit not in RATIO_UNITS
        and (unit is None or in_base_units(match.figure.quantity)[1] == unit)
        and (near is None or match.figure.id != near.figure.id)
    ]
    if near is not None:
        together = [match for match in matches if match.figure.context_start == near.figure.context_start]
        wanted = context.language.unit(context.asked)
        fitting = [m for m in together if wanted in {None, "%"} or _has_unit(m, wanted or "")]
        matches = [m for m in fitting if m.score >= _LIKELY] or matches
    best = matches[0] if matches else None
    return best if best is not None and best.score >= _LIKELY else None


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
        if figure.origin == part.figure.origin == "sentence"
        and figure.context_start == part.figure.context_start
        and figure.anchor.char_start < part.figure.anchor.char_start
        and figure.quantity
        and part.figure.quantity
        and figure.quantity.unit == part.figure.quantity.unit
    ]
    return (
        Match(figure=earlier[0], score=1.0, log_odds=CERTAIN, missed=0.0, missed_words=())
        if earlier
        else None
    )


def _compared(context: Context) -> list[_Pair]:
    """Return what is compared: one phrase over several reports, or several phrases in one report."""
    views = context.views
    tail = _WHICH.search(context.asked)
    phrase = _ENDS_IN_ORDER.sub("", _OPERATION.sub(" ", context.asked))
    if len(views) > 1:
        phrase = re.sub(r"比|[、,，]|\s(?:和|与|跟|到|至)\s", " ", phrase)
        if not context.language.content(phrase):
            phrase = context.asked
        found = [
            (view, match)
            for view in views
            if (match := chosen(context.figures(view, phrase))) and not tied(context.figures(view, phrase))
        ]
        return _of_one_unit([pair for pair in found if pair[1].figure.quantity is not None], context)
    pairs: list[_Pair] = []
    for view in views:
        for piece in _pieces(phrase if tail is None else f"{phrase} 的{tail['what']}", context, view):
            match = next(
                (
                    m
                    for m in context.figures(view, piece)
                    if m.figure.quantity is not None
                    and is_sure(m)
                    and all(m.figure.id != other.figure.id for _, other in pairs)
                ),
                None,
            )
            if match is not None:
                pairs.append((view, match))
    return _of_one_unit(pairs, context)


def _of_one_unit(pairs: list[_Pair], context: Context) -> list[_Pair]:
    """Return the pairs when they can be set against each other; pieces and money have no order between them."""
    units = {in_base_units(match.figure.quantity)[1] for _, match in pairs if match.figure.quantity}
    if len(units) > 1 and context.kind in {"sum", "difference", "average", "growth"}:
        return []
    return pairs


def _pieces(phrase: str, context: Context, view: ReportView) -> Sequence[str]:
    """Cut a list of things; what is said behind the last one (微信和微博公开了多少条) is said of all.

    A piece that finds nothing of its own belongs to its neighbour (广播电视台、宣传栏).
    """
    marks = _OR if _OR.search(phrase) else _LIST
    pieces = shared_tail([piece for piece in marks.split(phrase) if piece.strip()])
    joined: list[str] = []
    for piece in pieces:
        if joined and not any(is_sure(match) for match in context.figures(view, joined[-1])):
            joined[-1] = f"{joined[-1]} {piece}"
        else:
            joined.append(piece)
    return joined


def _more_than(context: Context) -> list[_Pair]:
    """Return the two things of 甲比乙多多少; 乙 is looked for in the column of the form in which 甲 stands."""
    cut = re.match(
        r"(?P<one>.+?)比(?P<other>.+?)(?:多|少|高|低)(?:出|了)?(?:(?:还是|或者?)(?:多|少|高|低)(?:出|了)?)?(?:多少|几)",
        context.asked,
    )
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
    return [(views[0], one), (views[0], other)] if other is not None and other.score >= _LIKELY else []


def _computed(
    context: Context, expression: str, pairs: Sequence[_Pair], *, unit: str, lead: str, percent: bool = False
) -> Drafted | None:
    units = {in_base_units(match.figure.quantity)[1] for _, match in pairs if match.figure.quantity}
    if len(units) > 1 and (percent or "/b" not in expression):
        return None
    inputs = tuple(
        (name, match.figure.quantity)
        for name, (_, match) in zip(_NAMES, pairs, strict=False)
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
