"""Say which years a stretch means that a reader takes for years: 22, 两年前, 2018年以前, 十三五, and all that `years` finds.

What counts from a year talked of counts from that; without one, this year is the one after the newest that is held.
"""

import re
from collections.abc import Sequence

from assistant.planning.years import years_in
from ingest.numerals import chinese_number
from ingest.wording import aligned

_BARE = re.compile(
    r"(?:[\d〇零一二三四五六七八九]{2}|[\d〇零一二三四五六七八九]{4})(?:(?:到|至|[-—–~、,，])(?:\d{2}|\d{4}))*"
)
_PLAN = re.compile(r"十([一二三四五])五")
_FIRST_OF = re.compile(r"(?:前|头)([一两二三四])年")
_SPAN = re.compile(
    r"(?:前|之前)?(?:的)?([一两二三四五六七八九十]{1,2}|\d{1,2})个?(?:学|自然)?年度?(?:来|间|里|内)?"
)
_AGO = re.compile(r"([一两二三四五]|\d)年(?:以|之)?前")
_UNTIL = re.compile(r"(?:以|之)?前$")
_EVERY = re.compile(
    r"历年|各年|每年|逐年|年年|这些年|这几年|近几年|近年|近些年|往年|多年|全部年份|所有年份|各个?年度|你有的"
)
_BACK = re.compile(r"去年|上个?年|上一年|前一年|头一年|头年|last\s*year")
_STEPS = (("上上年", -2), ("今年", 0), ("本年", 0), ("明年", 1), ("第二年", 1), ("下一年", 1), ("次年", 1))
_DIGITS = {char: str(digit) for digit, char in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_SHORT = re.compile(r"(?<![〇零一二三四五六七八九十百近这])[零〇一二][〇零一二三四五六七八九](?=年|到|至|$)")
_NEWEST = re.compile(r"最近一年|最新一年|最新的?年")
_LONGEST = 30


def years_of(text: str, *, talked_of: Sequence[int] = (), held: Sequence[int] = ()) -> tuple[int, ...] | None:
    """Return the years, none for every year that there is; None where the stretch cannot be understood."""
    plain = _plain(text)
    anchor = talked_of[0] if len(set(talked_of)) == 1 else None
    if plan := _PLAN.search(plain):
        return _of_plan(plan[1], plain)
    if _EVERY.search(plain):
        return ()
    if _NEWEST.search(plain) and held:
        return (max(held),)
    found = tuple(year for named in years_in(plain, held=held, talked_of=anchor) for year in named.years)
    if is_written(plain) and _UNTIL.search(plain):
        return tuple(year for year in sorted(set(held)) if year < found[0]) or found[:1]
    return found if is_written(plain) else _counted(plain, talked_of, held) or found or None


def is_written(text: str) -> bool:
    """Tell whether a stretch writes a year out, in digits or in words."""
    return any(not named.relative for named in years_in(_plain(text)))


def steps_back(text: str) -> bool:
    """Tell whether a stretch means the year before another one: 上年, 前一年, 去年."""
    return bool(_BACK.search(aligned(text))) and not is_written(text)


def _plain(text: str) -> str:
    """Return a stretch as years are found in it: 22 is 22年."""
    plain = aligned(text).replace(" ", "")
    plain = _SHORT.sub(lambda found: "".join(_DIGITS[char] for char in found[0]), plain)
    return f"{plain}年" if _BARE.fullmatch(plain) else plain


def _of_plan(number: str, plain: str) -> tuple[int, ...]:
    """Return the years of a five-year plan, or the first or last of them: 十三五 is 2016 to 2020."""
    start = 2001 + 5 * _number(number)
    years = tuple(range(start, start + 5))
    if first := _FIRST_OF.search(plain):
        return years[: _number(first[1])]
    if "末" in plain:
        return years[-1:]
    return years[:1] if "初" in plain else years


def _counted(plain: str, talked_of: Sequence[int], held: Sequence[int]) -> tuple[int, ...]:
    """Return the years that are counted from this one: two years ago, the three before it."""
    this = talked_of[0] if len(set(talked_of)) == 1 else max(held) + 1 if held else None
    if (span := _SPAN.fullmatch(plain)) and (held or talked_of):
        count = min(_number(span[1]), _LONGEST)
        end = min(talked_of) if plain.startswith("前") and talked_of else max(held, default=0) + 1
        return tuple(range(end - count, end))
    if this is None:
        return ()
    if ago := _AGO.search(plain):
        return (this - _number(ago[1]),)
    return next(((this + step,) for word, step in _STEPS if word in plain), ())


def _number(text: str) -> int:
    value = chinese_number(text) if not text.isdigit() else int(text)
    return int(value) if value is not None else 0
