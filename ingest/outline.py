"""Find the headings of a report and cut its text into sections and sentences.

Headings are recognised by their enumerators (一、 （一） 1. （1）), at the start of a line, whether the text
goes on behind them or not. Rows of tables are never headings, save those of the form's own sections that stand
alone in a row.
"""

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from ingest.models import Anchor, Block, Grid, GridCell, RawDocument, Section, Value, content_id

_MARKUP = r"[#>*_\-\s]*"
_CHINESE = "[一二三四五六七八九十]{1,3}"
_STYLES = (
    re.compile(
        rf"^{_MARKUP}(?:{_CHINESE}\s*[、.．]|第{_CHINESE}(?:部分|[章节编])\s*[、:：]?(?=[\s\u4e00-\u9fff]))[\s*_]*"
    ),
    re.compile(rf"^{_MARKUP}[（(]\s*{_CHINESE}\s*[)）]\s*、?[\s*_]*"),
    re.compile(rf"^{_MARKUP}\d{{1,2}}\s*[.、．](?!\d)[\s*_]*"),
    re.compile(rf"^{_MARKUP}[（(]\s*\d{{1,2}}\s*[)）][\s*_]*"),
)
_FIRST_OF_ITS_KIND = re.compile(r"\D{0,2}(?:1(?!\d)|一(?![二三四五六七八九十]))")
_ATTACHMENT = re.compile(rf"^{_MARKUP}附\s*[件表]\s*\d{{0,2}}\s*[:：]?\s*$")
_LONGEST_HEADING = 40
_LONGEST_BEFORE_TEXT = 25
_LONGEST_BEFORE_COLON = 20
_LEVEL_BEFORE_TEXT = 2
_COLON = re.compile(r"[：:]\**")
_BOLD_END = re.compile(r"\*\*")
_TOPIC = re.compile(
    r"(?:情况|概述|概况|问题|事项|措施|打算|计划|建议|说明|工作|建设|管理|方面|渠道|保障|公开)[。：:\s*]*$"
)
_FORM_SECTIONS = re.compile(
    r"\s*(?:一、\s*(?:总体情况|概述|概况)|二、\s*(?:行政机关)?主动公开政府信息的?情况|二、\s*政府信息主动公开情况|"
    r"三、\s*(?:行政机关)?收到和处理.{0,12}申请的?情况|四、.{0,12}行政复议.{0,6}行政诉讼的?情况|"
    r"五、.{0,8}问题.{0,10}改进.{0,6}|六、\s*其他.{0,8}事项)\s*[。：:]?\s*"
)
_SHORTEST_CUT_LINE = 18
_SENTENCE_END = re.compile(r"[。！？!?；;]+[”\"』」]?")
_PAGE_FOOTER = re.compile(r"^\s*[-—–－]?\s*(?:第\s*)?\d{1,3}\s*(?:页)?\s*(?:[/共].{0,8})?[-—–－]?\s*$")
_OPEN_END = re.compile(r"[。！？!?；;：:”\"』」）)]\s*\**\s*$")


class Sentence(Value):
    """Hold one sentence with its place and the headings above it; `text` is verbatim.

    `certain` is False where optical recognition may have misread it.
    """

    text: str
    char_start: int
    char_end: int
    section_path: tuple[str, ...]
    page: int | None = None
    certain: bool = True


class _Heading(Value):
    title: str
    level: int
    char_start: int
    char_end: int


def read_sections(document: RawDocument, *, report_id: str) -> tuple[Section, ...]:
    """Return the sections in reading order; each anchor spans its heading and its own text.

    Text before the first heading is a section without a title, level 0.
    """
    headings = _with_something_below(list(_headings(document)), document.text)
    bounds = [heading.char_start for heading in headings] + [len(document.text)]
    sections: list[Section] = []
    if bounds[0] > 0 and document.text[: bounds[0]].strip():
        sections.append(_section(report_id, "", 0, (), 0, bounds[0]))
    open_path: list[_Heading] = []
    for heading, end in zip(headings, bounds[1:], strict=True):
        open_path = [above for above in open_path if above.level < heading.level] + [heading]
        path = tuple(above.title for above in open_path)
        sections.append(_section(report_id, heading.title, heading.level, path, heading.char_start, end))
    return tuple(sections)


def _with_something_below(headings: list[_Heading], text: str) -> list[_Heading]:
    """Return the headings without the points of lists: whole sentences with nothing below them.

    Below a heading stands text, or a heading of a lower level. Of sentences on one level that follow each other the
    one with the first number decides: the last point of a list may have the next paragraph below it, and a section
    may have no text.
    """
    ends = [*(heading.char_start for heading in headings[1:]), len(text)]
    kept: list[_Heading] = []
    are_points: dict[int, bool] = {}
    for index, (heading, end) in enumerate(zip(headings, ends, strict=False)):
        are_points = {level: points for level, points in are_points.items() if level <= heading.level}
        is_sentence = heading.level > 1 and heading.title.endswith(("。", "；", "！"))
        if not is_sentence:
            are_points[heading.level] = False
        elif heading.level not in are_points or _FIRST_OF_ITS_KIND.match(heading.title):
            lower = index + 1 < len(headings) and headings[index + 1].level > heading.level
            below = text[heading.char_end : end].strip(" \t\r\n\u3000*#")
            goes_on = _STYLES[heading.level - 1].match(below)
            are_points[heading.level] = not lower and (not below or bool(goes_on))
        if not are_points[heading.level]:
            kept.append(heading)
    return kept


