"""Official clients and our own talk to a running service: OpenAI's, LangChain's, MCP's, and `gongkai eval`."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from desks import open_service, serving
from httpx import AsyncClient
from langchain_openai import ChatOpenAI
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from openai import APIStatusError, AuthenticationError, NotFoundError, OpenAI
from scripted import SAMPLES, helan
from typer.testing import CliRunner

from assistant.client import Gongkai
from assistant.errors import ServerRefused
from assistant.interfaces.api import Desk
from assistant.interfaces.cli import app as command_line
from assistant.interfaces.serve import build_app
from assistant.models import Completed, Failed, Question, TextDelta, Turn
from assistant.plans import Lookup, Measure, Named, Plan, Target
from vectorstore.models import Filter

PLAN = Plan(
    standalone="贺兰县2020年12345办复率",
    among=Named(targets=(Target(organization="贺兰县", year=2020),)),
    operations=(Lookup(measures=(Measure(phrase="12345办复率"),)),),
)
ASKED = "贺兰县2020年12345办复率是多少"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Desk]]:
    """Return the address, the key and the desk of a guarded service."""
    assistant, desk = open_service(tmp_path_factory.mktemp("served"))
    _, secret = desk.access.add_key("clients", ["ask", "read"], per_minute=100_000)
    with serving(build_app(assistant, desk, with_page=False)) as url:
        yield url, secret, desk
    assistant.close()


@pytest.fixture(scope="module")
def openai(service: tuple[str, str, Desk]) -> Iterator[OpenAI]:
    url, secret, _ = service
    with OpenAI(base_url=f"{url}/v1", api_key=secret, max_retries=0) as client:
        yield client


# ---------------------------------------------------------------- OpenAI


def test_openai_client_lists_the_model_and_gets_a_cited_answer(openai: OpenAI) -> None:
    (model,) = openai.models.list().data

    done = openai.chat.completions.create(model=model.id, messages=[{"role": "user", "content": ASKED}])

    (choice,) = done.choices
    assert choice.message.content is not None
    assert choice.message.content.startswith("贺兰县2020年12345办复率为99.79%[1]")
    mark, *_ = choice.message.annotations or []
    span = slice(mark.url_citation.start_index, mark.url_citation.end_index)
    assert choice.message.content[span] == "[1]"
    assert done.citations[0]["quote"] in helan().text
    assert done.usage is not None
    assert done.usage.completion_tokens == len(choice.message.content)


def test_a_stream_tells_the_same_text_citations_and_usage(openai: OpenAI) -> None:
    asked = {"model": "gongkai", "messages": [{"role": "user", "content": ASKED}]}
    whole = openai.chat.completions.create(**asked)

    chunks = list(
        openai.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    )

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    *_, last, total = chunks
    assert last.choices[0].finish_reason == "stop"
    assert last.citations == whole.citations
    annotations = [note.model_dump() for note in whole.choices[0].message.annotations or []]
    assert last.choices[0].delta.annotations == annotations
    assert (total.choices, total.usage) == ([], whole.usage)


def test_extra_body_narrows_the_search(openai: OpenAI) -> None:
    done = openai.chat.completions.create(
        model="gongkai",
        messages=[{"role": "user", "content": ASKED}],
        extra_body={"filter": {"years": [1999]}},
    )

    assert done.citations == []


def test_earlier_messages_carry_the_question_on(openai: OpenAI) -> None:
    done = openai.chat.completions.create(
        model="gongkai",
        messages=[
            {"role": "system", "content": "You are a poet."},
            {"role": "user", "content": ASKED},
            {"role": "assistant", "content": "99.79%[1]"},
            {"role": "user", "content": [{"type": "text", "text": "行政处罚的处理决定数量呢"}]},
        ],
    )

    assert done.citations[0]["organization"] == "贺兰县"


def test_errors_come_as_openai_clients_know_them(openai: OpenAI, service: tuple[str, str, Desk]) -> None:
    asked = {"model": "gongkai", "messages": [{"role": "user", "content": ASKED}]}
    with pytest.raises(NotFoundError) as unknown:
        openai.chat.completions.create(**asked | {"model": "gpt-5"})
    assert (unknown.value.code, unknown.value.type) == ("model_not_found", "invalid_request_error")
    with pytest.raises(APIStatusError) as silent:
        openai.chat.completions.create(**asked | {"messages": [{"role": "system", "content": "x"}]})
    assert silent.value.code == "no_question"
    with pytest.raises(APIStatusError, match="n 只能是 1"):
        openai.chat.completions.create(**asked, n=2)
    with OpenAI(base_url=f"{service[0]}/v1", api_key="gk_wrong", max_retries=0) as stranger:
        with pytest.raises(AuthenticationError) as told:
            stranger.chat.completions.create(**asked)
        assert told.value.body["type"] == "authentication_error"


def test_langchain_asks_and_streams(service: tuple[str, str, Desk]) -> None:
    url, secret, _ = service
    model = ChatOpenAI(model="gongkai", base_url=f"{url}/v1", api_key=secret, max_retries=0)

    assert str(model.invoke(ASKED).content).startswith("贺兰县2020年12345办复率为99.79%[1]")
    assert "".join(str(piece.content) for piece in model.stream(ASKED)).startswith(
        "贺兰县2020年12345办复率为99.79%[1]"
    )


# ---------------------------------------------------------------- MCP

TOOLS = {
    "list_reports", "lookup_figures", "compare_figures", "search_sections", "get_table",
    "check_consistency", "calculate", "ask", "query",
}  # fmt: skip


async def drive(session: ClientSession) -> None:
    """Use every tool as a model would."""
    await session.initialize()
    tools = (await session.list_tools()).tools
    assert {tool.name for tool in tools} == TOOLS
    assert all(tool.annotations and tool.annotations.readOnlyHint and tool.description for tool in tools)

    async def call(name: str, **arguments: object):
        result = await session.call_tool(name, arguments)
        return (
            result.isError,
            result.structuredContent,
            "".join(getattr(part, "text", "") for part in result.content),
        )

    _, listed, _ = await call("list_reports")
    report = listed["reports"][0]
    _, figures, _ = await call("lookup_figures", phrase="办复率", organizations=[report["organization"]])
    assert any(figure["printed"] == "99.79%" for figure in figures["figures"])
    _, nothing, _ = await call("lookup_figures", phrase="办复率", organizations=[])
    assert nothing["figures"] == []
    _, compared, _ = await call("compare_figures", phrase="政府集中采购项目数量", years=[2020])
    assert compared["omitted"] == 0
    _, passages, _ = await call("search_sections", query="存在的主要问题")
    assert passages["passages"]
    _, table, _ = await call("get_table", report_id=report["report_id"], table="article20")
    assert table["cells"]
    _, findings, _ = await call("check_consistency", organizations=[report["organization"]])
    assert any("88.26" in finding["message"] for finding in findings["findings"])
    sums = [{"name": "a", "value": "25437"}, {"name": "b", "value": "28822"}]
    _, value, _ = await call("calculate", expression="a / b", inputs=sums, unit="%", percent=True)
    assert str(value["value"]).startswith("88.2")
    _, answer, _ = await call("ask", question=ASKED)
    assert answer["text"].startswith("贺兰县2020年12345办复率为99.79%[1]")
    _, carried_out, _ = await call("query", plan=PLAN.model_dump(mode="json"))
    assert "99.79%[1]" in carried_out["text"]
    assert carried_out["understanding"]
    failed, _, told = await call("query", plan={"standalone": "问", "operations": [{"op": "modus"}]})
    assert failed
    assert "operations.0.op：没有「modus」。可用：lookup、" in told
    failed, _, told = await call("calculate", expression="__import__('os')", inputs=[])
    assert failed
    assert "算不出来" in told
    assert (await call("get_table", report_id="r-none", table="article20"))[0]


def test_mcp_client_drives_every_tool_over_http(service: tuple[str, str, Desk]) -> None:
    url, secret, _ = service

    async def main() -> None:
        headers = {"Authorization": f"Bearer {secret}"}
        async with (
            AsyncClient(headers=headers, timeout=60) as http,
            streamable_http_client(f"{url}/mcp", http_client=http) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await drive(session)

    anyio.run(main)


def test_mcp_client_asks_over_stdio(tmp_path: Path) -> None:
    assistant, _ = open_service(tmp_path)
    assistant.close()
    environment = {**os.environ, "GONGKAI_ENGINE": "rules", "PYTHONPATH": str(SAMPLES.parent)}
    program = "from assistant.interfaces.cli import main; main()"
    started = StdioServerParameters(
        command=sys.executable, args=["-c", program, "mcp", "--data", str(tmp_path)], env=environment
    )

    async def main() -> None:
        async with stdio_client(started) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            assert {tool.name for tool in (await session.list_tools()).tools} == TOOLS
            answer = await session.call_tool("ask", {"question": ASKED})
            assert answer.structuredContent is not None
            assert answer.structuredContent["text"].startswith("贺兰县2020年12345办复率为99.79%[1]")

    anyio.run(main)


def test_mcp_without_a_key_is_refused(service: tuple[str, str, Desk]) -> None:
    import httpx

    response = httpx.post(f"{service[0]}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})

    assert response.status_code == 401


# ---------------------------------------------------------------- our own


def test_our_client_asks_streams_and_reads_everything(service: tuple[str, str, Desk]) -> None:
    url, secret, _ = service
    with Gongkai(url, key=secret) as client:
        answer = client.ask(ASKED, years=[2020])
        events = list(client.stream(Question(text=ASKED, filter=Filter(years=(2020,)))))
        carried_out = client.query(PLAN)
        followed = client.ask("那行政处罚呢", history=[Turn(role="user", content=ASKED)])
        (head,) = client.reports()
        figures = list(client.figures(indicator="art20_6.penalty.decisions", limit=1))

        assert answer.text.startswith("贺兰县2020年12345办复率为99.79%[1]")
        assert carried_out.plan == PLAN
        assert "99.79%[1]" in carried_out.text
        assert isinstance(events[-1], Completed)
        assert "".join(one.text for one in events if isinstance(one, TextDelta)) == answer.text
        assert followed.standalone_question != "那行政处罚呢"
        assert answer.citations[0].quote in client.report(head["report_id"])["text"]
        assert client.table(head["report_id"], "article20")["cells"]
        assert client.checks(head["report_id"])
        assert len(figures) == 1
        assert client.compare(phrase="办复率", year=2020)["figures"]
        assert client.search("存在的主要问题", year=2020)


def test_our_client_tells_why_it_was_refused(service: tuple[str, str, Desk]) -> None:
    url, secret, _ = service
    with Gongkai(url) as stranger, Gongkai(url, key=secret) as client:
        with pytest.raises(ServerRefused, match="key_missing"):
            stranger.ask(ASKED)
        with pytest.raises(ServerRefused, match="question_empty"):
            client.ask(" ")
        with pytest.raises(ServerRefused, match="scope_missing"):
            client.upload(SAMPLES / "贺兰县2020.txt")
        (failed,) = stranger.stream(Question(text=ASKED))
        assert isinstance(failed, Failed)
        assert not failed.retryable
    with Gongkai("http://127.0.0.1:9") as nobody, pytest.raises(ServerRefused, match="gongkai serve"):
        nobody.ask(ASKED)


def test_eval_scores_a_running_server_as_it_scores_the_engine(
    service: tuple[str, str, Desk], tmp_path: Path
) -> None:
    url, secret, _ = service
    questions = tmp_path / "questions.jsonl"
    lines = (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines()
    questions.write_text("\n".join(line for line in lines if "贺兰县2020年" in line), encoding="utf-8")

    done = CliRunner().invoke(
        command_line,
        ["eval", str(questions), "--out", str(tmp_path / "out"), "--server", url, "--key", secret],
    )

    assert done.exit_code == 0, done.output
    scores = json.loads((tmp_path / "out" / "scores.json").read_text("utf-8"))
    assert scores["scored"] > 0
    assert scores["metrics"]["accuracy"] > 0.5


@pytest.mark.parametrize(
    "said",
    [
        [{"role": "user" if turn % 2 == 0 else "assistant", "content": "嗯"} for turn in range(300)],
        [{"role": "system", "content": "诗" * 25_000}],
        [{"role": "user", "content": "你好"}, {"role": "assistant", "content": "好" * 25_000}],
    ],
    ids=["many messages", "a long system message", "a long earlier answer"],
)
def test_what_was_said_long_ago_or_at_length_hinders_no_question(openai: OpenAI, said: Any) -> None:
    done = openai.chat.completions.create(
        model="gongkai", messages=[*said, {"role": "user", "content": ASKED}]
    )

    assert "99.79%" in (done.choices[0].message.content or "")


def test_text_by_its_other_name_and_no_filter_are_taken(openai: OpenAI) -> None:
    done = openai.chat.completions.create(
        model="gongkai",
        messages=[{"role": "user", "content": [{"type": "input_text", "text": ASKED}]}],  # type: ignore[list-item]
        extra_body={"filter": None},
    )

    assert "99.79%" in (done.choices[0].message.content or "")


def test_a_picture_alone_is_refused_in_words(openai: OpenAI) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}

    with pytest.raises(APIStatusError, match="不看图片"):
        openai.chat.completions.create(model="gongkai", messages=[{"role": "user", "content": [picture]}])  # type: ignore[list-item]


def test_a_form_of_answer_that_is_not_given_is_refused(openai: OpenAI) -> None:
    asked: Any = {"model": "gongkai", "messages": [{"role": "user", "content": ASKED}]}

    assert openai.chat.completions.create(**asked, response_format={"type": "text"}).choices
    with pytest.raises(APIStatusError, match="response_format"):
        openai.chat.completions.create(**asked, response_format={"type": "json_object"})
