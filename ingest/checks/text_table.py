"""Check what sentences say against the tables, where both speak of the same thing and the same body.

What is said of another body than the one that reports is a difference of scope, never a contradiction.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ingest.checks.assessment import Assessment, Cells, compare, plain
from ingest.indicators import Indicators, Statement
from ingest.models import Anchor, Figure, Section, Value
from ingest.outline import Sentence
from ingest.wording import folded

_NO_REQUESTS = re.compile(
    r"(?:未|没有|无)(?:收到|接到|受理)[^。；;，,]{0,20}申请|(?:未|没有)收到[^。；;]{0,30}(?:依申请公开|申请)"
)
_NO_FEES = re.compile(
    r"(?:未|没有|无)(?:收取|产生|发生|涉及)?(?:任何|各类|过|有关|相关)*(?:行政事业性)?(?:收费|费用)(?:情况|事项|项目|行为)?(?:发生|产生)?[。；;，,]?$"
    r"|(?:行政事业性)?收费(?:情况|金额)?[为是:：]?(?:无|零|0元|0万元)[。；;，,]?$"
)
_OTHER_FEES = re.compile(r"信息处理|依申请|检索|复制|邮寄|提供政府信息|申请人")
# 说数之前和之后可以有、又不改变所数的是什么的话
_BEFORE = (
    r"(?:(?:19|20)\d{2}年度?|全年|本年度?|年内|年度|截至?[^，。]{0,12}[底末日]|我[省市县区州旗镇乡局委办厅]"
    r"|全[省市县区州旗镇乡局]|本(?:机关|级|省|市|县|区|局)|机关|园区|街道|共计?|总共|合计|新|依法|已|目前)*"
)
_BEHIND = r"(?:数量?|件数|总数|合计|共计?|共有|累计|为|达到?|是|有|了|的|:)*"


def check_against_tables(
    figures: Sequence[Figure], sentences: Sequence[Sentence], table: Cells, indicators: Indicators
) -> Iterator[Assessment]:
    """Compare each count that a sentence states with the cell that states it too, the first time it is said."""
    yield from _statements(figures, table, indicators)
    yield from _denials(sentences, table)


class _Said(Value):
    """Hold a figure of a sentence that a table can state too, with its words for comparing."""

    figure: Figure
    unit: str
    words: str
    around: str


def _statements(figures: Sequence[Figure], table: Cells, indicators: Indicators) -> Iterator[Assessment]:
    told = [
        _Said(
            figure=figure,
            unit=figure.quantity.unit,
            words=re.sub(r"\s+", "", folded(figure.phrase)),
            around=folded(figure.context),
        )
        for figure in figures
        if figure.quantity is not None and _is_level_of_issuer(figure)
    ]
    for entry in indicators.statements:
        cells = table.all(entry.cells, entry.applicant)
        said = next((one.figure for one in told if _says(one, entry)), None)
        if said is None or len(cells) != len(entry.cells):
            continue
        title = f"正文与表格的{entry.name}"
        alone = _compared(title, cells, said)
        more = table.all(entry.may_include, entry.applicant)
        both = _compared(title, (*cells, *more), said) if more else alone
        yield both if alone.outcome == "differs" and both.outcome == "agrees" else alone


def _says(said: _Said, entry: Statement) -> bool:
    if entry.indicator is not None and said.figure.indicator == entry.indicator:
        return True
    return (
        said.unit in entry.units
        and any(word in said.around for word in entry.context)
        and any(re.fullmatch(f"{_BEFORE}(?:{core}){_BEHIND}", said.words) for core in entry.phrases)
    )


def _is_level_of_issuer(figure: Figure) -> bool:
    """Tell what a table can state too: the year's level, no change and no range, of the body that reports."""
    return (
        figure.subject is None
        and not figure.change
        and figure.period in {"year", "as_of"}
        and figure.quantity is not None
        and figure.quantity.upper is None
        and figure.quantity.qualifier != "累计"
    )


def _compared(title: str, cells: Sequence[Figure], said: Figure) -> Assessment:
    unit = said.quantity.unit if said.quantity else "件"
    return compare(
        "text_table",
        title,
        left=cells,
        right=(said,),
        severity="soft",
        unit=unit,
        sides=("表格", "正文") if len(cells) == 1 else None,
    )


def _denials(sentences: Sequence[Sentence], table: Cells) -> Iterator[Assessment]:
    """Compare sentences that say there was none with the cells that count some."""
    new, fees = table.get("new_requests", "total"), table.get("art20_8.fees.amount_wan")
    requests = next((entry for entry in sentences if _NO_REQUESTS.search(entry.text)), None)
    if requests is not None and new is not None:
        yield from _denied("正文称未收到申请，表格“本年新收”总计却有数", requests, new)
    charged = next((entry for entry in sentences if _denies_fees(entry)), None)
    if charged is not None and fees is not None:
        yield from _denied("正文称没有收费，表格“行政事业性收费”却有金额", charged, fees)


def _denies_fees(sentence: Sentence) -> bool:
    """Tell whether the part on other matters says that nothing at all was charged."""
    other_matters = any("其他需要报告" in heading for heading in sentence.section_path)
    return (
        other_matters
        and bool(_NO_FEES.search(sentence.text))
        and not _OTHER_FEES.search("".join((sentence.text, *sentence.section_path[1:])))
    )


def _denied(title: str, sentence: Sentence, cell: Figure) -> Iterator[Assessment]:
    if cell.quantity is None or not cell.quantity.value:
        return
    unit = cell.quantity.unit
    yield Assessment(
        code="text_denies",
        outcome="differs",
        severity="soft",
        title=title,
        expression="",
        expected=Decimal(0),
        printed=cell.quantity.value,
        unit=unit,
        figures=(cell,),
        sections=(_place(sentence, cell.report_id),),
        remark=f"正文 0{unit}，表格 {plain(cell.quantity.value)}{unit}",
    )


def _place(sentence: Sentence, report_id: str) -> Section:
    anchor = Anchor(
        report_id=report_id,
        char_start=sentence.char_start,
        char_end=sentence.char_end,
        section_path=sentence.section_path,
        page=sentence.page,
    )
    return Section(id="", title=sentence.text, level=0, path=sentence.section_path, anchor=anchor)
