"""Draw the place that a citation points at: its paragraph, or its table in the shape of the official form.

Every piece of a report goes through `escape`; nothing of it is read as markup. No blank cell reads like a 0:
（空白） is what the report left empty, 存疑 is what could not be read.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import assert_never

from markupsafe import Markup

from assistant.models import Citation
from ingest.models import Cell, Report, Table, TableKind

TABLE_TITLES: dict[TableKind, str] = {
    "article20": "主动公开政府信息情况表",
    "applications": "收到和处理政府信息公开申请情况表",
    "review_litigation": "行政复议、行政诉讼情况表",
    "stat2017": "政府信息公开情况统计表",
}

Flag = Callable[[Cell], str]
"""Say what stands beside a cell that stands out, nothing for the others."""


def proof_html(citation: Citation, report: Report, text: str) -> Markup:
    """Return the place that a citation points at: its table with the cell marked, or its paragraph."""

    def flag(cell: Cell) -> str:
        cited = cell.row == citation.row and citation.column in (None, cell.anchor.column)
        return f"引用[{citation.n}]" if cited else ""

    for table in report.tables:
        if table.kind == citation.table and any(map(flag, table.cells)):
            return table_html(table, flag=flag)
    return Markup(_paragraph(citation, text))


def table_html(table: Table, *, flag: Flag = lambda _: "") -> Markup:
    """Draw a table in the shape of its form; rows that share their columns share a head."""
    rows = [(path, tuple(cells)) for path, cells in groupby(table.cells, key=lambda cell: cell.row)]
    blocks = groupby(rows, key=lambda row: tuple(cell.anchor.column or cell.column for cell in row[1]))
    drawn = "".join(_block(columns, list(block), flag, TABLE_TITLES[table.kind]) for columns, block in blocks)
    title = f"<figcaption>{TABLE_TITLES[table.kind]}</figcaption>"
    return Markup(f'<figure class="statutory">{title}{drawn}</figure>')


# ---------------------------------------------------------------- a quoted paragraph


def _paragraph(citation: Citation, text: str) -> str:
    """Show the lines that the quote stands in, with the quote marked."""
    start, end = citation.char_start, citation.char_end
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    return (
        f'<blockquote class="passage">{escape(text[first:start])}<mark data-scroll>{escape(text[start:end])}</mark>'
        f"{escape(text[end:last])}</blockquote>"
    )


# ---------------------------------------------------------------- a statutory table


def _block(
    columns: tuple[str, ...], rows: Sequence[tuple[tuple[str, ...], tuple[Cell, ...]]], flag: Flag, title: str
) -> str:
    labelled = any(path for path, _ in rows)
    body: list[str] = []
    told: tuple[str, ...] = ()
    for path, cells in rows:
        for depth in range(_shared(path, told), len(path) - 1):
            body.append(
                f'<tr><th scope="rowgroup" class="group depth-{depth}" colspan="{len(columns) + 1}">'
                f"{escape(path[depth])}</th></tr>"
            )
        told = path
        head = _row_head(path) if labelled else ""
        body.append(f"<tr>{head}{''.join(_cell(cell, flag(cell)) for cell in cells)}</tr>")
    heads = f"<thead>{_column_heads(columns, labelled=labelled)}</thead>"
    return f'<div class="sideways" tabindex="0" role="region" aria-label="{title}"><table>{heads}<tbody>{"".join(body)}</tbody></table></div>'


def _shared(path: tuple[str, ...], told: tuple[str, ...]) -> int:
    """Return how many leading labels of a row the rows above have already told."""
    same = 0
    while same < min(len(path), len(told)) and path[same] == told[same]:
        same += 1
    return same


def _row_head(path: tuple[str, ...]) -> str:
    label = path[-1] if path else ""
    return f'<th scope="row" class="depth-{max(len(path) - 1, 0)}">{escape(label)}</th>'


def _column_heads(columns: tuple[str, ...], *, labelled: bool) -> str:
    """Draw the column labels; labels such as 行政复议/总计 that share their group get it above them."""
    groups = [_group(column, columns) for column in columns]
    deep = any(groups)
    corner = f'<th scope="col" rowspan="{2 if deep else 1}">项目</th>' if labelled else ""
    if not deep:
        heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
        return f"<tr>{corner}{heads}</tr>"
    return f"<tr>{corner}{''.join(_upper(columns, groups))}</tr><tr>{''.join(_lower(columns, groups))}</tr>"


def _group(column: str, columns: tuple[str, ...]) -> str:
    """Return the group of a column, or nothing: the stroke in 本年增/减 is part of the label."""
    head, stroke, _ = column.partition("/")
    siblings = [other for other in columns if other.startswith(f"{head}/")]
    return head if stroke and len(siblings) > 1 else ""


def _upper(columns: tuple[str, ...], groups: Sequence[str]) -> Iterator[str]:
    position = 0
    for group, members in groupby(groups):
        width = len(list(members))
        if group:
            yield f'<th scope="colgroup" colspan="{width}">{escape(group)}</th>'
        else:
            for column in columns[position : position + width]:
                yield f'<th scope="col" rowspan="2">{escape(column)}</th>'
        position += width


def _lower(columns: tuple[str, ...], groups: Sequence[str]) -> Iterator[str]:
    for column, group in zip(columns, groups, strict=True):
        if group:
            yield f'<th scope="col">{escape(column.removeprefix(f"{group}/"))}</th>'


def _cell(cell: Cell, flag: str) -> str:
    shown = _shown(cell)
    if not flag:
        return f'<td class="{cell.status}">{shown}</td>'
    sign = f'<span class="flag">◀ {escape(flag)}</span>'
    return f'<td class="{cell.status} cited" aria-current="true" data-scroll>{shown}{sign}</td>'


def _shown(cell: Cell) -> str:
    match cell.status:
        case "ok":
            return escape(cell.printed)
        case "blank":
            return f"（空白：{escape(cell.printed)}）" if cell.printed else "（空白）"
        case "unclear":
            return f"存疑{f'：{escape(cell.printed)}' if cell.printed else ''}"
    assert_never(cell.status)
