"""Answer questions for what a report says of itself: its date, contacts, column names, and what the library holds."""

import re
from collections.abc import Sequence

from assistant.execution.particulars import header_anchor
from assistant.models import Drafted
from assistant.rendering import Draft, issuer, refuse
from assistant.rules.context import Context
from assistant.tools import ListReports, ReportView, inline
from ingest.models import Table
from prompts import load

_PERIOD = re.compile(
    r"(?:统计|数据|期限|时间|时限|区间|周期)[^。；]{0,16}?(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月[^。；]{0,20}?(?:至|到|—|－|-|~|～)\s*(?:(?:19|20)\d{2}\s*年)?\s*\d{1,2}\s*月"
)
_BASIS = re.compile(r"(?:依据|根据|按照|遵照|依照|为?贯彻(?:落实)?)[^。；]{0,20}?《[^》]{4,60}》")
_SIGNED = re.compile(r"落款|发布|公布|成文|印发|签发|编制|什么时候|何时|哪天|哪一天|日期")
_CONTACTS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    ("网址", re.compile(r"网址|网站"), re.compile(r"(?:https?://|www\.)[\w./-]+")),
    ("电子邮箱", re.compile(r"邮箱|邮件"), re.compile(r"[\w.]+@[\w.]+")),
    ("传真", re.compile(r"传真"), re.compile(r"传真\s*[:：]?\s*([\d—－\-（）() ]{7,})")),
    ("邮编", re.compile(r"邮编|邮政编码"), re.compile(r"(?:邮编|邮政编码)\s*[:：]?\s*(\d{6})")),
    (
        "电话",
        re.compile(r"电话|(?<!传真)号码|联系方式"),
        re.compile(r"电话(?:号码)?\s*(?:[:：]|是|为)?\s*([\d—－\-（）() ]{7,})"),
    ),
    (
        "地址",
        re.compile(r"地址|(?:在|位于|设在)(?:哪里|哪儿|什么地方|何处)|哪里(?:办公|可以查阅)"),
        re.compile(
            r"(?:地址|地点)\s*(?:[:：]|是|为|位于)?\s*([^，。；：、（(]{4,}?)(?=[，。；、]|\s*(?:联系)?电话|[（(]|$)"
            r"|[（(]([^，。；：（()）]{2,20}(?:路|街|道|巷|大厦|楼|中心)[^，。；：（()）]{0,16}(?:号|楼|室|层)?)[)）]"
        ),
    ),
)
_ITEM = re.compile(r"第二十条第?[（(]?([一五六八九])[)）]?项")


def date_answer(context: Context) -> Drafted | None:
    """Return the date under a report's signature; refuse when it has none. None when another date is meant."""
    if not _SIGNED.search(context.asked) or re.search(r"期限|统计|培训|会议|举办|召开|活动", context.asked):
        return None
    draft = Draft()
    for view in context.views:
        published, place = view.report.published, view.report.published_at
        if published is None or place is None:
            continue
        mark = draft.cite_span(view, place, context.toolbox.text(view.report.id))
        draft.say(
            f"{published.year}年{published.month}月{published.day}日{mark}——{issuer(view)}年度报告的落款日期。"
        )
    drafted = draft.finish()
    if drafted.text:
        return drafted
    names = "、".join(issuer(view) for view in context.views)
    return refuse("no_indicator", load("no_date").fill(reports=names))


def period_answer(context: Context) -> Drafted | None:
    """Return the sentence that says from when to when a report counts."""
    return _told_by(context, _PERIOD)


def basis_answer(context: Context) -> Drafted | None:
    """Return the sentence that says under which rules a report was written."""
    return _told_by(context, _BASIS)


def _told_by(context: Context, pattern: re.Pattern[str]) -> Drafted | None:
    draft = Draft()
    for view in context.views:
        sentence = next((each for each in view.sentences if pattern.search(each.text)), None)
        if sentence is not None:
            draft.say(
                f"{issuer(view)}的报告写道：“{inline(sentence.text)}”{draft.cite_sentence(view, sentence)}"
            )
    drafted = draft.finish()
    return drafted if drafted.text else None


