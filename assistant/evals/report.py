"""Write the scores of a run where people and tools look for them."""

import json
from pathlib import Path

from assistant.evals.junit import junit_xml
from assistant.evals.metrics import MEASURES, Group, Measure, Metric, Row, Scores
from assistant.evals.page import html_page
from assistant.evals.words import change_line, metric_text, outcome, thinned


def write_report(out: Path, scores: Scores) -> None:
    """Write `scores.json`, `report.md`, `report.html` and `junit.xml` into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("scores.json", scores_json(scores)),
        ("report.md", markdown(scores)),
        ("report.html", html_page(scores)),
        ("junit.xml", junit_xml(scores)),
    ):
        (out / name).write_text(text, encoding="utf-8")


def scores_json(scores: Scores) -> str:
    """Return the scores for other programs: values under `metrics`, what they stand on under `details`."""
    document = {
        "fingerprint": scores.fingerprint,
        "questions": scores.questions,
        "scored": scores.scored,
        "metrics": {metric.name: metric.value for metric in scores.metrics},
        "details": {metric.name: _detail(metric) for metric in scores.metrics if metric.of is not None},
        "by_type": _groups(scores.by_type),
        "by_trap": _groups(scores.by_trap),
        "risk_coverage": [point.model_dump() for point in scores.curve],
        "comparison": None if scores.comparison is None else scores.comparison.model_dump(mode="json"),
        "rows": [_row(row) for row in scores.rows],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _detail(metric: Metric) -> dict[str, object]:
    return {"hits": metric.hits, "of": metric.of, "ci95": metric.ci95}


def _groups(groups: tuple[Group, ...]) -> dict[str, object]:
    return {
        group.name: {
            "accuracy": group.accuracy.value,
            **_detail(group.accuracy),
            "wrong_but_confident": group.wrong_but_confident.hits,
        }
        for group in groups
    }


def _row(row: Row) -> dict[str, object]:
    return {
        "id": row.case.id,
        "type": row.case.type,
        "scored": row.case.scored,
        "correct": row.correct if row.case.scored else None,
        "abstained": row.prediction.abstained,
        "reasons": row.grade.reasons if row.grade else (),
        "confidence": row.prediction.confidence,
        "citation_recall": row.citations.recall,
        "proof_ranks": row.prediction.proof_ranks,
        "verbatim": row.citations.verbatim,
        "latency_ms": row.prediction.latency_ms,
        "error": row.prediction.error,
    }


def markdown(scores: Scores) -> str:
    """Return the report as Markdown: metrics, types, what changed, and each wrong answer."""
    lines = [
        "# 评测报告",
        "",
        f"{scores.questions} 题，其中 {scores.scored} 题有标准答案。引擎指纹 `{scores.fingerprint}`。",
        "",
        "| 指标 | 名称 | 值 | 计数 | 95% 区间 |",
        "|---|---|---:|---:|---|",
        *(
            _metric_line(measure, metric)
            for measure, metric in zip(MEASURES, scores.metrics, strict=True)
            if metric.value is not None
        ),
        *_group_lines("题型", scores.by_type),
        *_group_lines("陷阱", scores.by_trap),
    ]
    if scores.curve:
        lines += ["", "## 风险与作答率", "", "| 只答信心不低于 | 作答率 | 其中答错 |", "|---:|---:|---:|"]
        lines += [
            f"| {one.threshold:.3f} | {one.coverage:.1%} | {one.risk:.1%} |" for one in thinned(scores.curve)
        ]
    if scores.comparison is not None:
        lines += ["", "## 与基线比较", "", change_line(scores.comparison), ""]
        lines += ["| 变化 | 编号 | 问题 | 先前 | 现在 |", "|---|---|---|---|---|"]
        lines += [
            f"| {'变对' if one.right_now else '变错'} | "
            + " | ".join(_inline(text) for text in (one.id, one.question, one.before, one.now))
            + " |"
            for one in scores.comparison.changes
        ]
    wrong = [row for row in scores.rows if row.case.scored and not row.correct]
    if wrong:
        lines += [
            "",
            "## 答错的题",
            "",
            "| 编号 | 题型 | 问题 | 结果 | 标准答案 | 回答 |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_wrong_line(row) for row in wrong]
    return "\n".join(lines) + "\n"


def _metric_line(measure: Measure, metric: Metric) -> str:
    count = "" if metric.of is None else f"{metric.hits}/{metric.of}"
    value = metric_text(measure, metric)
    return f"| {measure.title} | `{metric.name}` | {value} | {count} | {_interval(metric)} |"


def _group_lines(title: str, groups: tuple[Group, ...]) -> list[str]:
    if not groups:
        return []
    lines = ["", f"| {title} | 正确 | 正确率 | 95% 区间 | 答错而未拒答 |", "|---|---:|---:|---|---:|"]
    for group in groups:
        one = group.accuracy
        share = f"{one.value or 0:.1%}"
        confident = group.wrong_but_confident.hits
        name = _inline(group.name)
        lines.append(f"| {name} | {one.hits}/{one.of} | {share} | {_interval(one)} | {confident} |")
    return lines


def _interval(metric: Metric) -> str:
    return "" if metric.ci95 is None else f"{metric.ci95[0]:.1%}–{metric.ci95[1]:.1%}"


def _wrong_line(row: Row) -> str:
    gold = row.case.gold.text if row.case.gold else ""
    cells = (
        row.case.id,
        row.case.type,
        row.case.question,
        outcome(row),
        gold or "（应拒答）",
        row.prediction.answer or "（无）",
    )
    return "| " + " | ".join(_inline(cell) for cell in cells) + " |"


def _inline(text: str) -> str:
    """Fit a text into a table cell, its marks harmless."""
    short = " ".join(text.split())
    short = short if len(short) <= 160 else short[:159] + "…"
    return short.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
