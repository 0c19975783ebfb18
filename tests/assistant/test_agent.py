"""A model answers with the tools, is held to its proof, and is replaced by the plan where it fails."""

import json
import re
import socket
import threading
import time
from pathlib import Path

import pytest

from assistant.agent.trace import TraceFile
from assistant.exchange import Exchange
from assistant.models import Completed, Question, TextDelta, ToolFinished, ToolStarted, Turn
from benchmarks.models.server import Reply, ScriptedServer, call, calls, refuse, say, sent_to

REPORT = Path(__file__).parents[1] / "data/reports/临江教委2022.txt"
RATE = "临江区教委2022年12345热线办结率是多少"
WHY = "请分析临江区教委2022年12345热线的办理情况"
LOOK = call("lookup_figures", phrase="12345热线 办结率")
SHARE = {
    "standalone": "临江区教委2022年12345热线工单办结的占比",
    "among": {"among": "named", "targets": [{"organization": "青川市临江区教育委员会", "year": 2022}]},
    "operations": [
        {"op": "share", "part": {"phrase": "12345 办结"}, "whole": {"phrase": "12345热线 承办工单"}}
    ],
}
RIGHT = "临江区教委2022年12345热线办结率为99.01%[E1]。"


@pytest.fixture(scope="module")
def reports(shelf, tmp_path_factory):
    """Open a library of two reports that differ in name and figures."""
    twin = tmp_path_factory.mktemp("twin") / "临海教委2022.txt"
    text = (
        REPORT.read_text("utf-8")
        .replace("临江", "临海")
        .replace("99.01%", "87.65%")
        .replace("1196件", "1059件")
    )
    twin.write_text(text, "utf-8")
    return shelf.toolbox(REPORT, twin)


def key_of(request, words):
    """Return the key of the line of evidence that holds some words."""
    return re.search(rf"\[(E\d+)\][^\n]*{words}", sent_to(request))[1]


def answered(engine, text, **more):
    events = list(engine.stream(Question(text=text, **more)))
    assert isinstance(events[-1], Completed)
    return events[-1].answer, events


def test_the_model_answers_with_the_tools_and_every_figure_is_cited(reports, agent_over):
    with ScriptedServer(LOOK, say(RIGHT)) as server:
        answer, events = answered(agent_over(reports, server.url), RATE)
    assert (answer.engine, answer.model, answer.status) == ("llm", "scripted", "answered")
    assert answer.text == "临江区教委2022年12345热线办结率为99.01%[1]。"
    assert answer.figures[0].printed == "99.01%"
    assert "99.01%" in answer.citations[0].quote
    kinds = [type(event) for event in events]
    assert kinds.index(ToolStarted) < kinds.index(ToolFinished) < kinds.index(TextDelta)


def test_what_the_model_says_streams_as_a_draft_and_the_answer_as_verified(reports, agent_over):
    with ScriptedServer(LOOK, say(RIGHT)) as server:
        answer, events = answered(agent_over(reports, server.url), RATE)
    deltas = [event for event in events if isinstance(event, TextDelta)]
    drafted = [one for one in deltas if not one.verified]
    assert "".join(one.text for one in drafted) == RIGHT
    assert len(drafted) > 3
    assert "".join(one.text for one in deltas if one.verified) == answer.text
    assert max(one.draft for one in drafted) < min(one.draft for one in deltas if one.verified)


def test_what_the_plan_answers_for_certain_never_reaches_the_model(reports, agent_over):
    with ScriptedServer(say("不应被问到")) as server:
        engine = agent_over(reports, server.url, auto=True)
        for text in (RATE, "临江区教委2019年12345热线办结率", "库中有哪些报告"):
            assert answered(engine, text)[0].engine == "rules"
        assert server.requests == []


def test_what_asks_for_reasons_goes_to_the_model(reports, agent_over):
    with ScriptedServer(LOOK, say(RIGHT)) as server:
        answer, _ = answered(agent_over(reports, server.url, auto=True), WHY)
    assert answer.engine == "llm"


