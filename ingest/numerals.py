"""Read Chinese and Arabic number phrases as a Decimal and a unit.

The unit keeps the printed scale: `16280.5867 万元` is 16280.5867 with the unit 万元; `in_base_units` rescales.
Years, dates, document and telephone numbers, list numbers, titles and the 12345 of the hotline are not quantities.
A vague number (几十, 上百, 近三百) is a range or has a qualifier; one that may be cut off is none at all.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from math import prod
from typing import NamedTuple

from ingest.indicators import Language
from ingest.models import Qualifier, Quantity, Value

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_NEIGHBOURS = frozenset("一二三四五六七八九"[at : at + 2] for at in range(8))
_SCALES = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8, "万亿": Decimal(10) ** 12}
_MONEY_SCALES = {
    **{word: Decimal(value) for word, value in _TENS.items()},
    "万": _SCALES["万"],
    "亿": _SCALES["亿"],
}
_CHINESE = "零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟"
_WIDTH = str.maketrans("０１２３４５６７８９．％，－＋：*", "0123456789.%,-+: ")
_VAGUE: dict[str, Qualifier] = {
    "约": "约", "大约": "约", "约为": "约", "约有": "约", "约达": "约", "近": "近", "将近": "近", "接近": "近",
    "超": "超", "超过": "超", "超出": "超", "逾": "超", "突破": "超", "至少": "以上", "不少于": "以上", "不低于": "以上",
    "不足": "以下", "不到": "以下", "不超过": "以下", "不高于": "以下", "不多于": "以下",
}  # fmt: skip
_AFTER: dict[str, Qualifier] = {
    "余": "余", "多": "余", "来": "约", "有余": "余", "以上": "以上", "以下": "以下", "以内": "以下", "左右": "约", "上下": "约",
}  # fmt: skip
_THOUSANDS = {"千": Decimal(1000), "百": Decimal(100)}
_MASK = "\x00"
_SPACE = "[ \u00a0\u2007\u2009\u202f]"
_ARABIC = rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_MIXED = r"\d+(?:\.\d+)?(?:[万亿]\d+(?:\.\d+)?)+"
_SPELLED = rf"(?<![{_CHINESE}万亿点])[{_CHINESE}]+(?:[万亿][{_CHINESE}]+)*(?:点[零〇一二三四五六七八九]+)?"
_NUMBER = rf"{_MIXED}|{_ARABIC}|{_SPELLED}"
_ANY_NUMBER = re.compile(rf"[\d{_CHINESE}万亿]")
_TO = r"\s*(?:[-—–－~～]{1,2}|至|到)\s*"
# 3 条例、5 部门、12 期间：量词与后面的字是另一个词，数后就没有单位
_OTHER_WORDS = {
    "条": "例款令", "处": "理罚置分于", "起": "草诉施步", "本": "级年机局市县区省部单", "支": "持出付部撑", "部": "门署委",
    "位": "于置居", "名": "单称录义誉", "门": "户类诊", "版": "本权", "期": "间限待货末刊", "类": "型别似",
    "家": "庭长属", "个": "别性", "层": "次面级", "步": "骤行", "台": "账风湾", "套": "餐路", "张": "贴力", "间": "接隔",
    "天": "然气", "字": "号样段", "分": "别类布析发工管之局成", "批": "准复评示", "款": "项物", "封": "面闭", "通": "过知报告讯",
    "面": "向对积", "对": "于应外象照", "组": "织成建", "班": "级子", "片": "区", "节": "约能点", "户": "籍外", "人": "民",
}  # fmt: skip
_PER = r"(?:[/／](?:立方米|平方米|千瓦时|公里|公斤|吨|年|月|日|天|人|次|件|升|户|亩|个|台|小时))?"


class NumberPhrase(Value):
    """Hold a quantity with its place in the text that was read."""

    quantity: Quantity
    char_start: int
    char_end: int


class _Read(NamedTuple):
    """Hold what a pattern made of a stretch of text."""

    start: int
    end: int
    value: Decimal
    unit: str
    qualifier: Qualifier | None = None
    upper: Decimal | None = None


def chinese_number(text: str) -> Decimal | None:
    """Return the value of Chinese numerals such as 一百二十三 or 三千零五; None when they are none."""
    text = text.translate(_CAPITALS)
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


_MASKS = (
    re.compile(r"(?:https?://|www\.)[\w./?=&%-]+|[\w.]+@[\w.]+"),
    re.compile(r"《[^《》。]{1,80}》"),
    re.compile(r"[〔\[【（(]\s*(?:19|20)\d{2}\s*[〕\]】）)]\s*第?\s*\d+\s*号"),
    re.compile(r"(?:19|20)\d{2}\s*年度?(?:\s*\d{1,2}\s*月(?:份|\s*\d{1,2}\s*日)?)?"),
    re.compile(r"\d{1,2}\s*月\s*\d{1,2}\s*日|\d{1,2}\s*月份?"),
    re.compile(
        r"(?:电话|传真|手机|邮编|邮政编码)[^\d\n]{0,6}[\d\-—－ ]{5,}+(?!\s*(?:余|多)?[万亿]?[人件次个条通起批户份%.])"
    ),
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
# 数的左边还连着别的：它只是一个编号、时刻、范围、算式的一部分，或是另一个数的尾巴
_NOT_BEFORE = re.compile(
    r"(?:[0-9_.〔\[#＃№第/／×∶~～±百千万亿]|\d[,:]|\d\s+|[\dA-Za-z]\s*[-+−—–―]+|\d\s*[至到]\s*|[一二三四五六七八九十]点|第\s*)$"
)
_LETTERS = re.compile(r"([A-Za-z]+)\s*$")
_CODES = re.compile(r"^(?:.|PM|GB|ISO|DB|IP|COVID|CO|NO|Windows|Office)$", re.IGNORECASE)
_SIGN = re.compile(r"(?P<before>[^\n]?)(?P<sign>[-+−])$")
_MAY_BE_SIGNED = re.compile(r"(?:同比|环比|增长率?|增幅|增速|增减|变化|变动|涨幅|为|是|[\s:（(])$")
_BRACKETED = re.compile(
    rf"(?<=[\u4e00-\u9fff])([“\"【\[（(])({_ARABIC})([”\"】\]）)])(?=[\u4e00-\u9fff]{{1,2}}(?:[，,。；;、]|$))"
)
_CLOSED_BY = {"“": "”", '"': '"', "【": "】", "[": "]", "（": "）", "(": ")"}
_SHARE = re.compile(
    r"(?P<of>百分之|千分之)(?P<low>\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百点]+)"
    rf"(?:{_TO}(?:百分之|千分之)?(?P<high>\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百点]+))?(?P<after>以上|以下|以内|左右|上下)?"
)
_PRICE = re.compile(rf"[¥￥]\s*(?P<number>{_ARABIC})\s*(?P<scale>万亿|万|亿)?元?")
_TENTHS = re.compile(
    rf"(?<![{_CHINESE}\d第])(?P<whole>[一二两三四五六七八九]|\d(?:\.\d)?)成(?P<rest>[一二三四五六七八九])?(?P<after>多|以上|左右)?(?=[，,。；;、）)的被]|$)"
)
_SCALED = re.compile(
    rf"(?P<number>{_ARABIC})\s*(?P<scale>万|亿)(?P<more>[余多])?(?=[，,。；;、）)增升降减提下上到至]|$)"
)
_QUALIFIED = re.compile(
    rf"(?<![预签节制条公违特合相邀履续解契附最邻临远亲靠就赶反的在出])"
    rf"(?P<word>{'|'.join(sorted(_VAGUE, key=len, reverse=True))})\s*$"
)
_FROM = re.compile(r"[由从自](?:[^，,。；;：:、\d]{0,8})$")
_UP_TO = re.compile(r"\s*(?:至|到)\s*")


@cache
def _counted(known_units: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a number, or a range, with its unit."""
    return re.compile(
        rf"(?:(?P<low>{_NUMBER})(?P<low_scale>万亿|万|亿)?(?:{_either(known_units)})?(?P<to>{_TO}))?"
        rf"(?P<number>{_NUMBER}){_measured(known_units)}"
    )


