"""Tell the columns of a table without ruling lines by how its values stand under each other.

Only rows with a value in every column show where the columns are; a value that stands under none of them for certain
is not `certain`.
"""

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from ingest.models import Value
from ingest.readers.layout import PlacedCell
from ingest.readers.pages import Page, PageTable
from ingest.readers.typesetting import TextLine, Word, joined

_VALUE = re.compile(
    r"(?:[+\-−－＋]|增加|减少|增|减)? ?[\d〓][\d,，.．〓]*(?: ?[万亿]?元| ?[件条项次个宗份])?|[-－—–/／]|无"
)
_SECTION = re.compile(r"[一二三四五六七八九十]、\S*(?:情况|问题|事项)\S*")
_PROSE_MARK = re.compile(r"[，。；！？]")
_LONGEST_LABEL = 45
_FEWEST_ROWS = 2
_WIDE_ROW = 5
_MOST_LINES_BETWEEN = 3
_LABEL_REACH = 2.2


class _Row(Value):
    """Hold a line of a table: its labels in front and the values behind."""

    labels: tuple[Word, ...]
    values: tuple[Word, ...]


def with_aligned_tables(page: Page) -> Page:
    """Return the page with the tables that only the alignment of its words shows."""
    tables: list[PageTable] = []
    kept: list[TextLine] = []
    lines = list(page.lines)
    index = 0
    while index < len(lines):
        block = _block(lines, index, page)
        table = _table(block) if block else None
        if table is None:
            kept.append(lines[index])
            index += 1
        else:
            tables.append(table)
            index += len(block)
    if not tables:
        return page
    return page.model_copy(update={"lines": tuple(kept), "tables": (*page.tables, *tables)})


def _row(line: TextLine) -> _Row:
    words = [part for word in line.words for part in _parts(word)]
    values = list(takewhile(lambda word: _VALUE.fullmatch(word.text), reversed(words)))
    return _Row(labels=tuple(words[: len(words) - len(values)]), values=tuple(reversed(values)))


def _parts(word: Word) -> list[Word]:
    """Return the values that blanks keep apart, each with its share of the place; a label stays whole."""
    texts = word.text.split(" ")
    if len(texts) < 2 or not all(_VALUE.fullmatch(text) for text in texts):
        return [word]
    step = (word.x1 - word.x0) / len(word.text)
    parts: list[Word] = []
    start = 0
    for text in texts:
        x0 = word.x0 + start * step
        parts.append(word.model_copy(update={"text": text, "x0": x0, "x1": x0 + len(text) * step}))
        start += len(text) + 1
    return parts


def _is_words(line: TextLine) -> bool:
    return not any(_PROSE_MARK.search(word.text) or len(word.text) > _LONGEST_LABEL for word in line.words)


def _is_row(line: TextLine) -> bool:
    row = _row(line)
    return _is_words(line) and bool(row.values) and len(row.labels) + len(row.values) > 1


def _is_head(line: TextLine) -> bool:
    return len(line.words) > 1 and _is_words(line)


def _block(lines: Sequence[TextLine], start: int, page: Page) -> list[TextLine]:
    """Return the lines of a table that begins here: rows, their heads, and a few lines of labels between them."""
    if not (_is_row(lines[start]) or _is_head(lines[start])):
        return []
    block: list[TextLine] = []
    between = rows = widest = 0
    end = 0
    for above, line in pairwise([lines[start], *lines[start:]]):
        crossed = any(above.bottom <= table.top <= line.top for table in page.tables)
        if crossed or line.top - above.top > 5 * line.size or _SECTION.fullmatch(line.text):
            break
        if _is_row(line):
            rows, between, end = rows + 1, 0, len(block) + 1
            widest = max(widest, len(_row(line).values))
        elif _is_head(line):
            between = 0
        elif between < _MOST_LINES_BETWEEN and _is_words(line):
            between += 1
        else:
            break
        block.append(line)
    return block[:end] if rows >= _FEWEST_ROWS or widest >= _WIDE_ROW else []


