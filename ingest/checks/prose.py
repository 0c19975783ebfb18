"""Check what sentences say against itself: rates against their parts, parts against their whole."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from ingest.checks.assessment import Assessment, compare, plain
from ingest.models import Figure
from ingest.numerals import in_base_units

_BOUNDED = re.compile(
    r"(?:办结|办复|答复|回复|满意|公开|覆盖|知晓|准确|及时|按时|按期|合格|响应|签收|采纳|见面|解决|上线|应用)(?:率|度)|占比"
)
_RATE_WORD = re.compile(r"([\u4e00-\u9fff]{2})率")


def check_rates(figures: Sequence[Figure]) -> Iterator[Assessment]:
    """Compare a rate with the two counts that its sentence gives for it: 办复率 with 办复 over 受理."""
    by_id = {figure.id: figure for figure in figures}
    for rate in figures:
        numerator, whole = (by_id.get(each) for each in rate.rate_of or ("", ""))
        if numerator is not None and whole is not None and whole.quantity and whole.quantity.value:
            word = _RATE_WORD.search(rate.phrase)
            yield _rate(rate, numerator, whole, word[0] if word else "占比")


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


def _rate(rate: Figure, numerator: Figure, whole: Figure, name: str) -> Assessment:
    if rate.quantity is None or numerator.quantity is None or whole.quantity is None:
        raise ValueError("a rate is compared only when all three figures have an amount")
    exact = in_base_units(numerator.quantity)[0] / in_base_units(whole.quantity)[0] * 100
    digits = max(2, -int(rate.quantity.value.as_tuple().exponent))
    expected = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    printed_digits = max(0, -int(rate.quantity.value.as_tuple().exponent))
    agrees = abs(exact - rate.quantity.value) <= Decimal(1).scaleb(-printed_digits)
    approximate = any(q.is_approximate for q in (numerator.quantity, whole.quantity, rate.quantity))
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


def check_parts(figures: Sequence[Figure]) -> Iterator[Assessment]:
    """Add up what a sentence counts to a whole.

    Parts may be incomplete, so a smaller sum says nothing; a larger one cannot be.
    """
    parts_of: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.part_of is not None:
            parts_of.setdefault(figure.part_of, []).append(figure)
    for whole in figures:
        parts = parts_of.get(whole.id)
        if not parts or whole.quantity is None:
            continue
        entry = compare(
            "parts",
            f"“{whole.phrase}”与其中各项之和",
            left=parts,
            right=(whole,),
            severity="soft",
            unit=in_base_units(whole.quantity)[1],
        )
        if entry.outcome == "agrees" or (entry.expected or 0) > (entry.printed or 0):
            yield entry
