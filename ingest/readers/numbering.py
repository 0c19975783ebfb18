"""Know the automatic numbers of a Word document, which its text leaves out: 一、 （一） 1. and their kind."""

import re
from collections.abc import Callable

from ingest.models import Value
from ingest.readers.nodes import Node, attribute

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_DIGITS = "〇一二三四五六七八九"
_FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_PLACE = re.compile(r"%([1-9])")
_DEEPEST_CHAIN = 20


def chinese(number: int) -> str:
    """Return a number in Chinese, as headings count: 十, 十一, 一百零五."""
    written = ""
    zero = False
    for value, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, value)
        if digit:
            written += ("零" if zero and written else "") + _DIGITS[digit] + unit
        zero = not digit
    return written.removeprefix("一") if written.startswith("一十") else written


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if number <= 20 else str(number)


FORMATS: dict[str, Callable[[int], str]] = {
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "chineseLegalSimplified": lambda number: chinese(number).translate(_FORMAL),
    "ideographLegalTraditional": lambda number: chinese(number).translate(_FORMAL),
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "taiwaneseDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "japaneseDigitalTenThousand": chinese,
    "ideographTraditional": lambda number: _STEMS[(number - 1) % 10],
    "ideographZodiac": lambda number: _BRANCHES[(number - 1) % 12],
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: "".join(chr(ord(digit) + 0xFEE0) for digit in str(number)),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda number: f"({number})",
    "decimalEnclosedFullstop": lambda number: f"{number}.",
    "ideographEnclosedCircle": lambda number: f"({chinese(number)})",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}
"""How numbers are written, by the names that Word gives the ways."""


class _Level(Value):
    shown: str
    template: str
    start: int
    restarts: bool
    arabic: bool
    style: str


class Numbering:
    """Count the numbered paragraphs of one document, in the order in which they are asked for."""

    def __init__(self, numbering: Node | None, styles: Node | None) -> None:
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, tuple[str, dict[int, int]]] = {}
        self._styles: dict[str, tuple[str, str, int | None]] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        for node in numbering if numbering is not None else ():
            if node.tag == f"{W}abstractNum":
                levels = (_level(level) for level in node.iter(f"{W}lvl"))
                self._abstract[attribute(node, f"{W}abstractNumId")] = dict(levels)
            elif node.tag == f"{W}num":
                starts = {
                    _whole(attribute(override, f"{W}ilvl")): _whole(value(override, "startOverride"))
                    for override in node.iter(f"{W}lvlOverride")
                    if override.find(f"{W}startOverride") is not None
                }
                self._lists[attribute(node, f"{W}numId")] = value(node, "abstractNumId"), starts
        for style in styles if styles is not None else ():
            number = style.find(f"{W}pPr/{W}numPr")
            level = _whole(value(number, "ilvl")) if number is not None and value(number, "ilvl") else None
            self._styles[attribute(style, f"{W}styleId")] = (
                value(style, "basedOn"),
                value(number, "numId"),
                level,
            )

    def number_of(self, properties: Node | None) -> str:
        """Return the number in front of the next paragraph, with the blank behind it; empty where it has none."""
        list_id, depth = self._place(properties)
        abstract, starts = self._lists.get(list_id, ("", {}))
        levels = self._abstract.get(abstract, {})
        level = levels.get(depth)
        if level is None:
            return ""
        counters = self._counters.setdefault(abstract, {})
        if depth in starts and (list_id, depth) not in self._begun:
            counters[depth] = starts[depth] - 1
        self._begun.add((list_id, depth))
        counters[depth] = counters.get(depth, level.start - 1) + 1
        for deeper in [other for other in counters if other > depth and levels[other].restarts]:
            del counters[deeper]
        written = _PLACE.sub(
            lambda place: self._written(levels, counters, int(place[1]) - 1, level), level.template
        )
        if level.shown == "bullet" or not written.strip():
            return ""
        return written if re.search(r"[、）)．，：:]$", written) else f"{written} "

    def _written(
        self, levels: dict[int, _Level], counters: dict[int, int], depth: int, around: _Level
    ) -> str:
        level = levels.get(depth)
        if level is None:
            return ""
        number = counters.get(depth, level.start)
        if around.arabic:
            return str(number)
        write = FORMATS.get(level.shown)
        return (
            write(number) if write and 0 < number < 10_000 else "" if level.shown == "none" else str(number)
        )

    def _place(self, properties: Node | None) -> tuple[str, int]:
        """Return list and depth of a paragraph, as it or its style says."""
        number = properties.find(f"{W}numPr") if properties is not None else None
        own, depth = value(number, "numId"), value(number, "ilvl")
        style = first = value(properties, "pStyle")
        for _ in range(_DEEPEST_CHAIN):
            if own or style not in self._styles:
                break
            style, own, level = self._styles[style]
            depth = depth or ("" if level is None else str(level))
        if own and not depth:
            levels = self._abstract.get(self._lists.get(own, ("", {}))[0], {})
            return own, next((at for at, level in levels.items() if level.style and level.style == first), 0)
        return own, _whole(depth)


def value(node: Node | None, name: str) -> str:
    """Return what a property says, empty where there is none."""
    child = node.find(f"{W}{name}") if node is not None else None
    return attribute(child, f"{W}val") if child is not None else ""


def _level(node: Node) -> tuple[int, _Level]:
    level = _Level(
        shown=value(node, "numFmt") or "decimal",
        template=value(node, "lvlText"),
        start=_whole(value(node, "start") or "1"),
        restarts=value(node, "lvlRestart") != "0",
        arabic=node.find(f"{W}isLgl") is not None,
        style=value(node, "pStyle"),
    )
    return _whole(attribute(node, f"{W}ilvl")), level


def _whole(printed: str) -> int:
    return int(printed) if re.fullmatch(r"\d{1,6}", printed) else 0
