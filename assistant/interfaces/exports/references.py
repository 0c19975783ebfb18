"""Write a citation in the form of GB/T 7714, as a paper's list of references has it."""

from assistant.models import Citation
from ingest.models import Report, TableKind

_TABLES: dict[TableKind, str] = {
    "article20": "主动公开政府信息情况表",
    "applications": "收到和处理政府信息公开申请情况表",
    "review_litigation": "行政复议、行政诉讼情况表",
    "stat2017": "政府信息公开情况统计表",
}


def reference(citation: Citation, report: Report | None) -> str:
    """Return `责任者. 题名[R]. 日期: 页码` with the place in the report; a date that is not known is left out."""
    issued = (
        f". {report.published.isoformat()}" if report is not None and report.published is not None else ""
    )
    page = f": {citation.page}" if citation.page is not None else ""
    return f"{citation.organization}. {citation.title}[R]{issued}{page}. {place(citation)}".rstrip(". ") + "."


def place(citation: Citation) -> str:
    """Return the place in the report: the section, and the row and column of a table's cell."""
    parts = list(citation.section)
    if citation.table is not None:
        labels = " › ".join((*citation.row, *filter(None, (citation.column,))))
        parts += [f"《{_TABLES[citation.table]}》{labels}"]
    return " › ".join(parts)
