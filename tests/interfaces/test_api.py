"""The HTTP interface as another program meets it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import client_of, open_service
from fastapi.testclient import TestClient
from scripted import ScriptedAnswers, answer, cited_figure, helan

from assistant.bootstrap import Assistant
from assistant.models import AnswerFigure, Completed, Event, Failed, Planned, TextDelta, Turn
from assistant.plan_json import LONGEST_PLAN
from assistant.plans import Lookup, Measure, Named, Plan, Target
from vectorstore.models import Filter

RATE = next(figure for figure in helan().figures if figure.label.endswith("办复率"))
ANSWER = answer("办复率为99.79%[1]", cited_figure(helan(), RATE)).model_copy(
    update={
        "figures": (
            AnswerFigure(
                label="办复率",
                value=RATE.quantity.value,
                unit="%",
                printed="99.79%",
                organization="贺兰县",
                year=2020,
                citation=1,
            ),
        )
    }
)


PLAN = Plan(
    standalone="贺兰县2020年12345办复率",
    among=Named(targets=(Target(organization="贺兰县", year=2020),)),
    operations=(Lookup(measures=(Measure(phrase="12345办复率"),)),),
)
Clients = Callable[..., tuple[TestClient, ScriptedAnswers]]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Clients]:
    opened: list[Assistant] = []

    def build(*events: Event | Exception) -> tuple[TestClient, ScriptedAnswers]:
        answers = ScriptedAnswers(*events)
        assistant, desk = open_service(tmp_path, answers=answers)
        opened.append(assistant)
        return client_of(assistant, desk), answers

    yield build
    for assistant in opened:
        assistant.close()


def _problem(response: Any) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert "Traceback" not in response.text
    return problem


def test_a_question_comes_back_as_an_answer_with_numbers_as_numbers(service: Clients) -> None:
    client, _ = service(TextDelta(text="办"), Completed(answer=ANSWER))

    response = client.post("/v1/ask", json={"question": "贺兰县2020年12345办复率是多少"})

    assert response.status_code == 200
    body = response.json()
    assert body["figures"][0]["value"] == 99.79
    assert isinstance(body["figures"][0]["value"], float)
    assert body["citations"][0]["quote"] == RATE.context


def test_history_and_filter_reach_the_engine(service: Clients) -> None:
    client, answers = service(Completed(answer=ANSWER))

    client.post(
        "/v1/ask",
        json={
            "question": " 那2019年呢 ",
            "history": [{"role": "user", "content": "一"}, {"role": "assistant", "content": "二"}],
            "filter": {"organizations": ["贺兰县"], "years": [2019, 2020]},
        },
    )

    (asked,) = answers.asked
    assert asked.text == "那2019年呢"
    assert [turn.content for turn in asked.history] == ["一", "二"]
    assert all(isinstance(turn, Turn) for turn in asked.history)
    assert asked.filter == Filter(organizations=("贺兰县",), years=(2019, 2020))


def test_events_stream_when_they_are_asked_for(service: Clients) -> None:
    client, _ = service(TextDelta(text="办\n复"), Completed(answer=ANSWER))

    response = client.post("/v1/ask", json={"question": "问"}, headers={"accept": "text/event-stream"})

    assert response.headers["content-type"].startswith("text/event-stream")
    events = [dict(line.split(": ", 1) for line in event.splitlines()) for event in _blocks(response.text)]
    assert [event["event"] for event in events] == ["text_delta", "completed"]
    assert json.loads(events[0]["data"])["text"] == "办\n复"
    assert json.loads(events[1]["data"])["answer"]["text"] == ANSWER.text


def _blocks(text: str) -> Iterator[str]:
    return (block for block in text.split("\n\n") if block)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"question": "  "}', 422, "question_empty"),
        (json.dumps({"question": "问" * 2001}), 422, "question_too_long"),
        ("{}", 422, "body_invalid"),
        ('{"question": "问", "wrong": 1}', 422, "body_invalid"),
        ('{"question": "问", "history": [{"role": "system", "content": "x"}]}', 422, "body_invalid"),
        ('{"question": "问", "filter": {"years": ["甲"]}}', 422, "body_invalid"),
        ("问", 400, "json_invalid"),
        ("", 422, "body_invalid"),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_before_the_engine_is_asked(
    service: Clients, body: str, status: int, code: str
) -> None:
    client, answers = service(Completed(answer=ANSWER))

    response = client.post(
        "/v1/ask", content=body.encode("utf-8"), headers={"content-type": "application/json"}
    )

    assert (response.status_code, _problem(response)["code"]) == (status, code)
    assert answers.asked == []


def test_the_longest_question_is_answered(service: Clients) -> None:
    client, _ = service(Completed(answer=ANSWER))

    assert client.post("/v1/ask", json={"question": "问" * 2000}).status_code == 200


def test_a_plan_comes_back_as_an_answer_that_holds_it(service: Clients) -> None:
    done = ANSWER.model_copy(update={"plan": PLAN, "understanding": "贺兰县2020年 · 12345办复率"})
    client, answers = service(Planned(plan=PLAN, understanding="贺"), Completed(answer=done))

    body = client.post("/v1/query", json=PLAN.model_dump(mode="json")).json()
    events = client.post(
        "/v1/query", json=PLAN.model_dump(mode="json"), headers={"accept": "text/event-stream"}
    )

    assert answers.carried_out == [PLAN, PLAN]
    assert Plan.model_validate(body["plan"]) == PLAN
    assert body["understanding"] == "贺兰县2020年 · 12345办复率"
    assert [block.split("\n")[0] for block in _blocks(events.text)] == ["event: planned", "event: completed"]


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        ('{"standalone": "问", "operations": [{"op": "modus"}]}', 422, "plan_invalid", "operations.0.op：没有「modus」"),
        ('{"standalone": "问", "operations": []}', 422, "plan_invalid", "operations：至少要有 1 项"),
        ("{}", 422, "plan_invalid", "standalone：缺少这一项"),
        ("", 422, "plan_invalid", "缺少"),
        ("计划", 400, "json_invalid", '"operations"'),
        (PLAN.model_copy(update={"standalone": "问" * LONGEST_PLAN}).model_dump_json(), 422, "plan_too_long", "字符"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_used_is_refused_with_the_place(
    service: Clients, body: str, status: int, code: str, says: str
) -> None:
    client, answers = service(Completed(answer=ANSWER))

    response = client.post(
        "/v1/query", content=body.encode("utf-8"), headers={"content-type": "application/json"}
    )

    problem = _problem(response)
    assert (response.status_code, problem["code"]) == (status, code)
    assert says in problem["detail"]
    assert answers.carried_out == []


@pytest.mark.parametrize(("retryable", "status"), [(True, 503), (False, 500)])
def test_a_run_that_fails_says_why_and_whether_trying_again_helps(
    service: Clients, retryable: bool, status: int
) -> None:
    client, _ = service(Failed(message="索引正在重建，请稍后再问。", retryable=retryable))

    response = client.post("/v1/ask", json={"question": "问"})

    assert response.status_code == status
    assert _problem(response)["detail"] == "索引正在重建，请稍后再问。"


def test_an_unforeseen_error_tells_no_secrets(service: Clients) -> None:
    client, _ = service(TextDelta(text="半"), RuntimeError("secret"))

    response = client.post("/v1/ask", json={"question": "问"})

    assert response.status_code in {500, 503}
    assert "secret" not in response.text
    assert _problem(response)["code"] == "answer_failed"


def test_a_stream_that_breaks_ends_with_failed(service: Clients) -> None:
    client, _ = service(TextDelta(text="半"), RuntimeError("secret"))

    response = client.post("/v1/ask", json={"question": "问"}, headers={"accept": "text/event-stream"})

    assert [block.split("\n")[0] for block in _blocks(response.text)] == [
        "event: text_delta",
        "event: failed",
    ]
    assert "secret" not in response.text


def test_reports_are_listed_by_their_heads(service: Clients) -> None:
    client, _ = service()

    (report,) = client.get("/v1/reports").json()["reports"]

    assert (report["organization"], report["year"], report["source"]) == ("贺兰县", 2020, "贺兰县2020.txt")
    assert "sections" not in report


def test_health_tells_how_many_reports_there_are(service: Clients) -> None:
    client, _ = service()

    assert client.get("/healthz").json() == {"status": "ok", "reports": 1}


def test_health_tells_when_the_library_cannot_be_read(service: Clients, tmp_path: Path) -> None:
    client, _ = service()
    with sqlite3.connect(tmp_path / "library.sqlite") as raw:
        raw.execute("DROP TABLE figures")
    raw.close()

    response = client.get("/healthz")

    assert response.status_code == 503
    assert "gongkai ingest" in _problem(response)["detail"]
    assert str(tmp_path) not in response.text


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/ask"), ("GET", "/v1/nothing")])
def test_a_wrong_door_names_the_right_ones(service: Clients, method: str, path: str) -> None:
    client, _ = service()

    response = client.request(method, path)

    assert response.status_code in {404, 405}
    assert "/v1/ask" in _problem(response)["detail"]


def test_no_page_of_the_api_loads_assets_from_elsewhere(service: Clients) -> None:
    client, _ = service()

    assert [client.get(path).status_code for path in ("/docs", "/redoc")] == [404, 404]
    assert "/v1/ask" in client.get("/v1/openapi.json").json()["paths"]
