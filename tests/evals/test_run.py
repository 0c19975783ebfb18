"""Running a question set: crashes, breaks and changed engines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from assistant.evals import Case, Prediction, run
from assistant.evals.predictions import Cited
from assistant.models import (
    Answer,
    AnswerWarning,
    Citation,
    Completed,
    Event,
    Failed,
    Question,
    Scope,
    Scoped,
    TextDelta,
)


def _answer(
    question: Question, *, text: str, status: Literal["answered", "refused", "clarify"] = "answered"
) -> Answer:
    citation = Citation(
        n=1, source="004_ab.txt", report_id="rep-1", title="年报", organization="某县", year=2020,
        section=("年报", "一、总体情况"), quote="办复率 98%", table=None, row=(), column=None,
        char_start=0, char_end=7, page=None,
    )  # fmt: skip
    return Answer(
        question=question.text, standalone_question=question.text, status=status, reason_code=None, text=text,
        figures=(), citations=(citation,), derivations=(), suggestions=(), engine="rules", model=None,
        warnings=(AnswerWarning(code="rate", message="按 98÷90 计算不符", citations=(1,)),),
        latency_ms=3.0, fingerprint="f",
    )  # fmt: skip


class Scripted:
    """Answer with the question itself; break on 坏, fail on 停, fall silent on 哑, refuse on 拒."""

    def __init__(self, fingerprint: str = "engine-1") -> None:
        self.fingerprint = fingerprint
        self.asked: list[str] = []

    def stream(self, question: Question) -> Iterator[Event]:
        self.asked.append(question.text)
        scope = Scope(
            organizations=(), years=(), standalone=question.text, asked=question.text, candidates=()
        )
        yield Scoped(scope=scope)
        yield TextDelta(text="……")
        if "坏" in question.text:
            raise KeyError("no such thing")
        if "停" in question.text:
            yield Failed(message="服务没有响应", retryable=True)
        elif "哑" not in question.text:
            status = "refused" if "拒" in question.text else "answered"
            yield Completed(answer=_answer(question, text=f"答：{question.text}", status=status))


def _cases(*questions: str) -> tuple[Case, ...]:
    return tuple(Case(id=f"X{n}", type="t", question=text) for n, text in enumerate(questions))


def test_predictions_have_the_shape_that_scorers_read(tmp_path: Path):
    run(_cases("甲", "拒"), Scripted(), tmp_path / "predictions.jsonl")
    first, second = map(json.loads, (tmp_path / "predictions.jsonl").read_text(encoding="utf-8").splitlines())
    assert first["id"] == "X0"
    assert first["citations"] == [
        {"source": "004_ab.txt", "section": "年报 > 一、总体情况", "quote": "办复率 98%"}
    ]
    assert [first["abstained"], second["abstained"]] == [False, True]
    assert isinstance(first["latency_ms"], float)


def test_warnings_belong_to_what_is_judged_because_readers_see_them(tmp_path: Path):
    (prediction,) = run(_cases("甲"), Scripted(), tmp_path / "predictions.jsonl")
    assert prediction.answer == "答：甲\n注意：按 98÷90 计算不符"


@pytest.mark.parametrize(
    ("question", "words"), [("坏", "KeyError"), ("停", "没有响应"), ("哑", "没有给出结果")]
)
def test_question_that_breaks_is_recorded_and_the_next_is_asked(tmp_path: Path, question: str, words: str):
    broken, fine = run(_cases(question, "甲"), Scripted(), tmp_path / "predictions.jsonl")
    assert broken.error is not None
    assert words in broken.error
    assert fine.error is None


def test_run_continues_after_a_break(tmp_path: Path):
    path = tmp_path / "predictions.jsonl"
    cases = _cases("甲", "乙", "丙")
    run(cases, Scripted(), path, limit=2)
    with path.open("a", encoding="utf-8") as out:
        out.write('{"id": "X2", "answer": "写到一')
    engine = Scripted()
    assert [prediction.id for prediction in run(cases, engine, path)] == ["X0", "X1", "X2"]
    assert engine.asked == ["丙"]
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3


def test_another_engine_starts_afresh(tmp_path: Path):
    path = tmp_path / "predictions.jsonl"
    run(_cases("甲", "乙"), Scripted("engine-1"), path)
    engine = Scripted("engine-2")
    run(_cases("甲", "乙"), engine, path)
    assert engine.asked == ["甲", "乙"]
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


def test_changed_question_and_crashed_question_are_asked_again(tmp_path: Path):
    path = tmp_path / "predictions.jsonl"
    run(_cases("甲", "乙", "停"), Scripted(), path)
    engine = Scripted()
    run(_cases("甲", "乙？", "停"), engine, path)
    assert engine.asked == ["乙？", "停"]


def test_short_run_keeps_the_answers_of_the_long_one(tmp_path: Path):
    path = tmp_path / "predictions.jsonl"
    run(_cases("甲", "乙", "丙"), Scripted(), path)
    engine = Scripted()
    assert len(run(_cases("甲", "乙", "丙"), engine, path, limit=1)) == 1
    run(_cases("甲", "乙", "丙"), engine, path)
    assert engine.asked == []


def test_progress_is_told_once_a_question(tmp_path: Path):
    told: list[str] = []
    run(_cases("甲", "坏"), Scripted(), tmp_path / "p.jsonl", on_progress=lambda one: told.append(one.id))
    assert told == ["X0", "X1"]


def _proven(quote: str) -> tuple[Case, ...]:
    proof = [[{"source": "004_ab.txt", "quote": quote}], [{"source": "004_ab.txt", "quote": "没有这一句"}]]
    return (Case.model_validate({"id": "X0", "type": "t", "question": "甲", "evidence": proof}),)


def _passages(_: Scope) -> tuple[Cited, ...]:
    return tuple(
        Cited(source=source, section="", quote="全年办结 12 件。")
        for source in ("003_ff.txt", "004_ab.txt", "004_ab.txt")
    )


def test_places_of_the_proofs_among_the_found_passages_are_kept(tmp_path: Path):
    (prediction,) = run(_proven("办结12件"), Scripted(), tmp_path / "p.jsonl", search=_passages)
    assert prediction.proof_ranks == (2, None)


def test_question_with_other_proofs_is_asked_again_where_their_places_are_kept(tmp_path: Path):
    run(_proven("办结12件"), Scripted(), tmp_path / "p.jsonl", search=_passages)
    engine = Scripted()
    run(_proven("办结13件"), engine, tmp_path / "p.jsonl", search=_passages)
    assert engine.asked == ["甲"]


def test_first_words_come_no_later_than_the_answer(tmp_path: Path):
    (prediction,) = run(_cases("甲"), Scripted(), tmp_path / "p.jsonl")
    assert prediction.first_token_ms is not None
    assert prediction.first_token_ms <= prediction.latency_ms


def test_run_that_is_killed_goes_on_where_it_stopped(tmp_path: Path):
    path = tmp_path / "p.jsonl"

    def pull_the_plug(prediction: Prediction) -> None:
        if prediction.id == "X1":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(_cases("甲", "乙", "丙"), Scripted(), path, on_progress=pull_the_plug)
    engine = Scripted()
    assert len(run(_cases("甲", "乙", "丙"), engine, path)) == 3
    assert engine.asked == ["丙"]
