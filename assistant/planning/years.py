"""Find the years that a text names, one by one or as a range."""

import re

from assistant.planning.text import blanked, unquoted
from ingest.models import Value
from ingest.wording import aligned

YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)\s*年?(?:度)?")
_RANGE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s*年?度?\s*(?:至|到|-|—|–|~|～)\s*((?:19|20)\d{2})(?!\d)\s*年?度?"
)
_DIGITS = {char: str(digit) for digit, char in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "o": "0",
}
_CHINESE = re.compile(r"(?:二[〇零○o]|一九)[〇零○o一二三四五六七八九]{2}(?=\s*年)")
_LONGEST_RANGE = 30


class Years(Value):
    """Hold where a text names years."""

    start: int
    end: int
    years: tuple[int, ...]


def years_in(text: str) -> tuple[Years, ...]:
    """Return the years that a text names, ranges first; quoted titles and document numbers name none."""
    visible = unquoted(with_plain_years(aligned(text)))
    found: list[Years] = []
    for match in _RANGE.finditer(visible):
        first, last = sorted((int(match[1]), int(match[2])))
        if last - first <= _LONGEST_RANGE:
            found.append(Years(start=match.start(), end=match.end(), years=tuple(range(first, last + 1))))
    rest = blanked(visible, [(named.start, named.end) for named in found])
    for match in YEAR.finditer(rest):
        found.append(Years(start=match.start(), end=match.end(), years=(int(match[1]),)))
    return tuple(found)


def with_plain_years(text: str) -> str:
    """Return the text with years such as 二〇二〇年 in digits; each character keeps its place."""
    return _CHINESE.sub(lambda found: "".join(_DIGITS[char] for char in found.group()), text)
