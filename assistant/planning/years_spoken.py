"""Say which years a stretch means that speaks of them: 22年, 去年, 近三年, 2015年以来, 十三五.

What counts from a year talked of counts from that; 近三年 ends with the newest year that is held.
"""

import re
from collections.abc import Sequence

from assistant.planning.years import with_plain_years, years_in
from ingest.numerals import chinese_number
from ingest.wording import aligned

_TENS = {char: str(digit) for digit, char in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_BARE = re.compile(r"二[〇零][〇零一二][〇零一二三四五六七八九]")
_SHORT_CHINESE = re.compile(
    r"(?<![〇零一二三四五六七八九十百])[零〇一二][〇零一二三四五六七八九](?=年|到|至|$)"
)
_SHORT = re.compile(r"(?<!\d)([0-3]\d)(?=年|到|至|[-—–~～、,，和]|$)")
_FROM = re.compile(r"(20\d{2}|19\d{2})年?度?(?:起|开始)(?=到|至)")
_PLAN = re.compile(r"十([一二三四五])五")
_FIRST_OF = re.compile(r"(?:前|头)([一两二三四])年")
_SPAN = re.compile(
    r"(?:近|这|过去|前|头|往前|最近|之前)?(?:的)?([一两二三四五六七八九十]{1,2}|\d{1,2})个?(?:学|自然)?年度?(?:来|间|里|内)?"
)
_AGO = re.compile(r"([一两二三四五]|\d)年(?:以|之)?前")
_SINCE = re.compile(r"以来|至今|到现在|往后|[以之]?后$|开始|起(?!到|至)")
_UNTIL = re.compile(r"[以之]前$|(?<=年)前$")
_EVERY = re.compile(
    r"历年|各年|每年|逐年|年年|这些年|这几年|近几年|近年|近些年|往年|多年|全部年份|所有年份|各个?年度|你有的"
)
_SAME = re.compile(r"同年|同一年|同期|那年|那一年|当年|这年|这一年|该年|是年")
_STEPS = (
    ("上上年", -2), ("两年前", -2), ("二年前", -2), ("前年", -2), ("去年", -1), ("上年", -1), ("上一年", -1),
    ("前一年", -1), ("头一年", -1), ("头年", -1), ("last year", -1), ("今年", 0), ("本年", 0), ("最近一年", 0),
    ("最新一年", 0), ("明年", 1), ("下一年", 1), ("次年", 1), ("后一年", 1), ("第二年", 1),
)  # fmt: skip
_NEWEST = frozenset({"最近一年", "最新一年"})
_LONGEST = 30


def years_of(
    text: str, *, talked_of: Sequence[int] = (), today: int, held: Sequence[int] = ()
) -> tuple[int, ...] | None:
    """Return the years, none for every year that there is; None where the stretch cannot be understood."""
    plain = _plain(text)
    named = tuple(dict.fromkeys(year for found in years_in(plain) for year in found.years))
    if named:
        return _bounded(named, plain, held)
    if _SAME.search(plain):
        return tuple(talked_of) or None
    if plan := _PLAN.search(plain):
        return _of_plan(plan[1], plain)
    if _EVERY.search(plain):
        return ()
    if ago := _AGO.search(plain):
        return ((_base(talked_of, today)) - _number(ago[1]),)
    for word, step in _STEPS:
        if word in plain:
            newest = max(held, default=today) if word in _NEWEST else _base(talked_of, today)
            return (newest + step,)
    if span := _SPAN.fullmatch(plain):
        return _last(_number(span[1]), plain, talked_of, held)
    return None


def is_written(text: str) -> bool:
    """Tell whether a stretch writes a year out, in digits or in words."""
    return bool(years_in(_plain(text)))


def steps_back(text: str) -> bool:
    """Tell whether a stretch means the year before another one: 上年, 前一年, 去年."""
    plain = aligned(text)
    return any(word in plain and step == -1 for word, step in _STEPS) and not is_written(text)


def _plain(text: str) -> str:
    """Return a stretch with its years in four digits."""
    plain = aligned(text).replace(" ", "")
    plain = with_plain_years(f"{plain}年" if _BARE.fullmatch(plain) else plain)
    plain = _SHORT_CHINESE.sub(lambda found: "".join(_TENS[char] for char in found[0]), plain)
    plain = _SHORT.sub(lambda found: f"20{found[1]}", plain)
    return _FROM.sub(r"\1年", plain)


def _bounded(named: tuple[int, ...], plain: str, held: Sequence[int]) -> tuple[int, ...]:
    """Return the years named, up to the newest or down to the oldest held where that is meant."""
    if len(named) == 1 and _SINCE.search(plain):
        return tuple(range(named[0], max((*held, named[0])) + 1))[:_LONGEST]
    if len(named) == 1 and _UNTIL.search(plain):
        return tuple(year for year in sorted(set(held)) if year < named[0]) or named
    return named


def _of_plan(number: str, plain: str) -> tuple[int, ...]:
    """Return the years of a five-year plan, or the first or last of them: 十三五 is 2016 to 2020."""
    start = 2001 + 5 * _number(number)
    years = tuple(range(start, start + 5))
    if first := _FIRST_OF.search(plain):
        return years[: _number(first[1])]
    if "末" in plain:
        return years[-1:]
    return years[:1] if "初" in plain else years


def _last(count: int, plain: str, talked_of: Sequence[int], held: Sequence[int]) -> tuple[int, ...] | None:
    """Return so many years: those before the year talked of, else the newest held."""
    if plain.startswith("前") and talked_of:
        return tuple(range(min(talked_of) - count, min(talked_of)))
    if not held or count > _LONGEST:
        return None
    return tuple(range(max(held) - count + 1, max(held) + 1))


def _base(talked_of: Sequence[int], today: int) -> int:
    return talked_of[0] if len(set(talked_of)) == 1 else today


def _number(text: str) -> int:
    value = chinese_number(text) if not text.isdigit() else int(text)
    return int(value) if value is not None else 0
