"""Read the amounts that an answer states, also bare ones such as `99.79`, for comparison with gold.

Reports are read by `ingest.numerals`, which passes over numbers without a unit; answers may leave it out.
"""

import re
from decimal import Decimal
from typing import Literal

from assistant.evals.wording import even
from ingest.models import Value
from ingest.numerals import chinese_number

Kind = Literal["percent", "money", "people", "count", "bare"]

PEOPLE = frozenset("人名位")
COUNTED = frozenset("件条项个宗份篇则次场起例桩期类家户处步列格票")
MONEY = {"元": Decimal(1), "万元": Decimal(10) ** 4, "亿元": Decimal(10) ** 8}
PERCENT = frozenset({"%", "百分点", "个百分点"})

_SCALES = {
    "百万": Decimal(10) ** 6,
    "千万": Decimal(10) ** 7,
    "万": Decimal(10) ** 4,
    "亿": Decimal(10) ** 8,
    "万亿": Decimal(10) ** 12,
}
_PLACES = frozenset("零〇一二两三四五六七八九")
_MEASURES = "".join(sorted(COUNTED | PEOPLE))
_NOT_AMOUNTS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"https?://\S+|www\.\S+|[\w.]+@[\w.]+",
        r"\d{3,4}\s*[-—–]\s*\d{7,8}",
        r"(?<!\d)(?:19|20)\d{2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}(?!\d)",
        r"(?<!\d)\d{1,2}\s*月\s*\d{1,2}\s*日",
        r"(?<!\d)(?:19|20)?\d{2}\s*[-—至]?\s*年度?",
        r"(?<!\d)\d{1,2}\s*月份?",
        r"(?<!\d)12345(?!\d)",
        r"第\s*[\d一二三四五六七八九十]+\s*[条项款部章节名位]",
        r"[\[【〔(]\s*\d{1,2}\s*[\]】〕)]",
        r"[\[【〔(]\s*(?:19|20)\d{2}\s*[\]】〕)]\s*\d+\s*号",
        r"^\s*\d{1,2}\s*[.、)]\s*(?=\D)",
    )
)
_CHINESE_PERCENT = re.compile(r"百分之\s*(?:([\d.]*\d)|([零〇一二两三四五六七八九十百千点]+))")
_CHINESE_AMOUNT = re.compile(
    r"(?<![第\d.,万亿千百])[零〇一二两三四五六七八九十百千][零〇一二两三四五六七八九十百千万亿]*"
    rf"(?:点[零〇一二三四五六七八九]+)?(?=\s*[余多]?(?:[{_MEASURES}元%]|万元|亿元))"
)
_AMOUNT = re.compile(
    r"(?<![a-z0-9_.])(?P<sign>[-−])?(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s*[余多]?\s*(?P<scale>万亿|百万|千万|万|亿)?\s*[余多]?"
    rf"\s*(?P<unit>%|个?百分点|percent|pct|人民币|[元{_MEASURES}])?"
)


class Amount(Value):
    """Hold one stated amount in base units: 92.55亿元 is 9255000000 of kind money, `scaled`."""

    value: Decimal
    kind: Kind
    unit: str
    scaled: bool


def read_amounts(text: str) -> tuple[Amount, ...]:
    """Return the amounts in reading order; dates, list numbers, telephones and marks like [1] are none."""
    plain = even(text)
    for pattern in _NOT_AMOUNTS:
        plain = pattern.sub(" ", plain)
    plain = _CHINESE_PERCENT.sub(_in_digits_percent, plain)
    plain = _CHINESE_AMOUNT.sub(_in_digits, plain)
    return tuple(_amount(match) for match in _AMOUNT.finditer(plain))


def _amount(match: re.Match[str]) -> Amount:
    value = Decimal(match["number"].replace(",", "")) * _SCALES.get(match["scale"], Decimal(1))
    unit = match["unit"] or ""
    return Amount(
        value=-value if match["sign"] else value,
        kind=_kind(unit),
        unit=unit,
        scaled=match["scale"] is not None,
    )


def _kind(unit: str) -> Kind:
    if not unit:
        return "bare"
    if unit in {"元", "人民币"}:
        return "money"
    if unit in PEOPLE:
        return "people"
    return "count" if unit in COUNTED else "percent"


def _in_digits_percent(match: re.Match[str]) -> str:
    value = match[1] or _digits(match[2])
    return match[0] if value is None else f" {value}% "


def _in_digits(match: re.Match[str]) -> str:
    value = _digits(match[0])
    return match[0] if value is None else f" {value}"


def _digits(numeral: str) -> str | None:
    whole, _, fraction = numeral.partition("点")
    total = Decimal(0)
    for scale in ("亿", "万"):
        head, mark, tail = whole.partition(scale)
        if mark:
            total += (chinese_number(head) or Decimal(1)) * _SCALES[scale]
            whole = tail
    rest = chinese_number(whole) if whole else Decimal(0)
    places = chinese_number(fraction) if fraction else None
    if rest is None or (fraction and (places is None or not set(fraction) <= _PLACES)):
        return None
    decimals = f".{places:0{len(fraction)}f}" if places is not None else ""
    return f"{total + rest:f}{decimals}"
