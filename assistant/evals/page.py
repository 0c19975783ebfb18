"""Write a run as one HTML page that needs nothing else: wrong answers side by side with gold."""

from html import escape
from importlib.resources import files

from assistant.evals.metrics import MEASURES, Change, Comparison, Group, Measure, Metric, Row, Scores
from assistant.evals.statistics import CurvePoint
from assistant.evals.words import change_line, metric_text, outcome

_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>评测报告</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def html_page(scores: Scores) -> str:
    """Return the page; everything that comes from questions and answers is escaped."""
    wrong = [row for row in scores.rows if row.case.scored and not row.correct]
    body = [
        "<h1>评测报告</h1>",
        f'<p class="quiet">{scores.questions} 题，其中 {scores.scored} 题有标准答案 · '
        f"引擎指纹 <code>{escape(scores.fingerprint)}</code></p>",
        '<div class="cards">',
        *(
            _card(measure, metric)
            for measure, metric in zip(MEASURES, scores.metrics, strict=True)
            if metric.value is not None
        ),
        "</div>",
        _groups("按题型", scores.by_type),
        _groups("按陷阱", scores.by_trap),
        _curve(scores.curve),
        _comparison(scores.comparison),
        f"<h2>答错的题（{len(wrong)}）</h2>",
        *([_question(row) for row in wrong] or ["<p>没有。</p>"]),
        "<h2>全部题目</h2>",
        "<table><tr><th>编号</th><th>题型</th><th>问题</th><th>结果</th><th>耗时</th></tr>",
        *(_line(row) for row in scores.rows),
        "</table>",
    ]
    style = (files("assistant.evals") / "page.css").read_text(encoding="utf-8")
    return _PAGE.format(style=style, body="\n".join(filter(None, body)))


def _card(measure: Measure, metric: Metric) -> str:
    notes = [] if metric.of is None else [f"{metric.hits}/{metric.of}"]
    if metric.ci95 is not None:
        notes.append(f"95% 区间 {metric.ci95[0]:.1%}–{metric.ci95[1]:.1%}")
    if measure.better == "lower":
        notes.append("越低越好")
    return (
        f'<div class="card">{escape(measure.title)}<b>{metric_text(measure, metric)}</b>'
        f'<span class="quiet">{" · ".join(notes)}</span><br><code>{metric.name}</code></div>'
    )


def _groups(title: str, groups: tuple[Group, ...]) -> str:
    if not groups:
        return ""
    rows = "\n".join(_group(group) for group in groups)
    return f"<h2>{title}</h2>\n<table>\n{rows}\n</table>"


def _group(group: Group) -> str:
    one = group.accuracy
    low, high = one.ci95 or (0.0, 0.0)
    value = one.value or 0.0
    bar = (
        f'<div class="bar"><i style="width:{value:.1%}"></i>'
        f'<u style="left:{low:.1%};width:{high - low:.1%}" title="95% 区间"></u></div>'
    )
    confident = f"答错而未拒答 {group.wrong_but_confident.hits}"
    cells = (escape(group.name), f"{one.hits}/{one.of}", f"{value:.1%}", bar, confident)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _curve(curve: tuple[CurvePoint, ...]) -> str:
    """Draw the risk over the coverage: a step for each threshold, its numbers when pointed at."""
    if not curve:
        return ""
    top = max(0.1, *(point.risk for point in curve))
    places = [(40 + 540 * point.coverage, 190 - 170 * point.risk / top) for point in curve]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = "\n".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>只答信心不低于 {point.threshold:.3f}：'
        f"作答 {point.coverage:.1%}，其中答错 {point.risk:.1%}</title></circle>"
        for point, (x, y) in zip(curve, places, strict=True)
    )
    return (
        '<h2>风险与作答率</h2>\n<svg class="curve" viewBox="0 0 600 230" role="img" aria-label="风险与作答率曲线">'
        '<path d="M40 20V190H580" fill="none" stroke="currentColor" opacity=".4"/>'
        f'<text x="36" y="24" text-anchor="end">{top:.0%}</text><text x="36" y="190" text-anchor="end">0</text>'
        '<text x="40" y="208">0</text><text x="580" y="208" text-anchor="end">作答率 100%</text>'
        f'<polyline points="{line}" fill="none" stroke="currentColor"/>\n{marks}</svg>\n'
        '<p class="quiet">横轴是作答的比例，纵轴是其中答错的比例；每一点是一个信心门槛。</p>'
    )


def _comparison(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    return "\n".join(
        [f"<h2>与基线比较</h2>\n<p>{change_line(comparison)}</p>", *map(_change, comparison.changes)]
    )


def _change(change: Change) -> str:
    verdict = '<span class="right">变对</span>' if change.right_now else '<span class="why">变错</span>'
    return (
        f'<div class="question"><h3>{escape(change.id)} {escape(change.question)} {verdict}</h3>'
        f'<div class="sides"><div><b>先前</b>\n{escape(change.before or "（无）")}</div>'
        f"<div><b>现在</b>\n{escape(change.now or '（无）')}</div></div></div>"
    )


def _question(row: Row) -> str:
    case, prediction = row.case, row.prediction
    gold = case.gold.text if case.gold else ""
    earlier = "".join(f"<blockquote>{escape(turn.content)}</blockquote>" for turn in case.history)
    proofs = "".join(f"<blockquote>{escape(group[0].quote)}</blockquote>" for group in case.evidence if group)
    cited = "".join(
        f"<blockquote>{escape(one.source)} · {escape(one.section)}\n{escape(one.quote)}</blockquote>"
        for one in prediction.citations
    )
    return (
        f'<div class="question"><h3>{escape(case.id)} {escape(case.question)}</h3>{earlier}'
        f'<p><span class="why">{escape(outcome(row))}</span> '
        f'<span class="quiet">{escape(case.type)}{" · 已拒答" if prediction.abstained else ""}</span></p>'
        f'<div class="sides"><div><b>标准答案</b>\n{escape(gold or "（应拒答）")}{proofs}</div>'
        f"<div><b>回答</b>\n{escape(prediction.answer or '（无）')}{cited}</div></div></div>"
    )


def _line(row: Row) -> str:
    style = ' class="right"' if row.correct else ' class="why"' if row.case.scored else ""
    return (
        f"<tr><td>{escape(row.case.id)}</td><td>{escape(row.case.type)}</td><td>{escape(row.case.question)}</td>"
        f"<td{style}>{escape(outcome(row))}</td><td>{row.prediction.latency_ms:.0f} 毫秒</td></tr>"
    )
