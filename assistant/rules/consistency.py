"""Answer questions about whether the figures of a report agree."""

import re
from collections.abc import Sequence

from assistant.models import Derivation, Drafted
from assistant.rendering import NOT_COMPUTED, Draft, issuer, printed_amounts
from assistant.rendering.answer import heading_anchor
from assistant.rules.context import Context
from assistant.tools import CheckConsistency, ReportView
from ingest.checks import Assessment, describe

_GENERIC = frozenset(
    [
        "一致",
        "矛盾",
        "勾稽",
        "关系",
        "问题",
        "数据",
        "数字",
        "正文",
        "表格",
        "表",
        "合计",
        "报告",
        "相符",
        "出入",
        "错误",
        "平衡",
        "吻合",
        "对得上",
        "件数",
        "申请表",
        "申请",
        "数据表",
        "表中",
        "成立",
        "平不平",
        "不平",
        "平",
        "第一项",
        "第二项",
        "第三项",
        "第四项",
        "加",
        "等于",
        "对得上吗",
        "是否",
        "核对",
        "检查",
        "数对",
    ]
)
_MOST_CITED = 8
_MOST_DIFFERING = 6
_MOST_AGREEING = 3
_ALL = re.compile(r"(?:哪些|什么|有没有|有无|是否)[^,，]{0,8}(?:矛盾|出入|差错|错误|勾稽|不一致|不符)")


def consistency_answer(context: Context) -> Drafted | None:
    """Return the rules that the question is about with their outcome; None when none applies to it."""
    draft = Draft()
    context.note("check_consistency", context.asked.strip())
    for view, entries in context.toolbox.check_consistency(CheckConsistency(filter=context.filter)):
        fitting = _fitting(context, entries)
        if not fitting:
            continue
        differing = [entry for entry in fitting if entry.outcome == "differs"]
        if len(context.views) > 1 or len(fitting) > 1:
            draft.say(f"{issuer(view)}：{_verdict(fitting)}。")
        for entry in differing[:_MOST_DIFFERING] or fitting[:_MOST_AGREEING]:
            _say(context, draft, view, entry, alone=len(fitting) == 1)
    drafted = draft.finish()
    return drafted if drafted.text else None


def _verdict(entries: Sequence[Assessment]) -> str:
    outcomes = {entry.outcome for entry in entries}
    if "differs" in outcomes:
        return "以下各项不符"
    return "以下各项均一致" if outcomes == {"agrees"} else "以下各项有空白或无法辨认的单元格，不能全部核对"


def findings_answer(context: Context) -> Drafted:
    """Return all that does not agree in the reports of the scope."""
    context.note("check_consistency", "全部规则")
    draft = Draft()
    for view, entries in context.toolbox.check_consistency(CheckConsistency(filter=context.filter)):
        differing = [entry for entry in entries if entry.outcome == "differs"]
        if not differing:
            draft.say(f"{issuer(view)}的报告：按勾稽规则核对，没有发现不符之处。")
            continue
        draft.say(f"{issuer(view)}的报告有以下不符：")
        for entry in differing[:8]:
            _say(context, draft, view, entry, alone=False)
    return draft.finish()


def asks_for_all(asked: str) -> bool:
    """Tell whether a question is for all contradictions, not for a particular pair of figures."""
    return bool(_ALL.search(asked)) and "编号" not in asked


def _fitting(context: Context, entries: Sequence[Assessment]) -> list[Assessment]:
    words = [word for word in context.language.content(context.asked) if word not in _GENERIC]
    if re.search(r"编号|序号|标题", context.asked):
        return [entry for entry in entries if entry.code == "heading_numbering"]
    if re.search(r"正文|文字", context.asked) and re.search(r"表", context.asked):
        topics = [topic for topic in ("申请", "复议", "诉讼", "规范性文件", "结转") if topic in context.asked]
        told = [entry for entry in entries if entry.code.startswith("text_")]
        return [entry for entry in told if any(topic in entry.title for topic in topics)] or told
    if not words and re.search(r"申请表|申请|第[一二三四]项|勾稽|平不平|平衡", context.asked):
        codes = (
            {"balance"}
            if re.search(r"第[一二三四]项", context.asked)
            else {"balance", "outcomes", "applicants"}
        )
        return [entry for entry in entries if entry.code in codes and entry.outcome != "not_assessable"]
    if not words and re.search(r"矛盾|一致|对得上", context.asked):
        return [entry for entry in entries if entry.outcome != "not_assessable"]
    scored: list[tuple[float, Assessment]] = []
    for entry in entries:
        told = " ".join((entry.title, *(f"{figure.label} {figure.phrase}" for figure in entry.figures)))
        hits = sum(word in told for word in words)
        text_asked = "正文" in context.asked or "文字" in context.asked
        bonus = 0.3 if (entry.code in {"text_table", "text_denies"}) == text_asked else 0.0
        title_bonus = 0.08 * sum(word in entry.title for word in words)
        if entry.code == "parts" and re.search(r"加起来|相加|其中|各项|渠道|之和|加总", context.asked):
            hits, bonus = max(hits, 1), 0.6
        scored.append((hits / max(1, len(words)) + bonus + title_bonus if hits else 0.0, entry))
    best = max((score for score, _ in scored), default=0.0)
    return [entry for score, entry in scored if score == best] if best >= 0.5 else []


def _say(context: Context, draft: Draft, view: ReportView, entry: Assessment, *, alone: bool) -> None:
    marks = "".join(
        dict.fromkeys(
            draft.cite_figure(view.holder(figure), figure) for figure in entry.figures[:_MOST_CITED]
        )
    )
    text = context.toolbox.text(view.report.id) if entry.sections else ""
    marks += "".join(draft.cite_span(view, heading_anchor(section, text), text) for section in entry.sections)
    verdict = (
        {"agrees": "一致。", "differs": "不一致。", "not_assessable": "不能判断。"}[entry.outcome]
        if alone
        else ""
    )
    if entry.code == "heading_numbering":
        verdict = "有问题。" if alone else ""
    draft.say(f"{verdict}{describe(entry)}{marks}。")
    if entry.expected is not None and entry.code not in NOT_COMPUTED:
        unit = "%" if entry.code == "rate" else entry.unit
        draft.derive(
            Derivation(
                expression=entry.expression,
                inputs=printed_amounts(entry.figures),
                value=entry.expected,
                unit=unit,
            )
        )
        if entry.printed_expression and entry.printed is not None:
            draft.derive(
                Derivation(
                    expression=entry.printed_expression,
                    inputs=printed_amounts(entry.figures),
                    value=entry.printed,
                    unit=unit,
                )
            )
    if entry.outcome == "differs":
        draft.warn(f"finding_{entry.code}", describe(entry))
