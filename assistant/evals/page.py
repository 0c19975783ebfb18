"""Write a run as one HTML page that needs nothing else: wrong answers side by side with gold."""

from html import escape
from importlib.resources import files

from assistant.evals.metrics import MEASURES, Comparison, Group, Measure, Metric, Row, Scores
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
    cells = (escape(group.name), f"{one.hits}/{one.of}", f"{value:.1%}", bar)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _comparison(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    won = "、".join(map(escape, comparison.won)) or "无"
    lost = "、".join(map(escape, comparison.lost)) or "无"
    return (
        f"<h2>与基线比较</h2>\n<p>{change_line(comparison)}</p>\n"
        f'<p class="right">变对：{won}</p>\n<p class="why">变错：{lost}</p>'
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
