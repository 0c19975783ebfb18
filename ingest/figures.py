"""Turn table cells and the number phrases of sentences into figures.

A sentence's figure is about the words of its own clause; where these say little (办复率), the words that open
the sentence go in front (12345 热线受理诉求 办复率).
"""

import re
from collections.abc import Iterator, Sequence

from ingest.indicators import Indicators
from ingest.models import Anchor, Dimensions, Figure, Organization, Quantity, Table, content_id
from ingest.numerals import NumberPhrase, number_phrases
from ingest.outline import Sentence
from ingest.periods import Clock, Time, is_left_behind
from ingest.relations import full_stops, relate
from ingest.subjects import subject_of
from ingest.wording import folded

_CLAUSE_MARKS = "，,；;。：:！？!?"
_LIST_NUMBER = re.compile(r"^[\s*]*(?:\d{1,2}[.、．](?!\d\s*[%件条])|[（(][一二三四五六七八九十\d]+[)）])\s*")
_DATE_IN_FRONT = re.compile(
    r"^\s*(?:(?:19|20)\d{2}\s*年度?|今年|本年度?|全年|截至目前|其中|同时|并|共|累计)[，,：:]?\s*"
)
_FROM = re.compile(r"(?:由|从)([^由从]*?)的?$")
_AND_MORE = re.compile(r"\s*(?:和|与|及|以及|并)(?=[\u4e00-\u9fff]).*$", re.DOTALL)
_PARTS = ("；", ";", "：", ":", "其中")
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
    issuer: Organization | None = None,
) -> tuple[Figure, ...]:
    """Return a figure for every number phrase that counts something, with how they hang together."""
    figures: list[Figure] = []
    clock = Clock(year)
    for run in full_stops(sentences):
        subject: str | None = None
        numbers = [tuple(number_phrases(sentence.text, indicators.language)) for sentence in run]
        for sentence, found, times in zip(run, numbers, clock.times(run, numbers), strict=True):
            for figure in _of_sentence(
                sentence, found, times, indicators, report_id=report_id, organization=organization, year=year
            ):
                subject = _subject(figure, figures, subject, issuer)
                figures.append(figure.model_copy(update={"subject": subject}))
    return relate(figures, sentences)


def _subject(
    figure: Figure, earlier: Sequence[Figure], subject: str | None, issuer: Organization | None
) -> str | None:
    """Return whose number this is: the last body named since the number before it, or still the same."""
    start = figure.context_start
    same = bool(earlier) and earlier[-1].context_start == start
    since = earlier[-1].anchor.char_end - start if same else 0
    for clause in re.split(r"[，,；;：:、（(]", figure.context[since : figure.anchor.char_start - start + 1]):
        is_named, name = subject_of(clause, issuer)
        if is_named:
            subject = name
    return subject


def _of_sentence(
    sentence: Sentence,
    found: Sequence[NumberPhrase],
    times: Sequence[Time],
    indicators: Indicators,
    *,
    report_id: str,
    organization: str,
    year: int | None,
) -> Iterator[Figure]:
    respective = _respective(sentence.text, found)
    phrase = ""
    for index, (number, time) in enumerate(zip(found, times, strict=True)):
        # 发行公报 6 期 6000 余份：紧挨着的两个数说的是同一件事
        phrase = respective.get(index) or _of_change(sentence.text, found, index) or phrase
        tells = len(phrase) >= _SHORTEST_TELLING_PHRASE or index == 0
        opening = "" if tells else _opening(sentence.text, found, index)
        label = phrase if phrase in opening else f"{opening} {phrase}".strip()
        label = f"{label}{_shared_with_next(sentence.text, found, index)}"
        start = sentence.char_start + number.char_start
        end = sentence.char_start + number.char_end
        quantity = _qualified(number, sentence.text)
        yield Figure(
            id=content_id("f", report_id, start, end),
            report_id=report_id,
            indicator=_narrative_indicator(phrase, sentence.text, quantity, indicators),
            label=label,
            organization=organization,
            year=year,
            status="ok" if sentence.certain else "unclear",
            quantity=quantity if sentence.certain else None,
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
            period=time.period,
            since=time.since,
            of_year=time.of_year,
        )


def _qualified(number: NumberPhrase, text: str) -> Quantity:
    """Return the quantity with what its clause says of how it was counted: 累计, 含转发."""
    quantity = number.quantity
    if quantity.qualifier is not None:
        return quantity
    before = re.split(r"[，,；;。：:、]", text[: number.char_start])[-1]
    behind = re.match(r"\s*[（(]?含转发", text[number.char_end :])
    if behind or re.search(r"含转发[）)]?[^，,；;。：:、（）()]{0,4}$", before):
        return quantity.model_copy(update={"qualifier": "含转发"})
    if "累计" in before and quantity.unit not in {"%", "‰"}:
        return quantity.model_copy(update={"qualifier": "累计"})
    return quantity


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
    if index + 1 < len(found):
        # 建议37件和提案19件：“和提案”属于后一个数
        behind = _AND_MORE.sub("", behind)
    if not before.strip("、 \u3000") and text[start - 1 : start] in {"：", ":"}:
        # 政府网站：2328 条；政务微信：309 条
        before = re.split(rf"[{_CLAUSE_MARKS}、（(]", text[floor : start - 1])[-1]
    elif ends == [] and index + 1 < len(found) and re.match(r"[ \u3000]", behind) and before.strip():
        # 网站 2328 条 微信 309 条：隔开的词属于后一个数
        behind = ""
    return re.sub(r"\s+|\*+", "", f"{before}{behind}").strip("、—–-")


