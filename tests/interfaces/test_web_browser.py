"""The page as a reader meets it: the real service over the samples, in a real browser."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.interfaces.serve import serve
from assistant.settings import Settings

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
COMMAND = [sys.executable, "-c", "from assistant.interfaces.cli import main; main()"]
FLAGSHIP = "贺兰县2020年12345办复率是多少"
QUIET_BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

browser_test = pytest.mark.browser
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Read the samples, serve them on a free port, and stop as a service manager would."""
    data = str(tmp_path_factory.mktemp("data"))
    read = subprocess.run(
        [*COMMAND, "ingest", "samples", "--data", data], cwd=ROOT, capture_output=True, text=True
    )
    assert read.returncode == 0, read.stdout + read.stderr
    serving = subprocess.Popen(
        [*COMMAND, "serve", "--data", data, "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with serving:
        assert serving.stdout is not None
        ready = next((line for line in serving.stdout if "http://" in line), "")
        address = re.search(r"http://\S+", ready)
        assert address, "the service ended before it was ready"
        yield address[0]
        serving.terminate()
        assert serving.wait(timeout=30) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_BROWSER)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """Open the page as a new reader, and hold it to the machine it runs on."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1200, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.goto(url)
    expect(page.locator(".example").first).to_be_visible()
    yield page
    context.close()
    hosts = {urlsplit(one).hostname for one in asked if not one.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert faults == []


def _ask(page: Page, question: str) -> None:
    answered = page.locator("article.answer").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("article.answer")).to_have_count(answered + 1, timeout=30_000)


@browser_test
@needs_chromium
def test_the_flagship_question_is_answered_with_its_citation_and_the_doubt_about_it(page: Page) -> None:
    _ask(page, FLAGSHIP)

    answer = page.locator("article.answer")
    expect(answer.locator(".answer-text")).to_contain_text("99.79%")
    expect(answer.locator(".warnings")).to_contain_text("88.26%")
    expect(answer.locator(".citation summary").first).to_contain_text("贺兰县2020年政府信息公开工作年度报告")


@browser_test
@needs_chromium
def test_a_citation_mark_opens_the_quoted_sentence_in_its_paragraph(page: Page) -> None:
    _ask(page, FLAGSHIP)

    page.locator(".answer-text a.cite").first.click()

    card = page.locator("details.citation[open]")
    expect(card.locator("mark")).to_be_visible()
    expect(card.locator("mark")).to_contain_text("办复率99.79%")
    assert len(card.locator(".passage").inner_text()) > len(card.locator("mark").inner_text())


@browser_test
@needs_chromium
def test_a_table_figure_shows_its_table_with_the_cell_marked(page: Page) -> None:
    _ask(page, "贺兰县2020年行政许可处理决定数量是多少")

    page.locator(".answer-text a.cite").first.click()

    cell = page.locator("details.citation[open] td.cited")
    expect(cell).to_be_in_viewport()
    expect(cell).to_have_text(re.compile(r"57487\s*◀ 引用\[1\]"))


@browser_test
@needs_chromium
def test_steps_on_the_way_to_the_answer_can_be_opened(page: Page) -> None:
    _ask(page, FLAGSHIP)

    page.get_by_text(re.compile(r"查找依据（\d+ 步）")).click()

    expect(page.get_by_text("识别范围：贺兰县 · 2020年")).to_be_visible()


@browser_test
@needs_chromium
def test_a_question_is_shown_as_typed_and_never_run(page: Page) -> None:
    hostile = f'{FLAGSHIP}<script>alert(1)</script><img src="x" onerror="alert(2)">**粗**'

    _ask(page, hostile)

    expect(page.locator('[data-testid="user"]')).to_contain_text(hostile)
    assert page.locator("#chat script, #chat img").count() == 0


@browser_test
@needs_chromium
def test_a_follow_up_leans_on_the_conversation_and_a_new_one_starts_empty(page: Page) -> None:
    _ask(page, FLAGSHIP)
    _ask(page, "那宁夏贺兰工业园区呢？")
    expect(page.locator(".answer-text").last).to_contain_text("100%")

    page.get_by_role("button", name="新对话").click()

    expect(page.locator("article.answer")).to_have_count(0)
    expect(page.locator(".example").first).to_be_visible()


@browser_test
@needs_chromium
def test_an_example_is_asked_by_a_click(page: Page) -> None:
    page.get_by_text("贺兰县2020年12345办复率是多少？").click()

    expect(page.locator(".answer-text")).to_contain_text("99.79%", timeout=30_000)


@browser_test
@needs_chromium
def test_every_example_that_the_page_offers_has_an_answer(page: Page, url: str) -> None:
    offered = page.locator(".example").all_inner_texts()

    answers = [httpx.post(f"{url}/v1/ask", json={"question": one}, timeout=30).json() for one in offered]

    assert len(offered) == 4
    assert {answer["status"] for answer in answers} == {"answered"}


@browser_test
@needs_chromium
def test_the_page_says_that_answers_are_made_by_a_program(page: Page) -> None:
    expect(page.get_by_text("回答由程序依据报告原文自动生成，引用前请核对原文")).to_be_visible()


def test_the_api_answers_beside_the_page(url: str) -> None:
    asked = httpx.post(f"{url}/v1/ask", json={"question": FLAGSHIP}, timeout=30)
    lost = httpx.get(f"{url}/v1/nothing")

    assert [figure["value"] for figure in asked.json()["figures"]] == [99.79]
    assert (lost.status_code, lost.json()["code"]) == (404, "no_such_endpoint")


def test_the_smallest_entry_is_the_serve_command() -> None:
    shown = subprocess.run(
        [sys.executable, "app.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "--port" in shown.stdout


def test_a_taken_port_is_told_with_the_way_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code = serve(Settings(data=tmp_path, port=port))

    told = capsys.readouterr().err
    assert code == 1
    assert f"127.0.0.1:{port}" in told
    assert "占用" in told
    assert "--port" in told


def test_an_address_of_another_machine_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert serve(Settings(data=tmp_path, host="192.0.2.1", port=0)) == 1
    assert "--host" in capsys.readouterr().err
