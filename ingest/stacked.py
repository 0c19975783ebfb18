"""Rebuild the rows of statutory tables that a file prints one cell a line.

Labels tell the rows: the values between two labels are one row, however many they are. Whether a row has as many
values as its table has columns is for `tables` to judge.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby, zip_longest
from typing import Literal

from ingest.indicators import Indicators
from ingest.models import Block, Grid, GridCell, RawDocument
from ingest.rows import ARTICLE20_ITEM, HEAD_WORDS, REVIEW_WORDS, STAT_HEADS, STAT_VALUE_HEADS, is_value
from ingest.wording import folded, is_enumerated, skeleton, without_parentheses

_PAGE_FOOTER = re.compile(r"[-—–－]+\s*\d+\s*[-—–－]+|第\s*\d+\s*页.*")
_TOP_NUMBER = re.compile(r"[#*\s]*[一二三四五六七八九十]+\s*、")
_WORDS = re.compile(r"[^\s|](?:[^|\t]*[^\s|])?")
_LONGEST_LABEL = 60
_SHORTEST_RUN = 5
_MOST_PIECES = 4
_GROUPS_SIDE_BY_SIDE = frozenset([1, 3])
_OPENINGS = frozenset(["申请人情况", "行政复议", "信息内容"])

_Kind = Literal["item", "head", "label"]


def with_stacked_tables(document: RawDocument, indicators: Indicators) -> RawDocument:
    """Return the document with a grid for each run of one-cell lines, cut out of the grids they stood in."""
    words = _Words(indicators)
    runs = [run for run, shortest in _runs(document, words) if len(run) >= shortest]
    if not runs:
        return document
    starts = [run[0].char_start for run in runs]
    taken = {_line_start(document.text, cell.char_start) for run in runs for cell in run}
    grids = [
        Grid(cells=_numbered(list(_stat_rows(run, words) if _is_statistics(run) else _rows(run, words))))
        for run in runs
    ]
    for grid in document.grids:
        rest = [cell for cell in grid.cells if _line_start(document.text, cell.char_start) not in taken]
        for _, part in groupby(rest, key=lambda cell: bisect(starts, cell.char_start)):
            grids.append(grid.model_copy(update={"cells": tuple(part)}))
    grids.sort(key=lambda grid: grid.cells[0].char_start)
    return document.model_copy(update={"grids": tuple(grids)})


@cache
def _bare(label: str) -> str:
    """Return the skeleton of a label of the forms, which are the same for every report."""
    return skeleton(label)


class _Words:
    """Know which words head a table, name its items or close it."""

    def __init__(self, indicators: Indicators) -> None:
        columns = (*indicators.article20_columns, *indicators.applicants)
        labels = [
            label.split("/")[-1] if column in indicators.applicants else label
            for column in columns
            for label in (column.label, column.label_2021, *column.variants)
            if label
        ]
        self.heads = {
            *HEAD_WORDS,
            *REVIEW_WORDS,
            *_OPENINGS,
            *(_bare(row.path[-1]) for row in indicators.review_columns),
            *map(_bare, labels),
            *(_bare(without_parentheses(label)) for label in labels),
        }
        rows = (*indicators.application_rows, *indicators.article20_rows)
        self.rows = {
            _bare(label) for row in rows for label in (*row.path, row.label_2021 or "", *row.variants)
        }
        self.applications = {_bare(row.path[-1]) for row in indicators.application_rows}
        self.article20 = {
            _bare(label)
            for row in indicators.article20_rows
            for label in (row.path[-1], row.label_2021 or "")
        } - {""}
        self.outcomes = {_bare(row.path[-1]) for row in indicators.review_columns}
        self.statistics = {
            _bare(label)
            for row in indicators.stat_rows
            for label in (*row.path, *(child.label for child in row.children))
        }
        self.units = {row.unit for row in indicators.stat_rows} | {
            child.unit for row in indicators.stat_rows for child in row.children
        }

    def kind(self, text: str) -> _Kind:
        """Return what a label is; 总计 with an enumerator is a row, without one the head of a column."""
        plain = folded(text)
        if ARTICLE20_ITEM.search(plain):
            return "item"
        word = skeleton(text)
        heads = {word, skeleton(without_parentheses(text))} & self.heads
        if "本列数据" in word or (heads and not is_enumerated(text)):
            return "head"
        return "label"

    def joins(self, cells: Sequence[GridCell]) -> bool:
        """Tell whether lines that say nothing alone are together what the forms call a row or a column."""
        known = self.rows | self.heads
        whole = skeleton("".join(cell.text for cell in cells))
        return whole in known and not any(skeleton(cell.text) in known for cell in cells)

    def opens(self, text: str) -> bool:
        """Tell whether a line begins a table."""
        word = skeleton(text)
        return (
            word in _OPENINGS
            or word in STAT_HEADS
            or "本列数据" in word
            or bool(ARTICLE20_ITEM.fullmatch(folded(text)))
        )

    def begins_rows(self, text: str) -> bool:
        """Tell whether a line that is in no grid may be the first of labels that lost their numbers."""
        word = skeleton(text)
        return word in self.article20 or (word in self.applications and is_enumerated(text))

    def shortest(self, run: Sequence[GridCell]) -> int:
        """Return how long a run must be; one that begins with a row of table two is none, its numbers apart."""
        is_row = bool(run) and skeleton(run[0].text) in self.article20
        return len(run) + 1 if is_row else _SHORTEST_RUN

    def closes(self, text: str) -> bool:
        """Tell whether a line can no longer be part of a table: a heading or a sentence."""
        if skeleton(text) in self.rows | self.statistics:
            return False
        return bool(_TOP_NUMBER.match(text)) or len(text) > _LONGEST_LABEL or text.endswith(("。", "；"))


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _runs(document: RawDocument, words: _Words) -> Iterator[tuple[list[GridCell], int]]:
    """Yield runs of one-cell lines, each with how long it must be; a label right above its numbers may be alone."""
    filled = [cell for grid in document.grids for cell in grid.cells if cell.text]
    on_line = Counter(_line_start(document.text, cell.char_start) for cell in filled)
    in_rows = {_line_start(document.text, cell.char_start) for grid in document.grids for cell in grid.cells}
    run: list[GridCell] = []
    for block in document.blocks:
        part = _WORDS.search(block.text)
        if part is None or _PAGE_FOOTER.fullmatch(block.text.strip()):
            continue
        cell = _cell(block, part)
        alone = block.char_start not in in_rows
        if on_line[block.char_start] > 1 or words.closes(cell.text):
            is_label = run and words.begins_rows(run[0].text) and all(map(is_value, block.text.split()))
            yield run, 1 if is_label else words.shortest(run)
            run = []
        elif run or words.opens(cell.text) or (alone and words.begins_rows(cell.text)):
            run.append(cell)
    yield run, words.shortest(run)


def _is_statistics(run: Sequence[GridCell]) -> bool:
    return skeleton(run[0].text) in STAT_HEADS


def _cell(block: Block, part: re.Match[str]) -> GridCell:
    start, end = block.char_start + part.start(), block.char_start + part.end()
    return GridCell(text=part.group(), row=0, column=0, char_start=start, char_end=end)


def _rows(run: Sequence[GridCell], words: _Words) -> Iterator[list[GridCell]]:
    """Yield heads and labels apart; a label that goes on in the next line stays with its other half."""
    labels: list[GridCell] = []
    for values, group in groupby(run, key=lambda cell: is_value(cell.text)):
        cells = list(group)
        if not values:
            labels = cells
            continue
        yield from _row(labels, cells, words)
        labels = []
    yield from _row(labels, [], words)


def _stat_rows(run: Sequence[GridCell], words: _Words) -> Iterator[list[GridCell]]:
    """Yield the rows of a statistics table: a label, its unit, its value; headings stand alone."""
    body = next((at for at, cell in enumerate(run) if skeleton(cell.text) in STAT_VALUE_HEADS), 0) + 1
    yield list(run[:body])
    label: list[GridCell] = []
    row: list[GridCell] = []
    for cell, following in zip_longest(run[body:], run[body + 1 :]):
        if row and is_value(cell.text):
            yield [*row, cell]
            row = []
            continue
        if row:
            yield row
            row = []
        if label and cell.text in words.units:
            row, label = [_joined(label), cell], []
            continue
        label.append(cell)
        goes_on = following is not None and following.text in words.units
        if not goes_on and skeleton("".join(part.text for part in label)) in words.statistics:
            yield [_joined(label)]
            label = []
    if row or label:
        yield row or label


def _joined(cells: Sequence[GridCell]) -> GridCell:
    return cells[0].model_copy(
        update={"text": "".join(cell.text for cell in cells), "char_end": cells[-1].char_end}
    )


def _row(labels: list[GridCell], values: list[GridCell], words: _Words) -> Iterator[list[GridCell]]:
    labels = _whole(labels, words)
    kinds: list[_Kind] = [words.kind(cell.text) for cell in labels]
    names_outcome = labels and skeleton(labels[-1].text) in words.outcomes
    if kinds == ["head"] or (names_outcome and len(values) in _GROUPS_SIDE_BY_SIDE):
        kinds[-1] = "label"
    kinds = _with_new_heads(labels, kinds, words)
    own: list[GridCell] = []
    for kind, group in groupby(zip(labels, kinds, strict=True), key=lambda entry: entry[1]):
        cells = [cell for cell, _ in group]
        if kind == "head":
            yield cells
        elif kind == "item" or cells[-1] is not labels[-1]:
            yield from ([cell] for cell in cells)
        else:
            lost = [cell for cell in cells[:-1] if skeleton(cell.text) in words.rows]
            yield from ([cell] for cell in lost)
            own = [cell for cell in cells if cell not in lost]
    if own or values:
        yield [*own, *values]


def _with_new_heads(labels: Sequence[GridCell], kinds: list[_Kind], words: _Words) -> list[_Kind]:
    """Take what stands between the heads of table two and the first row that the form knows for heads, too."""
    if not kinds or kinds[-1] != "label" or skeleton(labels[-1].text) not in words.rows:
        return kinds
    run = next((at for at in range(len(kinds) - 1, 0, -1) if kinds[at - 1] != "label"), 0)
    head = next((at for at in range(run - 1, -1, -1) if skeleton(labels[at].text) == "信息内容"), None)
    between = [skeleton(cell.text) for cell in labels[run:-1]]
    if head is None or set(kinds[head:run]) != {"head"} or any(word in words.rows for word in between):
        return kinds
    new: list[_Kind] = ["head"] * len(between)
    return [*kinds[:run], *new, kinds[-1]]


def _whole(labels: list[GridCell], words: _Words) -> list[GridCell]:
    """Join labels that go on in the next line to what the forms call a row or a column."""
    whole: list[GridCell] = []
    rest = list(labels)
    while rest:
        lengths = range(min(len(rest), _MOST_PIECES), 1, -1)
        length = next((n for n in lengths if words.joins(rest[:n])), 1)
        whole.append(_joined(rest[:length]))
        rest = rest[length:]
    return whole


def _numbered(rows: Sequence[Sequence[GridCell]]) -> tuple[GridCell, ...]:
    return tuple(
        cell.model_copy(update={"row": row, "column": column})
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
    )
