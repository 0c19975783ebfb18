"""Sum the grades of a run up under the usual names of the trade."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from assistant.evals.citing import CitationGrade, grade_citations
from assistant.evals.dataset import Case
from assistant.evals.grading import Grade, grade
from assistant.evals.predictions import Prediction
from assistant.evals.statistics import (
    CurvePoint,
    area_under,
    mcnemar_exact,
    mean,
    percentile,
    risk_coverage,
    wilson95,
)
from ingest.models import Value

Better = Literal["higher", "lower"]
Unit = Literal["share", "ms"]


class Measure(Value):
    """Name a metric, in the trade's word and in Chinese; only what is better higher can have a floor."""

    name: str
    title: str
    better: Better = "higher"
    unit: Unit = "share"


MEASURES = (
    Measure(name="accuracy", title="正确率"),
    Measure(name="accuracy_lenient", title="正确率（不计冗长）"),
    Measure(name="macro_accuracy", title="各题型正确率的平均"),
    Measure(name="numeric_accuracy", title="数值正确率"),
    Measure(name="citation_precision", title="引用精确率"),
    Measure(name="citation_recall", title="引用召回率"),
    Measure(name="source_recall", title="引用到正确报告"),
    Measure(name="section_hit", title="引用到正确章节"),
    Measure(name="quote_verbatim_rate", title="引文与原文一致"),
    Measure(name="correct_and_fully_cited", title="答对且引用齐全"),
    Measure(name="abstention_precision", title="拒答精确率"),
    Measure(name="abstention_recall", title="拒答召回率"),
    Measure(name="reason_accuracy", title="拒答原因正确"),
    Measure(name="over_abstention", title="可答而拒答", better="lower"),
    Measure(name="wrong_but_confident", title="答错而未拒答", better="lower"),
    Measure(name="coverage", title="作答率"),
    Measure(name="selective_accuracy", title="作答部分的正确率"),
    Measure(name="area_under_risk_coverage", title="风险–作答率曲线下面积", better="lower"),
    Measure(name="retrieval_recall_at_1", title="检索首位召回率"),
    Measure(name="retrieval_recall_at_5", title="检索前 5 位召回率"),
    Measure(name="retrieval_recall_at_10", title="检索前 10 位召回率"),
    Measure(name="retrieval_mrr", title="检索倒数排名均值"),
    Measure(name="paraphrase_consistency", title="同义问法一致"),
    Measure(name="inconsistency_noted", title="指出报告自身矛盾"),
    Measure(name="crash_rate", title="运行出错", better="lower"),
    Measure(name="first_token_p50_ms", title="首字耗时中位数", better="lower", unit="ms"),
    Measure(name="first_token_p95_ms", title="首字耗时 95 分位", better="lower", unit="ms"),
    Measure(name="latency_p50_ms", title="耗时中位数", better="lower", unit="ms"),
    Measure(name="latency_p95_ms", title="耗时 95 分位", better="lower", unit="ms"),
)


class Metric(Value):
    """Hold one measured value; `hits`, `of` and the interval stand where it is a share of counted things."""

    name: str
    value: float | None
    hits: int | None = None
    of: int | None = None
    ci95: tuple[float, float] | None = None


class Group(Value):
    """Hold how the questions of one type or trap were answered."""

    name: str
    accuracy: Metric
    wrong_but_confident: Metric


class Row(Value):
    """Hold one question with its answer; `grade` and `citations` are None where it has no gold."""

    case: Case
    prediction: Prediction
    grade: Grade | None
    citations: CitationGrade

    @property
    def correct(self) -> bool:
        """Tell whether it was scored and right."""
        return self.grade is not None and self.grade.correct

    @property
    def confident_and_wrong(self) -> bool:
        """Tell whether it was scored, wrong, and not given as a refusal."""
        return self.grade is not None and not self.grade.correct and not self.prediction.abstained


class Change(Value):
    """Hold one question whose answer turned right or wrong, with both answers."""

    id: str
    question: str
    right_now: bool
    before: str
    now: str


class Comparison(Value):
    """Say what changed against an earlier run, on the questions that both answered.

    `reworded` are those whose answer reads otherwise and is as right or wrong as before.
    """

    questions: int
    baseline_accuracy: float
    won: tuple[str, ...]
    lost: tuple[str, ...]
    reworded: tuple[str, ...]
    changes: tuple[Change, ...]
    p_value: float