def test_a_key_that_no_tool_gave_out_is_removed(reports, agent_over):
    with ScriptedServer(LOOK, say("临江区教委2022年12345热线办结率为99.01%[E1][E77]。")) as server:
        answer, _ = answered(agent_over(reports, server.url), RATE)
    assert answer.engine == "llm"
    assert answer.text.endswith("99.01%[1]。")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("临江区教委2022年12345热线办结率为99.07%[E1]。", "99.07"),
        ("临江区教委2022年12345热线办结率为99.01%[E99]。", "没有引用"),
        ("临江区教委2022年12345热线办结率为99.01%。", "没有引用"),
        ("临海区教委2022年12345热线办结率为99.01%[E1]。", "临海区"),
        ("临江区教委2021年12345热线办结率为99.01%[E1]。", "2021"),
        ("临江区教委2022年12345热线办结率约为九成九[E1]。", "九成"),
        ("临江区教委2022年12345热线办结率为百分之九十八[E1]。", "百分之九十八"),
        ("临江区教委2022年12345热线办结 99.01 件[E1]。", "99.01"),
        ("The completion rate in 2022 was 99.01%[E1].", "中文"),
        ("临江区教委2022年12345热线办结率为99.01%[E1]，另有37个单位参与[E1]。", "37"),
        ("临江区教委2022年12345热线工单办结1208件[E2]。", "1208件"),
        ("", "空"),
    ],
)  # fmt: skip
def test_what_is_not_proven_is_named_to_the_model_which_may_repair_it_once(reports, agent_over, wrong, named):
    with ScriptedServer(LOOK, say(wrong), say(RIGHT)) as server:
        answer, _ = answered(agent_over(reports, server.url), RATE)
        assert len(server.requests) == 3, server.requests[1]["messages"][-1]["content"]
        assert named in server.requests[2]["messages"][-1]["content"]
        assert "tools" not in server.requests[2]
    assert (answer.engine, answer.text) == ("llm", "临江区教委2022年12345热线办结率为99.01%[1]。")


def test_what_stays_unproven_is_withheld_and_the_plan_answers(reports, agent_over):
    with ScriptedServer(LOOK, say("办结率为98.99%[E1]。"), say("办结率为98.88%[E1]。")) as server:
        answer, _ = answered(agent_over(reports, server.url), RATE)
        assert len(server.requests) == 3
    assert answer.engine == "rules"
    assert "99.01%" in answer.text
    assert not re.search(r"98\.\d\d", answer.text)
    assert [warning.code for warning in answer.warnings] == ["model_unproven"]


def test_a_blank_cell_must_not_be_told_as_none(shelf, agent_over, tmp_path):
    text = REPORT.read_text("utf-8").replace("行政强制 | 0 |", "行政强制 |  |")
    (tmp_path / "甲.txt").write_text(text, "utf-8")

    def script(request):
        if len(request["messages"]) <= 2:
            return call("lookup_figures", phrase="行政强制 处理决定数量")
        key = key_of(request, "行政强制[^\n]*空白")
        if "没有通过核对" in sent_to(request):
            return say(f"行政强制的处理决定数量那一格是空白[{key}]。")
        return say(f"该单位没有作出行政强制决定[{key}]。")

    with ScriptedServer(script=script) as server:
        engine = agent_over(shelf.toolbox(tmp_path / "甲.txt"), server.url)
        answer, _ = answered(engine, "临江区教委2022年行政强制处理决定数量")
        assert len(server.requests) == 3
    assert "空白" in answer.text


