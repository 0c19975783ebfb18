"""The page while an answer is on its way: an answerer that waits to be told, in a real browser and beside it."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from browsing import chromium, needs_chromium, opened, ready
from playwright.sync_api import Browser, Page, expect
from scripted import MemoryReports, answer, helan
from starlette.datastructures import State

from assistant.conversations import Conversations
from assistant.interfaces.web.desk import Desk
from assistant.interfaces.web.visitors import Visitor, visitor_of
from assistant.models import Completed, Event, Question, Scope, Scoped, TextDelta, ToolStarted
from vectorstore.library import Library

OWNER, STRANGER = "甲", "乙"
_FIRST_WORDS = "先说一半"


class Waiting:
    """Say half of an answer, and the rest when `go_on` is set; each answer repeats its question."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.asked: list[Question] = []

    def stream(self, question: Question) -> Iterator[Event]:
        self.asked.append(question)
        yield Scoped(
            scope=Scope(
                organizations=("贺兰县",), years=(2020,), standalone=question.text, asked="", candidates=()
            )
        )
        yield ToolStarted(tool="lookup_figures", label="查表与查数", detail="办复率")
        yield TextDelta(text=_FIRST_WORDS)
        assert self.go_on.wait(timeout=30)
        said = answer(f"全文：{question.text}").model_copy(
            update={"question": question.text, "standalone_question": question.text}
        )
        yield Completed(answer=said)


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    answers = Waiting()
    yield answers
    answers.go_on.set()


@pytest.fixture
def desk(waiting: Waiting, tmp_path: Path) -> Iterator[Desk]:
    with Library.open(f"sqlite:///{tmp_path / 'library.sqlite'}") as library:
        yield Desk(waiting, MemoryReports(helan()), Conversations(library.database))
        waiting.go_on.set()


def act(desk: Desk, owner: str | None = OWNER, *, shown: str = "", **what: Any) -> dict[str, Any]:
    sent = json.dumps({"language": "zh", "shown": shown, "act": what})
    return desk.act(Visitor(owner=owner), sent).model_dump(mode="json")


def follow(desk: Desk, turn: str, *, shown: str, owner: str = OWNER, seen: int = -1) -> dict[str, Any]:
    sent = json.dumps({"language": "zh", "shown": shown, "kind": "turn", "id": turn, "seen": seen})
    return asyncio.run(desk.follow(Visitor(owner=owner), sent)).model_dump(mode="json")


def to_the_end(desk: Desk, reply: dict[str, Any], *, owner: str = OWNER) -> str:
    """Follow an answer and return the last that was shown of it."""
    html, seen = _turns(reply), -1
    following = reply["follow"]
    while following:
        news = follow(desk, following[0]["id"], shown=reply["conversation"], owner=owner, seen=seen)
        html = news["patches"][0]["html"] if news["patches"] else html
        following = news["follow"]
        seen = following[0]["seen"] if following else seen
    return html


# ---------------------------------------------------------------- at the desk


def test_an_answer_goes_on_when_its_reader_leaves_and_is_kept(desk: Desk, waiting: Waiting) -> None:
    begun = act(desk, do="ask", text="问")
    conversation = begun["conversation"]

    again = act(desk, do="open", conversation=conversation)
    waiting.go_on.set()
    html = to_the_end(desk, again)

    assert "全文：问" in html
    assert "全文：问" in _turns(act(desk, do="open", conversation=conversation))


def test_a_stopped_answer_ends_at_once_though_its_answerer_still_waits(desk: Desk) -> None:
    begun = act(desk, do="ask", text="问")
    (one,) = begun["follow"]

    act(desk, do="stop", turn=one["id"])

    kept = act(desk, do="open", conversation=begun["conversation"])
    assert "已停止" in _turns(kept)
    assert kept["follow"] == []


def test_nobody_stops_follows_or_opens_the_answer_of_another(desk: Desk) -> None:
    begun = act(desk, do="ask", text="问")
    (one,) = begun["follow"]

    act(desk, STRANGER, do="stop", turn=one["id"])
    seen = follow(desk, one["id"], shown=begun["conversation"], owner=STRANGER)
    opened_by_stranger = act(desk, STRANGER, do="open", conversation=begun["conversation"])
    cited = act(desk, STRANGER, shown=begun["conversation"], do="cite", turn=one["id"], n=1)
    saved = act(desk, STRANGER, do="export", conversation=begun["conversation"], format="markdown")

    assert seen["patches"] == []
    assert opened_by_stranger["patches"] == []
    assert cited["patches"] == []
    assert saved["download"] is None
    assert "已停止" not in _turns(act(desk, do="open", conversation=begun["conversation"]))