def _table(block: Sequence[TextLine]) -> PageTable | None:
    """Return the table, its columns where the fullest rows have their values."""
    rows = [_row(line) for line in block]
    width = max(len(row.values) for row in rows)
    full = [row for row in rows if len(row.values) == width]
    spans = [
        (min(row.values[column].x0 for row in full), max(row.values[column].x1 for row in full))
        for column in range(width)
    ]
    apart = all(left[1] < right[0] for left, right in pairwise(spans))
    margin = min((right[0] - left[1] for left, right in pairwise(spans)), default=20.0) / 2
    reach = [(start - margin, end + margin) for start, end in spans]
    rows = _with_whole_labels(rows, spans[0][0])
    cells: list[PlacedCell] = []
    for index, row in enumerate(rows):
        label = [word for word in row.labels if word.x1 <= spans[0][0]]
        heads = row.labels[len(label) :]
        cells.append(_cell(index, 0, label))
        if row.values and heads:
            # 数值之间还有文字，列就无从辨认
            cells += [
                _cell(index, 1 + at, word, certain=False) for at, word in enumerate((*heads, *row.values))
            ]
        elif len(row.values) == width:
            cells += [_cell(index, 1 + at, word) for at, word in enumerate(row.values)]
        elif row.values:
            cells += _placed_values(index, row.values, reach if apart else None, width)
        elif heads:
            cells += _placed_heads(index, heads, spans)
    left = min(line.x0 for line in block)
    right = max(line.x1 for line in block)
    borders = [left, *(start for start, _ in spans), right + 1]
    return PageTable(xs=tuple(borders), top=block[0].top, bottom=block[-1].bottom, cells=tuple(cells))


def _with_whole_labels(rows: Sequence[_Row], first_value: float) -> list[_Row]:
    """Return the rows, each with the lines of its label that stand above and below its values."""
    owned: dict[int, list[Word]] = {}
    valued = [index for index, row in enumerate(rows) if row.values]
    kept: list[int] = []
    for index, row in enumerate(rows):
        if row.values or not all(word.x1 <= first_value for word in row.labels):
            kept.append(index)
            continue
        middle = row.labels[0].middle
        nearest = min(valued, key=lambda at: abs(rows[at].values[0].middle - middle))
        if abs(rows[nearest].values[0].middle - middle) < _LABEL_REACH * row.labels[0].size:
            owned.setdefault(nearest, []).extend(row.labels)
        else:
            kept.append(index)
    return [
        rows[index].model_copy(update={"labels": _stacked((*rows[index].labels, *owned[index]))})
        if index in owned
        else rows[index]
        for index in kept
    ]


def _stacked(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return words that stand under each other as one, from left to right."""
    stacked: list[Word] = []
    for word in sorted(words, key=lambda word: word.top):
        above = next((at for at, other in enumerate(stacked) if abs(other.x0 - word.x0) < word.size), None)
        if above is None:
            stacked.append(word)
            continue
        other = stacked[above]
        stacked[above] = other.model_copy(
            update={
                "text": joined(other.text, word.text),
                "x1": max(other.x1, word.x1),
                "certain": other.certain and word.certain,
            }
        )
    return tuple(sorted(stacked, key=lambda word: word.x0))


def _cell(row: int, column: int, words: Word | Sequence[Word], *, certain: bool = True) -> PlacedCell:
    words = [words] if isinstance(words, Word) else words
    return PlacedCell(
        text=" ".join(word.text for word in words),
        row=row,
        column=column,
        certain=certain and all(word.certain for word in words),
    )


def _placed_values(
    row: int, values: Sequence[Word], reach: Sequence[tuple[float, float]] | None, width: int
) -> list[PlacedCell]:
    """Return the values of an incomplete row; none is certain where one stands under no column, or two under one."""
    columns: list[int] = []
    for word in values:
        under = [
            index for index, (start, end) in enumerate(reach or ()) if start <= (word.x0 + word.x1) / 2 <= end
        ]
        columns += under if len(under) == 1 else [-1]
    if -1 in columns or len(set(columns)) < len(columns):
        return [_cell(row, 1 + at, word, certain=False) for at, word in enumerate(values)]
    found = dict(zip(columns, values, strict=True))
    return [_cell(row, 1 + at, found.get(at, ())) for at in range(width)]


def _placed_heads(row: int, heads: Sequence[Word], spans: Sequence[tuple[float, float]]) -> list[PlacedCell]:
    """Return the words above the columns, each in the first column that it reaches over."""
    found: dict[int, list[Word]] = {}
    for word in heads:
        under = [index for index, (start, end) in enumerate(spans) if word.x0 <= (start + end) / 2 <= word.x1]
        middle = (word.x0 + word.x1) / 2
        nearest = min(range(len(spans)), key=lambda index: abs(sum(spans[index]) / 2 - middle))
        found.setdefault(under[0] if under else nearest, []).append(word)
    return [_cell(row, 1 + at, found.get(at, ())) for at in range(len(spans))]