def _section(report_id: str, title: str, level: int, path: tuple[str, ...], start: int, end: int) -> Section:
    anchor = Anchor(report_id=report_id, char_start=start, char_end=end, section_path=path)
    return Section(
        id=content_id("s", report_id, start, *path), title=title, level=level, path=path, anchor=anchor
    )


def _headings(document: RawDocument) -> Iterator[_Heading]:
    rows = table_spans(document)
    for block in document.blocks:
        if block.char_start in rows or not block.text.strip():
            continue
        if _ATTACHMENT.match(block.text):
            yield _Heading(
                title=_clean(block.text), level=1, char_start=block.char_start, char_end=block.char_end
            )
            continue
        for level, style in enumerate(_STYLES, start=1):
            match = style.match(block.text)
            if match:
                heading = _title(block.text, match.end(), level)
                if heading is not None:
                    yield _Heading(
                        title=_clean(heading),
                        level=level,
                        char_start=block.char_start,
                        char_end=block.char_start + len(heading),
                    )
                break


def _title(line: str, enumerator_end: int, level: int) -> str | None:
    """Return the heading at the start of the line, up to its full stop or colon or the end of its bold type.

    None when it is a plain paragraph.
    """
    stop = _SENTENCE_END.search(line, enumerator_end)
    colon = _COLON.search(line, enumerator_end, stop.start() if stop else len(line))
    bold = _BOLD_END.search(line, enumerator_end) if "**" in line[:enumerator_end] else None
    if (
        bold
        and line[bold.end() :].strip()
        and _may_stand_before_text(line[enumerator_end : bold.start()], level)
    ):
        return line[: bold.end()]
    if (
        colon
        and line[colon.end() :].strip()
        and _is_said_before_colon(line[enumerator_end : colon.start()], level)
    ):
        return line[: colon.end()]
    if stop is None:
        whole = line.rstrip()
        ends_like_text = whole.endswith(("，", ",", "、"))
        return whole if len(whole) <= _LONGEST_HEADING and not ends_like_text else None
    heading = line[: stop.start() + 1]
    inner = heading[enumerator_end:]
    if not stop.group().startswith(("。", "！", "!")) or not _may_stand_before_text(inner, level):
        return None
    goes_on = bool(line[stop.end() :].strip(" \t\u3000*_"))
    return heading if level > 1 or not goes_on or _is_topic(inner) else None


def _may_stand_before_text(title: str, level: int) -> bool:
    return len(title) <= _LONGEST_BEFORE_TEXT and not (level > 1 and re.search(r"\d{2,}", title))


def _is_said_before_colon(title: str, level: int) -> bool:
    """Tell a heading from the beginning of a sentence; points of lists name their topic before the colon too."""
    return (
        1 < len(title) <= _LONGEST_BEFORE_COLON
        and not re.search(r"[\d，,、；;“”]", title)
        and (level == _LEVEL_BEFORE_TEXT or _is_topic(title))
    )


def _is_topic(title: str) -> bool:
    return not re.search(r"[\d，,]", title) and bool(_TOPIC.search(title))


def is_first_heading(line: str) -> bool:
    """Tell the heading with which the numbered sections of a report begin: 一、."""
    found = _STYLES[0].match(line)
    return found is not None and bool(re.search(r"^\W*第?一(?![二三四五六七八九十])", found[0]))


def _clean(title: str) -> str:
    return re.sub(r"^[#>_\-\s*]+|\*+|_+$", "", title).strip()


def with_headings_apart(document: RawDocument) -> RawDocument:
    """Return the document with the form's own headings that stand alone in a row of a grid as lines between grids."""
    found = {
        row[0].char_start: row[0]
        for grid in document.grids
        for row in _rows(grid)
        if len(row) == 1 and _FORM_SECTIONS.fullmatch(row[0].text)
    }
    if not found:
        return document
    ordered = sorted(found)
    blocks: list[Block] = []
    for block in document.blocks:
        at = bisect_left(ordered, block.char_start)
        cell = found[ordered[at]] if at < len(ordered) and ordered[at] < block.char_end else None
        own = {"text": cell.text, "char_start": cell.char_start, "char_end": cell.char_end} if cell else {}
        blocks.append(block.model_copy(update=own) if own else block)
    grids = tuple(part for grid in document.grids for part in _parts(grid, found))
    return document.model_copy(update={"blocks": tuple(blocks), "grids": grids})


