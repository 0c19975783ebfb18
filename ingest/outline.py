"""Find the headings of a report and cut its text into sections and sentences.

Headings are recognised by their enumerators (一、 （一） 1. （1）), at the start of a line, whether the text
goes on behind them or not. Rows of tables are never headings.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from ingest.models import Anchor, RawDocument, Section, Value, content_id

_MARKUP = r"[#>*\-\s]*"
_STYLES = (
    re.compile(rf"^{_MARKUP}(?:[一二三四五六七八九十]{{1,3}})\s*、\s*"),
    re.compile(rf"^{_MARKUP}[（(]\s*[一二三四五六七八九十]{{1,3}}\s*[)）]\s*"),
    re.compile(rf"^{_MARKUP}\d{{1,2}}\s*[.、．](?!\d)\s*"),
    re.compile(rf"^{_MARKUP}[（(]\s*\d{{1,2}}\s*[)）]\s*"),
)
_ATTACHMENT = re.compile(rf"^{_MARKUP}附\s*[件表]\s*\d{{0,2}}\s*[:：]?\s*$")
_LONGEST_HEADING = 40
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

    The last point of a list may have the next paragraph below it; it is one as those before it are.
    """
    ends = [*(heading.char_start for heading in headings[1:]), len(text)]
    kept: list[_Heading] = []
    point: _Heading | None = None
    for heading, end in zip(headings, ends, strict=False):
        is_sentence = heading.level > 1 and heading.title.endswith(("。", "；", "！"))
        has_text_below = bool(text[heading.char_end : end].strip(" \t\r\n\u3000*#"))
        if is_sentence and (not has_text_below or (point is not None and point.level == heading.level)):
            point = heading
        else:
            point = None
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
    """Return the heading at the start of the line, up to its full stop; None when it is a plain paragraph."""
    stop = _SENTENCE_END.search(line, enumerator_end)
    if stop is None:
        whole = line.rstrip()
        ends_like_text = whole.endswith(("，", ",", "、"))
        return whole if len(whole) <= _LONGEST_HEADING and not ends_like_text else None
    heading = line[: stop.start() + 1]
    inner = heading[enumerator_end:]
    if (
        not stop.group().startswith(("。", "！", "!"))
        or len(inner) > 25
        or (level > 1 and re.search(r"\d{2,}", inner))
    ):
        return None
    return heading if level > 1 or not line[stop.end() :].strip() else None


def _clean(title: str) -> str:
    return re.sub(r"^[#>\-\s*]+|\*+", "", title).strip()


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
