"""Print a report of plain lines and rows of tabs as a web page, a Word document or a PDF."""

import io
from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby

from docx import Document
from fpdf import FPDF
from pylopdf_fonts_zh_cn import serif_path

Rows = list[list[str]]

_PAGE = (595, 842)
_SIZE = 10


def as_html(text: str) -> bytes:
    """Return a page with the report between a menu and a foot."""
    body = "\n".join(map(_marked_up, _pieces(text)))
    menu = "".join(f'<li><a href="/{number}.html">栏目{number}</a></li>' for number in range(40))
    page = f"<html><head><meta charset='utf-8'></head><body><ul>{menu}</ul><div>{body}</div><p>版权所有</p></body></html>"
    return page.encode()


def as_docx(text: str) -> bytes:
    """Return a document of paragraphs and tables."""
    document = Document()
    for piece in _pieces(text):
        if isinstance(piece, str):
            document.add_paragraph(piece)
            continue
        table = document.add_table(rows=len(piece), cols=max(map(len, piece)))
        for row, cells in zip(table.rows, piece, strict=True):
            for cell, content in zip(row.cells, cells, strict=False):
                cell.text = content
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_pdf(text: str) -> bytes:
    """Return pages of prose and ruled tables."""
    pdf = FPDF(unit="pt", format=_PAGE)
    pdf.add_font("serif", fname=str(serif_path()))
    pdf.set_font("serif", size=_SIZE)
    pdf.add_page()
    for piece in _pieces(text):
        if isinstance(piece, str):
            pdf.multi_cell(0, _SIZE * 1.6, piece, new_x="LMARGIN", new_y="NEXT")
            continue
        width = max(map(len, piece))
        with pdf.table(line_height=_SIZE * 1.3, first_row_as_headings=False) as table:
            for cells in piece:
                row = table.row()
                for content in [*cells, *[""] * (width - len(cells))]:
                    row.cell(content)
    return bytes(pdf.output())


PRINTERS: dict[str, Callable[[str], bytes]] = {
    ".txt": str.encode,
    ".html": as_html,
    ".docx": as_docx,
    ".pdf": as_pdf,
}
"""How a report is printed in each format."""


def _pieces(text: str) -> Iterator[str | Rows]:
    for in_table, lines in groupby(filter(str.strip, text.splitlines()), key=lambda line: "\t" in line):
        if in_table:
            yield [line.split("\t") for line in lines]
        else:
            yield from lines


def _marked_up(piece: str | Rows) -> str:
    if isinstance(piece, str):
        return f"<p>{escape(piece)}</p>"
    rows = ("".join(f"<td><p>{escape(cell)}</p></td>" for cell in row) for row in piece)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
