"""Turn table cells and the number phrases of sentences into figures.

A sentence's figure is about the words of its own clause; where these say little (办复率), the words that open
the sentence go in front (12345 热线受理诉求 办复率).
"""

import re
from collections.abc import Iterator, Sequence

from ingest.indicators import Indicators
from ingest.models import Anchor, Dimensions, Figure, Quantity, Table, content_id
from ingest.numerals import NumberPhrase, number_phrases
from ingest.outline import Sentence
from ingest.wording import folded

_CLAUSE_MARKS = "，,；;。：:！？!?"
_LIST_NUMBER = re.compile(r"^[\s*]*(?:\d{1,2}[.、．](?!\d\s*[%件条])|[（(][一二三四五六七八九十\d]+[)）])\s*")
_DATE_IN_FRONT = re.compile(
    r"^\s*(?:(?:19|20)\d{2}\s*年度?|今年|本年度?|全年|截至目前|其中|同时|并|共|累计)[，,：:]?\s*"
)
_SHORTEST_TELLING_PHRASE = 6


def table_figures(
    tables: Sequence[Table], text: str, *, organization: str, year: int | None
) -> tuple[Figure, ...]:
    """Return one figure a cell; blank and unclear cells are figures without a quantity."""
    return tuple(
        Figure(
            id=content_id("f", cell.anchor.report_id, table.kind, *cell.row, cell.column),
            report_id=cell.anchor.report_id,
            indicator=cell.indicator,
            label=" ".join((*cell.row[-1:], cell.column)),
            organization=organization,
            year=year,
            status=cell.status,
            quantity=cell.quantity,
            dimensions=Dimensions(applicant=cell.applicant),
            origin="table",
            context=text[cell.row_start : cell.row_end],
            context_start=cell.row_start,
            phrase=" ".join((*cell.row, cell.column)),
            anchor=cell.anchor,
        )
        for table in tables
        for cell in table.cells
    )


def sentence_figures(
    sentences: Sequence[Sentence],
    indicators: Indicators,
    *,
    report_id: str,
    organization: str,
    year: int | None,
) -> tuple[Figure, ...]:
    """Return a figure for every number phrase that counts something."""
    return tuple(
        figure
        for sentence in sentences
        for figure in _of_sentence(
            sentence, indicators, report_id=report_id, organization=organization, year=year
        )
    )


def _of_sentence(
    sentence: Sentence, indicators: Indicators, *, report_id: str, organization: str, year: int | None
) -> Iterator[Figure]:
    found = tuple(number_phrases(sentence.text, indicators.language))
    opening = _opening(sentence.text, found)
    respective = _respective(sentence.text, found)
    phrase = ""
    for index, number in enumerate(found):
        # 发行公报 6 期 6000 余份：紧挨着的两个数说的是同一件事
        phrase = respective.get(index) or _phrase(sentence.text, found, index) or phrase
        label = (
            phrase if len(phrase) >= _SHORTEST_TELLING_PHRASE or index == 0 else f"{opening} {phrase}".strip()
        )
        start = sentence.char_start + number.char_start
        end = sentence.char_start + number.char_end
        yield Figure(
            id=content_id("f", report_id, start, end),
            report_id=report_id,
            indicator=_narrative_indicator(phrase, sentence.text, number.quantity, indicators),
            label=label,
            organization=organization,
            year=year,
            status="ok",
            quantity=number.quantity,
            dimensions=Dimensions(),
            origin="sentence",
            context=sentence.text,
            context_start=sentence.char_start,
            phrase=phrase,
            anchor=Anchor(
                report_id=report_id,
                char_start=start,
                char_end=end,
                section_path=sentence.section_path,
                page=sentence.page,
            ),
        )


def _phrase(text: str, found: Sequence[NumberPhrase], index: int) -> str:
    """Return the words of the number's clause before and behind it, up to its neighbours."""
    number = found[index]
    floor = found[index - 1].char_end if index else 0
    ceiling = found[index + 1].char_start if index + 1 < len(found) else len(text)
    start = max(floor, *(text.rfind(mark, floor, number.char_start) + 1 for mark in _CLAUSE_MARKS))
    opened = max(text.rfind(mark, start, number.char_start) for mark in "（(")
    if opened >= 0 and not any(mark in text[opened : number.char_start] for mark in "）)"):
        start = opened + 1
    ends = [
        at
        for mark in (*_CLAUSE_MARKS, "、", "（", "(", "）", ")")
        if (at := text.find(mark, number.char_end, ceiling)) >= 0
    ]
    before = _LIST_NUMBER.sub("", text[start : number.char_start])
    while (shorter := _DATE_IN_FRONT.sub("", before)) != before:
        before = shorter
    behind = text[number.char_end : min(ends, default=ceiling)]
    return re.sub(r"\s+|\*+", "", f"{before}{behind}").strip("、")


def _respective(text: str, found: Sequence[NumberPhrase]) -> dict[int, str]:
    """Return the phrases of numbers that 分别 deals out to the things counted before it.

    议案 11 件、提案 25 件，办结率分别为 100%、92.6%: the second rate is that of 提案.
    """
    mark = text.find("分别")
    dealt = [index for index, number in enumerate(found) if mark >= 0 and number.char_start > mark]
    if not dealt:
        return {}
    run = [dealt[0]]
    for index in dealt[1:]:
        between = text[found[index - 1].char_end : found[index].char_start]
        if not re.fullmatch(r"[\s、和及与]*", between):
            break
        run.append(index)
    things = range(run[0] - len(run), run[0])
    if len(run) < 2 or things.start < 0:
        return {}
    what = re.sub(r"分别.*$", "", _phrase(text, found, run[0]))
    return {index: f"{_phrase(text, found, thing)} {what}" for index, thing in zip(run, things, strict=True)}


def _opening(text: str, found: Sequence[NumberPhrase]) -> str:
    return _phrase(text, found[:1], 0) if found else ""


def _narrative_indicator(
    phrase: str, sentence: str, quantity: Quantity, indicators: Indicators
) -> str | None:
    plain, around = folded(phrase), folded(sentence)
    fits = [
        (max(len(word) for word in entry.phrase if word in plain), entry.key)
        for entry in indicators.narrative
        if quantity.unit in entry.units
        and any(word in plain for word in entry.phrase)
        and any(word in around for word in entry.context)
    ]
    return max(fits)[1] if fits else None
