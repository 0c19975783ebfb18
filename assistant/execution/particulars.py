"""Find what a report says of itself: its date and period, whom to call, under which rules it was written, its columns."""

import re
from collections.abc import Sequence
from typing import assert_never

from assistant.execution.bench import Bench
from assistant.execution.naming import keys_of
from assistant.plans import About, Particular
from assistant.results import Informed, Particularity, Place
from assistant.tools import ReportView
from ingest.models import Anchor, Table
from ingest.outline import Sentence
from ingest.wording import skeleton
from vectorstore.models import ReportHead

_PERIOD = re.compile(
    r"(?:统计|数据|期限|时间|时限|区间|周期)[^。；]{0,16}?(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月[^。；]{0,20}?(?:至|到|—|－|-|~|～)\s*(?:(?:19|20)\d{2}\s*年)?\s*\d{1,2}\s*月"
)
_BASIS = re.compile(r"(?:依据|根据|按照|遵照|依照|为?贯彻(?:落实)?)[^。；]{0,20}?《[^》]{4,60}》")
_PRINTED: dict[Particular, re.Pattern[str]] = {
    "website": re.compile(r"(?:https?://|www\.)[\w./-]+"),
    "email": re.compile(r"[\w.]+@[\w.]+"),
    "fax": re.compile(r"传\s*真\s*[:：]?\s*([\d—－\-（）() ]{7,})"),
    "postcode": re.compile(r"(?:邮编|邮政编码)\s*[:：]?\s*(\d{6})"),
    "phone": re.compile(r"(?:电\s*话|咨询热线)(?:号码)?\s*(?:[:：]|是|为)?\s*([\d—－\-（）() ]{7,})"),
    "address": re.compile(
        r"(?:地址|地点)\s*(?:[:：]|是|为|位于)?\s*([^，。；：、（(]{4,}?)(?=[，。；、]|\s*(?:联系)?电话|[（(]|$)"
        r"|[（(]([^，。；：（()）]{2,20}(?:路|街|道|巷|大厦|楼|中心)[^，。；：（()）]{0,16}(?:号|楼|室|层)?)[)）]"
    ),
    "office": re.compile(
        r"(?:与|联系|咨询|请向)\s*([^，。；：、（()）与]{2,24}?(?:办公室|办|局|中心|科|股|管委会))\s*(?:联系|咨询|查询|[（(])"
    ),
    "filled_in_by": re.compile(
        r"(?:填\s*报\s*人|填\s*表\s*人|制\s*表\s*人|经\s*办\s*人)(?:签名)?\s*[:：]?\s*([一-鿿]{2,4})(?=\s|$|[，。；、]|联系|电话|单位|审核|填)"
    ),
}


def informed(operation: About, place: Place, bench: Bench) -> Informed:
    """Return the particulars of a report that are asked for, and which of them it does not state."""
    if place.head is None:
        return Informed(place=place, particulars=(), missing=operation.of)
    found: list[Particularity] = []
    missing: list[Particular] = []
    for of in operation.of:
        particular = _particular(of, operation, place.head, bench)
        if particular is None:
            missing.append(of)
        else:
            found.append(particular)
    return Informed(place=place, particulars=tuple(found), missing=tuple(missing))


def _particular(of: Particular, operation: About, head: ReportHead, bench: Bench) -> Particularity | None:
    view = bench.view(head)
    match of:
        case "date":
            published, anchor = view.report.published, view.report.published_at
            if published is None or anchor is None:
                return None
            text = f"{published.year}年{published.month}月{published.day}日"
            return Particularity(of=of, text=text, anchor=anchor, quote=_quoted(anchor, head, bench))
        case "period":
            return _sentence(of, _PERIOD, view)
        case "basis":
            return _sentence(of, _BASIS, view)
        case "columns":
            return _columns(operation, head, view, bench)
        case "sections":
            titles = tuple(section.title for section in view.report.sections if section.level == 1)
            return Particularity(of=of, text="", items=titles) if titles else None
        case "title":
            return Particularity(of=of, text=view.report.title)
        case "phone" | "fax" | "postcode" | "email" | "website" | "address" | "office":
            return _printed(of, _PRINTED[of], view)
        case "filled_in_by":
            return _in_text(of, _PRINTED[of], head, view, bench)
        case _:
            assert_never(of)