def test_a_share_is_computed_from_evidence_and_its_derivation_shown(reports, agent_over):
    def script(request):
        asked = len(request["messages"])
        if asked == 2:
            return calls(
                ("lookup_figures", {"organizations": ["青川市临江区教育委员会"], "phrase": "12345热线工单"}),
                ("lookup_figures", {"organizations": ["青川市临江区教育委员会"], "phrase": "12345热线 办结"}),
            )
        received, done = key_of(request, "1208件｜"), key_of(request, "1196件｜")
        if asked < 7 and "[C1]" not in sent_to(request).split("规则")[-1].split("查不到")[-1]:
            return call("calculate", expression=f"{received}-{done}", unit="件")
        return say(f"临江区教委2022年热线工单1208件[{received}]，办结1196件[{done}]，相差12件[C1]。")

    with ScriptedServer(script=script) as server:
        answer, _ = answered(agent_over(reports, server.url), "临江区教委2022年热线还有多少件没有办结")
    assert answer.engine == "llm", answer.warnings
    assert [(one.expression, str(one.value), one.unit) for one in answer.derivations] == [
        ("1208 - 1196", "12", "件")
    ]
    assert "相差12件[1]" in answer.text


def test_a_plan_gives_keyed_figures_that_an_answer_can_cite(reports, agent_over):
    def script(request):
        if len(request["messages"]) == 2:
            return call("query", plan=SHARE)
        told = sent_to(request)
        received, done = key_of(request, "1208件｜"), key_of(request, "1196件｜")
        assert f"1196件[{done}]" in told
        share = re.search(r"\[(C\d+)\] 1196 ÷ 1208", told)[1]
        return say(f"临江区教委2022年热线工单1208件[{received}]，办结1196件[{done}]，占99.01%[{share}]。")

    with ScriptedServer(script=script) as server:
        answer, events = answered(agent_over(reports, server.url), WHY)
    assert (answer.engine, answer.plan) == ("llm", None), answer.warnings
    assert [one.printed for one in answer.figures] == ["1208件", "1196件"]
    assert [(one.expression, one.unit) for one in answer.derivations] == [("1196 ÷ 1208", "%")]
    assert [event.label for event in events if isinstance(event, ToolStarted)][-1] == "执行计划"


def test_a_plan_of_the_model_stays_with_the_bodies_of_the_question(reports, agent_over):
    elsewhere = {"among": "named", "targets": [{"organization": "青川市临海区教育委员会", "year": 2022}]}
    with ScriptedServer(call("query", plan={**SHARE, "among": elsewhere}), LOOK, say(RIGHT)) as server:
        answered(agent_over(reports, server.url), RATE)
        told = server.requests[1]["messages"][-1]["content"]
    assert "没有“青川市临海区教育委员会”" in told
    assert "[E1]" not in told


def test_a_plan_that_cannot_be_read_is_told_to_the_model_with_the_place(reports, agent_over):
    wrong = {**SHARE, "operations": [{"op": "modus", "of": [{"phrase": "工单"}]}]}
    with ScriptedServer(call("query", plan=wrong), LOOK, say(RIGHT)) as server:
        answer, _ = answered(agent_over(reports, server.url), RATE)
        told = server.requests[1]["messages"][-1]["content"]
    assert "operations.0.op：没有「modus」。可用：lookup、" in told
    assert answer.engine == "llm"


@pytest.mark.parametrize(
    ("expression", "said"),
    [("9999", "不能直接写"), ("E1+9999", "9999"), ("E55-E1", "没有编号"), ("__import__('os')", "编号"), ("E1/(E1-E1)", "0")],
)  # fmt: skip
def test_a_calculation_takes_nothing_but_evidence(reports, agent_over, expression, said):
    with ScriptedServer(LOOK, call("calculate", expression=expression), say(RIGHT)) as server:
        answered(agent_over(reports, server.url), RATE)
        told = server.requests[2]["messages"][-1]["content"]
    assert said in told
    assert "[C1]" not in told


def test_a_model_that_finds_nothing_says_so_and_why_is_told(reports, agent_over):
    with ScriptedServer(LOOK, say("无法回答：报告里没有火星上的数字。")) as server:
        answer, _ = answered(agent_over(reports, server.url), "临江区教委2022年火星探测经费多少万元")
    assert (answer.engine, answer.status, answer.reason_code) == ("llm", "refused", "no_indicator")