class Scores(Value):
    """Hold everything that a run showed."""

    fingerprint: str
    questions: int
    scored: int
    metrics: tuple[Metric, ...]
    by_type: tuple[Group, ...]
    by_trap: tuple[Group, ...]
    curve: tuple[CurvePoint, ...]
    comparison: Comparison | None
    rows: tuple[Row, ...]

    def metric(self, name: str) -> Metric:
        """Return a metric by its name."""
        return next(metric for metric in self.metrics if metric.name == name)


def score(
    cases: Sequence[Case],
    predictions: Iterable[Prediction],
    *,
    sources: Mapping[str, str],
    fingerprint: str,
    baseline: Iterable[Prediction] | None = None,
) -> Scores:
    """Score the answers to `cases`; `sources` are the library's texts by file name, in `quote_view`."""
    rows = _rows(cases, predictions, sources)
    scored = [row for row in rows if row.case.scored]
    by_type = _groups(scored, lambda row: (row.case.type,))
    curve = _curve(scored)
    metrics = (
        *_shares(rows, scored),
        *_means(scored, by_type),
        *_retrieval(scored),
        *_latency(rows),
        _rounded("area_under_risk_coverage", area_under(curve)),
    )
    return Scores(
        fingerprint=fingerprint,
        questions=len(rows),
        scored=len(scored),
        metrics=tuple(sorted(metrics, key=lambda metric: _ORDER[metric.name])),
        by_type=by_type,
        by_trap=_groups(scored, lambda row: tuple(filter(None, (row.case.trap or "").split("+")))),
        curve=curve,
        comparison=None if baseline is None else _comparison(scored, baseline),
        rows=tuple(rows),
    )


_ORDER = {measure.name: place for place, measure in enumerate(MEASURES)}


def _rows(cases: Sequence[Case], predictions: Iterable[Prediction], sources: Mapping[str, str]) -> list[Row]:
    answered = {prediction.id: prediction for prediction in predictions}
    return [
        Row(
            case=case,
            prediction=answered[case.id],
            grade=grade(case, answered[case.id]) if case.scored else None,
            citations=grade_citations(case, answered[case.id], sources),
        )
        for case in cases
    ]


def _share(name: str, flags: Iterable[bool]) -> Metric:
    counted = tuple(flags)
    hits, of = sum(counted), len(counted)
    return Metric(
        name=name, value=round(hits / of, 4) if of else None, hits=hits, of=of, ci95=wilson95(hits, of)
    )


def _rounded(name: str, value: float | None) -> Metric:
    return Metric(name=name, value=None if value is None else round(value, 4))


def _mean(name: str, values: Iterable[float]) -> Metric:
    return _rounded(name, mean(tuple(values)))


def _shares(rows: Sequence[Row], scored: Sequence[Row]) -> tuple[Metric, ...]:
    grades = [(row, row.grade) for row in scored if row.grade is not None]
    answerable = [row for row in scored if not row.case.abstain]
    answered = [row for row in scored if not row.prediction.abstained]
    evidenced = [row for row in answerable if row.case.evidence]
    # Where both a refusal and an answer may be right, a refusal says nothing about refusing.
    decided = [row for row in scored if row.case.abstain or not row.case.abstain_ok]
    cited = [(row.citations.proving, row.citations.cited) for row in evidenced]
    return (
        _share("accuracy", (row.correct for row in scored)),
        _share("accuracy_lenient", (one.lenient for _, one in grades)),
        _share(
            "numeric_accuracy",
            (right for row, one in grades if not row.case.abstain for right in one.amounts_right),
        ),
        _share("citation_precision", (at < proving for proving, of in cited for at in range(of))),
        _share("section_hit", (row.citations.section_hit for row in evidenced)),
        _share("quote_verbatim_rate", (verbatim for row in rows for verbatim in row.citations.verbatim)),
        _share("correct_and_fully_cited", (row.correct and row.citations.recall == 1 for row in evidenced)),
        _share("abstention_precision", (row.case.abstain for row in decided if row.prediction.abstained)),
        _share("abstention_recall", (row.prediction.abstained for row in scored if row.case.abstain)),
        _share("reason_accuracy", _reasons_right(scored)),
        _share(
            "over_abstention", (row.prediction.abstained for row in answerable if not row.case.abstain_ok)
        ),
        _share("wrong_but_confident", (row.confident_and_wrong for row in scored)),
        _share("coverage", (not row.prediction.abstained for row in scored)),
        _share("selective_accuracy", (row.correct for row in answered)),
        _share("paraphrase_consistency", _pairs_agree(scored)),
        _share("inconsistency_noted", (one.bonus for _, one in grades if one.bonus is not None)),
        _share("crash_rate", (row.prediction.error is not None for row in rows)),
    )


