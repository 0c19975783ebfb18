"""Questions over reports of fictitious bodies: the names, figures and wordings are drawn."""

from collections import Counter

import pytest

from assistant.evals import quote_view, run, score
from benchmarks.fictitious import case_records, cases_of, cast_of

FLOORS = {
    "written": {
        "accuracy": 0.9,
        "citation_recall": 0.92,
        "citation_precision": 0.88,
        "abstention_recall": 0.98,
    },
    "held": {"accuracy": 0.81, "citation_recall": 0.9, "citation_precision": 0.88, "abstention_recall": 0.98},
}
"""Slightly under what is measured; they only ever rise. `held` are the questions and wordings kept apart."""

CONFIDENT = {"written": 0.04, "held": 0.11}


@pytest.fixture(scope="module", params=["written", "held"])
def scored(request, engine_over, tmp_path_factory):
    held, folder = request.param == "held", tmp_path_factory.mktemp("generated")
    cast = cast_of(1, held=held)
    for written in cast.values():
        (folder / written.source).write_text(written.text, "utf-8")
    cases = cases_of(cast, seed=1, held=held)
    engine = engine_over(*sorted(folder.iterdir()))
    predictions = run(cases, engine, folder / "predictions.jsonl")
    texts = {written.source: quote_view(written.text) for written in cast.values()}
    return request.param, score(cases, predictions, sources=texts, fingerprint=engine.fingerprint)


def lines(kind, scores):
    """Return the wrong answers; of the questions kept apart only how many of each type, lest anything be fitted to them."""
    wrong = [row for row in scores.rows if not row.correct]
    if kind == "held":
        return str(Counter(row.case.type for row in wrong))
    return "\n".join(
        f"{row.case.id} {row.case.question} | {row.case.gold.text} | {row.prediction.answer[:120]}"
        for row in wrong
    )


def test_questions_over_generated_reports(scored):
    kind, scores = scored
    for name, floor in FLOORS[kind].items():
        assert scores.metric(name).value >= floor, f"{name}\n{lines(kind, scores)}"


def test_wrong_answers_over_generated_reports_are_seldom_confident(scored):
    kind, scores = scored
    assert scores.metric("wrong_but_confident").value <= CONFIDENT[kind], lines(kind, scores)


def test_every_quote_over_generated_reports_is_verbatim(scored):
    _, scores = scored
    assert scores.metric("quote_verbatim_rate").value == 1.0


def test_there_are_enough_questions_of_every_kind():
    records = case_records(cast_of(1), seed=1)
    assert len(records) >= 160
    assert {reason for record in records for reason in record["reasons"]} >= {
        "no_report", "no_indicator", "no_evidence", "out_of_scope", "ambiguous",
    }  # fmt: skip
    assert len({record["question"] + str(record["history"]) for record in records}) == len(records)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_gold_of_generated_questions_is_proven_by_the_reports(seed, held):
    cast = cast_of(seed, held=held)
    texts = {written.source: quote_view(written.text) for written in cast.values()}
    for record in case_records(cast, seed=seed, held=held):
        for group in record["evidence"]:
            for passage in group:
                assert quote_view(passage["quote"]) in texts[passage["source"]], record["question"]