# ---------------------------------------------------------------- failures


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (refuse(401, "bad key sk-test-0123456789abcdef"), "密钥"),
        (refuse(429, Retry_After="300"), "限流（要求等 300 秒）"),
        (refuse(500), "出错"),
        (refuse(404, "no such model"), "GONGKAI_LLM_MODEL"),
        (refuse(400, "context length exceeded"), "上下文"),
        (say("临江区", cut=True), "中途断了"),
        (Reply(raw=b"<html>hello</html>"), "格式"),
        (Reply(raw=b'{"choices": []}'), "格式"),
        (say(RIGHT, hang=30), "限定时间"),
        (say(RIGHT * 40, pause=0.05), "限定时间"),
    ],
)
def test_a_model_that_fails_is_replaced_by_the_plan_in_time(reports, agent_over, reply, said):
    with ScriptedServer(reply) as server:
        engine = agent_over(reports, server.url, time_limit=1.5, timeout=1.0)
        started = time.monotonic()
        answer, _ = answered(engine, RATE)
        took = time.monotonic() - started
    assert answer.engine == "rules"
    assert "99.01%" in answer.text
    (warning,) = answer.warnings
    assert warning.code == "model_failed"
    assert said in warning.message
    assert "sk-test" not in warning.message
    assert took < 10  # the limit is 1.5 s; the rest is for a busy machine


def test_nobody_at_the_address_is_told_and_the_plan_answers(reports, agent_over):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        engine = agent_over(reports, f"http://127.0.0.1:{taken.getsockname()[1]}/v1", retries=0)
        answer, _ = answered(engine, RATE)
    assert answer.engine == "rules"
    assert "连不上" in answer.warnings[0].message


@pytest.mark.parametrize("once", [refuse(500), refuse(429, Retry_After="0"), say("临江区教委", cut=True)])
def test_a_passing_failure_is_tried_again(reports, agent_over, once):
    with ScriptedServer(LOOK, once, say(RIGHT)) as server:
        answer, events = answered(agent_over(reports, server.url), RATE)
        assert len(server.requests) == 3
    assert answer.engine == "llm"
    last = max(one.draft for one in events if isinstance(one, TextDelta) and not one.verified)
    drafted = [one for one in events if isinstance(one, TextDelta) and one.draft == last]
    assert "".join(one.text for one in drafted) == RIGHT


def test_a_model_without_tools_is_given_the_evidence(reports, agent_over):
    def script(request):
        if "tools" in request:
            return refuse(400, "scripted does not support tools")
        return say(f"临江区教委2022年12345热线办结率为99.01%[{key_of(request, '99.01%｜')}]。")

    with ScriptedServer(script=script) as server:
        engine = agent_over(reports, server.url)
        assert answered(engine, RATE)[0].engine == "llm"
        assert len(server.requests) == 2
        assert answered(engine, RATE)[0].engine == "llm"
        assert len(server.requests) == 3  # asked for tools only once


def test_an_unwanted_parameter_is_left_out_from_then_on(reports, agent_over):
    def script(request):
        if "temperature" in request:
            return refuse(400, "temperature is fixed for this model")
        return say(RIGHT) if request["messages"][-1]["role"] == "tool" else LOOK

    with ScriptedServer(script=script) as server:
        engine = agent_over(reports, server.url)
        assert answered(engine, RATE)[0].engine == "llm"
        assert answered(engine, RATE)[0].engine == "llm"
        assert ["temperature" in request for request in server.requests] == [True, False, False, False, False]


