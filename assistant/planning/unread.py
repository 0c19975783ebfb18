"""Find what of a question nothing accounts for: words of content outside every mark, body and year.

Most words outside the marks say how something is asked, and no list of them is ever whole. What counts is what is
known to change an answer: words of the forms and of things counted apart, topics that people ask about, numbers,
and words that leave something out.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from assistant.language import Language
from assistant.planning.stated import Placed
from assistant.planning.words import load_words
from ingest.indicators import Indicators
from ingest.wording import aligned

_CLAUSE_ENDS = frozenset("，。；！？,;!?\n：:（）()")
_HOTLINES = frozenset({"12345", "12315", "12348"})


def rest_of(
    text: str,
    marked: Sequence[Placed],
    language: Language,
    indicators: Indicators,
    *,
    limits: bool,
) -> tuple[tuple[int, str], ...]:
    """Return the words of content outside what is marked, with their places.

    A clause without any mark tells a story more often than not: of it counts what leaves something out, and what
    asks for a topic. `limits` tells that what is left out has been read.
    """
    plain = _without(aligned(text), load_words().dividing)
    known = _counting(_Same(language, indicators))
    words = load_words()
    found: list[tuple[int, str]] = []
    for start, end in _clauses(plain):
        inside = [mark for mark in marked if mark.start < end and start < mark.end]
        gaps = list(_gaps(start, end, inside))
        limiting = [
            (begin, text[begin:stop].strip())
            for begin, stop in gaps
            if not limits and any(word in plain[begin:stop] for word in words.limiting)
        ]
        if limiting:
            found += limiting
            continue
        if not inside and not any(word in plain[start:end] for word in words.asking):
            continue
        for begin, stop in gaps:
            found += _content(plain, begin, stop, known, language)
    return tuple(found)


def asked_in(text: str, marked: Sequence[Placed], named: Sequence[Placed]) -> str:
    """Return the clauses of a question that ask or have a mark, without the bodies and years named in them."""
    plain = aligned(text)
    words = load_words()
    kept: list[str] = []
    for start, end in _clauses(plain):
        tells = any(mark.start < end and start < mark.end for mark in marked)
        if tells or any(word in plain[start:end] for word in words.asking):
            pieces = (plain[begin:stop] for begin, stop in _gaps(start, end, named))
            kept.append("".join(pieces).strip(" 的，,、"))
    return "，".join(clause for clause in kept if clause)


def stands_beside(text: str, marked: Sequence[Placed], at: int) -> bool:
    """Tell whether the clause in which something stands has a mark: another clause asks for something else."""
    return any(
        start <= at < end and any(mark.start < end and start < mark.end for mark in marked)
        for start, end in _clauses(aligned(text))
    )


def _without(plain: str, words: Sequence[str]) -> str:
    """Return the text with these words blank, each character in its place."""
    for word in words:
        plain = plain.replace(word, " " * len(word))
    return plain


def _clauses(plain: str) -> Iterator[tuple[int, int]]:
    start = 0
    for at, char in enumerate(plain):
        if char in _CLAUSE_ENDS:
            yield start, at
            start = at + 1
    yield start, len(plain)


def _gaps(start: int, end: int, inside: Sequence[Placed]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a clause between the marks in it."""
    for mark in sorted(inside, key=lambda mark: mark.start):
        if mark.start >= end or mark.end <= start:
            continue
        if start < mark.start < end:
            yield start, mark.start
        start = max(start, mark.end)
    if end > start:
        yield start, end


def _content(
    plain: str, start: int, end: int, known: frozenset[str], language: Language
) -> Iterator[tuple[int, str]]:
    at = start
    for word in language.content(plain[start:end]):
        place = plain.find(word, at, end)
        at = place + len(word) if place >= 0 else at
        is_number = any(char.isdigit() for char in word) and word not in _HOTLINES
        if word in known or is_number:
            yield max(place, start), word


class _Same:
    """Stand for the vocabularies, by identity: they are loaded once a process."""

    def __init__(self, language: Language, indicators: Indicators) -> None:
        self.language = language
        self.indicators = indicators

    def __hash__(self) -> int:
        return id(self.indicators)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.indicators is self.indicators


@cache
def _counting(same: _Same) -> frozenset[str]:
    """Return the words that change an answer wherever they stand."""
    forms = {
        aligned(term)
        for entry in same.indicators.applicants
        for term in (*entry.variants, *entry.terms, entry.label.split("/")[-1])
    } | {
        aligned(term)
        for outcome in same.indicators.outcomes
        for term in (outcome.path[-1], *outcome.variants, *outcome.terms)
    }
    apart = {word for group in same.language.rivals for word in group}
    common = {*same.language.everyday, *same.language.actions, "总计", "合计", "其他"}
    return frozenset(
        word
        for word in (*forms, *apart, *same.language.qualifying, *load_words().topics)
        if len(word) > 1 and word not in common
    )
