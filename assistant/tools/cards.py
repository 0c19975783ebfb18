"""Know of each figure of a report the words that stand around it, from its own clause outwards."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from assistant.language import load_language
from ingest.models import Figure, Value
from ingest.outline import Sentence
from ingest.wording import folded, without_parentheses
from vectorstore.lexical import words

_CLAUSE_MARKS = "，,；;。：:！？!?（("
_SUMS = re.compile(r"共|总|合计|累计|全部")
_ALL_TOGETHER = re.compile(
    r"以上|合计|共计|总计|累计|总共|一共|总量|总数|全年|全县|全市|全区|各类|全部|各级|行政机关|各部门|各单位|[我本全][局委县市区镇乡街办州省厅]"
)
_CHANGES = re.compile(
    r"(?:增加|减少|增长|下降|上升|降低|提高|提升|多|少)(?:了)?\s*$|(?:较|比|同比|环比)[^，。；]{0,12}$"
)
_LONGEST_OPENING = 80
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_NUMBER = re.compile(
    r"(?<!\d)(?!12345(?!\d))\d[\d.]*\s*[%％]?(?:[件条个项次份期篇场家人起宗](?![\u4e00-\u9fff]*率))?"
)
_UP_TO_A_NUMBER = re.compile(r"(.+?)\d[\d.]*[^\d]*$")


class Card(Value):
    """Hold a figure with its surroundings, all squeezed; of a cell only `own` and `headings` are filled.

    `own` is the clause that the number counts; `governor` what opens its sentence, its list or its parentheses;
    `previous` the clause right in front, `since` all since the number before; `siblings` the clauses of the other
    numbers there; `sentence` all of it; `before` the sentence in front.
    """

    figure: Figure
    own: str
    own_words: tuple[str, ...]
    governor: str = ""
    previous: str = ""
    since: str = ""
    siblings: str = ""
    sentence: str = ""
    before: str = ""
    headings: str = ""
    is_bare: bool = False
    """Whether the clause names no thing itself and got it from the clauses in front."""
    is_first: bool = False
    is_part: bool = False
    is_change: bool = False
    sums_up: bool = False


def squeezed(text: str) -> str:
    """Return folded text without white space and emphasis marks, for looking words up in it."""
    return re.sub(r"[\s*#]+", "", folded(text))


def settled(text: str) -> str:
    """Return squeezed text in which each thing goes by one name."""
    return load_language().settled(squeezed(text))


def figure_cards(figures: Sequence[Figure], sentences: Sequence[Sentence]) -> tuple[Card, ...]:
    """Return a card for each figure, in the order given."""
    in_sentences = [figure for figure in figures if figure.origin == "sentence"]
    openings = _openings(sentences)
    cards = {card.figure.id: card for card in _of_sentences(in_sentences, openings)}
    return tuple(cards[figure.id] if figure.origin == "sentence" else _of_cell(figure) for figure in figures)


def _of_cell(figure: Figure) -> Card:
    own = settled(figure.phrase)
    headings = settled(" ".join(figure.anchor.section_path))
    return Card(figure=figure, own=own, own_words=_words(own), headings=headings)


class _Opening(Value):
    """Hold what stands before a sentence: the opening of its full stop, and the sentence in front."""

    governor: str
    before: str


def _openings(sentences: Sequence[Sentence]) -> dict[int, _Opening]:
    """Return by offset what opens the run of semicolons that a sentence is part of."""
    openings: dict[int, _Opening] = {}
    governor, before, path = "", "", ()
    goes_on = False
    for sentence in sentences:
        if sentence.section_path != path:
            goes_on, before, path = False, "", sentence.section_path
        text = settled(sentence.text)
        if not goes_on:
            governor = ""
        openings[sentence.char_start] = _Opening(governor=governor, before=before)
        if not goes_on:
            governor = re.split(r"\d", text, maxsplit=1)[0][:_LONGEST_OPENING]
            governor = text[:_LONGEST_OPENING] if text.endswith((":", "：")) else governor
        goes_on = text.endswith((";", ":", "；", "："))
        before = text
    return openings


def _of_sentences(figures: Sequence[Figure], openings: dict[int, _Opening]) -> Iterator[Card]:
    ordered = sorted(figures, key=lambda figure: figure.anchor.char_start)
    for start, group in groupby(ordered, key=lambda figure: figure.context_start):
        run = list(group)
        opening = openings.get(start, _Opening(governor="", before=""))
        text = run[0].context
        first = run[0].anchor.char_start - start
        lead = settled(text[:first])[-_LONGEST_OPENING:]
        owns = [
            _with_subject(settled(figure.phrase), text, figure.anchor.char_start - start) for figure in run
        ]
        for index, figure in enumerate(run):
            at = figure.anchor.char_start - start
            last = run[index - 1].anchor.char_end - start if index else 0
            inside = _parenthesis(text, at)
            listed = _list_head(text, at)
            governors = (opening.governor, lead if index else "", inside, listed)
            yield Card(
                figure=figure,
                own=owns[index],
                own_words=_words(without_parentheses(owns[index])),
                governor=" ".join(dict.fromkeys(filter(None, governors))),
                previous=next(iter(_clauses_in_front(text, at)), ""),
                since=settled(text[last:at]),
                siblings=" ".join(own for other, own in enumerate(owns) if other != index),
                sentence=settled(text),
                before=opening.before,
                headings=settled(" ".join(figure.anchor.section_path)),
                is_bare=owns[index] != settled(figure.phrase),
                is_first=index == 0 and not opening.governor,
                is_part="其中" in text[:at] or bool(inside),
                is_change=bool(_CHANGES.search(settled(text[max(0, at - 14) : at]))),
                sums_up=bool(_SUMS.search(owns[index])),
            )


def _parenthesis(text: str, at: int) -> str:
    """Return the clause that a parenthesis explains, when a place is inside one."""
    opened = max(text.rfind(mark, 0, at) for mark in "（(")
    if opened < 0 or any(mark in text[opened:at] for mark in "）)"):
        return ""
    start = max(text.rfind(mark, 0, opened) + 1 for mark in _CLAUSE_MARKS)
    return settled(re.sub(r"\d+", "", text[start:opened]))


def _clauses_in_front(text: str, at: int) -> list[str]:
    """Return what stands before the words of a number, clause by clause, the nearest first, up to a semicolon.

    Of 提案5件办结率80% the clause in front of 办结率 is 提案.
    """
    told = _THOUSANDS.sub("", re.split(r"[；;。！!？?]", text[:at])[-1])
    *clauses, last = re.split(r"[，,、]", told)
    counted = _UP_TO_A_NUMBER.match(last)
    clauses += [counted[1]] if counted else []
    return [settled(_NUMBER.sub(" ", clause)) for clause in reversed(clauses)]


def _with_subject(own: str, text: str, at: int) -> str:
    """Return a clause with the thing it speaks of, taken from the clauses in front where it names none itself."""
    if _names_a_thing(own) or _SUMS.search(own):
        return own
    for clause in _clauses_in_front(text, at):
        own = f"{clause} {own}"
        if _names_a_thing(clause):
            break
    return own


def _names_a_thing(clause: str) -> bool:
    """Tell whether a clause has more than a deed (办结) or a rate (办结率)."""
    language = load_language()
    return any(
        len(word.removesuffix("率")) > 1
        and word.removesuffix("率") not in language.actions | language.everyday
        for word in language.content(clause)
    )


def _list_head(text: str, at: int) -> str:
    """Return the words before the last colon or 其中 in front of a place: they head the list that it is in."""
    head = max(text.rfind(mark, 0, at) for mark in ("：", ":", "其中"))
    if head < 0:
        return ""
    start = max(text.rfind(mark, 0, head) + 1 for mark in _CLAUSE_MARKS)
    return settled(re.sub(r"\d+", "", text[start:head]))


def _words(own: str) -> tuple[str, ...]:
    plain = _ALL_TOGETHER.sub(" ", re.sub(r"[\d.,%]+", " ", own))
    common = load_language().actions | load_language().everyday
    return tuple(dict.fromkeys(word for word in words(plain) if len(word) > 1 and word not in common))
