"""Summing up: names, denominators, comparison, and agreement with the scorer of the evaluation kit."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.evals import MEASURES, Case, Prediction, Scores, quote_view, read_cases, score
from assistant.evals.predictions import Cited, write_predictions

SHARED = Path(__file__).parents[2] / "../shared"


def _case(name: str, **record: object) -> Case:
    needs = {"answer": {"text": "3项", "numeric": [{"value": 3, "unit": "项"}]}}
    return Case.model_validate({"id": name, "type": "lookup_text", "question": "几项？"} | needs | record)


def _prediction(name: str, answer: str, *, abstained: bool = False, latency_ms: float = 10.0) -> Prediction:
    return Prediction(id=name, answer=answer, citations=(), abstained=abstained, latency_ms=latency_ms)


def _score(
    cases: Sequence[Case], *predictions: Prediction, baseline: Sequence[Prediction] | None = None
) -> Scores:
    return score(cases, predictions, sources={}, fingerprint="f", baseline=baseline)


def test_metrics_come_in_the_announced_order():
    scores = _score([_case("A")], _prediction("A", "3项"))
    assert [metric.name for metric in scores.metrics] == [measure.name for measure in MEASURES]


def test_unscored_questions_count_for_latency_only():
    unscored = Case(id="B", type="t", question="？")
    scores = _score([_case("A"), unscored], _prediction("A", "3项"), _prediction("B", "？", latency_ms=90.0))
    assert (scores.questions, scores.scored) == (2, 1)
    assert scores.metric("accuracy").value == 1.0
    assert scores.metric("latency_p95_ms").value == 90.0


def test_refusing_everything_is_never_confident_and_never_accurate():
    cases = [_case("A"), _case("B"), _case("C", abstain=True)]
    scores = _score(cases, *(_prediction(name, "没有", abstained=True) for name in "ABC"))
    assert scores.metric("accuracy").hits == 1
    assert scores.metric("wrong_but_confident").value == 0.0
    assert scores.metric("abstention_recall").value == 1.0
    assert scores.metric("abstention_precision").value == 0.3333
    assert scores.metric("over_abstention").value == 1.0
    assert scores.metric("selective_accuracy").value is None


def test_traps_joined_by_plus_count_for_each():
    scores = _score([_case("A", trap="entity+blank")], _prediction("A", "4项"))
    assert [(group.name, group.accuracy.value) for group in scores.by_trap] == [
        ("blank", 0.0),
        ("entity", 0.0),
    ]


def test_same_question_in_two_wordings_should_end_alike():
    cases = [_case("A", pair="p"), _case("B", pair="p"), _case("C", pair="q"), _case("D", pair="q")]
    scores = _score(cases, *(_prediction(name, text) for name, text in zip("ABCD", "3334", strict=True)))
    assert scores.metric("paraphrase_consistency").value == 0.5


def test_comparison_names_what_was_won_and_lost():
    cases = [_case(name) for name in "ABC"]
    earlier = [_prediction("A", "3项"), _prediction("B", "4项")]
    scores = _score(
        cases,
        *(_prediction(name, text) for name, text in zip("ABC", "533", strict=True)),
        baseline=earlier,
    )
    assert scores.comparison is not None
    assert (scores.comparison.won, scores.comparison.lost) == (("B",), ("A",))
    assert scores.comparison.questions == 2
    assert scores.comparison.p_value == 1.0


def test_refusal_for_another_reason_is_told_apart():
    case = _case("A", abstain=True, reasons=["no_report"])
    refused = _prediction("A", "没有", abstained=True)
    for code, right in (("no_report", 1.0), ("blank_cell", 0.0)):
        scores = _score([case], refused.model_copy(update={"reason_code": code}))
        assert scores.metric("reason_accuracy").value == right
        assert scores.metric("abstention_recall").value == 1.0


def test_retrieval_counts_each_proof_and_ranks_the_first_one():
    cases = [_case("A"), _case("B"), _case("C")]
    ranks = {"A": (1, 7), "B": (None,), "C": None}
    found = [_prediction(name, "3项").model_copy(update={"proof_ranks": ranks[name]}) for name in ranks]
    scores = _score(cases, *found)
    assert scores.metric("retrieval_recall_at_5").value == 0.3333
    assert scores.metric("retrieval_recall_at_10").value == 0.6667
    assert scores.metric("retrieval_mrr").value == 0.5


def test_curve_leaves_out_refusals_and_joins_equal_confidence():
    cases = [_case(name) for name in "ABCD"]
    answers = (("A", "3项", 0.9), ("B", "4项", 0.5), ("C", "3项", 0.5), ("D", "没有", 0.1))
    scores = _score(
        cases,
        *(
            _prediction(name, text, abstained=name == "D").model_copy(update={"confidence": sure})
            for name, text, sure in answers
        ),
    )
    assert [(one.threshold, one.coverage, one.risk) for one in scores.curve] == [
        (0.9, 0.25, 0.0),
        (0.5, 0.75, 0.3333),
    ]


def test_wrong_answers_are_counted_by_type():
    scores = _score([_case("A"), _case("B")], _prediction("A", "4项"), _prediction("B", "", abstained=True))
    assert [group.wrong_but_confident.hits for group in scores.by_type] == [1]


def _made_up(records: Sequence[dict[str, object]], variant: int) -> list[Prediction]:
    """Answer some questions rightly, some with others' gold, some with nothing, some with pastes."""
    golds = [str(record["answer"]["text"]) for record in records]  # type: ignore[index]
    predictions: list[Prediction] = []
    for place, record in enumerate(records):
        passages = [passage for group in record["evidence"] for passage in group]  # type: ignore[attr-defined]
        answers = (
            golds[place],
            golds[place - 1],
            "；".join(golds[place - 4 : place]),
            "没有收录。",
            "\n".join(passage["quote"] for passage in passages),
        )
        kind = (place + variant) % 5
        predictions.append(
            Prediction(
                id=str(record["id"]),
                answer=answers[kind],
                citations=tuple(
                    Cited(
                        source=passage["source"],
                        section="年报 > " + passage["section"],
                        quote=passage["quote"] if kind % 2 else passage["quote"][:9],
                    )
                    for passage in passages
                ),
                abstained=kind == 3,
                latency_ms=float(place),
            )
        )
    return predictions


