"""Score how well figures and sentences fit what is asked, knowing nothing of any county or indicator.

A word of the question counts by its rarity in the report. It is found in the figure's own phrase, in its sentence,
or in the headings above, in falling worth. What is asked and found nowhere counts against a candidate, and so does
a unit that the question does not want.
"""

import re
from collections.abc import Sequence

from assistant.language import Language
from assistant.tools.views import ReportView, squeezed
from ingest.indicators import Indicators
from ingest.models import Applicant, Figure, Value
from ingest.outline import Sentence
from ingest.wording import without_parentheses

_IN_PHRASE, _IN_SENTENCE, _IN_HEADINGS = 1.0, 0.75, 0.4
_SYNONYM = 0.85
_PEOPLE = frozenset(["人", "名", "位", "人次"])
_OTHER_UNIT = -0.2
_ENUMERATOR = re.compile(r"^[一二三四五六七八九十\d（）()、.．]+")
_EVERYDAY = frozenset(["公开", "信息", "发布", "通过", "政府"])
_HEAD = re.compile(
    r"(?:多少|几)(?:个|件|条|项|次|场|份|家|名|种|类|篇|期|宗|例|位|处)([\u4e00-\u9fff]{2,6}?)(?=[?？,，。和与及的呢吗]|$)"
)
_MONEY = re.compile(r"[万亿]*(?:元|美元)$")
_DENIAL = re.compile(
    r"(?:未(?:收到|接到|发生|收取|受理|出现|产生|发现|制定|举办|召开|提起|被)|没有(?:收到|接到|发生|收取|受理|出现|产生|被)?|无(?!论|障碍|缝|正当|线|偿))([^。；;]{1,40})"
)


class Asked(Value):
    """Hold what a question wants: its words, the unit, and the applicant column it names."""

    text: str
    words: tuple[str, ...]
    unit: str | None
    applicant: Applicant | None
    stressed: frozenset[str] = frozenset()
    """Words that are said more than once: those of the question itself before those of the conversation."""
    head: str | None = None
    """The noun right behind the asked number (栏目 in 多少个栏目)."""


class Match(Value):
    """Hold a candidate with its score (about 0 to 1.3) and the share of the asked words that it misses."""

    figure: Figure
    score: float
    missed: float
    missed_words: tuple[str, ...]
    named: bool = False
    """Whether the question names row and, where there is one, column of the table."""


class SentenceMatch(Value):
    """Hold a sentence with its score (0 to 1) and the asked words that it misses."""

    sentence: Sentence
    score: float
    missed: float
    missed_words: tuple[str, ...]


def analyse(text: str, language: Language, indicators: Indicators) -> Asked:
    """Return the words and wishes of a folded question whose organisations and years are gone."""
    content = language.content(text)
    applicant = next(
        (
            column.key
            for column in indicators.applicants
            if column.key != "total" and any(term in squeezed(text) for term in column.terms if len(term) > 2)
        ),
        None,
    )
    return Asked(
        text=text,
        words=tuple(dict.fromkeys(content)),
        stressed=frozenset(word for word in content if content.count(word) > 1),
        head=head[1] if (head := _HEAD.search(squeezed(text))) and head[1] not in _EVERYDAY else None,
        unit=language.unit(text),
        applicant=applicant,  # type: ignore[arg-type]
    )


def match_figures(
    asked: Asked, view: ReportView, language: Language, indicators: Indicators
) -> tuple[Match, ...]:
    """Return the figures of a report that fit at all, best first."""
    weights = _weights(asked, view)
    terms = _terms(indicators)
    outcomes = tuple(term for row in indicators.outcomes for term in row.terms)
    wanted: Applicant = asked.applicant or "total"
    matches: list[Match] = []
    for figure in view.figures:
        if figure.dimensions.applicant is not None and figure.dimensions.applicant != wanted:
            continue
        match = _match_figure(figure, asked, weights, language, terms, outcomes)
        if match.score > 0.2:
            matches.append(match)
    return tuple(sorted(matches, key=lambda match: (-match.score, match.figure.anchor.char_start)))


def match_sentences(asked: Asked, view: ReportView, language: Language) -> tuple[SentenceMatch, ...]:
    """Return the sentences of a report that fit at all, best first."""
    weights = _weights(asked, view)
    matches: list[SentenceMatch] = []
    for sentence in view.sentences:
        text = squeezed(sentence.text)
        headings = squeezed(" ".join(sentence.section_path))
        found = {word: _found(word, (), text, headings, language) for word in asked.words}
        score, missed, missed_words = _coverage(found, weights)
        if score > 0.15:
            matches.append(
                SentenceMatch(sentence=sentence, score=score, missed=missed, missed_words=missed_words)
            )
    return tuple(sorted(matches, key=lambda match: (-match.score, match.sentence.char_start)))


def denied_things(sentence: Sentence) -> tuple[str, ...]:
    """Return what a sentence says did not happen: the clauses behind 未收到, 没有 and the like."""
    return tuple(match[1] for match in _DENIAL.finditer(squeezed(sentence.text)))


def _weights(asked: Asked, view: ReportView) -> dict[str, float]:
    return {
        word: max(0.2, view.rarity(word))
        * (0.6 if len(word) == 1 else 1.0)
        * (1.6 if word in asked.stressed else 1.0)
        for word in asked.words
    }


def _terms(indicators: Indicators) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {entry.key: (entry.row_terms, entry.column_terms) for entry in indicators.indicators}


