"""Check what sentences say against itself: rates against their parts, parts against their whole."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from ingest.checks.assessment import Assessment, compare, plain
from ingest.models import Figure
from ingest.numerals import in_base_units
from ingest.outline import Sentence

_RATE_WORD = re.compile(r"([\u4e00-\u9fff]{2})率")
_BOUNDED = re.compile(
    r"(?:办结|办复|答复|回复|满意|公开|覆盖|知晓|准确|及时|按时|按期|合格|响应|签收|采纳|见面|解决|上线|应用)(?:率|度)|占比"
)
_RECEIVED = ("受理", "收到", "接到", "接收", "承接", "接办", "应办", "收集", "交办", "登记", "转办")


def _by_sentence(figures: Sequence[Figure]) -> Iterator[list[Figure]]:
    groups: dict[int, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.context_start, []).append(figure)
    yield from groups.values()


def check_rates(figures: Sequence[Figure]) -> Iterator[Assessment]:
    """Compare a rate with the two counts before it in its sentence: 办复率 with 办复 over 受理."""
    for group in _by_sentence(figures):
        for index, rate in enumerate(group):
            word = _RATE_WORD.search(rate.phrase)
            if rate.quantity is None or rate.quantity.unit != "%" or word is None or "分别" in rate.phrase:
                continue
            counts = [f for f in group[:index] if f.quantity and f.quantity.unit not in {"%", "‰"}]
            numerator = next(
                (f for f in reversed(counts) if word[1] in f.phrase and "率" not in f.phrase), None
            )
            if numerator is None or numerator.quantity is None:
                continue
            whole = _denominator(counts, numerator)
            if whole is None or whole.quantity is None or not whole.quantity.value:
                continue
            yield _rate(rate, numerator, whole, word[0])


def check_rate_bounds(figures: Sequence[Figure]) -> Iterator[Assessment]:
    """Report a rate above the whole, of those rates that are a share of something."""
    for figure in figures:
        quantity = figure.quantity
        if (
            quantity is not None
            and quantity.unit == "%"
            and quantity.value > 100
            and _BOUNDED.search(figure.phrase)
        ):
            yield Assessment(
                code="rate_bounds",
                outcome="differs",
                severity="hard",
                title=f"“{figure.phrase}”不应超过百分之百",
                expression="",
                expected=None,
                printed=quantity.value,
                unit="%",
                figures=(figure,),
                remark=f"报告所载为 {quantity.printed}",
            )


def _denominator(counts: Sequence[Figure], numerator: Figure) -> Figure | None:
    unit = numerator.quantity.unit if numerator.quantity else ""
    earlier = [
        figure
        for figure in counts[: counts.index(numerator)]
        if figure.quantity
        and figure.quantity.unit == unit
        and any(word in figure.phrase for word in _RECEIVED)
    ]
    return earlier[-1] if earlier else None


def _rate(rate: Figure, numerator: Figure, whole: Figure, name: str) -> Assessment:
    if rate.quantity is None or numerator.quantity is None or whole.quantity is None:
        raise ValueError("a rate is compared only when all three figures have an amount")
    exact = in_base_units(numerator.quantity)[0] / in_base_units(whole.quantity)[0] * 100
    digits = max(2, -int(rate.quantity.value.as_tuple().exponent))
    expected = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    printed_digits = max(0, -int(rate.quantity.value.as_tuple().exponent))
    agrees = abs(exact - rate.quantity.value) <= Decimal(1).scaleb(-printed_digits)
    approximate = bool(numerator.quantity.qualifier or whole.quantity.qualifier or rate.quantity.qualifier)
    return Assessment(
        code="rate",
        outcome="agrees" if agrees else "differs",
        severity="soft" if approximate else "hard",
        title=f"{name}与其分子、分母",
        expression=f"{plain(numerator.quantity.value)} ÷ {plain(whole.quantity.value)}",
        expected=expected,
        printed=rate.quantity.value,
        unit="%",
        figures=(numerator, whole, rate),
    )


def check_parts(figures: Sequence[Figure], sentences: Sequence[Sentence]) -> Iterator[Assessment]:
    """Add up what follows 其中, to the end of its full stop, where the parts can be told to be of one kind.

    Parts may be incomplete, so a smaller sum says nothing; a larger one cannot be.
    """
    for run in _full_stops(sentences):
        text = "".join(sentence.text for sentence in run)
        if "其中" not in text:
            continue
        inside = [f for f in figures if run[0].char_start <= f.anchor.char_start < run[-1].char_end]
        mark = run[0].char_start + _offset_of(run, "其中")
        whole = next((f for f in reversed(inside) if f.anchor.char_start < mark and _counts(f)), None)
        if whole is None or whole.quantity is None:
            continue
        unit = in_base_units(whole.quantity)[1]
        parts = [
            f
            for f in inside
            if f.anchor.char_start > mark
            and _counts(f)
            and f.quantity
            and in_base_units(f.quantity)[1] == unit
        ]
        if len(parts) < 2:
            continue
        entry = compare(
            "parts", f"“{whole.phrase}”与其中各项之和", left=parts, right=(whole,), severity="soft", unit=unit
        )
        complete = (
            entry.expected is not None and entry.printed is not None and entry.expected >= entry.printed
        )
        if complete:
            yield entry


def _full_stops(sentences: Sequence[Sentence]) -> Iterator[list[Sentence]]:
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


def _offset_of(run: Sequence[Sentence], word: str) -> int:
    for sentence in run:
        if word in sentence.text:
            return sentence.char_start - run[0].char_start + sentence.text.index(word)
    return 0


def _counts(figure: Figure) -> bool:
    return figure.quantity is not None and figure.quantity.unit not in {"%", "‰", "个百分点", "百分点"}
