"""Find the years that a text names: one by one, as a range, in short, in characters, or from where one stands.

去年 is the year before the one talked of; where none is, the newest year held, for the newest report is about the year
that has just ended. What a year is only measured against (比去年) is told apart from the years asked about.
"""

import re
from collections.abc import Sequence

from assistant.planning.text import blanked, unquoted
from ingest.models import Value
from ingest.wording import aligned

_LONGEST_RANGE = 30
_DIGITS = {char: str(digit) for digit, char in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "o": "0",
}
_NUMERAL = "〇零○o一二三四五六七八九"
_CHINESE = re.compile(
    rf"(?:二[〇零○o]|一九)[{_NUMERAL}]{{2}}(?=\s*(?:年|至|到|[-—–~～]))|(?<![{_NUMERAL}十近这])[〇零一二][{_NUMERAL}](?=\s*年(?![前后内来以间]))"
)
_LONG = r"(?<!\d)(?:19|20)\d{2}(?!\d)"
_SHORT = r"(?<![\d.第近过去前后满达超共])(?:0[5-9]|[12]\d|3[0-5])(?!\d)"
_TO = r"\s*(?:至|到|[-—–~～]{1,2})\s*"
_NO_SPAN = r"(?!\s*(?:前|后|内|来|间|期|多|以[上下内来]))"
_RANGE = re.compile(
    rf"(?:从|自)?(?P<first>{_LONG}|{_SHORT})\s*年?度?\s*(?:起)?{_TO}(?P<last>{_LONG}|{_SHORT})(?:\s*年(?:度|底|末)?)?"
)
_SINCE = re.compile(
    rf"(?:从|自)?(?P<first>{_LONG}|{_SHORT}(?=\s*年))\s*年?度?\s*(?:以来|至今|到现在|起(?!草|诉))"
)
_LIST = re.compile(
    rf"(?:{_LONG}|{_SHORT})(?:\s*年?度?\s*[、,，和与及]\s*(?:{_LONG}|{_SHORT})){{1,}}\s*[两三四五六]?年(?:度)?"
)
_YEAR = re.compile(
    rf"(?P<year>{_LONG})\s*(?:年(?:度|底|末)?)?|(?P<short>{_SHORT})\s*年(?:度|底|末)?{_NO_SPAN}"
)
# 数字后面是量词的，是数量，不是年份
_COUNTED = re.compile(
    r"\s*(?:多|余)?(?:件|条|项|次|人|个|份|篇|期|户|家|宗|元|万|亿|%|％|名|位|吨|亩|平方|公里|号|字|场|起|批|台|套|步|例|台|册|处|类|种|页)"
)
_RELATIVE = re.compile(
    r"(?P<recent>(?:最近|近|过去|前|这)(?P<count>[两二三四五六七八九十]|\d{1,2})(?:个)?年(?:度)?(?:来|间|里|内)?)"
    r"|(?P<before_last>前年(?:度)?)"
    r"|(?P<last>去年(?:同期|度)?|上年(?:同期|度)?|上一年(?:度)?|前一年(?:度)?|头一年|头年|上个?年度)"
    r"|(?P<next>次年|后一年|下一年(?=的?报告|的?年报))"
    r"|(?P<same>同年|同一年|当年|这一年|那一年|那年)"
    r"|(?P<all>历年|这些年|这几年|近几年|近年来?|各年(?:度)?)"
)
_NO_YEAR_AFTER = re.compile(r"\s*(?:结转|项目数?|遗留|留下|转来|未办结|没办完)")
_AGAINST_BEFORE = re.compile(r"(?:比|较|相比|相较于?|对比|同比)\s*$|(?:比|较)[^,，。;；?？]{0,6}$")
_AGAINST_WITH = re.compile(r"(?:和|与|跟|同)\s*$")
_AGAINST_AFTER = re.compile(r"\s*(?:同期|相比|比|相较|对比|增|减|多|少|升|降|上升|下降|持平)")
_COUNTS = {char: number for number, char in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}


