"""Lay an answer and its proofs out as HTML.

Every piece of a question, an answer or a report goes through `escape`; nothing of it is read as markup. No
blank cell reads like a 0: （空白） is what the report left empty, 存疑 is what could not be read.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import assert_never

from assistant.interfaces.ports import Reports
from assistant.models import Answer, AnswerWarning, Citation, Derivation, Status
from ingest.models import Cell, Report, Table, TableKind

_TABLE_TITLES: dict[TableKind, str] = {
    "article20": "主动公开政府信息情况表",
    "applications": "收到和处理政府信息公开申请情况表",
    "review_litigation": "行政复议、行政诉讼情况表",
    "stat2017": "政府信息公开情况统计表",
}
_BADGES: dict[Status, str] = {
    "answered": "",
    "partial": "部分回答",
    "refused": "未作回答",
    "clarify": "需要澄清",
}
_MARK = re.compile(r"\[(\d+)\]")


def answer_html(answer: Answer, reports: Reports, *, key: str) -> str:
    """Return the whole answer; `key` keeps the targets of its citation marks apart from other answers'."""
    badge = _BADGES[answer.status]
    pieces = (
        f'<p class="badge badge-{answer.status}">{badge}</p>' if badge else "",
        f'<div class="answer-text">{_with_marks(_said_once(answer), answer.citations, key)}</div>',
        _warnings(answer.warnings, answer.citations, key),
        _citations(answer.citations, reports, key),
        _derivations(answer.derivations),
    )
    return f'<article class="answer" lang="zh-CN">{"".join(pieces)}</article>'


def reports_html(reports: Reports) -> str:
    """Return what the library holds, folded; an empty library says how it is filled."""
    headings = sorted(reports.headings(), key=lambda one: (one.organization, one.year or 0))
    if not headings:
        return (
            '<p class="library">库中还没有报告。请先在命令行读入：<code>gongkai ingest 文件或文件夹</code>，'
            "再刷新本页。</p>"
        )
    items = "".join(f"<li>{escape(one.title)}（{escape(one.source)}）</li>" for one in headings)
    summary = f"<summary>库中现有 {len(headings)} 份报告</summary>"
    return f'<details class="library">{summary}<ul>{items}</ul></details>'


def proof_html(citation: Citation, report: Report | None, text: str) -> str:
    """Return the place that a citation points at: its table with the cell marked, or its paragraph."""
    if report is not None and citation.table is not None:
        for table in report.tables:
            if table.kind == citation.table and any(_is_cited(cell, citation) for cell in table.cells):
                return _table(table, citation)
    return _paragraph(citation, text)


# ---------------------------------------------------------------- the parts of an answer


def _said_once(answer: Answer) -> str:
    """Return the text without the remarks that the badges under it show."""
    shown = [warning.message for warning in answer.warnings]
    lines = answer.text.split("\n")
    return "\n".join(
        line
        for line in lines
        if not (line.startswith("注意：") and any(message in line for message in shown))
    )


def _with_marks(text: str, citations: Sequence[Citation], key: str) -> str:
    """Escape a text and turn `[n]` into a link where there is a citation of this number."""
    known = {citation.n for citation in citations}

    def link(match: re.Match[str]) -> str:
        n = int(match[1])
        return _mark(n, key) if n in known else match[0]

    return _MARK.sub(link, escape(text))


def _mark(n: int, key: str) -> str:
    return f'<a class="cite" href="#{_target(n, key)}" aria-label="查看引用 {n}">[{n}]</a>'


def _target(n: int, key: str) -> str:
    return escape(f"cite-{key}-{n}")


def _warnings(warnings: Sequence[AnswerWarning], citations: Sequence[Citation], key: str) -> str:
    known = {citation.n for citation in citations}
    items = "".join(
        f'<li><span class="sign" aria-hidden="true">⚠</span> <span class="visually-hidden">注意：</span>'
        f"{escape(warning.message)}{''.join(_mark(n, key) for n in warning.citations if n in known)}</li>"
        for warning in warnings
    )
    return f'<ul class="warnings" role="note">{items}</ul>' if items else ""


def _citations(citations: Sequence[Citation], reports: Reports, key: str) -> str:
    cards = "".join(_card(citation, reports, key) for citation in citations)
    return f'<section class="citations" aria-label="引用"><h4>引用</h4>{cards}</section>' if cards else ""