@pytest.mark.parametrize("variant", range(5))
def test_agrees_with_the_scorer_of_the_evaluation_kit(tmp_path: Path, variant: int):
    gold, scorer, reports = SHARED / "eval/dev.jsonl", SHARED / "eval/score.py", SHARED / "reports"
    if not (scorer.exists() and gold.exists() and reports.exists()):
        pytest.skip("the evaluation kit is not beside this project")
    records = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    predictions = _made_up(records, variant)
    write_predictions(tmp_path / "predictions.jsonl", predictions)
    command = [
        sys.executable,
        str(scorer),
        "--gold",
        str(gold),
        "--pred",
        str(tmp_path / "predictions.jsonl"),
    ]
    command += ["--seeds", str(reports), "--out", str(tmp_path / "theirs.json")]
    subprocess.run(command, check=True, capture_output=True)
    theirs = json.loads((tmp_path / "theirs.json").read_text(encoding="utf-8"))
    texts = {path.name: quote_view(path.read_text(encoding="utf-8")) for path in reports.glob("*.txt")}

    ours = score(read_cases(gold), predictions, sources=texts, fingerprint="f")

    assert [row.case.id for row in ours.rows if row.correct] == [
        r["id"] for r in theirs["rows"] if r["correct"]
    ]
    summary = theirs["summary"]
    assert {
        "accuracy": ours.metric("accuracy").value,
        "wrong": [row.case.id for row in ours.rows if row.confident_and_wrong],
        "numeric": ours.metric("numeric_accuracy").value,
        "citation": (ours.metric("citation_precision").value, ours.metric("citation_recall").value),
        "verbatim": ours.metric("quote_verbatim_rate").value,
        "abstention": (ours.metric("abstention_precision").value, ours.metric("abstention_recall").value),
    } == {
        "accuracy": summary["accuracy"],
        "wrong": summary["wrong_but_confident"]["ids"],
        "numeric": summary["numeric"]["value_accuracy"],
        "citation": (summary["citation"]["precision_micro"], summary["citation"]["recall_macro"]),
        "verbatim": summary["citation"]["quote_verbatim_rate"],
        "abstention": (summary["abstention"]["precision"], summary["abstention"]["recall"]),
    }