def test_twenty_chats_at_once_each_have_their_own_conversation(desk: Desk, waiting: Waiting) -> None:
    waiting.go_on.set()
    owners = [f"读者{number}" for number in range(20)]
    shown: dict[str, str] = {}

    def chat(owner: str) -> None:
        first = act(desk, owner, do="ask", text=f"{owner}的第一问")
        to_the_end(desk, first, owner=owner)
        second = act(desk, owner, shown=first["conversation"], do="ask", text=f"{owner}的第二问")
        to_the_end(desk, second, owner=owner)
        shown[owner] = _turns(act(desk, owner, do="open", conversation=first["conversation"]))

    threads = [threading.Thread(target=chat, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for owner in owners:
        assert f"全文：{owner}的第一问" in shown[owner]
        assert f"全文：{owner}的第二问" in shown[owner]
        assert {name for name in owners if f"{name}的" in shown[owner]} == {owner}
    histories = {question.text: question.history for question in waiting.asked}
    assert [turn.content for turn in histories["读者7的第二问"]] == ["读者7的第一问", "全文：读者7的第一问"]


def test_a_browser_without_our_cookie_is_told_so(desk: Desk) -> None:
    assert "Cookie" in act(desk, None, do="ask", text="问")["told"]


@pytest.mark.parametrize(
    "sent", ["", "{}", '{"act": {"do": "drop"}}', '{"act": {"do": "cite", "turn": "t"}}']
)
def test_what_no_page_of_ours_would_send_is_refused(desk: Desk, sent: str) -> None:
    reply = desk.act(Visitor(owner=OWNER), sent)

    assert reply.patches == ()
    assert "刷新" in reply.told


def test_a_user_whom_a_gate_let_in_has_the_conversations_on_every_browser_and_fills_only_if_allowed() -> None:
    class Caller:
        def __init__(self, name: str, *scopes: str) -> None:
            self.id, self._scopes = name, scopes

        def may(self, scope: str) -> bool:
            return scope in self._scopes

    def seen_as(caller: Caller | None, cookie: str = "") -> Visitor:
        cookies = {"gongkai_visitor": cookie * 48} if cookie else {}
        return visitor_of(cookies, State({"caller": caller} if caller else {}))

    reader = Caller("u-1", "read")
    assert seen_as(reader, "a").owner == seen_as(reader, "b").owner != seen_as(Caller("u-2"), "a").owner
    assert not seen_as(reader).may_fill
    assert seen_as(Caller("u-3", "ingest")).may_fill
    assert seen_as(Caller("local"), "a") == seen_as(None, "a") != seen_as(None, "b")
    assert seen_as(None).owner is None


def _turns(reply: dict[str, Any]) -> str:
    return "".join(patch["html"] for patch in reply["patches"] if patch["target"] == "turns")


# ---------------------------------------------------------------- in the browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Waiting]]:
    """Serve the page over an answerer that waits."""
    from fastapi import FastAPI

    from assistant.interfaces.web.page import build_page, mount_page

    answers = Waiting()
    folder = tmp_path_factory.mktemp("live")
    with Library.open(f"sqlite:///{folder / 'library.sqlite'}") as library:
        desk = Desk(answers, MemoryReports(helan()), Conversations(library.database))
        app = mount_page(FastAPI(), build_page(desk))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", answers
        answers.go_on.set()
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, live: tuple[str, Waiting]) -> Iterator[Page]:
    live[1].go_on.clear()
    with opened(browser, live[0]) as page:
        yield page
    live[1].go_on.set()


@pytest.mark.browser
@needs_chromium
def test_steps_and_text_show_while_the_answer_is_on_its_way(page: Page, live: tuple[str, Waiting]) -> None:
    page.fill("#question", "问")
    page.press("#question", "Enter")

    expect(page.locator(".answer.running .answer-text")).to_have_text(_FIRST_WORDS)
    expect(page.locator(".steps li.running")).to_contain_text("查表与查数")
    expect(page.locator("#stop")).to_be_visible()
    live[1].go_on.set()

    expect(page.locator(".answer-text")).to_have_text("全文：问")
    expect(page.locator("#heard")).to_have_text("回答完成。")
    expect(page.locator("#send")).to_be_visible()


@pytest.mark.browser
@needs_chromium
def test_stop_ends_the_answer_and_the_next_question_can_be_asked(
    page: Page, live: tuple[str, Waiting]
) -> None:
    page.fill("#question", "问")
    page.press("#question", "Enter")
    expect(page.locator(".answer.running")).to_be_visible()

    page.get_by_role("button", name="停止").click()

    expect(page.locator(".ended")).to_contain_text("已停止")
    live[1].go_on.set()
    page.fill("#question", "再问")
    page.press("#question", "Enter")
    expect(page.locator(".answer-text")).to_have_text("全文：再问")


@pytest.mark.browser
@needs_chromium
def test_a_reload_in_the_middle_finds_the_answer_again(page: Page, live: tuple[str, Waiting]) -> None:
    page.fill("#question", "问")
    page.press("#question", "Enter")
    expect(page.locator(".answer.running")).to_be_visible()

    page.reload()
    ready(page)
    expect(page.locator(".answer.running")).to_be_visible()
    live[1].go_on.set()

    expect(page.locator(".answer-text")).to_have_text("全文：问")
