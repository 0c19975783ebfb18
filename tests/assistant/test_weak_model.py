"""A model that misreads, miscites and invents: what it says wrong does not reach the user."""

from pathlib import Path

import pytest

from assistant.evals import read_cases
from assistant.models import Question
from benchmarks.models.count import unproven_numbers
from benchmarks.models.server import ScriptedServer
from benchmarks.models.weak import WeakModel, Weakness

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[2] / "../shared"
WEAK = Weakness(misreads=0.3, wrong_key=0.2, invents=0.2)


def run(engine, questions, model):
    answers = [engine.ask(question) for question in questions]
    shown = [answer for answer in answers if answer.engine == "llm"]
    return answers, [(one.text, number) for one in shown for number in unproven_numbers(one)]


def told(answers):
    return [one for one in answers if one.engine == "llm" and one.status == "answered"]


def test_no_wrong_number_reaches_the_user_over_an_unseen_report(shelf, agent_over):
    lines = (DATA / "questions/unseen_report.tsv").read_text("utf-8").splitlines()
    texts = [line.split("\t")[0].split(">>")[-1] for line in lines if line and not line.startswith("#")][::2]
    model = WeakModel(WEAK, seed=1)
    with ScriptedServer(script=model) as server:
        engine = agent_over(shelf.toolbox(DATA / "reports/临江教委2022.txt"), server.url)
        answers, unproven = run(engine, [Question(text=text) for text in texts], model)
    assert len(model.wrong) > 8
    assert len(told(answers)) > 3
    assert unproven == []


def test_no_wrong_number_reaches_the_user_over_the_real_reports(shelf, agent_over):
    if not SHARED.is_dir():
        pytest.skip("the real reports are not beside the project")
    cases = read_cases(SHARED / "eval/dev.jsonl")
    model = WeakModel(WEAK, seed=2)
    with ScriptedServer(script=model) as server:
        engine = agent_over(shelf.toolbox(*sorted((SHARED / "reports").glob("*.txt"))), server.url)
        answers, unproven = run(engine, [case.asked() for case in cases], model)
    assert len(model.wrong) > 15
    assert len(told(answers)) > 5
    assert unproven == []


def test_a_model_without_weakness_is_let_through(shelf, agent_over):
    """The check must not reject what is right: nearly every answer of a faithful model stands."""
    if not SHARED.is_dir():
        pytest.skip("the real reports are not beside the project")
    cases = read_cases(SHARED / "eval/dev.jsonl")[::2]
    faithful = WeakModel(Weakness(misreads=0, wrong_key=0, invents=0, computes=0), seed=3)
    with ScriptedServer(script=faithful) as server:
        engine = agent_over(shelf.toolbox(*sorted((SHARED / "reports").glob("*.txt"))), server.url)
        answers, unproven = run(engine, [case.asked() for case in cases], faithful)
        rejected = [one.question for one in answers if any(w.code == "model_unproven" for w in one.warnings)]
    assert unproven == []
    assert len(rejected) <= 1, rejected
