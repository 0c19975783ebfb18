"""`gongkai model` says in plain words what an endpoint can do; `ask` and `eval` use it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.interfaces.cli import app
from assistant.settings import load_settings
from benchmarks.models.server import ScriptedServer, call, refuse, say, sent_to
from ingest import ingest_file
from vectorstore.library import Library

REPORT = Path(__file__).parents[1] / "data/reports/临江教委2022.txt"
KEY = "sk-cli-0123456789abcdef"


@pytest.fixture
def gongkai(tmp_path, monkeypatch):
    """Return a function that runs a command with the settings given."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **settings):
        environment = {f"GONGKAI_{name.upper()}": str(value) for name, value in settings.items()}
        return CliRunner().invoke(app, [*map(str, arguments)], env=environment)

    return run


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    with Library.open(load_settings(data=folder).library_url) as library:
        library.put(ingest_file(REPORT), location=str(REPORT), pipeline="test")
    return folder


def capable(request):
    if "tools" in request:
        if request["messages"][-1]["role"] == "tool":
            return say("临江区教委2022年12345热线办结率为99.01%[E1]。")
        if "list_reports 工具" in sent_to(request):
            return call("list_reports")
        return call("lookup_figures", phrase="12345热线 办结率")
    if "评审员" in sent_to(request):
        return say('引文支持回答。\n{"faithfulness": 1.0, "completeness": 0.5}')
    if "response_format" in request:
        return say('{"ok": true}')
    return say("一、二、三、四、五、六、七、八、九、十。")


def test_a_capable_endpoint_passes_every_trial(gongkai):
    with ScriptedServer(script=capable) as server:
        done = gongkai("model", "check", llm_base_url=server.url, llm_model="scripted", llm_api_key=KEY)
    assert done.exit_code == 0, done.output
    assert done.output.count("✔") == 5
    assert KEY not in done.output


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        (refuse(401, f"bad {KEY}"), 1, "密钥"),
        (refuse(500), 1, "出错"),
        (say(""), 1, "空"),
        (say("OK, sure. " * 9), 0, "没有用中文"),
    ],
)
def test_what_is_missing_is_said_in_plain_words(gongkai, reply, code, said):
    with ScriptedServer(reply) as server:
        done = gongkai(
            "model", "check", llm_base_url=server.url, llm_model="scripted", llm_api_key=KEY, llm_retries=0
        )
    assert done.exit_code == code, done.output
    assert said in done.output
    assert KEY not in done.output


def test_a_model_without_tools_is_usable_and_told(gongkai):
    def script(request):
        return refuse(400, "tools are not supported") if "tools" in request else capable(request)

    with ScriptedServer(script=script) as server:
        done = gongkai("model", "check", "--json", llm_base_url=server.url, llm_model="scripted")
    trials = {one["name"]: one for one in map(json.loads, done.output.splitlines())}
    assert done.exit_code == 0
    assert [name for name, one in trials.items() if not one["works"]] == ["tools"]
    assert "证据交给模型" in trials["tools"]["detail"]


def test_the_key_can_stand_in_a_file(gongkai, tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n", "utf-8")
    with ScriptedServer(script=capable) as server:
        gongkai(
            "model", "check", "--key-file", tmp_path / "key", llm_base_url=server.url, llm_model="scripted"
        )
        assert set(server.authorizations) == {f"Bearer {KEY}"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "GONGKAI_LLM_PRESET"),
        ({"llm_preset": "deepseek"}, "GONGKAI_LLM_API_KEY"),
        ({"llm_preset": "vllm"}, "GONGKAI_LLM_MODEL"),
        ({"llm_preset": "nobody"}, "GONGKAI_LLM_PRESET"),
        ({"llm_base_url": "api.example", "llm_model": "m"}, "http"),
        ({"llm_preset": "deepseek", "llm_api_key": "密钥"}, "密钥"),
        ({"llm_preset": "deepseek", "llm_api_key_file": "nowhere"}, "nowhere"),
        ({"llm_preset": "ollama", "llm_timeout": "-1"}, "GONGKAI_LLM_TIMEOUT"),
    ],
)
def test_settings_that_cannot_be_used_are_named(gongkai, settings, said):
    done = gongkai("model", "check", **settings)
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


def test_the_services_known_by_name_are_listed(gongkai):
    done = gongkai("model", "list", "--json")
    assert [json.loads(line)["name"] for line in done.output.splitlines()] == [
        "deepseek", "dashscope", "zhipu", "moonshot", "openai", "ollama", "vllm",
    ]  # fmt: skip


def test_ask_says_which_model_answered(gongkai, data):
    with ScriptedServer(script=capable) as server:
        done = gongkai(
            "ask", "临江区教委2022年12345热线办结率是多少", "--engine", "llm", "--data", data,
            llm_base_url=server.url, llm_model="scripted",
        )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "由大模型 scripted 作答" in done.output


def test_llm_without_a_model_says_what_to_set(gongkai, data):
    done = gongkai("ask", "临江区教委2022年12345热线办结率", "--engine", "llm", "--data", data)
    assert done.exit_code == 1
    assert "GONGKAI_LLM_PRESET" in done.output


def test_answers_are_judged_apart_from_the_scores(gongkai, data, tmp_path):
    questions = tmp_path / "questions.jsonl"
    asked = {"id": "A", "question": "临江区教委2022年12345热线办结率是多少", "answer": "99.01%"}
    questions.write_text(json.dumps(asked, ensure_ascii=False) + "\n", "utf-8")
    with ScriptedServer(script=capable) as server:
        done = gongkai(
            "eval", questions, "--out", tmp_path / "out", "--engine", "llm", "--judge", "judging",
            "--data", data, llm_base_url=server.url, llm_model="scripted",
        )  # fmt: skip
        judging = [request for request in server.requests if request["model"] == "judging"]
    assert done.exit_code == 0, done.output
    assert len(judging) == 1
    assert "99.01%" in sent_to(judging[0])
    judged = json.loads((tmp_path / "out/judged.json").read_text("utf-8"))
    assert (judged["judge"], judged["faithfulness"], judged["completeness"]) == ("judging", 1.0, 0.5)
    assert "faithfulness" not in (tmp_path / "out/scores.json").read_text("utf-8")
    assert "不计入" in done.output


@pytest.mark.parametrize("said", ["很好。", '{"faithfulness": 7, "completeness": 1}', ""])
def test_a_judge_that_gives_no_scores_is_told_and_counts_for_nothing(gongkai, data, tmp_path, said):
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "A", "question": "临江区教委2022年12345热线办结率是多少"}\n', "utf-8")
    with ScriptedServer(say(said)) as server:
        done = gongkai(
            "eval", questions, "--out", tmp_path / "out", "--engine", "rules", "--judge", "judging",
            "--data", data, llm_base_url=server.url,
        )  # fmt: skip
    assert done.exit_code == 0, done.output
    judged = json.loads((tmp_path / "out/judged.json").read_text("utf-8"))
    assert (judged["faithfulness"], judged["unjudged"]) == (None, 1)