def _of_change(text: str, found: Sequence[NumberPhrase], index: int) -> str:
    """Return the words of a number; of 申请由30件降到12件 both numbers count 申请."""
    phrase = _phrase(text, found, index)
    if _goes_up_or_down(text, found, index):
        return _FROM.sub(r"\1", _phrase_in_front(text, found, index))
    if index and _goes_up_or_down(text, found, index - 1):
        number, following = found[index], [*found[index + 1 :], None][0]
        behind = text[number.char_end : following.char_start if following else len(text)]
        thing = _FROM.sub("", _phrase_in_front(text, found, index - 1))
        return thing or re.split(rf"[{_CLAUSE_MARKS}、（()）]", behind)[0] or phrase
    return phrase


def _goes_up_or_down(text: str, found: Sequence[NumberPhrase], index: int) -> bool:
    floor = found[index - 1].char_end if index else 0
    following = found[index + 1].char_start if index + 1 < len(found) else len(text)
    number = found[index]
    return is_left_behind(text[floor : number.char_start], text[number.char_end : following])


def _phrase_in_front(text: str, found: Sequence[NumberPhrase], index: int) -> str:
    """Return the words of the number's clause before it."""
    return _phrase(text[: found[index].char_end], found[: index + 1], index)


def _shared_with_next(text: str, found: Sequence[NumberPhrase], index: int) -> str:
    """Return the words behind the next number where nothing stands between: of 26类110个栏目 both count 栏目."""
    following = found[index + 1] if index + 1 < len(found) else None
    if following is None or following.char_start != found[index].char_end:
        return ""
    return _phrase(text[following.char_start :], (_moved(following, following.char_start),), 0)


def _moved(number: NumberPhrase, by: int) -> NumberPhrase:
    return number.model_copy(update={"char_start": number.char_start - by, "char_end": number.char_end - by})


def _respective(text: str, found: Sequence[NumberPhrase]) -> dict[int, str]:
    """Return the phrases of numbers that 分别 deals out, to the things named right before or those counted before.

    办结率、满意率分别为 99%、98%: the second rate is that of 满意率. 议案 11 件、提案 25 件，办结率分别为 100%、92.6%:
    the second rate is that of 提案.
    """
    phrases: dict[int, str] = {}
    for mark in re.finditer("分别", text):
        run = _dealt(text, found, mark.end())
        if len(run) < 2:
            continue
        clause = re.split(r"[，,；;。：:（(]", text[: mark.start()])[-1]
        what = re.sub(r"\s+", "", clause)
        named = [thing for thing in re.split(r"[、和与及]", what) if thing]
        named = [_LIST_NUMBER.sub("", thing) for thing in named]
        things = range(run[0] - len(run), run[0])
        verb = re.sub(r"[\s为是达到有]+", "", text[mark.end() : found[run[0]].char_start])
        if len(named) == len(run):
            kind = re.search(r"[\u4e00-\u9fff]{2}率$", named[-1])
            shared = f" {kind[0]}" if kind and not any("率" in thing for thing in named[:-1]) else ""
            phrases |= {
                index: f"{thing}{verb}" + ("" if thing is named[-1] else shared)
                for index, thing in zip(run, named, strict=True)
            }
        elif things.start >= 0:
            phrases |= {
                index: f"{phrases.get(thing) or _phrase(text, found, thing)} {what}{verb}".strip()
                for index, thing in zip(run, things, strict=True)
            }
        else:
            listed = _listed_before(text[: mark.start()], len(run))
            phrases |= {index: f"{thing}{verb}" for index, thing in zip(run, listed, strict=False)}
    return phrases


def _dealt(text: str, found: Sequence[NumberPhrase], mark: int) -> list[int]:
    """Return the numbers that 分别 deals out: those in its clause with nothing but 、 and 和 between them."""
    behind = [index for index, number in enumerate(found) if number.char_start >= mark]
    if not behind or any(char in _CLAUSE_MARKS for char in text[mark : found[behind[0]].char_start]):
        return []
    run = [behind[0]]
    for index in behind[1:]:
        between = text[found[index - 1].char_end : found[index].char_start]
        if not re.fullmatch(r"[\s、，,和及与]*", between):
            break
        run.append(index)
    return run


def _listed_before(text: str, count: int) -> list[str]:
    """Return the things that the clause before the last one lists, when there are as many: 人大建议、政协提案…，分别."""
    clauses = [clause for clause in re.split(r"[，,；;。：:（(]", text) if clause.strip()]
    things = re.split(r"[、和与及]", re.sub(r"\s+", "", clauses[-1])) if clauses else []
    return things if len(things) == count else []


def _opening(text: str, found: Sequence[NumberPhrase], index: int) -> str:
    """Return what the sentence, up to a semicolon, counts first; behind 其中 and a colon what the list is part of."""
    number = found[index]
    mark = max(_PARTS, key=lambda mark: text.rfind(mark, 0, number.char_start))
    start = text.rfind(mark, 0, number.char_start) + len(mark)
    inside = [n for n, other in enumerate(found[:index]) if other.char_start >= start]
    in_front = [n for n, other in enumerate(found[:index]) if other.char_start < start]
    # 其中：备案149宗，投资92.55亿元：投资是那一项的
    is_of_item = len(inside) == 1 and found[inside[0]].quantity.unit != number.quantity.unit
    opens_list = mark not in {"；", ";"} and in_front and not is_of_item
    return _of_change(text, found, in_front[-1] if opens_list else next(iter(inside), 0))


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