class Years(Value):
    """Hold where a text names years; `relative` ones are told from others, `against` ones are only compared with."""

    start: int
    end: int
    years: tuple[int, ...]
    relative: bool = False
    against: bool = False


def years_in(text: str, *, held: Sequence[int] = (), talked_of: int | None = None) -> tuple[Years, ...]:
    """Return the years that a text names, in order; quoted titles and document numbers name none.

    `held` are the years that there are reports of, `talked_of` the year that the conversation is about. Without
    either, and without a year in the text itself, a relative year is told with no years.
    """
    visible = unquoted(with_plain_years(aligned(text)))
    found = list(_stated(visible, held))
    rest = blanked(visible, [(named.start, named.end) for named in found])
    found += _relative(rest, held, talked_of, tuple(found))
    return tuple(sorted(found, key=lambda named: named.start))


def with_plain_years(text: str) -> str:
    """Return the text with years such as 二〇二〇年 and 二一年 in digits; each character keeps its place."""
    return _CHINESE.sub(lambda found: "".join(_DIGITS[char] for char in found.group()), text)


def _stated(text: str, held: Sequence[int]) -> tuple[Years, ...]:
    found: list[Years] = []

    def note(match: re.Match[str], years: Sequence[int]) -> None:
        nonlocal text
        found.append(Years(start=match.start(), end=match.end(), years=tuple(dict.fromkeys(years))))
        text = blanked(text, [match.span()])

    for match in _RANGE.finditer(text):
        first, last = sorted((_full(match["first"]), _full(match["last"])))
        if last - first <= _LONGEST_RANGE and not _is_counted(text, match):
            note(match, range(first, last + 1))
    for match in _SINCE.finditer(text):
        first = _full(match["first"])
        note(match, range(first, max((first, *held)) + 1))
    for match in _LIST.finditer(text):
        note(match, [_full(year) for year in re.findall(r"\d+", match[0])])
    for match in _YEAR.finditer(text):
        if not _is_counted(text, match):
            note(match, [_full(match["year"] or match["short"])])
    return tuple(found)


def _is_counted(text: str, match: re.Match[str]) -> bool:
    return "年" not in match[0] and _COUNTED.match(text, match.end()) is not None


def _full(year: str) -> int:
    """Return a year of which perhaps only the last two digits are written."""
    return int(year) + 2000 if len(year) == 2 else int(year)


def _relative(
    text: str, held: Sequence[int], talked_of: int | None, stated: tuple[Years, ...]
) -> list[Years]:
    newest = max(held, default=None)
    found: list[Years] = []
    for match in _RELATIVE.finditer(text):
        if _NO_YEAR_AFTER.match(text, match.end()):
            continue
        before = [named.years[-1] for named in stated if named.end <= match.start()]
        anchor = before[-1] if before else talked_of
        from_here = match["same"] or match["next"]
        this = anchor if anchor is not None or newest is None or from_here else newest + 1
        found.append(
            Years(
                start=match.start(),
                end=match.end(),
                years=_meant(match, this, newest, held),
                relative=True,
                against=_is_against(text, match),
            )
        )
    return found


def _meant(
    match: re.Match[str], this: int | None, newest: int | None, held: Sequence[int]
) -> tuple[int, ...]:
    """Return the years that a relative word means, `this` being the year that one stands in."""
    if match["all"]:
        return tuple(sorted(set(held)))
    if match["recent"]:
        count = _COUNTS.get(match["count"]) or int(match["count"])
        return () if newest is None else tuple(range(newest - count + 1, newest + 1))
    if this is None:
        return ()
    if match["before_last"]:
        return (this - 2,)
    if match["next"]:
        return (this + 1,)
    return (this,) if match["same"] else (this - 1,)


def _is_against(text: str, match: re.Match[str]) -> bool:
    """Tell whether a relative year is only what another one is measured against: 比去年, 和上一年相比."""
    before, after = text[: match.start()], _AGAINST_AFTER.match(text, match.end())
    if match["recent"] or match["all"]:
        return False
    return bool(
        _AGAINST_BEFORE.search(before)
        or match[0].endswith("同期")
        or (after and _AGAINST_WITH.search(before))
    )