def contact_answer(context: Context) -> Drafted | None:
    """Return the telephone number, address, site or the like that is asked for, as printed."""
    draft = Draft()
    for view in context.views:
        for name, wanted, pattern in _CONTACTS:
            if not wanted.search(context.asked):
                continue
            for sentence in view.sentences:
                found = pattern.search(sentence.text)
                if found:
                    value = (found[found.lastindex] if found.lastindex else found[0]).strip()
                    mark = draft.cite_sentence(view, sentence)
                    draft.say(f"{name}：{value}{mark}——{issuer(view)}的报告写道：“{inline(sentence.text)}”")
                    break
    drafted = draft.finish()
    return drafted if drafted.text else None


def headings_answer(context: Context) -> Drafted | None:
    """Return the column names of a statutory table, report by report."""
    item = _ITEM.search(re.sub(r"\s+", "", context.asked))
    draft = Draft()
    seen: dict[tuple[str, ...], str] = {}
    for view in context.views:
        for table in view.report.tables:
            columns = _columns(table, item[1] if item else None)
            if not columns or (item is None and table.kind not in _named_tables(context.asked)):
                continue
            first = next(
                cell for cell in table.cells if item is None or (cell.row and f"（{item[1]}）" in cell.row[0])
            )
            anchor = header_anchor(table, first.row_start, columns, context.toolbox.text(view.report.id))
            mark = draft.cite_span(view, anchor, context.toolbox.text(view.report.id)) if anchor else ""
            draft.say(f"{issuer(view)}：{'、'.join(columns)}{mark}。")
            seen[columns] = issuer(view)
    if len(context.views) > 1 and seen:
        draft.say("列名相同。" if len(seen) == 1 else "各报告所用格式不同，列名也不同，口径不可直接比较。")
    drafted = draft.finish()
    return drafted if drafted.text else None


def _named_tables(asked: str) -> Sequence[str]:
    named = [
        ("申请", "applications"),
        ("复议", "review_litigation"),
        ("诉讼", "review_litigation"),
        ("主动公开", "article20"),
    ]
    return [kind for word, kind in named if word in asked]


def _columns(table: Table, item: str | None) -> tuple[str, ...]:
    rows = [cell for cell in table.cells if item is None or (cell.row and f"（{item}）" in cell.row[0])]
    return (
        tuple(dict.fromkeys(cell.column for cell in rows))
        if table.kind == "article20" or item is None
        else ()
    )


def collection_answer(context: Context) -> Drafted:
    """Return which reports the library holds, within what the question narrows it to."""
    heads = context.toolbox.list_reports(ListReports(filter=context.question.filter))
    context.note("list_reports", f"{len(heads)} 份")
    wanted = [
        head
        for head in heads
        if (not context.scope.organizations or head.organization in context.scope.organizations)
        and (not context.scope.years or head.year in context.scope.years)
    ]
    draft = Draft()
    names = "、".join(context.scope.organizations)
    if not wanted:
        years = "、".join(f"{year}年" for year in context.scope.years)
        draft.say(f"没有。库中没有{names}{years}的报告。")
        return draft.finish()
    draft.say(f"库中有 {len(wanted)} 份{names}{'的' if names else ''}报告：")
    by_name: dict[str, list[str]] = {}
    for head in wanted:
        by_name.setdefault(head.organization, []).append(f"{head.year}年" if head.year else "年度不明")
    for name, years in list(by_name.items())[:40]:
        draft.say(f"{name}：{'、'.join(years)}")
    if len(by_name) > 40:
        draft.say(f"……另有 {len(by_name) - 40} 个单位")
    return draft.finish()


def literal_scope(views: Sequence[ReportView], literals: Sequence[str]) -> ReportView | None:
    """Return the one report whose sentences hold all quoted words; None when several do or none does."""
    plain = [re.sub(r"\s+", "", literal) for literal in literals]
    holding = [
        view
        for view in views
        if all(any(word in re.sub(r"\s+", "", s.text) for s in view.sentences) for word in plain)
    ]
    return holding[0] if len(holding) == 1 else None
