"""Write answers as a Word document whose citations are real footnotes.

python-docx knows no footnotes: their part is written here and hung into the package.
"""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, cast
from xml.sax.saxutils import escape

from assistant.exchange import Exchange
from assistant.interfaces.exports.markdown import MADE, maker
from assistant.interfaces.exports.references import reference
from assistant.models import Answer
from ingest.models import Report

_MARK = re.compile(r"\[(\d+)\]")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def word(title: str, exchanges: Sequence[Exchange], reports: Mapping[str, Report]) -> bytes:
    """Return a .docx file; the footnotes of all answers are numbered through."""
    from docx import Document
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    document = cast(Any, Document())
    _with_chinese_fonts(document)
    notes: list[str] = []
    document.add_heading(_clean(title), level=1)
    document.add_paragraph(MADE)
    for exchange in exchanges:
        document.add_heading(_clean(exchange.question), level=2)
        if exchange.answer is None:
            document.add_paragraph("（没有回答）")
        else:
            _add_answer(document, exchange.answer, reports, notes)
    package = document.part.package
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES_TYPE, _footnotes(notes), package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    document.core_properties.title = _clean(title)
    document.core_properties.comments = MADE
    document.core_properties.author = "公开问"
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _add_answer(document: Any, answer: Answer, reports: Mapping[str, Report], notes: list[str]) -> None:
    if answer.taken_as:
        document.add_paragraph(_clean(f"（理解为：{answer.taken_as}）"))
    places: dict[int, int] = {}
    for citation in answer.citations:
        quote = " ".join(citation.quote.split())
        notes.append(_clean(f"{reference(citation, reports.get(citation.report_id))} “{quote}”"))
        places[citation.n] = len(notes)
    for line in answer.text.split("\n"):
        _add_noted(document.add_paragraph(), line, places)
    if len(answer.figures) > 1:
        _add_table(document, answer, places)
    for one in answer.workings:
        document.add_paragraph(_clean(f"推算：{one.expression} = {one.value:f}{one.unit}"))
    document.add_paragraph(_clean(maker(answer)))


def _add_noted(paragraph: Any, line: str, places: Mapping[int, int]) -> None:
    """Add a line; `[n]` becomes a footnote where there is a citation of this number."""
    position = 0
    for match in _MARK.finditer(line):
        if int(match[1]) in places:
            paragraph.add_run(_clean(line[position : match.start()]))
            _add_reference(paragraph, places[int(match[1])])
            position = match.end()
    paragraph.add_run(_clean(line[position:]))


def _add_reference(paragraph: Any, note: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run()
    run.font.superscript = True
    mark = cast(Any, OxmlElement("w:footnoteReference"))
    mark.set(qn("w:id"), str(note))
    run._r.append(mark)


def _add_table(document: Any, answer: Answer, places: Mapping[int, int]) -> None:
    table = document.add_table(rows=1, cols=4, style="Table Grid")
    for cell, head in zip(table.rows[0].cells, ("单位", "年度", "指标", "报告所载"), strict=True):
        cell.text = head
    for figure in answer.figures:
        cells = table.add_row().cells
        said = (figure.organization, str(figure.year or ""), figure.label)
        for cell, text in zip(cells, said, strict=False):
            cell.text = _clean(text)
        paragraph = cells[3].paragraphs[0]
        paragraph.add_run(_clean(figure.printed))
        if figure.citation in places:
            _add_reference(paragraph, places[figure.citation])
    document.add_paragraph()


def _with_chinese_fonts(document: Any) -> None:
    """Name a font for Chinese text; Word would otherwise take one for Western text."""
    from docx.oxml.ns import qn

    for name in ("Normal", "Heading 1", "Heading 2"):
        fonts = document.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), "宋体" if name == "Normal" else "黑体")


def _footnotes(notes: Sequence[str]) -> bytes:
    """Return the part that holds the footnotes; the two separators are what Word expects there."""
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
        for number, kind in ((-1, "separator"), (0, "continuationSeparator"))
    )
    told = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
        f'<w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> {escape(note)}</w:t></w:r></w:p></w:footnote>'
        for number, note in enumerate(notes, start=1)
    )
    xml = f'<w:footnotes xmlns:w="{_W}">{separators}{told}</w:footnotes>'
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode()


def _clean(text: str) -> str:
    """Return text without the control characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
