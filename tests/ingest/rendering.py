"""Print a report again in another format: its prose as it stands, its tables in the official form, with merged cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

from ingest import Cell, Ingested, Table
from ingest.indicators import load_indicators
from ingest.tables import is_statutory_line


@dataclass(frozen=True)
class PrintedCell:
    text: str
    columns: int = 1
    rows: int = 1


PrintedTable = tuple[tuple[PrintedCell, ...], ...]
"""Rows of cells; a merged cell stands once, in its first row."""


def printed(report: Ingested) -> Iterator[str | PrintedTable]:
    """Yield the lines and the tables of a report in reading order."""
    waiting = sorted(report.report.tables, key=lambda table: table.anchor.char_start)
    position = 0
    for line in report.text.splitlines(keepends=True):
        start, position = position, position + len(line)
        while waiting and waiting[0].anchor.char_start < position:
            yield official_form(waiting.pop(0))
        text = line.strip(" \t\r\n\u3000#*").replace("**", "")
        if text and "\t" not in line and not is_statutory_line(line) and not _inside_table(report, start):
            yield text


def _inside_table(report: Ingested, offset: int) -> bool:
    return any(
        table.anchor.char_start <= offset < table.anchor.char_end
        and not any(section.anchor.char_start == offset for section in report.report.sections)
        for table in report.report.tables
    )


def official_form(table: Table) -> PrintedTable:
    """Return a statutory table as the form prescribes it."""
    match table.kind:
        case "article20":
            return tuple(_article20(table))
        case "applications":
            return tuple(_applications(table))
        case "review_litigation":
            return tuple(_review(table))
        case "stat2017":
            return tuple(_stat2017(table))


def _article20(table: Table) -> Iterator[tuple[PrintedCell, ...]]:
    for item, cells in groupby(table.cells, key=lambda cell: cell.row[0]):
        yield (PrintedCell(item, columns=4),)
        rows = [list(row) for _, row in groupby(cells, key=lambda cell: cell.row)]
        yield (PrintedCell("信息内容"), *_filling(3, [_with_unit(cell) for cell in rows[0]]))
        for row in rows:
            yield (PrintedCell(row[0].row[-1]), *_filling(3, [cell.printed for cell in row]))


def _with_unit(cell: Cell) -> str:
    unit = cell.quantity.unit if cell.quantity and cell.column == "采购总金额" else ""
    return f"{cell.column}（{unit}）" if unit and "元" not in cell.printed else cell.column


def _filling(width: int, texts: Sequence[str]) -> list[PrintedCell]:
    last = PrintedCell(texts[-1], columns=width - len(texts) + 1)
    return [*map(PrintedCell, texts[:-1]), last]


def _applications(table: Table) -> Iterator[tuple[PrintedCell, ...]]:
    relation = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    kinds = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
    yield PrintedCell(relation, columns=3, rows=3), PrintedCell("申请人情况", columns=7)
    yield PrintedCell("自然人", rows=2), PrintedCell("法人或其他组织", columns=5), PrintedCell("总计", rows=2)
    yield tuple(map(PrintedCell, kinds))
    rows = [
        (path, [cell.printed for cell in cells])
        for path, cells in groupby(table.cells, lambda cell: cell.row)
    ]
    paths = [path for path, _ in rows]
    seen: set[tuple[str, ...]] = set()
    for path, values in rows:
        labels: list[PrintedCell] = []
        for depth, label in enumerate(path, start=1):
            if path[:depth] not in seen:
                below = sum(other[:depth] == path[:depth] for other in paths)
                labels.append(PrintedCell(label, columns=4 - depth if depth == len(path) else 1, rows=below))
                seen.add(path[:depth])
        yield (*labels, *map(PrintedCell, values))


def _review(table: Table) -> Iterator[tuple[PrintedCell, ...]]:
    outcomes = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    yield PrintedCell("行政复议", columns=5), PrintedCell("行政诉讼", columns=10)
    yield (
        *(PrintedCell(outcome, rows=2) for outcome in outcomes),
        PrintedCell("未经复议直接起诉", columns=5),
        PrintedCell("复议后起诉", columns=5),
    )
    yield tuple(map(PrintedCell, outcomes * 2))
    yield tuple(PrintedCell(cell.printed) for cell in table.cells)


def _stat2017(table: Table) -> Iterator[tuple[PrintedCell, ...]]:
    units = {indicator.key: indicator.unit for indicator in load_indicators().indicators}
    yield tuple(map(PrintedCell, ("统计指标", "单位", "汇总数")))
    for top, cells in groupby(table.cells, key=lambda cell: cell.row[:-1][:1]):
        if top:
            yield (PrintedCell(top[0], columns=3),)
        for cell in cells:
            unit = cell.quantity.unit if cell.quantity else units[cell.indicator or ""]
            yield tuple(map(PrintedCell, (cell.row[-1], unit, cell.printed)))


def render_html(report: Ingested) -> str:
    """Return a page as a government website serves it, with the page around the report."""
    body = "\n".join(_html_piece(piece) for piece in printed(report))
    title = escape(report.report.title)
    links = "".join(
        f'<li><a href="/n{number}.html">关于2020年{number}号工作的通知</a><span>2020-01-{number:02}</span></li>'
        for number in range(1, 13)
    )
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}-青禾县人民政府门户网站</title>
<style>.a{{color:red}}</style><script>var total = "<td>99</td>";</script></head>
<body>
<div class="top"><h1><a href="/">青禾县人民政府</a></h1><ul><li><a href="/a">首页</a></li><li><a href="/b">政务公开</a></li>
<li><a href="/c">政民互动</a></li></ul><form><input name="q" placeholder="请输入关键字"><button>搜索</button></form></div>
<div class="crumb">您当前的位置：<a href="/">首页</a> &gt; <a href="/b">政务公开</a> &gt; 年度报告</div>
<div class="main"><div class="side"><h3>信息公开</h3><ul>{links}</ul></div>
<div class="article"><div class="info">发布日期：2021-01-20 16:30 来源：政府办公室 浏览次数：1234 字体：【大 中 小】</div>
<div class="content">
{body}
</div>
<div class="share">分享到：<a href="#" onclick="s()">微信</a> <a href="javascript:s()">微博</a></div>
<div class="next"><p>上一篇：<a href="/1.html">另一个单位2021年政府信息公开工作年度报告</a></p></div>
<div style="display:none">隐藏的段落：共99999件。</div>
</div></div>
<div class="foot"><p>主办：青禾县人民政府办公室 版权所有 宁ICP备00000000号 网站标识码：0000000000</p>
<p><a href="/m">网站地图</a> | <a href="/u">联系我们</a></p></div>
<script>document.write("1");</script>
</body></html>
"""


