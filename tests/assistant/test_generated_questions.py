"""Questions over reports of fictitious bodies: the names, figures and wordings are drawn, no rule knows them."""

import pytest

from assistant.evals import quote_view, run, score
from benchmarks.fictitious import case_records, cases_of, cast_of

FLOORS = {"accuracy": 0.6, "citation_recall": 0.65, "citation_precision": 0.9, "abstention_recall": 0.96}
"""Slightly under what is measured; they only ever rise."""

CONFIDENT = 0.1


@pytest.fixture(scope="module")
def scores(engine_over, tmp_path_factory):
    cast, folder = cast_of(1), tmp_path_factory.mktemp("generated")
    for written in cast.values():
        (folder / written.source).write_text(written.text, "utf-8")
    cases = cases_of(cast, seed=1)
    engine = engine_over(*sorted(folder.iterdir()))
    predictions = run(cases, engine, folder / "predictions.jsonl")
    texts = {written.source: quote_view(written.text) for written in cast.values()}
    return score(cases, predictions, sources=texts, fingerprint=engine.fingerprint)


def lines(scores):
    return "\n".join(
        f"{row.case.id} {row.case.question} | {row.case.gold.text} | {row.prediction.answer[:120]}"
        for row in scores.rows
        if not row.correct
    )


@pytest.mark.parametrize("name", FLOORS)
def test_questions_over_generated_reports(scores, name):
    assert scores.metric(name).value >= FLOORS[name], lines(scores)


def test_wrong_answers_over_generated_reports_are_seldom_confident(scores):
    assert scores.metric("wrong_but_confident").value <= CONFIDENT, lines(scores)


def test_every_quote_over_generated_reports_is_verbatim(scores):
    assert scores.metric("quote_verbatim_rate").value == 1.0


def test_there_are_enough_questions_of_every_kind():
    records = case_records(cast_of(1), seed=1)
    assert len(records) >= 160
    assert {reason for record in records for reason in record["reasons"]} >= {
        "no_report", "no_indicator", "no_evidence", "out_of_scope", "ambiguous",
    }  # fmt: skip
    assert len({record["question"] + str(record["history"]) for record in records}) == len(records)


@pytest.mark.parametrize("seed", range(4))
def test_gold_of_generated_questions_is_proven_by_the_reports(seed):
    cast = cast_of(seed)
    texts = {written.source: quote_view(written.text) for written in cast.values()}
    for record in case_records(cast, seed=seed):
        for group in record["evidence"]:
            for passage in group:
                assert quote_view(passage["quote"]) in texts[passage["source"]], record["question"]
