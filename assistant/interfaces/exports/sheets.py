"""Write the figures of answers as CSV or XLSX, each with the place it stands at.

Text that a spreadsheet would run as a formula is written so that it stays text.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, cast

from assistant.exchange import Exchange
from assistant.interfaces.exports.markdown import MADE
from assistant.models import Answer

_HEADS = (
    "问题", "单位", "年度", "指标", "数值", "计量单位", "报告所载", "报告", "章节", "表", "行", "列", "页",
    "字符起", "字符止", "文件", "原文", "说明",
)  # fmt: skip
_FORMULA = re.compile(r"^[\s\x00]*[=+\-@＝＋－＠\t\r]")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_Value = str | int | Decimal | None


def figures_csv(exchanges: Sequence[Exchange]) -> str:
    """Return the figures as CSV with the mark by which Excel knows UTF-8."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(_HEADS)
    writer.writerows([_guarded(value) for value in row] for row in _rows(exchanges))
    return "\ufeff" + written.getvalue()


def figures_xlsx(exchanges: Sequence[Exchange]) -> bytes:
    """Return the figures as a workbook; every text cell is of the type text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.freeze_panes = "A2"

    def cell(value: _Value, *, bold: bool = False) -> Any:
        clean = _NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value
        made = cast(Any, WriteOnlyCell)(sheet, value=clean)
        if isinstance(value, str):
            made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(head, bold=True) for head in _HEADS])
    for row in _rows(exchanges):
        sheet.append([cell(value) for value in row])
    notes = book.create_sheet("说明")
    notes.append([MADE])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _rows(exchanges: Sequence[Exchange]) -> Iterator[tuple[_Value, ...]]:
    for exchange in exchanges:
        if exchange.answer is not None:
            yield from _answer_rows(exchange.answer)


def _answer_rows(answer: Answer) -> Iterator[tuple[_Value, ...]]:
    cited = {citation.n: citation for citation in answer.citations}
    for figure in answer.figures:
        citation = cited.get(figure.citation)
        place: tuple[_Value, ...] = (None,) * 10
        if citation is not None:
            place = (
                citation.title, " › ".join(citation.section), citation.table, " › ".join(citation.row),
                citation.column, citation.page, citation.char_start, citation.char_end, citation.source,
                citation.quote,
            )  # fmt: skip
        remarks = "；".join(one.message for one in answer.warnings if figure.citation in one.citations)
        yield (
            answer.standalone_question, figure.organization, figure.year, figure.label, figure.value,
            figure.unit, figure.printed, *place, remarks,
        )  # fmt: skip


def _guarded(value: _Value) -> _Value:
    """Put an apostrophe before text that begins like a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
