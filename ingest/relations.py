"""Know how the numbers of a passage hang together: parts of a whole, rates of counts, changes since last year.

A relation is stated only where the sentence marks it (其中, 包括, parentheses, a colon with a list, 分别) or where
the numbers themselves leave no doubt, as in a list that its total closes.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ingest.models import Figure
from ingest.numerals import RATIO_UNITS, in_base_units
from ingest.outline import Sentence

_CHANGE = re.compile(
    r"(?:(?<!至)(?<!不)(?<!最)(?<!许)(?<!大)(?<!减)(?<!增)(?:多|少)|增加|减少|增长|下降|上升|降低|提高|提升|上涨|下滑|回落|缩短|压减|压缩|净增|净减|增|减)了?(?:约|近|超|超过)?\s*$"
    r"|(?:增幅|涨幅|降幅|增长率|增速|增量)(?:为|达到?|是|约)?\s*$"
    r"|(?:较|比|同比|环比)[^，,。；;、]{0,14}(?:新增|多出)\s*$|净(?:增|减)[\u4e00-\u9fff]{1,4}\s*$"
)
_CUT_BY = re.compile(r"(?<!增)(?:减少?|压减|压缩|缩短|降低|节约|节省)[\u4e00-\u9fff]{1,6}\s*$")
_PARTS = re.compile(r"其中")
_INCLUDES = re.compile(r"(?:^|[，,、（(])\s*(?:包括|包含|含|涵盖)(?!转发)")
_LIST = re.compile(r"[：:]\s*(?:一是|（一）|1[.、]|①)?")
_SUM = re.compile(r"^(?:以上|上述|合计|总计|共计|全年合计|全年共)|(?:合计|共计|总计|总共)$")
_RATE_WORD = re.compile(r"([\u4e00-\u9fff]{2})率")
_RECEIVED = (
    "受理",
    "收到",
    "接到",
    "接收",
    "承接",
    "接办",
    "接单",
    "派单",
    "应办",
    "收集",
    "交办",
    "登记",
    "转办",
    "新收",
)
_SHARE = re.compile(
    r"^(?:约|分别)?占(?:比|总数|总量|全部|主动公开|申请|公开|信息|比例|的|\s|为|达|总|其|约)*$|占比(?:为|达到?|约)?$"
)


_BREAKS_DOWN = re.compile(r"^[\s*]*(?:从|按|其中|具体)")
_MOST_SENTENCES_BEHIND = 6


def relate(figures: Sequence[Figure], sentences: Sequence[Sentence]) -> tuple[Figure, ...]:
    """Return the figures of sentences with what the sentences say of how they hang together."""
    changes = {figure.id for figure in figures if _is_change(figure)}
    whole_of: dict[str, str] = {}
    rate_of: dict[str, tuple[str, str]] = {}
    runs = list(_passages(sentences))
    for part, whole in _added_up([f for f in figures if f.id not in changes and is_count(f)], runs):
        whole_of.setdefault(part.id, whole.id)
    for run in runs:
        start, end = run[0].char_start, run[-1].char_end
        inside = [figure for figure in figures if start <= figure.anchor.char_start < end]
        counts = [figure for figure in inside if figure.id not in changes and is_count(figure)]
        for part, whole in _part_pairs(counts, run):
            whole_of.setdefault(part.id, whole.id)
        rate_of.update(_rates(inside, counts, whole_of))
    return tuple(
        figure.model_copy(
            update={
                "change": figure.id in changes,
                "part_of": whole_of.get(figure.id),
                "rate_of": rate_of.get(figure.id),
            }
        )
        for figure in figures
    )


def is_level(figure: Figure) -> bool:
    """Tell whether a figure is what was counted for the year: no plan, and not what it was before."""
    return figure.period in {"year", "as_of", "since"}


def _is_of_one_time(one: Figure, other: Figure) -> bool:
    return (one.period, one.of_year) == (other.period, other.of_year) or (is_level(one) and is_level(other))


def full_stops(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Group what 。 ends, since sentences are also cut at semicolons."""
    run: list[Sentence] = []
    for sentence in sentences:
        if run and sentence.section_path != run[0].section_path:
            yield run
            run = []
        run.append(sentence)
        if not sentence.text.rstrip("*").endswith(("；", ";", "：", ":")):
            yield run
            run = []
    if run:
        yield run