@pytest.mark.parametrize(
    "odd",
    [
        call("drop_all_tables", sure=True),
        call("lookup_figures", phrase=["not", "a", "text"], colour="red"),
        Reply(calls=(("lookup_figures", '{"phrase": "办结'),)),
        Reply(calls=(("lookup_figures", "not json at all"),)),
        say('```json\n{"name": "lookup_figures", "arguments": {"phrase": "办结率"}}\n```'),
        call("lookup_figures", phrase="办结率", organizations=["不存在县"]),
        call("get_table", organization="青川市临江区教育委员会", year=1999, table="applications"),
    ],
)
def test_a_call_that_makes_no_sense_is_answered_in_words_and_the_model_goes_on(reports, agent_over, odd):
    def script(request):
        if len(server.requests) == 1:
            return odd
        if "= 99.01%｜" not in sent_to(request).split("问题：", 1)[-1]:
            return LOOK if "tools" in request else say("无法回答：没有证据。")
        return say(
            f"临江区教委2022年12345热线办结率为99.01%[{key_of(request, '临江区[^｜]*｜[^｜]*99.01%｜')}]。"
        )

    with ScriptedServer(script=script) as server:
        answer, _ = answered(agent_over(reports, server.url), RATE)
    assert answer.engine == "llm"
    assert "99.01%" in answer.text


def test_endless_calls_end_with_an_answer_from_what_was_found(reports, agent_over):
    def script(request):
        if "tools" not in request:
            return say(f"临江区教委2022年12345热线办结率为99.01%[{key_of(request, '99.01%｜')}]。")
        return call("lookup_figures", phrase=f"办结率 {'率' * len(request['messages'])}")

    with ScriptedServer(script=script) as server:
        answer, events = answered(agent_over(reports, server.url, most_calls=4), RATE)
        assert len(server.requests) == 5
    assert answer.engine == "llm"
    assert sum(isinstance(event, ToolStarted) for event in events) == 4


def test_the_same_call_twice_is_told_so(reports, agent_over):
    with ScriptedServer(LOOK, LOOK, say(RIGHT)) as server:
        answered(agent_over(reports, server.url), RATE)
        assert "已经做过" in server.requests[2]["messages"][-1]["content"]


def test_an_answer_cut_by_its_length_is_not_shown(reports, agent_over):
    with ScriptedServer(LOOK, say(RIGHT, finish="length"), say(RIGHT)) as server:
        answered(agent_over(reports, server.url), RATE)
        assert "长度上限" in server.requests[2]["messages"][-1]["content"]


def test_thoughts_are_neither_streamed_nor_part_of_the_answer(reports, agent_over):
    with ScriptedServer(LOOK, say(f"<think>大概是 12% 吧</think>\n{RIGHT}")) as server:
        answer, events = answered(agent_over(reports, server.url), RATE)
    assert answer.engine == "llm"
    assert "12%" not in "".join(event.text for event in events if isinstance(event, TextDelta))


def test_hanging_up_on_the_answer_hangs_up_on_the_model(reports, agent_over):
    with ScriptedServer(LOOK, say(RIGHT * 20, pause=0.05)) as server:
        events = agent_over(reports, server.url).stream(Question(text=RATE))
        for event in events:
            if isinstance(event, TextDelta):
                break
        events.close()
        assert server.hung_up.wait(10)


def test_a_reader_can_hang_up_on_a_model_that_is_silent(reports, agent_over):
    with ScriptedServer(LOOK, say(RIGHT, hang=60)) as server:
        events = agent_over(reports, server.url, timeout=60, time_limit=60).stream(Question(text=RATE))
        for event in events:
            if isinstance(event, TextDelta) and len(server.requests) == 2:
                break
        events.close()
        assert server.hung_up.wait(10)


def test_a_page_shows_the_latest_draft_as_unverified_and_then_the_answer(reports, agent_over):
    wrong = "临江区教委2022年12345热线办结率为98.76%[E1]。"
    with ScriptedServer(LOOK, say(wrong), say(RIGHT)) as server:
        exchange, seen = Exchange(question=RATE), []
        for event in agent_over(reports, server.url).stream(Question(text=RATE)):
            exchange = exchange.after(event)
            seen.append((exchange.text, exchange.verified))
    assert (wrong, False) in seen
    assert (RIGHT, False) in seen
    assert seen[-1] == (exchange.answer.text, True)
    assert not any("98.76" in text for text, verified in seen if verified)


