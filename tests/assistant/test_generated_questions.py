"""Questions over reports of fictitious bodies: the names, figures and wordings are drawn."""

import pytest

from assistant.evals import quote_view, run, score
from benchmarks.fictitious import case_records, cases_of, cast_of


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


def test_what_no_report_says_is_not_answered(scored):
    _, scores = scored
    answered = [
        f"{row.case.question} | {row.prediction.answer[:120]}"
        for row in scores.rows
        if row.case.abstain and not row.prediction.abstained
    ]
    assert answered == []


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
