"""Tell the marks of notes from powers and from words, where a document raises or lowers characters.

Readers put raised characters between `UP` and `END`, lowered ones between `DOWN` and `END`; `settled` turns a line
into what it says: 12 with a raised 1 is 12, m with a raised 2 is m². A raised or lowered digit that may be neither
keeps its height (12³), so that it can never run into a number.
"""

import re

UP, DOWN, END = "\x0e", "\x0f", "\x10"

_RUN = re.compile(f"([{UP}{DOWN}])([^{UP}{DOWN}{END}]*)(?:{END}|$)")
_HEIGHTS = str.maketrans("", "", UP + DOWN + END)
_MARK = re.compile(
    r"\s*(?:[\[（(【〔﹝]?\s*(?:注释?|脚注|附注|说明)\s*[:：]?\s*[\d一二三四五六七八九十]{0,2}|"
    r"[\[（(【〔﹝]?\s*\d{1,2}(?:\s*[,，、\-–~]\s*\d{1,2})*|[\[（(【〔﹝]\s*[一二三四五六七八九十]{1,2}|"
    r"[\[（(【〔﹝]?\s*(?:[①-⑳⑴-⒇⒈-⒛㈠-㈩❶-❿⓵-⓾]+|[a-zA-Zⅰ-ⅻⅠ-Ⅻ]|[*＊※†‡#＃△▲☆★◆●○◎]+))\s*[\]）)】〕﹞]?\s*"
)
_UNIT = re.compile(
    r"(?:(?<![A-Za-z])(?:[kcdm]?m|hm|in|ft)|(?<!平方)(?<!立方)(?:[千厘分毫]?米|公里|里|尺))$", re.I
)
_POWER = re.compile(r"[23²³]|[-−－]\s*[1-3]")
_TIMES_TEN = re.compile(r"[×xX*＊·]\s*10$")
_TEN = re.compile(r"(?<![\d.,])10$")
_EXPONENT = re.compile(r"[-−－+]?\d{1,2}")
_UNLIKELY_NOTE = re.compile(r"[3-9]")
_COUNTER = re.compile(r"\s*(?:[件条项次篇份个人家起宗场期户]|[万亿]|%|％|[百千]?元)")
_CELL_BORDERS = re.compile(r"[|\t]")
_DIGIT = re.compile(r"[\d０-９]")
_RAISED_DIGITS = str.maketrans("0123456789０１２３４５６７８９-−－+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻⁺")
_LOWERED_DIGITS = str.maketrans("0123456789０１２３４５６７８９", "₀₁₂₃₄₅₆₇₈₉₀₁₂₃₄₅₆₇₈₉")


def raised(text: str) -> str:
    """Return the text marked as raised."""
    return f"{UP}{text}{END}" if text else ""


def lowered(text: str) -> str:
    """Return the text marked as lowered."""
    return f"{DOWN}{text}{END}" if text else ""


def is_mark(text: str) -> bool:
    """Tell what may be the mark of a note: 1, [2], ③, 注4, *."""
    return bool(text.strip()) and bool(_MARK.fullmatch(text))


def settled(line: str) -> str:
    """Return a line without marks of notes, its powers raised, everything else as it stands.

    >>> settled(f"12{UP}1{END}项"), settled(f"3km{UP}2{END}"), settled(f"{UP}128{END}")
    ('12项', '3km²', '128')
    """
    if UP not in line and DOWN not in line and END not in line:
        return line
    line = line.replace(END + UP, "")
    told = ""
    end = 0
    for run in _RUN.finditer(line):
        told += line[end : run.start()]
        end = run.end()
        before = _CELL_BORDERS.split(told)[-1].rstrip(" \u3000")
        behind = _RUN.sub(r"\2", _CELL_BORDERS.split(line[end:])[0])
        told += (_risen if run[1] == UP else _sunk)(run[2], before, behind)
    return (told + line[end:]).translate(_HEIGHTS)


def _risen(text: str, before: str, behind: str) -> str:
    bare = text.strip()
    if not before and not behind.strip():
        return text
    if _POWER.fullmatch(bare) and _UNIT.search(before):
        return bare.translate(_RAISED_DIGITS)
    if (_EXPONENT.fullmatch(bare) and _TIMES_TEN.search(before)) or (
        _UNLIKELY_NOTE.fullmatch(bare) and _TEN.search(before)
    ):
        return bare.translate(_RAISED_DIGITS)
    counted = bare.isdigit() and before and not _DIGIT.match(before[-1]) and _COUNTER.match(behind)
    if is_mark(text) and not counted:
        return ""
    return _apart(text, before, behind, _RAISED_DIGITS)


def _sunk(text: str, before: str, behind: str) -> str:
    return _apart(text, before, behind, _LOWERED_DIGITS)


def _apart(text: str, before: str, behind: str, digits: dict[int, int]) -> str:
    """Return the text; its digits keep their height where they would run into a number beside them."""
    touches = (before and _DIGIT.match(before[-1])) or _DIGIT.match(behind.lstrip())
    return text.translate(digits) if touches else text
