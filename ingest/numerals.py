"""Read Chinese and Arabic number phrases as a Decimal and a unit.

The unit keeps the printed scale: `16280.5867 万元` is 16280.5867 with the unit 万元; `in_base_units` rescales.
Years, dates, document and telephone numbers, list numbers and the 12345 of the hotline are not quantities.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from math import prod

from ingest.indicators import Language
from ingest.models import Qualifier, Quantity, Value

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_NEIGHBOURS = frozenset("一二三四五六七八九"[at : at + 2] for at in range(8))
_SCALES = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8, "万亿": Decimal(10) ** 12}
_MONEY_SCALES = {
    **{word: Decimal(value) for word, value in _TENS.items()},
    "万": _SCALES["万"],
    "亿": _SCALES["亿"],
}
_CHINESE = "零〇一二两三四五六七八九十百千"
_WIDTH = str.maketrans("０１２３４５６７８９．％，－＋", "0123456789.%,-+")
_BEFORE: dict[str, Qualifier] = {
    "约": "约", "大约": "约", "近": "近", "将近": "近", "接近": "近", "超": "超", "超过": "超", "逾": "超", "突破": "超",
    "累计": "累计", "至少": "以上", "不少于": "以上", "不低于": "以上", "不足": "以下", "不到": "以下", "不超过": "以下",
}  # fmt: skip
_AFTER: dict[str, Qualifier] = {
    "余": "余", "多": "余", "有余": "余", "以上": "以上", "以下": "以下", "左右": "约", "上下": "约",
}  # fmt: skip
_THOUSANDS = {"千": Decimal(1000), "百": Decimal(100)}
_TO = r"\s*(?:[-—–－~～]{1,2}|至|到)\s*"


class NumberPhrase(Value):
    """Hold a quantity with its place in the text that was read."""

    quantity: Quantity
    char_start: int
    char_end: int


def chinese_number(text: str) -> Decimal | None:
    """Return the value of Chinese numerals such as 一百二十三 or 三千零五; None when they are none."""
    if not text or any(char not in _DIGITS and char not in _TENS for char in text):
        return None
    if re.search(r"[一二两三四五六七八九]{2}", text) and any(char in _TENS for char in text):
        return None
    if all(char in _DIGITS for char in text):
        return Decimal("".join(str(_DIGITS[char]) for char in text))
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * _TENS[char]
            digit = 0
    return Decimal(total + digit)


@cache
def _pattern(known_units: tuple[str, ...]) -> re.Pattern[str]:
    units = "|".join(re.escape(unit) for unit in sorted(known_units, key=len, reverse=True))
    return re.compile(
        rf"(?P<before>{'|'.join(sorted(_BEFORE, key=len, reverse=True))})?\s*"
        r"(?:百分之(?P<percent>[\d.]+|[零〇一二两三四五六七八九十百点]+)"
        rf"|(?:(?P<low>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|[{_CHINESE}]+)(?P<low_scale>万亿|万|亿)?(?:{units})?{_TO})?"
        rf"(?P<number>[-+]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?|[{_CHINESE}]+)"
        r"\s*(?P<more>余|多)?\s*(?P<scale>万亿|万|亿|[千百](?!分))?\s*(?P<more2>余|多)?\s*"
        rf"(?P<unit>{units})(?P<after>以上|以下|左右|上下|有余)?)"
    )


_NOT_BEFORE = re.compile(
    r"(?:[A-Za-z0-9_.〔\[#＃№第+\-—–~～/／:×*]|[A-Za-z]\s)$|(?:\d\s*[-—–~～至到]\s*)$|第\s*$"
)
_MASKS = (
    re.compile(r"(?:https?://|www\.)[\w./?=&%-]+|[\w.]+@[\w.]+"),
    re.compile(r"[〔\[【（(]\s*(?:19|20)\d{2}\s*[〕\]】）)]\s*第?\s*\d+\s*号"),
    re.compile(r"(?:19|20)\d{2}\s*年度?(?:\s*\d{1,2}\s*月(?:份|\s*\d{1,2}\s*日)?)?"),
    re.compile(r"\d{1,2}\s*月\s*\d{1,2}\s*日|\d{1,2}\s*月份?"),
    re.compile(r"(?:电话|传真|手机|邮编|邮政编码)[^\d\n]{0,6}[\d\-—－ ]{5,}"),
    re.compile(r"0\d{2,3}\s*[-—－]\s*\d{7,8}"),
    re.compile(r"12345(?!\s*(?:余|多)?\s*(?:件|条|项|个|次|份|人))"),
    re.compile(r"<[^>\n]{1,12}>"),
    # 不同渠道和方式公开相同信息计1条：怎样计数，不是数
    re.compile(r"(?<![共合总累统])[计按算记](?:为|作)?\s*[1１一]\s*[条次件](?=[）)，,。；;]|$)"),
    re.compile(
        r"无一[例起件人]|最后一公里|最多跑一次|只跑一次|跑一次|一次办|一件事|一张[网图表]|一本账|一[条]龙|一条心"
    ),
    re.compile(r"第\s*[\d零〇一二两三四五六七八九十百]+\s*[条项款章节编批届次名位期季]"),
)


def _masked(text: str) -> str:
    for mask in _MASKS:
        text = mask.sub(lambda match: "\x00" * len(match.group()), text)
    return text


def _is_word_of_its_own(match: re.Match[str], text: str) -> bool:
    """Tell a Chinese numeral that counts from one that is part of a word, such as 一个 in 同一个 or 一次性."""
    number = match["number"]
    if number is None or number[-1] not in _CHINESE:
        return True
    if match["unit"] == "分":
        return False
    following = text[match.end() : match.end() + 1]
    preceding = text[match.start("number") - 1 : match.start("number")]
    if number == "一" and (
        preceding in set("同统另每任逐这那唯之进下上某") or match["unit"] in {"个", "种", "类", "项"}
    ):
        return False
    return following not in set("性把化体") and preceding not in set('“"「第初')


def number_phrases(text: str, language: Language) -> Iterator[NumberPhrase]:
    """Yield each quantity with its place; numbers without a measure word, money or ratio unit are passed over."""
    plain = text.translate(_WIDTH)
    masked = _masked(plain)
    for match in _pattern((*language.measures, *language.money, *language.ratios)).finditer(masked):
        first = "low" if match["low"] else "number"
        start = match.start(first) if match["number"] else match.start("percent") - len("百分之")
        if _NOT_BEFORE.search(masked[max(0, start - 4) : start]) or not _is_word_of_its_own(match, masked):
            continue
        preceding = masked[start - 1 : start]
        if (preceding == "\x00" and masked[start] in "+-") or (match["low"] and preceding in {"由", "从"}):
            continue
        quantity = _quantity(match, text[start : match.end()])
        if quantity is not None:
            yield NumberPhrase(quantity=quantity, char_start=start, char_end=match.end())


def _quantity(match: re.Match[str], printed: str) -> Quantity | None:
    """Return the amount of a match; None where it has none, as in a range that does not go up."""
    if match["percent"]:
        value = _percent(match["percent"])
        return None if value is None else Quantity(value=value, unit="%", printed=printed)
    low, high = _ends(match["low"], match["number"])
    falls = high is not None and low is not None and high <= low
    if low is None or falls or match["low_scale"] not in {None, match["scale"]}:
        return None
    qualifier = _BEFORE.get(match["before"] or "") or _AFTER.get(
        match["more"] or match["more2"] or match["after"] or ""
    )
    scale = match["scale"] or ""
    factor = _THOUSANDS.get(scale, Decimal(1))
    return Quantity(
        value=low * factor,
        unit=("" if scale in _THOUSANDS else scale) + match["unit"],
        printed=printed,
        qualifier=qualifier,
        upper=None if high is None else high * factor,
    )


def _ends(low: str | None, number: str) -> tuple[Decimal | None, Decimal | None]:
    """Return lower and upper end of a range, also of one such as 五六个; of a single number only the lower."""
    if low is not None:
        return _amount(low), _amount(number)
    if number in _NEIGHBOURS:
        return Decimal(_DIGITS[number[0]]), Decimal(_DIGITS[number[1]])
    return _amount(number), None


def _amount(number: str) -> Decimal | None:
    return chinese_number(number) if number[-1] in _CHINESE else Decimal(number.replace(",", ""))


def _percent(text: str) -> Decimal | None:
    if text[0].isdigit():
        return Decimal(text.rstrip("."))
    whole, _, fraction = text.partition("点")
    value = Decimal(100) if whole == "百" else chinese_number(whole)
    if value is None or any(char not in _DIGITS for char in fraction):
        return None
    return value + (Decimal("0." + "".join(str(_DIGITS[char]) for char in fraction)) if fraction else 0)


_CELL = re.compile(
    r"(?P<sign>[-+−－＋]|增加|减少|新增|增|减)?\s*(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>[^\d\s]{0,4})"
)


def cell_quantity(printed: str, unit: str) -> Quantity | None:
    """Return the exact amount of a table cell; a unit printed in the cell wins. None when it is no amount.

    >>> cell_quantity("减少 4", "项").value
    Decimal('-4')
    """
    match = _CELL.fullmatch(printed.translate(_WIDTH).strip())
    if match is None:
        return None
    value = Decimal(match["number"].replace(",", ""))
    if match["sign"] in {"-", "−", "－", "减少", "减"}:
        value = -value
    return Quantity(value=value, unit=match["unit"] or unit, printed=printed.strip())


RATIO_UNITS = frozenset(["%", "‰", "个百分点", "百分点"])
"""The units of shares and of their changes."""


def in_base_units(quantity: Quantity) -> tuple[Decimal, str]:
    """Return value and unit without a scale: 1.2 万元 is (12000, 元)."""
    scale = quantity.unit.removesuffix("元")
    if scale != quantity.unit and set(scale) <= _MONEY_SCALES.keys():
        return quantity.value * prod(_MONEY_SCALES[each] for each in scale), "元"
    for scale in ("万亿", "亿", "万"):
        rest = quantity.unit.removeprefix(scale)
        if rest != quantity.unit and rest and quantity.unit != "万字":
            return quantity.value * _SCALES[scale], rest
    return quantity.value, quantity.unit
