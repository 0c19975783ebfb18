"""Read what one cell of a statutory table holds: an exact amount, nothing, or words that leave the amount open.

Only an amount that can be read in one way is `ok`; whatever else is printed keeps its text and gets a reason.
"""

import re
from decimal import Decimal
from functools import lru_cache

from ingest.models import UNREAD, CellStatus, Quantity, Value
from ingest.numerals import cell_quantity, chinese_number

_UNITS = r"(?:[十百千万亿]*[美港欧日]?元|[万亿]?(?:件|条|项|次|个|人|份|宗|起|家|期|字)|%|[万亿])"
_NUMBER = r"[\d０-９](?:[\d０-９,，]*)(?:[.．][\d０-９]+)?"
_SPACED = r"[\d０-９]{1,3}(?:[ \u00a0\u2002-\u200a\u202f\u3000][\d０-９]{3})+(?:[.．][\d０-９]+)?"
_SIGN = r"(?:[+\-−－＋]|增加|减少|新增|增|减)"
_CURRENCY = r"(?:[¥￥]|人民币|RMB)"
_AMOUNT = re.compile(
    rf"{_SIGN}?\s*{_CURRENCY}?\s*(?:{_SPACED}|{_NUMBER})\s*(?:{_UNITS}|[（(]\s*{_UNITS}\s*[)）])?"
)
_UNREAD_AMOUNT = re.compile(rf"[\d０-９,，.．+\-−－＋{UNREAD}]*{UNREAD}[\d０-９,，.．{UNREAD}]*")
_NOTHING = re.compile(r"[-－—–/／\\]+|无|〇|○")
_CHINESE = re.compile(rf"(?P<number>[零〇一二两三四五六七八九十百千万]+)\s*(?P<unit>{_UNITS})?")
_VAGUE = re.compile(
    rf"(?:约|大约|近|将近|接近|超|超过|逾|突破|不足|不到|至少|不少于|不超过|[<>≤≥＜＞])\s*(?:{_NUMBER}|[一二两三四五六七八九十百千万]+)\s*[余多]?\s*{_UNITS}?"
    rf"|(?:{_NUMBER}|[一二两三四五六七八九十百千万]+)\s*(?:[余多几]\s*{_UNITS}?|{_UNITS}?\s*(?:以上|以下|左右|上下|有余))"
    r"|[数几上][十百千万]+(?:[件条项次个人份宗起]|[十百千万亿]*元)?|若干[件条项次个人份宗起]?"
)
_RANGE = re.compile(rf"{_NUMBER}\s*{_UNITS}?\s*(?:[-—–－~～]{{1,2}}|至|到)\s*{_NUMBER}\s*{_UNITS}?")
_REMARKED = re.compile(rf"{_SIGN}?\s*{_NUMBER}\s*{_UNITS}?\s*[（(][^（()）]*[)）]")
_ABSENT = re.compile(
    r"(?:本年度?|全年|本机关|本单位)?(?:暂无|没有|未|不|无)"
    r"(?:此项|此类|该项|该类|相关|有关|发生|涉及|收费|收取|产生|适用|开展|业务|事项|情况|内容|信息|数据|费用|案件|申请)+"
    r"|(?:本年度?|全年)?(?:暂无|没有|空缺?|空白)|零发生|不适用|N/?A",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?:详情?|请)?(?:参?见|参阅|详见)[^\d。；]{1,16}(?:\d{1,2}[^\d。；]{0,4})?")
_VALUES = (_AMOUNT, _NOTHING, _UNREAD_AMOUNT, _VAGUE, _RANGE, _REMARKED, _ABSENT, _REFERENCE)
_BOLD = re.compile(r"(\*\*|__|\*)(?P<inner>[^*_]+)\1")
_NOTED = re.compile(r"(?P<inner>.*?[\d０-９元件条项次个人份宗%])\s*[*＊※①-⑳]+")
_COLON = re.compile(r"[:：]\s*(?=[\d０-９])")
_COLLOQUIAL = re.compile(r"[百千万][一二两三四五六七八九]$")
_SCALES = {"万": 10**4, "亿": 10**8}
_LONGEST_QUOTE = 24


class Content(Value):
    """Hold what a cell says; `quantity` is there exactly when `status` is `ok`, `reason` tells why it is not."""

    status: CellStatus
    quantity: Quantity | None = None
    reason: str | None = None