def test_many_questions_at_once_keep_their_evidence_apart(reports, agent_over):
    def script(request):
        body = "临江区" if "临江区教委" in request["messages"][1]["content"].split("\n")[0] else "临海区"
        if request["messages"][-1]["role"] != "tool":
            return call(
                "lookup_figures", phrase="12345热线 办结率", organizations=[f"青川市{body}教育委员会"]
            )
        value = {"临江区": "99.01%", "临海区": "87.65%"}[body]
        return say(f"{body}教委2022年12345热线办结率为{value}[E1]。", pause=0.01)

    results = {}
    with ScriptedServer(script=script) as server:
        engine = agent_over(reports, server.url)

        def ask(n, body):
            results[n, body] = engine.ask(Question(text=f"{body}教委2022年12345热线办结率是多少"))

        threads = [
            threading.Thread(target=ask, args=(n, body)) for n in range(3) for body in ("临江区", "临海区")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for (_, body), answer in results.items():
        assert answer.engine == "llm"
        assert {one.organization for one in answer.citations} == {f"青川市{body}教育委员会"}


# ---------------------------------------------------------------- context, secrets


def test_numbers_of_the_conversation_prove_nothing(reports, agent_over):
    history = (Turn(role="user", content=RATE), Turn(role="assistant", content="办结率为45.67%[1]。"))
    with ScriptedServer(LOOK, say("临江区教委2022年12345热线办结率为45.67%[E1]。"), say(RIGHT)) as server:
        answer, _ = answered(agent_over(reports, server.url), "那么它的办结率到底是多少", history=history)
        assert "45.67" in sent_to(server.requests[0])
    assert "45.67" not in answer.text
    assert "99.01%" in answer.text


def test_a_long_conversation_stays_within_the_budget(reports, agent_over):
    turn = "我们来谈谈政府信息公开工作。" * 400
    history = tuple(
        one
        for _ in range(40)
        for one in (Turn(role="user", content=turn), Turn(role="assistant", content=turn))
    )

    def script(request):
        if len(request["messages"]) < 14 and "tools" in request:
            return call("search_sections", query=f"信息公开 工作 {len(request['messages'])}")
        return say(f"临江区教委2022年办结率99.01%[{key_of(request, '99.01%')}]。")

    with ScriptedServer(script=script) as server:
        engine = agent_over(reports, server.url, context_tokens=4000, most_calls=12)
        answered(engine, RATE, history=history)
        longest = max(len(sent_to(request)) for request in server.requests)
    assert longest < 5000
    assert "资料>" in sent_to(server.requests[-1])


def test_the_key_is_sent_and_written_nowhere(reports, agent_over, tmp_path, caplog):
    key = "sk-test-0123456789abcdef"
    trace = TraceFile(tmp_path / "trace.jsonl", secrets=(key,))
    caplog.set_level("DEBUG")
    with ScriptedServer(LOOK, say(RIGHT), refuse(401, f"bad key {key}")) as server:
        engine = agent_over(reports, server.url, record=trace, prices=(1, 2))
        first, _ = answered(engine, f"{RATE}（我的密钥是 {key}）")
        second, _ = answered(engine, RATE)
        assert set(server.authorizations) == {f"Bearer {key}"}
    text = (tmp_path / "trace.jsonl").read_text("utf-8")
    assert key not in text
    assert key not in second.model_dump_json()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("assistant")]
    assert not any("Bearer" in message for message in ours)
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["outcome"] for line in lines] == ["answered", "failed"]
    (exchange,) = lines[0]["exchanges"]
    assert exchange["tools"][0]["tool"] == "lookup_figures"
    assert "99.01%" in exchange["tools"][0]["result"]
    assert exchange["said"] == RIGHT
    assert lines[0]["usage"] == {"sent": 200, "answered": 20}
    assert float(lines[0]["cost"]) == pytest.approx((200 * 1 + 20 * 2) / 1e6)
    assert first.engine == "llm"
