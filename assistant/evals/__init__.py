"""Put question sets to the engine and say how good its answers are."""

from assistant.evals.dataset import Case, read_cases
from assistant.evals.judging import JUDGED, Judged, Judgement, judge_answers, judged_line, write_judged
from assistant.evals.metrics import MEASURES, Measure, Metric, Scores, score
from assistant.evals.predictions import PREDICTIONS, Prediction, read_baseline
from assistant.evals.report import write_report
from assistant.evals.run import Engine, run
from assistant.evals.searching import search_in
from assistant.evals.wording import quote_view
from assistant.evals.words import change_line, metric_text

__all__ = [
    "JUDGED",
    "MEASURES",
    "PREDICTIONS",
    "Case",
    "Engine",
    "Judged",
    "Judgement",
    "Measure",
    "Metric",
    "Prediction",
    "Scores",
    "change_line",
    "judge_answers",
    "judged_line",
    "metric_text",
    "quote_view",
    "read_baseline",
    "read_cases",
    "run",
    "score",
    "search_in",
    "write_judged",
    "write_report",
]