@lru_cache(maxsize=8192)
def is_value(text: str) -> bool:
    """Tell a cell that says how many from a label: an amount, a mark for none, or words in place of a number."""
    plain = text.strip()
    return bool(plain) and (
        any(pattern.fullmatch(plain) for pattern in _VALUES)
        or _AMOUNT.fullmatch(_bare(plain)) is not None
        or _chinese(plain, "") is not None
    )


def content_of(text: str, unit: str, *, stated: bool = True) -> Content:
    """Return what a cell holds whose column counts in a unit, which the head of the table states or the form.

    >>> content_of("二十五", "件").quantity.value
    Decimal('25')
    >>> content_of("约20", "项").reason
    '写作“约20”，是约数，不是确数'
    """
    plain = text.strip()
    if not plain:
        return Content(status="blank")
    if UNREAD in plain:
        return Content(status="unclear", reason="有字符无法辨认")
    if _NOTHING.fullmatch(plain) or _ABSENT.fullmatch(plain):
        return Content(status="blank", reason=f"印作“{plain}”，不是数（不等于 0）")
    bare = _bare(plain)
    quantity = _amount(bare, unit, stated=stated) if _AMOUNT.fullmatch(bare) else _chinese(bare, unit)
    if quantity is not None:
        return Content(status="ok", quantity=quantity)
    return Content(status="unclear", reason=_reason(plain))


def money_unit(head: str) -> str | None:
    """Return the unit of money that the head of a column states, 千元 and 百万元 among them."""
    stated = re.search(r"[十百千万亿]*[美港欧日]?元", head)
    return stated.group() if stated else None


def _bare(text: str) -> str:
    """Return a cell without what is no part of its number: bold marks, a colon in front, marks of a note behind."""
    bold = _BOLD.fullmatch(text)
    inner = bold["inner"].strip() if bold else text
    noted = _NOTED.fullmatch(inner)
    return _COLON.sub("", noted["inner"].strip() if noted else inner, count=1)


def _amount(text: str, unit: str, *, stated: bool) -> Quantity | None:
    """Return an amount in digits; None where its own unit and the column's leave open how much it is."""
    digits = re.sub(r"(?<=\d)\s(?=\d)", "", re.sub(_CURRENCY, "", text))
    digits = re.sub(r"[（(]\s*([^（()）]*?)\s*[)）]$", r"\1", digits)
    quantity = cell_quantity(digits, "")
    if quantity is None:
        return None
    own = quantity.unit
    if own in _SCALES:
        if unit.endswith("元") and unit != "元" and stated:
            return None
        # 只印了“3.2万”：量词由列名给出
        scaled, one = quantity.value * _SCALES[own], "元" if unit.endswith("元") else unit
        return quantity.model_copy(update={"value": scaled, "unit": one, "printed": text})
    if not own and not stated and re.search(_CURRENCY, text):
        own = "元"
    return quantity.model_copy(update={"unit": own or unit, "printed": text})


def _chinese(text: str, unit: str) -> Quantity | None:
    """Return an amount in Chinese numerals; None for those that can be read in two ways, such as 一百二 and 二三."""
    match = _CHINESE.fullmatch(text)
    if match is None or match["unit"] in _SCALES or text == "〇":
        return None
    number = match["number"]
    high, mark, low = number.rpartition("万")
    digits_only = len(number) > 1 and not re.search(r"[十百千万零〇]", number)
    if (
        digits_only
        or _COLLOQUIAL.search(number)
        or (mark and low and low[0] not in "零〇" and "千" not in low)
    ):
        return None
    parts = [chinese_number(part) if part else None for part in (high, low)]
    if (mark and parts[0] is None) or (low and parts[1] is None):
        return None
    value = (parts[0] or 0) * 10_000 + (parts[1] or 0) if mark else parts[1]
    return None if value is None else Quantity(value=Decimal(value), unit=match["unit"] or unit, printed=text)


def _reason(text: str) -> str:
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    if _VAGUE.fullmatch(text):
        return f"写作“{shown}”，是约数，不是确数"
    if _RANGE.fullmatch(text):
        return f"写作“{shown}”，是一个范围"
    if len(re.findall(_NUMBER, text)) > 1:
        return f"写作“{shown}”，一格里不止一个数"
    if _REFERENCE.fullmatch(text):
        return f"写着“{shown}”，数不在这一格"
    return f"写着“{shown}”，不是一个确定的数"