def _html_piece(piece: str | PrintedTable) -> str:
    if isinstance(piece, str):
        return f'<p style="text-indent:2em"><span>{escape(piece)}</span></p>'
    rows = "\n".join("<tr>" + "".join(map(_html_cell, row)) + "</tr>" for row in piece)
    return f'<table border="1" cellspacing="0"><tbody>\n{rows}\n</tbody></table>'


def _html_cell(cell: PrintedCell) -> str:
    spans = "".join(
        f' {name}="{count}"'
        for name, count in (("colspan", cell.columns), ("rowspan", cell.rows))
        if count > 1
    )
    return f"<td{spans}><p><span>{escape(cell.text) or '&nbsp;'}</span></p></td>"


def render_docx(report: Ingested, path: Path) -> None:
    """Write a document as an office writes it."""
    from docx import Document

    document = Document()
    document.sections[0].header.paragraphs[0].text = "青禾县人民政府办公室"
    document.sections[0].footer.paragraphs[0].text = "— 1 —"
    for piece in printed(report):
        if isinstance(piece, str):
            document.add_paragraph(piece)
            continue
        width = sum(cell.columns for cell in piece[0])
        table = document.add_table(rows=len(piece), cols=width)
        for row, column, cell in placed(piece):
            first = table.cell(row, column)
            if cell.rows > 1 or cell.columns > 1:
                first = first.merge(table.cell(row + cell.rows - 1, column + cell.columns - 1))
            first.text = cell.text
    document.save(str(path))


def placed(table: PrintedTable) -> Iterator[tuple[int, int, PrintedCell]]:
    """Yield each cell with the row and column of its upper left."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(table):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            yield row, column, cell
            taken |= {
                (row + down, column + right) for down in range(cell.rows) for right in range(cell.columns)
            }
            column += cell.columns