@cache
def _roughly(known_units: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a number that names only its order: 几十, 数百, 上万, 十几, 近万, 万余."""
    return re.compile(
        r"(?:(?P<some>好几|几|(?<![总件条人次个户份篇倍分多少无参指系岁票基读奇约])数)(?P<some_of>[十百千]?[万亿]|[十百千])"
        r"|(?P<over>(?<![网线以之路会墙台])上)(?P<over_of>[百千]?[万亿]|[百千])"
        r"|(?P<teens>(?<![一二三四五六七八九百千])[二三四五六七八九]?十)几"
        rf"|(?P<bare>(?<![\d.{_CHINESE}万亿\s余多])[百千万亿]))"
        rf"{_measured(known_units)}"
    )


def _either(units: tuple[str, ...]) -> str:
    following = {unit: _OTHER_WORDS.get(unit, "要之" if unit.endswith("次") else "") for unit in units}
    return "|".join(
        re.escape(unit) + (f"(?![{following[unit]}])" if following[unit] else "")
        for unit in sorted(units, key=len, reverse=True)
    )


def _measured(units: tuple[str, ...]) -> str:
    """Return the pattern of what follows a number: 余, the scale, the unit, 以上."""
    return (
        r"\s*(?P<more>余|多|(?<=[十百千0])来)?\s*(?P<scale>万亿|万|亿|[千百](?!分))?\s*(?P<more2>余|多)?\s*"
        rf"(?:[（(\[](?P<inside>{_either(units)})[)）\]]"
        rf"|(?P<unit>(?:{_either(units)}){_PER})(?:(?<=元)(?P<tenths>[\d一二两三四五六七八九])角)?)"
        r"(?P<after>以上|以下|以内|左右|上下|有余)?"
    )


def number_phrases(text: str, language: Language) -> Iterator[NumberPhrase]:
    """Yield each quantity with its place; numbers without a measure word, money or ratio unit are passed over."""
    plain = text.translate(_WIDTH)
    if not _ANY_NUMBER.search(plain):
        return
    plain = _BRACKETED.sub(lambda match: f" {match[2]} ", plain)
    for mask in _MASKS:
        plain = mask.sub(_blank, plain)
    units = (*language.measures, *language.money, *language.ratios)
    found: list[NumberPhrase] = []
    for pattern, read in (
        (_SHARE, _share),
        (_PRICE, _price),
        (_roughly(units), _rough),
        (_counted(units), _counts),
        (_SCALED, _scaled),
        (_TENTHS, _tenths),
    ):
        here = [_as_printed(one, plain, text) for match in pattern.finditer(plain) for one in read(match)]
        for phrase in here:
            start, end = phrase.char_start, phrase.char_end
            plain = f"{plain[:start]}{_MASK * (end - start)}{plain[end:]}"
        found += here
    yield from sorted(found, key=lambda phrase: phrase.char_start)


def _blank(match: re.Match[str]) -> str:
    return _MASK * len(match.group())


def _as_printed(read: _Read, plain: str, text: str) -> NumberPhrase:
    """Return the phrase as printed, with a word in front that leaves its amount open (近 300 条), or a bracket."""
    start, qualifier = read.start, read.qualifier
    word = _QUALIFIED.search(plain, max(0, start - 6), start)
    closing = _CLOSED_BY.get(text[start - 1 : start])
    if word is not None:
        start, qualifier = word.start(), _VAGUE[word["word"]]
    elif closing is not None and closing in text[start : read.end]:
        start -= 1
    quantity = Quantity(
        value=read.value,
        unit=read.unit,
        printed=text[start : read.end],
        qualifier=qualifier,
        upper=read.upper,
    )
    return NumberPhrase(quantity=quantity, char_start=start, char_end=read.end)


def _read(
    match: re.Match[str],
    value: Decimal | None,
    unit: str,
    *,
    qualifier: Qualifier | None = None,
    upper: Decimal | None = None,
) -> Iterator[_Read]:
    if value is not None:
        yield _Read(match.start(), match.end(), value, unit, qualifier, upper)


def _share(match: re.Match[str]) -> Iterator[_Read]:
    """Read 百分之九十八点六 and 百分之三至五."""
    low, high = _percent(match["low"]), _percent(match["high"]) if match["high"] else None
    unit = "%" if match["of"] == "百分之" else "‰"
    yield from _read(match, low, unit, upper=high, qualifier=_AFTER.get(match["after"] or ""))


def _price(match: re.Match[str]) -> Iterator[_Read]:
    """Read ¥1,200: the sign of the currency is the unit."""
    yield from _read(match, _amount(match["number"]), f"{match['scale'] or ''}元")


def _scaled(match: re.Match[str]) -> Iterator[_Read]:
    """Read 粉丝 34.9万: a number without a measure word whose scale tells that it counts."""
    if _stands_alone(match):
        yield from _read(
            match, _amount(match["number"]), match["scale"], qualifier=_AFTER.get(match["more"] or "")
        )


def _tenths(match: re.Match[str]) -> Iterator[_Read]:
    """Read 六成 and 四成四 as tenths of a whole."""
    value = _amount(match["whole"])
    rest = _DIGITS[match["rest"]] if match["rest"] else 0
    qualifier = _AFTER.get(match["after"] or "")
    yield from _read(match, value and value + Decimal(rest) / 10, "成", qualifier=qualifier)


def _rough(match: re.Match[str]) -> Iterator[_Read]:
    """Read 几十 as 20 to 100, 十几 as 11 to 19, 上百 as 100 or more; 百 alone (百人大会) is no number."""
    order = match["some_of"] or match["over_of"] or match["bare"] or ""
    scale = order[-1:] if order[-1:] in _SCALES else match["scale"] or ""
    tens = chinese_number(order.rstrip("万亿") or "一") or Decimal(1)
    if scale in _THOUSANDS:
        tens, scale = tens * _THOUSANDS[scale], ""
    unit = scale + (match["unit"] or match["inside"])
    qualifier = _after(match)
    if match["some"]:
        yield from _read(match, 2 * tens, unit, upper=10 * tens)
    elif match["teens"]:
        value = chinese_number(match["teens"]) or Decimal(0)
        yield from _read(match, value + 1, unit, upper=value + 9)
    elif match["over"]:
        yield from _read(match, tens, unit, qualifier="以上")
    elif (
        match["more"]
        or match["more2"]
        or _QUALIFIED.search(match.string, max(0, match.start() - 6), match.start())
    ):
        yield from _read(match, tens, unit, qualifier=qualifier)


def _counts(match: re.Match[str]) -> Iterator[_Read]:
    """Read a number or a range with its unit; of 由3个到5个 both are numbers of their own."""
    if not _stands_alone(match) or not _is_word_of_its_own(match):
        return
    text, start = match.string, match.start()
    is_rise_or_fall = (
        match["low"] and _UP_TO.fullmatch(match["to"]) and _FROM.search(text[max(0, start - 12) : start])
    )
    if is_rise_or_fall and not text.startswith(("组成", "构成"), match.end()):
        yield from _both(match)
        return
    scale = match["scale"] or ""
    if re.search("[万亿]", match["number"]) and match["low"] is None:
        low, high, scale = _in_full(match["number"] + scale), None, ""
    else:
        low, high = _ends(match["low"], match["number"])
    falls = high is not None and low is not None and high <= low
    if low is None or falls or match["low_scale"] not in {None, scale}:
        return
    factor = _THOUSANDS.get(scale, Decimal(1))
    unit = ("" if scale in _THOUSANDS else scale) + (match["unit"] or match["inside"])
    value = low * factor
    if match["tenths"]:
        value += (_amount(match["tenths"]) or Decimal(0)) / 10
    sign = _sign(match, unit)
    if sign is None:
        return
    value = -value if sign in {"-", "−", "负"} else value
    upper = None if high is None else high * factor
    yield _Read(start - len(sign), match.end(), value, unit, _after(match), upper)


def _both(match: re.Match[str]) -> Iterator[_Read]:
    """Yield 甲 and 乙 of 由甲到乙, 甲 in the unit of 乙."""
    unit = match["unit"] or match["inside"]
    for name, scale in (("low", match["low_scale"] or ""), ("number", match["scale"] or "")):
        number = _in_full(match[name]) if re.search("[万亿]", match[name]) else _amount(match[name])
        if number is None:
            return
        end = match.start("to") if name == "low" else match.end()
        value = number * _THOUSANDS.get(scale, Decimal(1))
        yield _Read(match.start(name), end, value, ("" if scale in _THOUSANDS else scale) + unit)


def _after(match: re.Match[str]) -> Qualifier | None:
    return _AFTER.get(match["more"] or match["more2"] or match["after"] or "")


def _stands_alone(match: re.Match[str]) -> bool:
    """Tell whether nothing in front makes the number a part of a code, a time, a sum or a longer number."""
    text, start = match.string, match.start()
    if _NOT_BEFORE.search(text[max(0, start - 4) : start]):
        return False
    letters = _LETTERS.search(text[max(0, start - 12) : start])
    return letters is None or not _CODES.match(letters[1])


def _sign(match: re.Match[str], unit: str) -> str | None:
    """Return the sign in front, "" where there is none or it is a dash; None where nobody can tell."""
    text, start = match.string, match.start()
    sign = text[start - 1 : start]
    if sign == "−" or (sign == "负" and unit in RATIO_UNITS):
        return sign
    before = text[max(0, start - 6) : start - 1]
    if sign not in {"-", "+"} or not before.strip(_MASK) or not _MAY_BE_SIGNED.search(before):
        return ""
    is_measured = unit in RATIO_UNITS or "元" in unit or not before[-1].isspace()
    return sign if is_measured else None


def _is_word_of_its_own(match: re.Match[str]) -> bool:
    """Tell a Chinese numeral that counts from one that is part of a word, such as 一个 in 同一个 or 一次性."""
    number, text = match["number"], match.string
    if number[-1] not in _CHINESE:
        return True
    if match["unit"] == "分" or number[0] in "百千":
        return False
    following = text[match.end() : match.end() + 1]
    preceding = text[match.start("number") - 1 : match.start("number")]
    if number == "一" and (
        preceding in set("同统另每任逐这那唯之进下上某最的前做大长高低快迟")
        or match["unit"] in {"个", "种", "类", "项"}
    ):
        return False
    return following not in set("性把化体") and preceding not in set('“"「第初')


def _ends(low: str | None, number: str) -> tuple[Decimal | None, Decimal | None]:
    """Return lower and upper end of a range, also of one such as 五六个 or 二三十人; of a single number only the lower."""
    if low is not None:
        return _amount(low), _amount(number)
    if number[:2] in _NEIGHBOURS and number[2:] in {"", "十", "百", "千"}:
        order = Decimal(_TENS.get(number[2:], 1))
        return _DIGITS[number[0]] * order, _DIGITS[number[1]] * order
    return _amount(number), None


def _amount(number: str) -> Decimal | None:
    """Return the value of a number without a scale; None where it is none or has one inside."""
    if number[0].isdigit():
        plain = re.sub(rf",|{_SPACE}", "", number)
        return Decimal(plain) if re.fullmatch(r"\d+(?:\.\d+)?", plain) else None
    whole, _, fraction = number.partition("点")
    value = chinese_number(whole)
    return value if value is None or not fraction else value + _fraction(fraction)


def _in_full(number: str) -> Decimal | None:
    """Return the value of a number with scales inside: 三万六千, 1亿3000万, 2万5千; 3万5 may be either of two."""
    for scale in ("亿", "万"):
        if number.count(scale) > 1:
            return None
        if scale in number:
            head, _, tail = number.partition(scale)
            upper, lower = _in_full(head), _in_full(tail) if tail else Decimal(0)
            if upper is None or lower is None or re.fullmatch(r"\d{1,2}", tail):
                return None
            return upper * _SCALES[scale] + lower
    if number[0].isdigit() and number[-1] in _THOUSANDS:
        head = _amount(number[:-1])
        return None if head is None else head * _THOUSANDS[number[-1]]
    return _amount(number)


def _percent(text: str) -> Decimal | None:
    if text[0].isdigit():
        return Decimal(text)
    whole, _, fraction = text.partition("点")
    value = Decimal(100) if whole == "百" else chinese_number(whole)
    if value is None or any(char not in _DIGITS for char in fraction):
        return None
    return value + _fraction(fraction)


def _fraction(digits: str) -> Decimal:
    return Decimal("0." + ("".join(str(_DIGITS[char]) for char in digits) or "0"))


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


RATIO_UNITS = frozenset(["%", "‰", "个百分点", "百分点", "倍", "成"])
"""The units of shares and of their changes."""


def in_base_units(quantity: Quantity) -> tuple[Decimal, str]:
    """Return value and unit without a scale: 1.2 万元 is (12000, 元), 9 成 is (90, %)."""
    scale = quantity.unit.removesuffix("元")
    if scale != quantity.unit and set(scale) <= _MONEY_SCALES.keys():
        return quantity.value * prod(_MONEY_SCALES[each] for each in scale), "元"
    for scale in ("万亿", "亿", "万"):
        rest = quantity.unit.removeprefix(scale)
        if rest != quantity.unit and quantity.unit != "万字":
            return quantity.value * _SCALES[scale], rest
    if quantity.unit == "成":
        return quantity.value * 10, "%"
    return quantity.value, quantity.unit
