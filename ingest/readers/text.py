"""Read text and Markdown in any Chinese encoding; rows of tabs, bars or wide gaps become grids."""

import re
from itertools import groupby, takewhile
from pathlib import Path

from ingest.errors import LimitExceeded, UnreadableFile
from ingest.models import Block, Grid, GridCell, RawDocument
from ingest.readers.loading import source_of
from ingest.settings import ReadingLimits

_MEDIA_TYPES = {".md": "text/markdown"}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CANDIDATES = ("utf-8", "gb18030", "big5")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x9f\ufffd\ue000-\uf8ff]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年公开信息政府工作"
)
_CELL_MARKUP = re.compile(r"\s*(?:\*\*)?(.*?)(?:\*\*)?\s*")
_SPACED_PART = re.compile(r"\S+(?:[ \u3000]\S+)*")
_NUMBER_PART = re.compile(r"(?:[+\-＋－¥￥]|增加|减少)? ?\d[\d,.]*(?: ?[十百千万亿]*元)?|[-—/]|无")
_UNIT = r"[件条次篇人个项份元]|人次|[万亿]元"
_UNIT_PART = re.compile(_UNIT)
_PROSE_MARK = re.compile(r"[，。；：！？:;]")
_LONGEST_SPACED_WORD = 20
_AMOUNT = r"(?:(?:增加|减少|增|减)[ \u3000]?|[+\-＋－¥￥])?\d[\d,.，．]*(?:[十百千万亿]*元)?"
_ROW_OF_SINGLE_BLANKS = re.compile(
    r"(?P<label>(?:\d{1,2}[.、．])?(?=[^\d\s])(?:[^，。；：！？:;（()）]|[（(][^（()）]*[)）])+?)??"
    rf"(?P<values>(?:(?:^|[ \u3000]+){_AMOUNT})+)"
)
_HEAD_OF_SINGLE_BLANKS = re.compile(r"[\u4e00-\u9fff]{2,10}(?:[ \u3000]+[\u4e00-\u9fff]{2,10}){2,}")
_ROW_WITH_UNIT = re.compile(
    rf"(?P<label>[^。；\s][^。；]*?)[ \u3000]+(?P<unit>{_UNIT})[ \u3000]+(?P<value>{_AMOUNT}|[-—/]|无)"
)
_PAIR_ROW = re.compile(r"\s*(?:信息内容\s*\|[^|。]+|[^\s|。][^|。]{0,38}[^\s|。]\s*\|\s*-?\d[\d,.]*\s*)")
"""A row of two cells without a frame: a label with a number, or the head of such a table."""
_RULE_ROW = re.compile(r"[\s|]*:?-{2,}:?\s*(?:\|\s*(?::?-{2,}:?)?\s*)*")