def _sentence(of: Particular, pattern: re.Pattern[str], view: ReportView) -> Particularity | None:
    sentence = next((each for each in view.sentences if pattern.search(each.text)), None)
    return _of_sentence(of, sentence.text, sentence, view) if sentence is not None else None


def _printed(of: Particular, pattern: re.Pattern[str], view: ReportView) -> Particularity | None:
    """Return what stands behind a word such as 电话, as printed, with the sentence around it."""
    for sentence in view.sentences:
        found = pattern.search(sentence.text)
        if found:
            text = (found[found.lastindex] if found.lastindex else found[0]).strip()
            return _of_sentence(of, text, sentence, view)
    return None


def _in_text(
    of: Particular, pattern: re.Pattern[str], head: ReportHead, view: ReportView, bench: Bench
) -> Particularity | None:
    """Return what stands behind a word anywhere in the file, in a table's margin too."""
    text = bench.toolbox.text(head.report_id)
    found = pattern.search(text)
    if found is None:
        return None
    section = next((s for s in reversed(view.report.sections) if s.anchor.char_start <= found.start()), None)
    anchor = Anchor(
        report_id=head.report_id,
        char_start=found.start(),
        char_end=found.end(),
        section_path=section.path if section is not None else (),
    )
    return Particularity(of=of, text=found[1].strip(), anchor=anchor, quote=found[0])


def _of_sentence(of: Particular, text: str, sentence: Sentence, view: ReportView) -> Particularity:
    anchor = Anchor(
        report_id=view.report.id,
        char_start=sentence.char_start,
        char_end=sentence.char_end,
        section_path=sentence.section_path,
        page=sentence.page,
    )
    return Particularity(of=of, text=text, anchor=anchor, quote=sentence.text)


def _quoted(anchor: Anchor, head: ReportHead, bench: Bench) -> str:
    return bench.toolbox.text(head.report_id)[anchor.char_start : anchor.char_end]


# ---------------------------------------------------------------- columns


def _columns(operation: About, head: ReportHead, view: ReportView, bench: Bench) -> Particularity | None:
    """Return the column names of the statutory table that a measure names, as the report has them."""
    if operation.measure is None:
        return None
    keys = keys_of(operation.measure, bench.language, bench.indicators)
    wanted = {indicator for key in keys for indicator in key.indicators}
    items = {
        cell.row[0]
        for table in view.report.tables
        for cell in table.cells
        if cell.indicator in wanted and cell.row
    }
    named = re.search(r"第[（(]?([一二三四五六七八九])[)）]?项", operation.measure.phrase)
    for table in view.report.tables:
        cells = [
            cell
            for cell in table.cells
            if (named is not None and cell.row and f"（{named[1]}）" in cell.row[0])
            or (
                named is None
                and (cell.row and cell.row[0] in items if items else table.kind in _tables(operation))
            )
        ]
        columns = tuple(dict.fromkeys(cell.column for cell in cells))
        if columns:
            text = bench.toolbox.text(head.report_id)
            anchor = header_anchor(table, cells[0].row_start, columns, text)
            quote = text[anchor.char_start : anchor.char_end] if anchor is not None else ""
            return Particularity(of="columns", text="", anchor=anchor, quote=quote, items=columns)
    return None


def _tables(operation: About) -> Sequence[str]:
    named = (
        ("申请", "applications"),
        ("复议", "review_litigation"),
        ("诉讼", "review_litigation"),
        ("主动公开", "article20"),
    )
    phrase = operation.measure.phrase if operation.measure is not None else ""
    return [kind for word, kind in named if word in phrase]


def header_anchor(table: Table, end: int, columns: Sequence[str], text: str) -> Anchor | None:
    """Return the line above a row that prints the column names."""
    for line in reversed(text[max(0, end - 400) : end].split("\n")):
        start = text.rfind(line, max(0, end - 400), end) if line.strip() else -1
        if start >= 0 and skeleton(columns[0]) in skeleton(line):
            stripped = line.rstrip()
            lead = len(stripped) - len(stripped.lstrip())
            return table.anchor.model_copy(
                update={"char_start": start + lead, "char_end": start + len(stripped), "table": None}
            )
    return None