def _means(scored: Sequence[Row], by_type: Sequence[Group]) -> tuple[Metric, ...]:
    evidenced = [row.citations for row in scored if not row.case.abstain]
    return (
        _mean("macro_accuracy", (group.accuracy.value or 0.0 for group in by_type)),
        _mean("citation_recall", (one.recall for one in evidenced if one.recall is not None)),
        _mean("source_recall", (one.source_recall for one in evidenced if one.source_recall is not None)),
    )


def _reasons_right(scored: Sequence[Row]) -> list[bool]:
    return [
        row.prediction.reason_code in row.case.reasons
        for row in scored
        if row.case.abstain and row.case.reasons and row.prediction.abstained
    ]


def _retrieval(scored: Sequence[Row]) -> tuple[Metric, ...]:
    """Return how many proofs stand among the first passages, and how far down the first of them stands."""
    found = [
        row.prediction.proof_ranks for row in scored if row.prediction.proof_ranks and not row.case.abstain
    ]
    ranks = [rank for places in found for rank in places]
    best = [min((rank for rank in places if rank is not None), default=None) for places in found]
    return (
        *(
            _share(f"retrieval_recall_at_{depth}", (rank is not None and rank <= depth for rank in ranks))
            for depth in (1, 5, 10)
        ),
        _mean("retrieval_mrr", (0.0 if rank is None else 1 / rank for rank in best)),
    )


def _curve(scored: Sequence[Row]) -> tuple[CurvePoint, ...]:
    given = [
        (row.prediction.confidence, row.correct)
        for row in scored
        if not row.prediction.abstained and row.prediction.confidence is not None
    ]
    return risk_coverage(given, len(scored))


def _latency(rows: Sequence[Row]) -> tuple[Metric, ...]:
    times = [row.prediction.latency_ms for row in rows]
    first = [row.prediction.first_token_ms for row in rows if row.prediction.first_token_ms is not None]
    return (
        Metric(name="first_token_p50_ms", value=percentile(first, 0.5)),
        Metric(name="first_token_p95_ms", value=percentile(first, 0.95)),
        Metric(name="latency_p50_ms", value=percentile(times, 0.5)),
        Metric(name="latency_p95_ms", value=percentile(times, 0.95)),
    )


def _pairs_agree(scored: Sequence[Row]) -> list[bool]:
    pairs: dict[str, set[bool]] = {}
    for row in scored:
        if row.case.pair:
            pairs.setdefault(row.case.pair, set()).add(row.correct)
    return [len(outcomes) == 1 for outcomes in pairs.values()]


def _groups(scored: Sequence[Row], names: Callable[[Row], tuple[str, ...]]) -> tuple[Group, ...]:
    members: dict[str, list[Row]] = {}
    for row in scored:
        for name in names(row):
            members.setdefault(name, []).append(row)
    return tuple(
        Group(
            name=name,
            accuracy=_share("accuracy", (row.correct for row in members[name])),
            wrong_but_confident=_share(
                "wrong_but_confident", (row.confident_and_wrong for row in members[name])
            ),
        )
        for name in sorted(members)
    )


def _comparison(scored: Sequence[Row], baseline: Iterable[Prediction]) -> Comparison:
    """Judge the earlier answers by the present gold, so that a corrected question changes both."""
    earlier = {prediction.id: prediction for prediction in baseline}
    both = [(row, grade(row.case, earlier[row.case.id]).correct) for row in scored if row.case.id in earlier]
    won = tuple(row.case.id for row, before in both if row.correct and not before)
    lost = tuple(row.case.id for row, before in both if before and not row.correct)
    turned = [row for row, before in both if row.correct != before]
    same = [row for row, before in both if row.correct == before]
    return Comparison(
        questions=len(both),
        baseline_accuracy=round(sum(before for _, before in both) / len(both), 4) if both else 0.0,
        won=won,
        lost=lost,
        reworded=tuple(row.case.id for row in same if row.prediction.answer != earlier[row.case.id].answer),
        changes=tuple(
            Change(
                id=row.case.id,
                question=row.case.question,
                right_now=row.correct,
                before=earlier[row.case.id].answer,
                now=row.prediction.answer,
            )
            for row in turned
        ),
        p_value=float(f"{mcnemar_exact(len(lost), len(won)):.3g}"),
    )
