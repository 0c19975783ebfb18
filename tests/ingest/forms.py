"""Write reports of fictitious counties in the layouts that websites and extractors produce."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ingest import Ingested, Table, ingest_file
from ingest.indicators import load_indicators

Rows = Sequence[Sequence[str]]

TITLE = "青禾县2022年政府信息公开工作年度报告"
OUTLINE = """{title}

一、总体情况

青禾县政府办公室负责汇总全县数据。

二、主动公开政府信息情况

{article20}

三、收到和处理政府信息公开申请情况

{applications}

四、政府信息公开行政复议、行政诉讼情况

{review}

五、存在的主要问题及改进情况

解读材料还不够通俗。
"""
ARTICLE20_2019 = (
    ("第二十条第（一）项", "", "", ""),
    ("信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"),
    ("规章", "0", "0", "0"),
    ("规范性文件", "3", "2", "41"),
    ("第二十条第（五）项", "", "", ""),
    ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量"),
    ("行政许可", "120", "-7", "5600"),
    ("其他对外管理服务事项", "15", "+2", "310"),
    ("第二十条第（六）项", "", "", ""),
    ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量"),
    ("行政处罚", "88", "减少 6", "79"),
    ("行政强制", "9", "增加 11", "4"),
    ("第二十条第（八）项", "", "", ""),
    ("信息内容", "上一年项目数量", "本年增/减", ""),
    ("行政事业性收费", "13", "0", ""),
    ("第二十条第（九）项", "", "", ""),
    ("信息内容", "采购项目数量", "采购总金额", ""),
    ("政府集中采购", "27", "845.36万元", ""),
)
ARTICLE20_2021 = (
    ("第二十条第（一）项", "", "", ""),
    ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
    ("规章", "0", "0", "0"),
    ("行政规范性文件", "6", "1", "34"),
    ("第二十条第（五）项", "", "", ""),
    ("信息内容", "本年处理决定数量", "", ""),
    ("行政许可", "7120", "", ""),
    ("第二十条第（六）项", "", "", ""),
    ("信息内容", "本年处理决定数量", "", ""),
    ("行政处罚", "435", "", ""),
    ("行政强制", "28", "", ""),
    ("第二十条第（八）项", "", "", ""),
    ("信息内容", "本年收费金额（单位：万元）", "", ""),
    ("行政事业性收费", "19.8", "", ""),
)
APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
KEYS = tuple(column.key for column in load_indicators().applicants)
ZERO = ("0",) * len(KEYS)
BALANCED = {
    "new_requests": ("14", "3", "0", "1", "2", "0", "20"),
    "carried_over": ("1", "0", "0", "0", "0", "0", "1"),
    "results.granted": ("9", "2", "0", "1", "0", "0", "12"),
    "results.denied.internal_affairs": ("2", "0", "0", "0", "0", "0", "2"),
    "results.unable.not_held": ("3", "1", "0", "0", "2", "0", "6"),
    "results.total_processed": ("14", "3", "0", "1", "2", "0", "20"),
    "carried_forward": ("1", "0", "0", "0", "0", "0", "1"),
}
REVIEW_HEAD = (
    ("行政复议", "", "", "", "", "行政诉讼"),
    (
        "结果维持",
        "结果纠正",
        "其他结果",
        "尚未审结",
        "总计",
        "未经复议直接起诉",
        "",
        "",
        "",
        "",
        "复议后起诉",
    ),
    ("", "", "", "", "", *("结果维持", "结果纠正", "其他结果", "尚未审结", "总计") * 2),
)
REVIEW = (*REVIEW_HEAD, ("2", "1", "0", "0", "3", "1", "0", "0", "1", "2", "0", "0", "0", "0", "0"))


def applications(
    values: dict[str, Sequence[str]] | None = None,
    *,
    form: str = "form2021",
    label: Callable[[Sequence[str]], Sequence[str]] = lambda path: path,
) -> Rows:
    """Return table three; rows that `values` leaves out hold zeros, `label` prints a row's label path."""
    values = BALANCED if values is None else values
    head = (
        ("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "申请人情况"),
        ("", "自然人", "法人或其他组织", "", "", "", "", "总计"),
        ("", "", *APPLICANTS[1:-1], ""),
    )
    rows = tuple(
        (*label(row.path), *values.get(row.key, ZERO))
        for row in load_indicators().application_rows
        if row.form in {form, "both"}
    )
    return (*head, *rows)


def tabbed(rows: Rows) -> str:
    return "\n".join("\t".join(row) for row in rows)


def barred(rows: Rows) -> str:
    return "\n".join(" | ".join(row) + " |" for row in rows)


def markdown(rows: Rows) -> str:
    width = max(len(row) for row in rows)
    lines = ["| " + " | ".join([*row, *[""] * (width - len(row))]) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])


def spaced(rows: Rows) -> str:
    return "\n".join("   ".join(cell for cell in row if cell) for row in rows)


def narrow(rows: Rows) -> str:
    return "\n".join(" ".join(cell for cell in row if cell) for row in rows)


def bar_behind_each_line(rows: Rows) -> str:
    return "\n".join(f"{cell} |" for row in rows for cell in row if cell)


def one_cell_a_line(rows: Rows) -> str:
    return "\n\n".join(cell for row in rows for cell in row if cell)


def report(
    *,
    article20: str = "",
    table3: str = "",
    review: str = "",
    title: str = TITLE,
    outline: str = OUTLINE,
) -> str:
    return outline.format(title=title, article20=article20, applications=table3, review=review)


def read(text: str, folder: Path) -> Ingested:
    path = folder / "报告.txt"
    path.write_text(text, "utf-8")
    return ingest_file(path)


def table(read_report: Ingested, kind: str) -> Table:
    return next(each for each in read_report.report.tables if each.kind == kind)


def values(read_report: Ingested, kind: str) -> dict[str, object]:
    """Return what each cell of the form says: its amount where it is `ok`, else its status."""
    return {
        ".".join(filter(None, (cell.indicator, cell.applicant))): (
            cell.quantity.value if cell.quantity else cell.status
        )
        for cell in table(read_report, kind).cells
        if cell.indicator
    }


def codes(read_report: Ingested) -> set[str]:
    return {issue.code for issue in read_report.report.issues}
