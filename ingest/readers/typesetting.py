"""Put drawn characters together into words, lines and the text of cells, as a reader of the page sees them.

White space is judged by distance: Chinese characters that justification spreads apart belong together.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingest.models import UNREAD, Value
from ingest.readers.raised import raised, settled
from ingest.readers.ruling import Rule

_SAME_LINE = 0.45
_SPACE = 0.22
_WIDE_GAP = 1.2
_DRAWN_TWICE = 0.15
_TOUCHING = 0.12
_SMALL = 0.85
_MUCH_SMALLER = 0.72
_RISE, _RISE_OF_LARGE = 0.12, 0.28
_STRIKE = 0.29, 0.64
_STRIKE_BEYOND = 0.4
_ROOM_OF_A_FULL_LINE = 1.6
_UNREADABLE = re.compile(r"\(cid:\d+\)|[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_NUMERIC = re.compile(r"[\d０-９.,，．%+\-−－]")
_CHINESE = re.compile(
    r"[\u2014-\u201f\u2026\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe10-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)


class Glyph(NamedTuple):
    """Hold one drawn character; `top` and `bottom` come from its baseline, so that fonts on one line agree."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        """Return the height of the character."""
        return self.bottom - self.top


class Word(Value):
    """Hold characters that stand together, without wide gaps; `certain` is False where one could not be read."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    certain: bool = True

    @property
    def size(self) -> float:
        """Return the height of the word."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Return the height at which the word stands."""
        return (self.top + self.bottom) / 2


class TextLine(Value):
    """Hold the words of one line, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Return the line with one blank for each wide gap."""
        return " ".join(word.text for word in self.words)

    @property
    def certain(self) -> bool:
        """Tell whether every word could be read."""
        return all(word.certain for word in self.words)

    @property
    def x0(self) -> float:
        """Return where the line begins."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Return where the line ends."""
        return self.words[-1].x1

    @property
    def top(self) -> float:
        """Return the upper edge."""
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return max(word.bottom for word in self.words)

    @property
    def size(self) -> float:
        """Return the height of the tallest word."""
        return max(word.size for word in self.words)


def is_unreadable(text: str) -> bool:
    """Tell a character that the file does not say the meaning of."""
    return bool(_UNREADABLE.fullmatch(text))