def read_text(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of a text file; raise UnreadableFile or LimitExceeded with the remedy."""
    text = decoded(path.name, data)
    if len(text) > limits.max_characters:
        raise LimitExceeded(
            path.name, f"正文有 {len(text)} 字，超过上限 {limits.max_characters} 字", "请拆分后再导入。"
        )
    media_type = _MEDIA_TYPES.get(path.suffix.lower(), "text/plain")
    blocks = _lines(text)
    return RawDocument(
        source=source_of(path, data, media_type=media_type), text=text, blocks=blocks, grids=_grids(blocks)
    )


def with_printed_rows(document: RawDocument) -> RawDocument:
    """Return a document of another format with grids for those of its lines that are rows, as in a text file."""
    rows = [list(row) for grid in document.grids for _, row in groupby(grid.cells, key=lambda cell: cell.row)]
    starts = {row[0].char_start for row in rows}
    grids = list(document.grids)
    for in_grid, run in groupby(document.blocks, key=lambda block: block.char_start in starts):
        if not in_grid:
            grids += _grids(tuple(run))
    return document.model_copy(
        update={"grids": tuple(sorted(grids, key=lambda grid: grid.cells[0].char_start))}
    )


def decoded(name: str, data: bytes) -> str:
    """Return the text behind bytes of any encoding in use for Chinese."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _checked(name, data, encoding)
    if b"\x00" in data[:4096]:
        sample = data[: len(data) // 2 * 2][:4096]
        encoding = "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
        return _checked(name, data, encoding)
    readings = [reading for encoding in _CANDIDATES if (reading := _attempt(data, encoding)) is not None]
    if not readings:
        raise UnreadableFile(name, "不是文本文件，或编码无法识别", "请另存为 UTF-8 编码的文本后再导入。")
    return readings[0] if _attempt(data, "utf-8") is not None else max(readings, key=plausibility)


def _checked(name: str, data: bytes, encoding: str) -> str:
    text = _attempt(data, encoding)
    if text is None:
        raise UnreadableFile(name, "不是文本文件，或编码已损坏", "请另存为 UTF-8 编码的文本后再导入。")
    return text


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if len(_CONTROL.findall(text)) > len(text) * 0.01 else text


def plausibility(text: str) -> float:
    """Return the share of everyday characters among the Chinese ones; wrong encodings show rare characters."""
    chinese = _CHINESE.findall(text)
    return sum(char in _COMMON for char in chinese) / max(1, len(chinese))


def _lines(text: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    start = 0
    for line in text.splitlines(keepends=True):
        content = line.rstrip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
        blocks.append(Block(text=content, char_start=start, char_end=start + len(content)))
        start += len(line)
    return tuple(blocks)


def _grids(blocks: tuple[Block, ...]) -> tuple[Grid, ...]:
    """Return each run of row-like lines as a grid; blank lines between rows do not end it."""
    grids: list[Grid] = []
    cells: list[GridCell] = []
    row = 0
    for block in blocks:
        spans = _cell_spans(block.text, in_table=bool(cells))
        if spans is not None:
            cells += [
                GridCell(
                    text=block.text[start:end],
                    row=row,
                    column=column,
                    char_start=block.char_start + start,
                    char_end=block.char_start + end,
                )
                for column, (start, end) in enumerate(spans)
            ]
            row += 1
        elif block.text.strip() and cells:
            grids.append(Grid(cells=tuple(cells)))
            cells, row = [], 0
    if cells:
        grids.append(Grid(cells=tuple(cells)))
    return tuple(grids)


def _cell_spans(line: str, *, in_table: bool) -> list[tuple[int, int]] | None:
    """Return where the cells of a row stand, without white space and bold marks; None for a line of prose.

    Within a table (`in_table`) a label with a single number behind it is a row too.
    """
    if "\t" in line:
        mark = "\t"
    elif "|" in line and (
        line.lstrip().startswith("|")
        or line.rstrip().endswith("|")
        or line.count("|") >= 2
        or _PAIR_ROW.fullmatch(line)
    ):
        mark = "|"
        if _RULE_ROW.fullmatch(line):
            return []
    else:
        return _spaced_spans(line) or _narrow_spans(line, fewest=1 if in_table else 2)
    start = 0
    spans: list[tuple[int, int]] = []
    for part in line.split(mark):
        inner = _CELL_MARKUP.fullmatch(part)
        spans.append((start + inner.start(1), start + inner.end(1)) if inner else (start, start))
        start += len(part) + 1
    if mark == "|" and line.lstrip().startswith("|"):
        spans = spans[1:]
    if mark == "|" and line.rstrip().endswith("|") and (line.lstrip().startswith("|") or line.endswith("|")):
        # 没有外框的行，竖线后还有空格的，末格是空白
        spans = spans[:-1]
    return spans


def _spaced_spans(line: str) -> list[tuple[int, int]] | None:
    """Return the cells of a row that wide gaps keep apart: short words, or a label with numbers behind it."""
    parts = list(_SPACED_PART.finditer(line))
    texts = [part.group() for part in parts]
    behind = len(list(takewhile(_NUMBER_PART.fullmatch, reversed(texts))))
    numbers = behind > 1 or (
        behind == 1 < len(texts) and (len(texts) == 2 or bool(_UNIT_PART.fullmatch(texts[-2])))
    )
    words = not any(_PROSE_MARK.search(text) or len(text) > _LONGEST_SPACED_WORD for text in texts)
    heads = (words and len(texts) > 2) or texts[:1] == ["信息内容"]
    if len(texts) < 2 or not (heads or numbers):
        return None
    return [part.span() for part in parts]


def _narrow_spans(line: str, *, fewest: int) -> list[tuple[int, int]] | None:
    """Return the cells of a row that single blanks keep apart: a label with numbers behind it, or a table's head."""
    if line.lstrip().startswith("信息内容") or _HEAD_OF_SINGLE_BLANKS.fullmatch(line.strip()):
        return [part.span() for part in re.finditer(r"\S+", line)]
    lead = len(line) - len(line.lstrip())
    counted = _ROW_WITH_UNIT.fullmatch(line.strip())
    if counted is not None:
        return [(lead + start, lead + end) for start, end in map(counted.span, ("label", "unit", "value"))]
    row = _ROW_OF_SINGLE_BLANKS.fullmatch(line.strip())
    if row is None:
        return None
    values = [match.span() for match in re.finditer(_AMOUNT, row["values"])]
    if len(values) < (fewest if row["label"] else 5):
        return None
    offset = lead + row.start("values")
    label = [(lead, lead + row.end("label"))] if row["label"] else []
    return [*label, *((offset + start, offset + end) for start, end in values)]