def _rows(grid: Grid) -> Iterator[list[GridCell]]:
    """Yield the cells of each row that say something."""
    for _, row in groupby(grid.cells, key=lambda cell: cell.row):
        yield [cell for cell in row if cell.text.strip()]


def _parts(grid: Grid, headings: Mapping[int, GridCell]) -> Iterator[Grid]:
    """Yield what stands between the headings, its rows counted from 0."""
    cuts = sorted({cell.row for cell in grid.cells if cell.char_start in headings})
    for above, below in pairwise([-1, *cuts, sys.maxsize]):
        cells = tuple(
            cell.model_copy(
                update={"row": cell.row - above - 1, "row_span": min(cell.row_span, below - cell.row)}
            )
            for cell in grid.cells
            if above < cell.row < below
        )
        if cells:
            yield grid.model_copy(update={"cells": cells}) if cuts else grid


def table_spans(document: RawDocument) -> frozenset[int]:
    """Return the offsets at which lines begin that belong to a grid."""
    starts = {cell.char_start for grid in document.grids for cell in grid.cells}
    ordered = sorted(starts)
    inside: set[int] = set()
    index = 0
    for block in document.blocks:
        while index < len(ordered) and ordered[index] < block.char_start:
            index += 1
        if index < len(ordered) and ordered[index] <= block.char_end and block.text.strip():
            inside.add(block.char_start)
    return frozenset(inside)


def read_sentences(document: RawDocument, sections: tuple[Section, ...]) -> tuple[Sentence, ...]:
    """Return the sentences of the prose; one that a page break cuts in two comes back whole.

    Headings that stand alone are left out, rows of tables too.
    """
    rows = table_spans(document)
    heading_lines = {section.anchor.char_start: section for section in sections if section.title}
    sentences: list[Sentence] = []
    section_index = 0
    start: int | None = None

    def flush(end: int) -> None:
        nonlocal start
        if start is not None:
            sentences.extend(split_sentences(document.text, start, end, sections[section_index].path))
        start = None

    previous_end, previous = 0, ""
    for block in document.blocks:
        if not block.text.strip() or _PAGE_FOOTER.match(block.text):
            continue
        starts_section = block.char_start in heading_lines
        if block.char_start in rows:
            flush(previous_end)
            continue
        if starts_section or _ends_paragraph(previous) or _is_paragraph_start(block.text):
            flush(previous_end)
        while (
            section_index + 1 < len(sections)
            and sections[section_index + 1].anchor.char_start <= block.char_start
        ):
            section_index += 1
        if start is None:
            start = block.char_start
        previous_end, previous = block.char_end, block.text.rstrip()
        if starts_section and len(_clean(block.text)) <= len(heading_lines[block.char_start].title):
            start = None
    flush(previous_end)
    return _with_pages(sentences, document)


def _with_pages(sentences: Sequence[Sentence], document: RawDocument) -> tuple[Sentence, ...]:
    """Return the sentences with the page that each begins on, and whether all its lines were read with certainty."""
    blocks = document.blocks
    if all(block.page is None and block.certain for block in blocks):
        return tuple(sentences)
    starts = [block.char_start for block in blocks]
    placed: list[Sentence] = []
    for sentence in sentences:
        first = max(0, bisect_right(starts, sentence.char_start) - 1)
        last = bisect_left(starts, sentence.char_end)
        certain = all(block.certain for block in blocks[first:last])
        placed.append(sentence.model_copy(update={"page": blocks[first].page, "certain": certain}))
    return tuple(placed)


def _ends_paragraph(line: str) -> bool:
    """Tell a line that is complete from one that a page break cut: short lines and titles stand alone."""
    if _OPEN_END.search(line) or line.endswith("报告"):
        return True
    return len(line) < _SHORTEST_CUT_LINE and not line.endswith(("，", ",", "、"))


def _is_paragraph_start(line: str) -> bool:
    return any(style.match(line) for style in _STYLES) or line.startswith(("　　", "    ", "#", "- "))


def split_sentences(text: str, start: int, end: int, path: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield the sentences between two offsets; semicolons end a sentence too, since figures come in such lists."""
    position = start
    for stop in _SENTENCE_END.finditer(text, start, end):
        yield from _sentence(text, position, stop.end(), path)
        position = stop.end()
    yield from _sentence(text, position, end, path)


def _sentence(text: str, start: int, end: int, path: tuple[str, ...]) -> Iterator[Sentence]:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip(" \t\r\n\u3000*"))
    trimmed = piece.rstrip(" \t\r\n\u3000*")
    if len(trimmed) > lead:
        yield Sentence(
            text=piece[lead : len(trimmed)],
            char_start=start + lead,
            char_end=start + len(trimmed),
            section_path=path,
        )


def section_path_at(sections: Sequence[Section], offset: int) -> tuple[str, ...]:
    """Return the headings above an offset."""
    path: tuple[str, ...] = ()
    for section in sections:
        if section.anchor.char_start > offset:
            break
        path = section.path
    return path