def once(glyphs: Iterable[Glyph]) -> list[Glyph]:
    """Return the characters without those drawn again on the spot, as bold type is feigned."""
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    kept: list[Glyph] = []
    for glyph in glyphs:
        near = _DRAWN_TWICE * glyph.size
        column, row = int(glyph.x0 // 8), int(glyph.top // 8)
        places = [(glyph.text, column + x, row + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        if any(
            abs(other.x0 - glyph.x0) <= near and abs(other.top - glyph.top) <= near
            for place in places
            for other in seen.get(place, ())
        ):
            continue
        seen.setdefault((glyph.text, column, row), []).append(glyph)
        kept.append(glyph)
    return kept


def lines_of(glyphs: Iterable[Glyph]) -> list[TextLine]:
    """Return the lines from top to bottom."""
    lines: list[TextLine] = []
    row: list[Glyph] = []
    middle = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: (glyph.top + glyph.bottom, glyph.x0)):
        place = (glyph.top + glyph.bottom) / 2
        if row and place - middle > _SAME_LINE * max(glyph.size, row[-1].size):
            lines += _line(row)
            row = []
        # 同一行的字体高低略有不同，以行内平均为准
        middle = place if not row else (middle * len(row) + place) / (len(row) + 1)
        row.append(glyph)
    return lines + _line(row)


def _line(row: list[Glyph]) -> list[TextLine]:
    words: list[Word] = []
    part: list[Glyph] = []
    for glyph in sorted((glyph for glyph in row if glyph.text.strip()), key=lambda glyph: glyph.x0):
        if part and glyph.x0 - part[-1].x1 > _WIDE_GAP * max(glyph.size, part[-1].size):
            words.append(_word(part))
            part = []
        part.append(glyph)
    if part:
        words.append(_word(part))
    return [TextLine(words=tuple(words))] if words else []


def without_struck(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> tuple[list[Glyph], list[Rule]]:
    """Return the characters that no line strikes out, and the lines that strike out none.

    A line that reaches beyond its characters is a border and strikes out nothing.
    """
    ordered = sorted(glyphs, key=_middle)
    tallest = max((glyph.size for glyph in glyphs), default=0.0)
    struck: set[Glyph] = set()
    kept: list[Rule] = []
    for rule in rules:
        first = bisect_left(ordered, rule.at - tallest, key=_middle)
        last = bisect_right(ordered, rule.at + tallest, key=_middle)
        crossed = [glyph for glyph in ordered[first:last] if _is_crossed(glyph, rule)]
        beyond = _STRIKE_BEYOND * max((glyph.size for glyph in crossed), default=0.0)
        if (
            crossed
            and rule.start >= min(glyph.x0 for glyph in crossed) - beyond
            and rule.end <= max(glyph.x1 for glyph in crossed) + beyond
        ):
            struck.update(crossed)
        else:
            kept.append(rule)
    return (
        ([glyph for glyph in glyphs if glyph not in struck], kept) if struck else (list(glyphs), list(rules))
    )


def _middle(glyph: Glyph) -> float:
    return (glyph.top + glyph.bottom) / 2


def _is_crossed(glyph: Glyph, rule: Rule) -> bool:
    low, high = _STRIKE
    above_foot = (glyph.bottom - rule.at) / glyph.size
    return low <= above_foot <= high and rule.start <= (glyph.x0 + glyph.x1) / 2 <= rule.end


def _word(glyphs: Sequence[Glyph]) -> Word:
    size = max(glyph.size for glyph in glyphs)
    foot = max(glyph.bottom for glyph in glyphs if glyph.size > _SMALL * size)
    text = ""
    certain = True
    before: Glyph | None = None
    for glyph in glyphs:
        shown = UNREAD if is_unreadable(glyph.text) else glyph.text
        certain &= shown != UNREAD
        gap = glyph.x0 - before.x1 if before else 0.0
        blank = before is not None and gap > _SPACE * glyph.size
        rise = (foot - glyph.bottom) / size
        if rise > _RISE and (glyph.size <= _SMALL * size or rise > _RISE_OF_LARGE):
            text += raised(shown)
        else:
            apart = blank and not _is_chinese(text[-1]) and not _is_chinese(shown[0])
            text += f" {shown}" if apart else shown
            certain &= glyph.size > _MUCH_SMALLER * size or not (before and _continues_number(before, glyph))
        before = glyph
    text = settled(text)
    return Word(
        text=text,
        x0=glyphs[0].x0,
        x1=max(glyph.x1 for glyph in glyphs),
        top=min(glyph.top for glyph in glyphs),
        bottom=max(glyph.bottom for glyph in glyphs),
        certain=certain,
    )


def _continues_number(before: Glyph, glyph: Glyph) -> bool:
    """Tell a digit that stands behind a larger one: the number may end before it."""
    return before.text.isdigit() and glyph.text.isdigit() and glyph.size <= _MUCH_SMALLER * before.size


def _is_chinese(char: str) -> bool:
    return bool(_CHINESE.match(char))


def joined(upper: str, lower: str, *, wrapped: bool = False) -> str:
    """Return two lines as one; only a `wrapped` number goes on without a blank."""
    if not upper or not lower or _is_chinese(upper[-1]) or _is_chinese(lower[0]):
        return upper + lower
    return (
        upper + lower
        if wrapped and _NUMERIC.match(upper[-1]) and _NUMERIC.match(lower[0])
        else f"{upper} {lower}"
    )


def cell_text(lines: Sequence[TextLine], *, x0: float, x1: float) -> tuple[str, bool]:
    """Return the text of a cell between two borders, and whether it could be read.

    A number with a decimal point that fills its line goes on below; other numbers under each other stay two.
    """
    text, certain = "", True
    above: TextLine | None = None
    for line in lines:
        # 单元格内对齐造成的空隙不是词的间隔，数字之间的除外
        own = ""
        for word in line.words:
            own = joined(own, word.text)
        full = above is not None and (x1 - x0) - (above.x1 - above.x0) < _ROOM_OF_A_FULL_LINE * line.size
        text = joined(text, own, wrapped=full and ("." in text or text.endswith(",") or own.startswith(".")))
        certain &= line.certain
        above = line
    return text, certain


def crosses(left: Glyph, right: Glyph) -> bool:
    """Tell whether two neighbours are parts of one number, so that no border runs between them."""
    return (
        bool(_NUMERIC.match(left.text) and _NUMERIC.match(right.text))
        and abs(right.x0 - left.x1) < _TOUCHING * left.size
        and abs(right.top - left.top) < _SAME_LINE * left.size
    )
