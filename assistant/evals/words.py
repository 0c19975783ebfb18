"""Say scores in the words that all reports share."""

from assistant.evals.metrics import Comparison, Measure, Metric, Row
from assistant.evals.statistics import CurvePoint

_SHOWN_POINTS = 12


def metric_text(measure: Measure, metric: Metric) -> str:
    """Return a metric's value as people read it."""
    if metric.value is None:
        return "–"
    return f"{metric.value:.1%}" if measure.unit == "share" else f"{metric.value:.0f} 毫秒"


def thinned(curve: tuple[CurvePoint, ...]) -> tuple[CurvePoint, ...]:
    """Return a few points of a curve for a table, evenly chosen, the last one always."""
    step = max(1, -(-len(curve) // _SHOWN_POINTS))
    return tuple(reversed(curve[::-1][::step]))


def outcome(row: Row) -> str:
    """Return in a few words what became of a question."""
    if row.prediction.error is not None:
        return f"运行出错：{row.prediction.error}"
    if row.grade is None:
        return "未评分"
    return "正确" if row.grade.correct else "；".join(row.grade.reasons)


def change_line(comparison: Comparison) -> str:
    """Return the comparison with an earlier run as a sentence."""
    verdict = "差异显著" if comparison.p_value < 0.05 else "差异可能出于偶然"
    return (
        f"共同 {comparison.questions} 题，基线正确率 {comparison.baseline_accuracy:.1%}；"
        f"变对 {len(comparison.won)} 题，变错 {len(comparison.lost)} 题，"
        f"另有 {len(comparison.reworded)} 题说法不同而对错不变；"
        f"McNemar 精确检验 p = {comparison.p_value:g}，{verdict}。"
    )