def _card(citation: Citation, reports: Reports, key: str) -> str:
    report = reports.report(citation.report_id)
    proof = proof_html(citation, report, reports.text(citation.report_id)) if report is not None else ""
    page = f"，第 {citation.page} 页" if citation.page is not None else ""
    where = " › ".join(citation.section)
    gist = f"<q>{escape(_one_line(citation.quote))}</q>" if citation.table is None else _locator(citation)
    row = "" if citation.table is None else f'<p class="source">原文：<q>{escape(citation.quote)}</q></p>'
    file = f'<p class="source">文件：{escape(citation.source)}{page}</p>'
    return (
        f'<details class="citation" id="{_target(citation.n, key)}"><summary>'
        f'<span class="number">[{citation.n}]</span> <cite>《{escape(citation.title)}》</cite> '
        f'<span class="where">{escape(where)}{page}</span>'
        f"{gist}</summary>"
        f'<div class="proof">{proof}{row}{file}</div></details>'
    )


def _locator(citation: Citation) -> str:
    """Name the cell by the labels of its form; a bare row of numbers tells a reader nothing."""
    labels = (*citation.row, *filter(None, (citation.column,)))
    return f'<span class="locator">{escape(" › ".join(labels))}</span>'


def _derivations(derivations: Sequence[Derivation]) -> str:
    items = "".join(
        f"<li><code>{escape(one.expression)} = {one.value:f}{escape(one.unit)}</code>"
        f"{_inputs(one.inputs)}</li>"
        for one in derivations
    )
    if not items:
        return ""
    summary = f"<summary>推算过程（{len(derivations)}）</summary>"
    return f'<details class="derivations">{summary}<ol>{items}</ol></details>'


def _inputs(inputs: Sequence[str]) -> str:
    return f'<span class="where">（取自：{escape("；".join(inputs))}）</span>' if inputs else ""


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# ---------------------------------------------------------------- a quoted paragraph


def _paragraph(citation: Citation, text: str) -> str:
    """Show the lines that the quote stands in, with the quote marked."""
    start, end = citation.char_start, citation.char_end
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    return (
        f'<blockquote class="passage">{escape(text[first:start])}<mark>{escape(text[start:end])}</mark>'
        f"{escape(text[end:last])}</blockquote>"
    )


# ---------------------------------------------------------------- a statutory table


def _is_cited(cell: Cell, citation: Citation) -> bool:
    return cell.row == citation.row and citation.column in (None, cell.column)


def _table(table: Table, citation: Citation) -> str:
    """Draw a table in the shape of its form; rows that share their columns share a head."""
    rows = [(path, tuple(cells)) for path, cells in groupby(table.cells, key=lambda cell: cell.row)]
    blocks = groupby(rows, key=lambda row: tuple(cell.column for cell in row[1]))
    drawn = "".join(_block(columns, list(block), citation) for columns, block in blocks)
    caption = f"{_TABLE_TITLES[table.kind]}（{citation.organization} {citation.year or '年度不明'}）"
    return f'<figure class="statutory"><figcaption>{escape(caption)}</figcaption>{drawn}</figure>'


def _block(
    columns: tuple[str, ...], rows: Sequence[tuple[tuple[str, ...], tuple[Cell, ...]]], citation: Citation
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
        body.append(f"<tr>{head}{''.join(_cell(cell, citation) for cell in cells)}</tr>")
    heads = f"<thead>{_column_heads(columns, labelled=labelled)}</thead>"
    return f'<div class="sideways" tabindex="0"><table>{heads}<tbody>{"".join(body)}</tbody></table></div>'


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


def _cell(cell: Cell, citation: Citation) -> str:
    shown = _shown(cell)
    if not _is_cited(cell, citation):
        return f'<td class="{cell.status}">{shown}</td>'
    flag = f'<span class="flag">◀ 引用[{citation.n}]</span>'
    return f'<td class="{cell.status} cited" aria-current="true">{shown}{flag}</td>'


def _shown(cell: Cell) -> str:
    match cell.status:
        case "ok":
            return escape(cell.printed)
        case "blank":
            return "（空白）"
        case "unclear":
            return f"存疑{f'：{escape(cell.printed)}' if cell.printed else ''}"
    assert_never(cell.status)