def _passages(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Join a full stop with the one before it when it only goes on with 其中."""
    passage: list[Sentence] = []
    for run in full_stops(sentences):
        goes_on = passage and run[0].section_path == passage[0].section_path
        if passage and not (goes_on and _PARTS.match(run[0].text)):
            yield passage
            passage = []
        passage = [*passage, *run]
    if passage:
        yield passage


def is_count(figure: Figure) -> bool:
    """Tell whether a figure counts or measures something, and is no ratio."""
    return figure.quantity is not None and figure.quantity.unit not in RATIO_UNITS


def _is_change(figure: Figure) -> bool:
    """Tell 增加 4 件 and 增长 12.3% from the level that was reached (增至 4 件)."""
    if figure.quantity is None:
        return False
    before = figure.context[: figure.anchor.char_start - figure.context_start]
    clause = re.split(r"[，,；;。：:、（(]", before)[-1]
    is_cut = figure.quantity.unit == "%" and bool(_CUT_BY.search(clause))
    return is_cut or bool(_CHANGE.search(clause)) or figure.quantity.unit.endswith("百分点")


def _part_pairs(counts: Sequence[Figure], run: Sequence[Sentence]) -> Iterator[tuple[Figure, Figure]]:
    yield from _in_parentheses(counts)
    for sentence in run:
        for mark, needs_fit in ((_PARTS, False), (_INCLUDES, False), (_LIST, True)):
            for match in mark.finditer(sentence.text):
                if mark is _INCLUDES and _is_inside_parentheses(sentence.text[: match.end()]):
                    continue
                yield from _behind_mark(counts, run, sentence, match, needs_fit=needs_fit)
    yield from _closed_by_total(counts)


def _in_parentheses(counts: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Pair what parentheses right behind a number hold with that number: 3568条（网站2328条、微信…）."""
    for whole in counts:
        behind = whole.context[whole.anchor.char_end - whole.context_start :]
        opened = re.match(r"[^，,。；;：:、\d]{0,8}[（(]", behind)
        if opened is None:
            continue
        first = whole.anchor.char_end + opened.end()
        last = first + _closing(behind[opened.end() :])
        parts = [f for f in counts if first <= f.anchor.char_start < last and _fits_into(f, whole)]
        if len(parts) > 1 or (parts and re.match(r"其中|包括|含", behind[opened.end() :])):
            yield from ((part, whole) for part in parts)


def _closing(text: str) -> int:
    depth = 1
    for at, char in enumerate(text):
        depth += (char in "（(") - (char in "）)")
        if depth == 0:
            return at
    return 0


def _behind_mark(
    counts: Sequence[Figure],
    run: Sequence[Sentence],
    sentence: Sentence,
    match: re.Match[str],
    *,
    needs_fit: bool,
) -> Iterator[tuple[Figure, Figure]]:
    """Pair what follows 其中, 包括 or a colon with the number before; the list ends where it has used up the whole."""
    at = sentence.char_start + match.start()
    before = [f for f in reversed(counts) if f.anchor.char_end <= at]
    # 公开320条（上年280条），其中网站200条：各项属于今年的数
    whole = next((f for f in before if is_level(f)), next(iter(before), None))
    if whole is None or whole.quantity is None:
        return
    between = _between(run, whole.anchor.char_end, at)
    if (match.start() and re.search(r"[。！？]", between)) or (needs_fit and len(between) > 8):
        return
    parts: list[Figure] = []
    total = Decimal(0)
    amount = in_base_units(whole.quantity)[0]
    for part in _listed(counts, run, sentence, match, whole):
        if part.quantity is None or (needs_fit and in_base_units(part.quantity)[0] > amount):
            continue
        parts.append(part)
        total += in_base_units(part.quantity)[0]
        if total == amount:
            break
    if not needs_fit or (len(parts) > 1 and total <= amount):
        yield from ((part, whole) for part in parts)


def _listed(
    counts: Sequence[Figure], run: Sequence[Sentence], sentence: Sentence, match: re.Match[str], whole: Figure
) -> Iterator[Figure]:
    """Yield the numbers of a list: those of its own sentence, and of those that semicolons add one by one."""
    unit = in_base_units(whole.quantity)[1] if whole.quantity else ""
    mark = sentence.char_start + match.end()
    going = False
    for one in run:
        if one.char_end <= sentence.char_start:
            continue
        inside = [
            f
            for f in counts
            if max(one.char_start, mark) <= f.anchor.char_start < one.char_end
            and f.quantity
            and in_base_units(f.quantity)[1] == unit
            and _is_of_one_time(f, whole)
            and not _is_nested(f)
        ]
        if one is not sentence and (not going or len(inside) != 1):
            return
        yield from inside
        colon = re.match(r"\s*[：:]", sentence.text[match.end() :]) or match.group().strip()[:1] in {
            "：",
            ":",
        }
        going = len(inside) <= 1 if one is sentence else True
        going = going and bool(colon or len(inside) == 1)


def _is_nested(figure: Figure) -> bool:
    return _is_inside_parentheses(figure.context[: figure.anchor.char_start - figure.context_start])


def _is_inside_parentheses(before: str) -> bool:
    return before.count("（") + before.count("(") > before.count("）") + before.count(")")


def _between(run: Sequence[Sentence], start: int, end: int) -> str:
    return "".join(one.text[max(0, start - one.char_start) : max(0, end - one.char_start)] for one in run)


def _fits_into(part: Figure, whole: Figure) -> bool:
    if part.quantity is None or whole.quantity is None or part.id == whole.id:
        return False
    (value, unit), (limit, whole_unit) = in_base_units(part.quantity), in_base_units(whole.quantity)
    return unit == whole_unit and value <= limit and _is_of_one_time(part, whole)


def _added_up(
    counts: Sequence[Figure], runs: Sequence[Sequence[Sentence]]
) -> Iterator[tuple[Figure, Figure]]:
    """Pair a number with those right behind it that add up to it exactly; two at least are needed for that."""
    for at, run in enumerate(runs):
        reach = run[-1].char_end
        text = "".join(sentence.text for sentence in run)
        behind = [other for other in runs[at + 1 :] if other[0].section_path == run[0].section_path]
        if text.rstrip().endswith(("其中：", "其中:")):
            reach = max((other[-1].char_end for other in behind[:_MOST_SENTENCES_BEHIND]), default=reach)
        elif behind and _BREAKS_DOWN.match(behind[0][0].text):
            reach = behind[0][-1].char_end
        for whole in counts:
            if run[0].char_start <= whole.anchor.char_start < run[-1].char_end:
                following = [f for f in counts if whole.anchor.char_end <= f.anchor.char_start < reach]
                yield from _used_up(whole, following)


def _used_up(whole: Figure, following: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    if whole.quantity is None:
        return
    amount, unit = in_base_units(whole.quantity)
    parts: list[Figure] = []
    total = Decimal(0)
    for part in following:
        if (
            part.quantity is None
            or in_base_units(part.quantity)[1] != unit
            or not _is_of_one_time(part, whole)
        ):
            continue
        parts.append(part)
        total += in_base_units(part.quantity)[0]
        if total > amount:
            return
        told = sum(bool(each.quantity and each.quantity.value) for each in parts)
        if total == amount and told > 1:
            yield from ((each, whole) for each in _with_zeros(parts, following))
            return


def _with_zeros(parts: Sequence[Figure], following: Sequence[Figure]) -> Iterator[Figure]:
    """Yield the parts, and the zeros of the same sentence that a list goes on with."""
    yield from parts
    for figure in following[following.index(parts[-1]) + 1 :]:
        if (
            figure.context_start != parts[-1].context_start
            or figure.quantity is None
            or figure.quantity.value
        ):
            return
        yield figure


def _closed_by_total(counts: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Pair the numbers of a sentence with the total that closes it, when they add up to it exactly."""
    for total in counts:
        if not _SUM.search(re.sub(r"\s+", "", total.phrase)):
            continue
        before = [
            f
            for f in counts
            if f.context_start == total.context_start
            and f.anchor.char_start < total.anchor.char_start
            and _fits_into(f, total)
        ]
        amounts = [in_base_units(f.quantity)[0] for f in before if f.quantity]
        if len(before) > 1 and total.quantity and sum(amounts) == in_base_units(total.quantity)[0]:
            yield from ((part, total) for part in before)


def _rates(
    inside: Sequence[Figure], counts: Sequence[Figure], whole_of: dict[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Pair each rate with the counts that it is of: 办复率 with 办复 over 受理, 占比 with a part over its whole."""
    for rate in inside:
        if rate.quantity is None or rate.quantity.unit != "%" or rate.quantity.upper is not None:
            continue
        before = [
            f for f in counts if f.anchor.char_start < rate.anchor.char_start and _is_of_one_time(f, rate)
        ]
        if _SHARE.search(re.sub(r"\s+", "", rate.phrase)):
            part = next((f for f in reversed(before) if f.context_start == rate.context_start), None)
            if part is not None and part.id in whole_of:
                yield rate.id, (part.id, whole_of[part.id])
            continue
        word = _RATE_WORD.search(rate.phrase)
        if word is None or "分别" in rate.phrase:
            continue
        numerator = next((f for f in reversed(before) if word[1] in f.phrase and "率" not in f.phrase), None)
        denominator = _denominator(before, numerator) if numerator else None
        if numerator is not None and denominator is not None:
            yield rate.id, (numerator.id, denominator.id)


def _denominator(before: Sequence[Figure], numerator: Figure) -> Figure | None:
    unit = numerator.quantity.unit if numerator.quantity else ""
    earlier = [
        figure
        for figure in before[: before.index(numerator)]
        if figure.quantity
        and figure.quantity.unit == unit
        and figure.subject == numerator.subject
        and any(word in figure.phrase for word in _RECEIVED)
    ]
    return earlier[-1] if earlier else None
