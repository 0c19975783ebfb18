"""Read a stretch that states a value as an exact amount, and what the words beside it say it bounds."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from assistant.plans import Amount
from ingest.indicators import Language as Units
from ingest.models import Quantity
from ingest.numerals import chinese_number, number_phrases
from ingest.wording import aligned

Comparator = Literal["equal", "more", "less", "at_least", "at_most"]

_WHOLE = {
    "一半": (Decimal(50), "%"),
    "半数": (Decimal(50), "%"),
    "全部": (Decimal(100), "%"),
    "翻倍": (Decimal(2), "倍"),
}
_SCALES = ("万亿", "亿", "万")
_VAGUE = frozenset("多余来几")
_BEFORE: tuple[tuple[str, Comparator], ...] = (
    ("不少于", "at_least"), ("不低于", "at_least"), ("不小于", "at_least"), ("至少", "at_least"), ("达到", "at_least"),
    ("大于等于", "at_least"), ("≥", "at_least"), (">=", "at_least"), ("满", "at_least"),
    ("不超过", "at_most"), ("不多于", "at_most"), ("不高于", "at_most"), ("不大于", "at_most"), ("至多", "at_most"),
    ("顶多", "at_most"), ("最多", "at_most"), ("小于等于", "at_most"), ("≤", "at_most"), ("<=", "at_most"),
    ("不到", "less"), ("不足", "less"), ("少于", "less"), ("低于", "less"), ("小于", "less"), ("<", "less"),
    ("超过", "more"), ("多于", "more"), ("高于", "more"), ("大于", "more"), ("突破", "more"), ("超", "more"),
    ("破", "more"), ("过", "more"), (">", "more"),
)  # fmt: skip
_AFTER: tuple[tuple[str, Comparator], ...] = (
    ("及以上", "at_least"), ("以上", "at_least"), ("往上", "at_least"), ("及以下", "at_most"), ("以下", "at_most"),
    ("以内", "at_most"), ("之内", "at_most"),
)  # fmt: skip
_REACH = 3
_LONGEST_READ = 500
"""The characters of a text in which amounts are looked for: nobody repeats more, and endless digits take long."""
_LONGEST_UNIT = 2


def amount_of(text: str, units: Units) -> Amount | None:
    """Return the amount that a stretch states; None where it states none, or not exactly (十来件).

    >>> amount_of("九成", load_indicators().language)
    Amount(value=Decimal('90'), unit='%')
    """
    plain = aligned(text).replace(" ", "").replace(",", "")
    for word, (value, unit) in _WHOLE.items():
        if plain.startswith(word):
            return Amount(value=value, unit=unit)
    phrase = next(number_phrases(plain, units), None)
    if phrase is not None and phrase.char_start <= 2:
        quantity = phrase.quantity
        exact = quantity.upper is None and not _VAGUE & set(plain[phrase.char_start : phrase.char_end])
        return _told(quantity) if exact else None
    return _bare(_without_bounds(plain), units)


def amounts_in(text: str, units: Units) -> Iterator[tuple[int, int, Amount]]:
    """Yield the exact amounts that a text states in digits with a unit, with their places: 那56件申请."""
    plain = aligned(text)[:_LONGEST_READ]
    for phrase in number_phrases(plain, units):
        told = plain[phrase.char_start : phrase.char_end]
        exact = phrase.quantity.upper is None and not _VAGUE & set(told)
        if exact and phrase.quantity.unit and told[:1].isdigit():
            yield phrase.char_start, phrase.char_end, _told(phrase.quantity)


def _told(quantity: Quantity) -> Amount:
    """Return a quantity as an amount: 九成 is 90%, and a bare 500万 can be held against counts, not against money."""
    if quantity.unit == "成":
        return Amount(value=quantity.value * 10, unit="%")
    unit = f"{quantity.unit}个" if quantity.unit in _SCALES else quantity.unit
    return Amount(value=quantity.value, unit=unit)


def _without_bounds(plain: str) -> str:
    for word, _ in (*_BEFORE, *_AFTER):
        plain = plain.removeprefix(word).removesuffix(word)
    return plain


def _bare(plain: str, units: Units) -> Amount | None:
    """Return a number without a unit that reports print: 三, 1万, 零件, 七倍, 两成."""
    plain = f"一{plain}" if plain.startswith(_SCALES) else plain
    digits = 0
    while digits < len(plain) and (
        plain[digits] in ".0123456789" or chinese_number(plain[digits]) is not None
    ):
        digits += 1
    number, rest = plain[:digits], plain[digits:]
    if not number:
        return None
    value = Decimal(number) if number.replace(".", "", 1).isdigit() else chinese_number(number)
    if value is None or _VAGUE & set(rest[:1]):
        return None
    if rest.startswith("成"):
        return Amount(value=value * 10, unit="%")
    rest = rest.removeprefix("个") if rest.startswith(("个亿", "个万")) else rest
    scale = next((scale for scale in _SCALES if rest.startswith(scale)), "")
    bare = rest.removeprefix(scale)
    known = (*units.measures, *units.money, *units.ratios, "倍", "")
    is_unit = bare in known or (len(bare) <= _LONGEST_UNIT and bare.isalpha() and not _VAGUE & set(bare))
    if scale and not bare:
        # 不带单位的“500万”只能与件数相比，不能与钱相比
        rest = f"{scale}个"
    return Amount(value=value, unit=rest or None) if is_unit else None


def whole_number(text: str) -> int | None:
    """Return the first whole number in a stretch: 前三 is 3, TOP10 is 10."""
    plain = aligned(text)
    for at in range(len(plain)):
        end = at
        while end < len(plain) and (plain[end].isdigit() or chinese_number(plain[end]) is not None):
            end += 1
        if end > at:
            number = plain[at:end]
            value = Decimal(number) if number.isdecimal() else chinese_number(number)
            return int(value) if value is not None and value >= 1 else None
    return None


def bounded_by(text: str, start: int, end: int) -> Comparator | None:
    """Return what the words in and just beside a value say that it bounds; None where they say nothing."""
    plain = aligned(text)
    value = plain[start:end]
    before, after = plain[max(0, start - _REACH) : start], plain[end : end + _REACH]
    for word, comparator in _AFTER:
        if after.startswith(word) or value.endswith(word):
            return comparator
    for word, comparator in _BEFORE:
        if before.endswith(word) or value.startswith(word):
            return comparator
    return None
