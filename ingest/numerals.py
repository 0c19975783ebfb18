"""Read Chinese and Arabic number phrases as a Decimal and a unit.

The unit keeps the printed scale: `16280.5867 万元` is 16280.5867 with the unit 万元; `in_base_units` rescales.
Years, dates, document and telephone numbers, list numbers and the 12345 of the hotline are not quantities.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import cast

from ingest.indicators import Language
from ingest.models import Qualifier, Quantity, Value

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8, "万亿": Decimal(10) ** 12}
_CHINESE = "零〇一二两三四五六七八九十百千"
_WIDTH = str.maketrans("０１２３４５６７８９．％，－＋", "0123456789.%,-+")
_BEFORE = {"约": "约", "近": "近", "超": "超", "超过": "超", "累计": "累计", "大约": "约"}
_AFTER = {"余": "余", "多": "余", "以上": "以上", "以下": "以下"}


class NumberPhrase(Value):
    """Hold a quantity with its place in the text that was read."""

    quantity: Quantity
    char_start: int
    char_end: int


def chinese_number(text: str) -> Decimal | None:
    """Return the value of Chinese numerals such as 一百二十三 or 三千零五; None when they are none."""
    if not text or any(char not in _DIGITS and char not in _TENS for char in text):
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
        r"(?P<before>超过|大约|累计|约|近|超)?\s*"
        r"(?:百分之(?P<percent>[\d.]+|[零〇一二两三四五六七八九十百点]+)"
        rf"|(?P<number>[-+]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?|[{_CHINESE}]+)"
        r"\s*(?P<more>余|多)?\s*(?P<scale>万亿|万|亿)?\s*(?P<more2>余|多)?\s*"
        rf"(?P<unit>{units})(?P<after>以上|以下)?)"
    )


_NOT_BEFORE = re.compile(
    r"(?:[A-Za-z0-9_.〔\[#＃№第+\-—–~～/／:]|[A-Za-z]\s)$|(?:\d\s*[-—–~～至到]\s*)$|第\s*$"
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
    # 统计口径，不是数：不同渠道公开相同信息计1条
    re.compile(r"(?:相同|同一)[^，。；,;]{0,14}?计(?:为|算)?\s*[1一]\s*[条次件]"),
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
        start = match.start("number") if match["number"] else match.start("percent") - len("百分之")
        if _NOT_BEFORE.search(masked[max(0, start - 4) : start]) or not _is_word_of_its_own(match, masked):
            continue
        quantity = _quantity(match, text[start : match.end()])
        if quantity is not None:
            yield NumberPhrase(quantity=quantity, char_start=start, char_end=match.end())


def _quantity(match: re.Match[str], printed: str) -> Quantity | None:
    if match["percent"]:
        value = _percent(match["percent"])
        return None if value is None else Quantity(value=value, unit="%", printed=printed)
    number = match["number"]
    value = chinese_number(number) if number[-1] in _CHINESE else Decimal(number.replace(",", ""))
    if value is None:
        return None
    qualifier = _BEFORE.get(match["before"] or "") or _AFTER.get(
        match["more"] or match["more2"] or match["after"] or ""
    )
    unit = (match["scale"] or "") + match["unit"]
    return Quantity(value=value, unit=unit, printed=printed, qualifier=cast(Qualifier | None, qualifier))


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


def in_base_units(quantity: Quantity) -> tuple[Decimal, str]:
    """Return value and unit without a scale: 1.2 万元 is (12000, 元)."""
    for scale in ("万亿", "亿", "万"):
        rest = quantity.unit.removeprefix(scale)
        if rest != quantity.unit and rest and quantity.unit != "万字":
            return quantity.value * _SCALES[scale], rest
    return quantity.value, quantity.unit