def _match_figure(
    figure: Figure,
    asked: Asked,
    weights: dict[str, float],
    language: Language,
    terms: dict[str, tuple[tuple[str, ...], tuple[str, ...]]],
    outcomes: Sequence[str],
) -> Match:
    headings = squeezed(" ".join(figure.anchor.section_path))
    question = squeezed(asked.text)
    named = False
    if figure.origin == "table":
        row_terms, column_terms = terms.get(figure.indicator or "", ((), ()))
        row = _longest(row_terms, question)
        column = _longest(column_terms, question)
        phrase = (squeezed(figure.phrase), squeezed("".join((*row_terms, *column_terms))))
        sentence = headings
        if not column and (figure.indicator or "").endswith(".total") and not _longest(outcomes, question):
            # 没有问哪种结果，就是问总计
            column = "总计"
        named = bool(row) and (bool(column) or not column_terms)
        fit = 0.12 * bool(row) + 0.08 * bool(column) + 0.01 * (len(row) + len(column))
        if column_terms and not column:
            fit -= 0.1
        if not row:
            fit -= 0.25
    else:
        phrase = (squeezed(figure.phrase),)
        sentence = squeezed(figure.context)
        own = squeezed(without_parentheses(figure.phrase))
        fit = (
            0.16 * _shared(own, question)
            + _head_fit(asked, phrase[0])
            - 0.15 * _is_other_part(figure, own, question)
        )
    found = {word: _found(word, phrase, sentence, headings, language) for word in asked.words}
    score, missed, missed_words = _coverage(found, weights)
    unit_fit = _unit_fit(asked.unit, figure)
    return Match(
        figure=figure,
        score=score + fit + unit_fit,
        missed=missed,
        missed_words=missed_words,
        named=named and unit_fit > _OTHER_UNIT,
    )


def _head_fit(asked: Asked, phrase: str) -> float:
    """Return a bonus where the noun that 多少个 counts stands beside the number, a malus where it does not."""
    if asked.head is None:
        return 0.0
    return 0.12 if asked.head in phrase else -0.12


def _is_other_part(figure: Figure, own: str, question: str) -> bool:
    """Tell whether a figure behind 其中 counts a part that the question does not name."""
    before = figure.context[: figure.anchor.char_start - figure.context_start]
    if "其中" not in before:
        return False
    parts = {own[at : at + 2] for at in range(len(own) - 1)} - _EVERYDAY
    return bool(parts) and sum(pair in question for pair in parts) < 0.5 * len(parts)


def _longest(candidates: Sequence[str], question: str) -> str:
    return max((term for term in map(squeezed, candidates) if term in question), key=len, default="")


def _shared(phrase: str, question: str) -> float:
    """Return the share of a phrase's character pairs that the question has: what is not asked speaks against it."""
    pairs = {phrase[at : at + 2] for at in range(len(phrase) - 1)}
    return sum(pair in question for pair in pairs) / len(pairs) if pairs else 0.0


def _found(word: str, phrases: Sequence[str], sentence: str, headings: str, language: Language) -> float:
    """Return how well a word of the question stands in a candidate, from 0 to 1."""
    places = [
        *((text, _IN_PHRASE) for text in phrases),
        (sentence, _IN_SENTENCE if phrases else _IN_PHRASE),
        (headings, _IN_HEADINGS),
    ]
    best = max((worth for text, worth in places if word in text), default=0.0)
    if best:
        return best
    for other in _alike(word, language):
        best = max(best, *(worth * _SYNONYM if other in text else 0.0 for text, worth in places))
    if best or len(word) < 3:
        return best
    pairs = [word[at : at + 2] for at in range(len(word) - 1)]
    return max(worth * sum(pair in text for pair in pairs) / len(pairs) for text, worth in places) * 0.9


def _alike(word: str, language: Language) -> tuple[str, ...]:
    return tuple(other for group in language.synonyms if word in group for other in group if other != word)


def _coverage(found: dict[str, float], weights: dict[str, float]) -> tuple[float, float, tuple[str, ...]]:
    total = sum(weights.values()) or 1.0
    score = sum(weights[word] * worth for word, worth in found.items()) / total
    missing = tuple(word for word, worth in found.items() if worth < 0.2)
    return score, sum(weights[word] for word in missing) / total, missing


def _unit_fit(wanted: str | None, figure: Figure) -> float:
    if figure.quantity is None or wanted is None:
        return 0.0
    unit = figure.quantity.unit
    is_ratio, is_money = unit in {"%", "‰", "个百分点", "百分点"}, bool(_MONEY.search(unit))
    if wanted == "%":
        return 0.15 if is_ratio else -0.45
    if wanted == "元":
        return 0.15 if is_money else -0.45
    if is_ratio or is_money:
        return -0.45
    bare = unit.lstrip("万亿")
    if wanted == bare:
        return 0.08 if figure.origin == "table" else 0.12
    if (wanted in _PEOPLE) != (bare in _PEOPLE):
        return -0.45
    return 0.0 if figure.origin == "table" or wanted in "个项件条" else -0.25


def label_of(figure: Figure) -> str:
    """Return the label that an answer shows: the official one without its enumerator, or the sentence's phrase."""
    if figure.origin == "sentence":
        return figure.label
    row = figure.anchor.row[-2:]
    named = next(
        (label for label in reversed([_ENUMERATOR.sub("", part) for part in row]) if label != "总计"), ""
    )
    if row and _ENUMERATOR.sub("", row[-1]) == "总计":
        return f"{named}总计 {(figure.anchor.column or '').replace('/', '·')}".strip()
    return " ".join(
        part
        for part in (
            re.sub(r"^[一二三四五六七八九十\d（）()、.．]+", "", figure.anchor.row[-1])
            if figure.anchor.row
            else "",
            (figure.anchor.column or "").replace("/", "·"),
        )
        if part
    )
