"""The page as a reader meets it: the real service over the samples, in a real browser."""

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PATIENCE, ask, chromium, needs_chromium, opened, ready, tab_to
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Browser, Download, Page, expect

from assistant.interfaces.serve import serve
from assistant.settings import Settings

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from assistant.interfaces.cli import main; main()"]
FLAGSHIP = "贺兰县2020年12345办复率是多少"
TABLE_CELL = "贺兰县2020年行政许可处理决定数量是多少"
COMPARISON = "贺兰县和彭阳县王洼产业园区2020年的政府集中采购项目数量，哪个多？"


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
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with opened(browser, url) as page:
        yield page


@needs_chromium
def test_the_flagship_question_is_answered_with_its_citation_and_the_doubt_about_it(page: Page) -> None:
    ask(page, FLAGSHIP)

    answer = page.locator(".answer")
    expect(answer.locator(".answer-text")).to_contain_text("99.79%")
    expect(answer.locator(".badges")).to_contain_text("已复算")
    expect(answer.locator(".badges")).to_contain_text("勾稽不符")
    expect(answer.locator(".warnings")).to_contain_text("88.26%")
    expect(answer.locator(".citations")).to_contain_text("贺兰县2020年政府信息公开工作年度报告")
    expect(answer.locator(".made")).to_have_text(re.compile("^由程序自动生成 · 内置程序"))


@needs_chromium
def test_a_mark_previews_on_hover_and_opens_the_quoted_sentence_in_its_paragraph(page: Page) -> None:
    ask(page, FLAGSHIP)
    mark = page.locator(".answer-text .cite")

    mark.hover()
    expect(mark.locator(".peek")).to_be_visible()
    mark.click()

    proof = page.locator("#proof")
    expect(proof.locator("mark")).to_be_in_viewport()
    expect(proof.locator("mark")).to_contain_text("办复率99.79%")
    assert len(proof.locator(".passage").inner_text()) > len(proof.locator("mark").inner_text())


@needs_chromium
def test_a_table_figure_lights_its_cell_and_the_whole_report_opens_at_the_place(page: Page) -> None:
    ask(page, TABLE_CELL)

    page.locator(".answer-text .cite").first.click()
    cell = page.locator("#proof td.cited")
    expect(cell).to_be_in_viewport()
    expect(cell).to_have_text(re.compile(r"57487\s*◀ 引用\[1\]"))

    page.get_by_role("button", name="打开报告到此处").click()
    expect(page.locator("#proof [data-report]")).to_be_visible()
    expect(page.locator("#proof td.cited")).to_have_text(re.compile("57487"))
    expect(page.locator("#proof td.cited")).to_be_in_viewport()
    page.get_by_role("button", name="返回").click()
    expect(page.locator("#proof-title")).to_be_visible()


@needs_chromium
def test_a_blank_cell_is_shown_as_blank_in_its_table(page: Page) -> None:
    ask(page, "王洼产业园区2020年新收的自然人申请有多少件")

    page.locator(".answer-text .cite").first.click()

    expect(page.locator("#proof td.cited")).to_contain_text("（空白）")
    expect(page.locator("#proof .badges")).to_contain_text("空白单元格")


@needs_chromium
def test_a_comparison_comes_with_a_table_and_a_plot_from_zero_whose_points_open_their_cells(
    page: Page,
) -> None:
    ask(page, COMPARISON)

    expect(page.locator("table.figures tbody tr")).to_have_count(2)
    ticks = page.locator("svg.plot .tick").all_text_contents()
    assert "0" in ticks
    page.locator("svg.plot g.point").nth(1).click()
    expect(page.locator("#proof h2").first).to_contain_text("王洼产业园区")
    page.locator("svg.plot g.point").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#proof td.cited")).to_contain_text("34")


@needs_chromium
def test_steps_on_the_way_to_the_answer_can_be_opened(page: Page) -> None:
    ask(page, FLAGSHIP)

    page.get_by_text(re.compile(r"查找过程（\d+ 步）")).click()

    steps = page.locator(".steps li")
    expect(steps.first).to_contain_text("理解问题 贺兰县2020年 · 12345办复率")
    expect(steps.nth(1)).to_contain_text("识别单位与年度 贺兰县 · 2020年")
    expect(steps.last).to_contain_text("作答")


@needs_chromium
def test_a_question_is_shown_as_typed_and_never_run(page: Page) -> None:
    hostile = f'{FLAGSHIP}<script>alert(1)</script><img src="x" onerror="alert(2)">**粗**'

    ask(page, hostile)

    expect(page.locator(".asked")).to_have_text(hostile)
    assert page.locator("#app script, #app img").count() == 0


@needs_chromium
def test_a_follow_up_shows_how_it_was_understood_and_a_new_chat_starts_empty(page: Page) -> None:
    ask(page, FLAGSHIP)
    ask(page, "那宁夏贺兰工业园区呢？")
    expect(page.locator(".answer-text").last).to_contain_text("100%")
    understood = page.locator(".standalone").last
    expect(understood.get_by_label("单位")).to_have_value("宁夏贺兰工业园区")
    expect(understood.get_by_label("年度")).to_have_value("2020")
    expect(understood.get_by_label("所问")).to_have_value(re.compile("12345.*办复率"))

    page.get_by_role("button", name="新对话").click()

    expect(page.locator(".answer")).to_have_count(0)
    expect(page.locator(".example").first).to_be_visible()


@needs_chromium
def test_what_is_unclear_is_asked_back_as_buttons_and_a_click_answers(page: Page) -> None:
    ask(page, "12345办复率是多少")

    page.get_by_role("button", name="贺兰县12345办复率是多少", exact=True).click()

    expect(page.locator(".answer-text").last).to_contain_text("99.79%", timeout=PATIENCE)


@needs_chromium
def test_every_example_and_what_it_proposes_next_keeps_what_it_promises(page: Page, url: str) -> None:
    offered = {
        example.locator("span").last.inner_text(): example.locator(".kind").inner_text()
        for example in page.locator(".example").all()
    }

    statuses = {question: _status(url, question) for question in offered}
    page.locator(".example").first.click()
    expect(page.locator(".suggestion")).to_have_count(3, timeout=PATIENCE)
    proposed = page.locator(".suggestion").all_inner_texts()

    assert len(offered) == 6
    assert list(offered.values()).count("比较") == 1
    refused = {question for question, status in statuses.items() if status == "refused"}
    assert refused == {question for question, kind in offered.items() if kind.startswith("库中没有")}
    assert len(refused) == 1
    assert {_status(url, question) for question in proposed} == {"answered"}


def _status(url: str, question: str) -> str:
    return httpx.post(f"{url}/v1/ask", json={"question": question}, timeout=30).json()["status"]


@needs_chromium
def test_a_question_can_be_edited_and_answered_again(page: Page) -> None:
    ask(page, FLAGSHIP)

    first = page.locator(".turn").get_attribute("id") or ""
    page.get_by_role("button", name="重新回答").click()
    expect(page.locator(".turn")).not_to_have_attribute("id", first)
    expect(page.locator(".answer:not(.running)")).to_have_count(1, timeout=PATIENCE)
    page.locator(".edit summary").click()
    page.locator(".edit textarea").fill(TABLE_CELL)
    page.get_by_role("button", name="重新提问").click()

    expect(page.locator(".answer-text")).to_contain_text("57487", timeout=PATIENCE)
    expect(page.locator(".turn")).to_have_count(1)


@needs_chromium
def test_enter_sends_only_what_is_no_longer_being_composed_and_shift_enter_breaks_the_line(
    page: Page,
) -> None:
    page.fill("#question", "贺兰县2020")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "nian", "selectionStart": 4, "selectionEnd": 4})
    for how in ("{key: 'Enter'}", "{key: 'Enter', isComposing: true}"):
        _press_untrusted(page, how)
    session.send("Input.insertText", {"text": "年"})
    _press_untrusted(page, "{key: 'Enter', keyCode: 229}")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("12345办复率是多少")

    assert page.locator(".turn").count() == 0
    assert page.input_value("#question").endswith("\n12345办复率是多少")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(1)


def _press_untrusted(page: Page, how: str) -> None:
    """Press a key as browsers tell of it while an input method is at work."""
    page.evaluate(
        f"document.getElementById('question').dispatchEvent(new KeyboardEvent('keydown',"
        f" {{bubbles: true, cancelable: true, ...{how}}}))"
    )


@needs_chromium
def test_a_search_narrowed_to_one_organisation_answers_about_no_other(page: Page) -> None:
    page.locator("#filters summary", has_text="单位").click()
    page.get_by_label("宁夏贺兰工业园区").check()

    ask(page, "2020年12345办复率是多少")

    expect(page.locator(".answer-text")).to_contain_text("100%")
    expect(page.locator(".question")).to_contain_text("限定：宁夏贺兰工业园区")


@needs_chromium
def test_a_conversation_outlives_reload_can_be_renamed_found_and_deleted(page: Page) -> None:
    ask(page, FLAGSHIP)
    page.reload()
    ready(page)
    expect(page.locator(".answer-text")).to_contain_text("99.79%")

    page.locator(".conversations .menu > summary").click()
    page.get_by_label("改名").fill("热线")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".conversations .open")).to_have_text("热线")
    page.get_by_label("查找对话").fill("99.79")
    expect(page.locator(".conversations .open")).to_have_count(1)
    page.get_by_label("查找对话").fill("没有这样的话")
    expect(page.locator(".conversations .open")).to_have_count(0)
    page.get_by_label("查找对话").fill("")
    page.locator(".conversations .menu > summary").first.click()
    page.locator(".conversations .danger > summary").click()
    page.get_by_role("button", name="确认删除").click()

    expect(page.locator(".conversations .open")).to_have_count(0)
    expect(page.locator(".turn")).to_have_count(0)


@needs_chromium
def test_nobody_sees_the_conversations_of_another_browser(browser: Browser, url: str, page: Page) -> None:
    ask(page, FLAGSHIP)
    link = page.url

    with opened(browser, link) as stranger:
        expect(stranger.locator(".conversations .open")).to_have_count(0)
        expect(stranger.locator(".turn")).to_have_count(0)
        expect(stranger.locator(".example").first).to_be_visible()


@needs_chromium
def test_an_answer_is_saved_as_a_document_whose_footnotes_hold_the_sources(page: Page) -> None:
    ask(page, FLAGSHIP)

    saved = _saved(page, "Word 文档（脚注）")

    with zipfile.ZipFile(saved.path()) as package:
        notes = package.read("word/footnotes.xml").decode()
        body = package.read("word/document.xml").decode()
    text = "\n".join(paragraph.text for paragraph in Document(str(saved.path())).paragraphs)
    assert saved.suggested_filename == f"{FLAGSHIP}.docx"
    assert "99.79%" in text
    assert "生成：内置程序" in text
    assert "办复25437件，办复率99.79%" in notes
    assert "[R]" in notes
    assert '<w:footnoteReference w:id="1"/>' in body


@needs_chromium
def test_figures_are_saved_with_the_cells_they_stand_in(page: Page) -> None:
    ask(page, COMPARISON)

    sheet = load_workbook(io.BytesIO(Path(_saved(page, "数据 Excel").path()).read_bytes()))["数据"]
    rows = list(csv.DictReader(io.StringIO(Path(_saved(page, "数据 CSV").path()).read_text("utf-8-sig"))))
    text = Path(_saved(page, "Markdown（脚注）").path()).read_text("utf-8")

    assert [row["数值"] for row in rows] == ["34", "1"]
    assert [cell.value for cell in sheet["E"]] == ["数值", 34, 1]
    assert rows[0]["行"] == "第二十条第（九）项 › 政府集中采购"
    assert rows[0]["列"] == "采购项目数量"
    assert "[^2]: 彭阳县王洼产业园区" in text


def _saved(page: Page, form: str) -> Download:
    page.locator(".tools .menu > summary", has_text="导出").click()
    with page.expect_download() as download:
        page.locator(".tools .menu[open]").get_by_role("button", name=form).click()
    return download.value


@needs_chromium
def test_a_reference_is_copied_in_the_form_of_the_standard(page: Page) -> None:
    ask(page, TABLE_CELL)
    page.locator(".answer-text .cite").first.click()

    page.get_by_role("button", name="复制引文（GB/T 7714）").click()

    expect(page.locator("#told")).to_have_text("已复制。")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("贺兰县. 贺兰县2020年政府信息公开工作年度报告[R]. ")
    assert "行政许可 › 处理决定数量" in copied


@needs_chromium
def test_a_wrong_answer_is_told_with_its_reason_and_leaves_as_a_question_set(page: Page) -> None:
    ask(page, FLAGSHIP)

    page.locator(".judge > summary").click()
    page.get_by_label("年份混淆").check()
    page.get_by_label("补充").fill("应是上一年")
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".judge > summary.chosen")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出我的评价").click()

    record = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert record["question"] == FLAGSHIP
    assert (record["verdict"], record["faults"], record["notes"]) == ("down", ["wrong_year"], "应是上一年")
    assert record["fingerprint"] == record["given"]["fingerprint"]


@needs_chromium
def test_reports_can_be_browsed_by_outline_tables_and_findings(page: Page) -> None:
    page.get_by_label("查找报告").fill("贺兰县2020")
    expect(page.locator("#listing button")).to_have_count(1)
    page.locator("#listing button").click()
    page.get_by_text("目录", exact=True).click()
    page.locator(".outline a").last.click()
    expect(page.locator(".whole .heading").last).to_be_in_viewport()

    page.locator(".parts").get_by_role("button", name="表格 3").click()
    expect(page.locator("#proof .statutory")).to_have_count(3)
    page.locator(".parts").get_by_role("button", name="疑点").click()
    expect(page.locator(".findings li").filter(has_text="88.26%")).to_have_count(1)


@needs_chromium
def test_findings_over_all_reports_are_narrowed_and_open_their_place(page: Page) -> None:
    page.get_by_role("button", name="全部疑点").click()
    expect(page.locator("#doubts-title")).to_have_text("疑点（9）")

    page.locator(".narrow select[name=organization]").select_option("宁夏贺兰工业园区")
    expect(page.locator("#doubts-title")).to_have_text("疑点（4）")
    page.get_by_role("button", name="查看原文").first.click()

    expect(page.locator("#proof [data-scroll]").first).to_be_in_viewport()


@needs_chromium
def test_files_are_taken_in_one_by_one_while_questions_go_on(page: Page, tmp_path: Path) -> None:
    moved = tmp_path / "灵武市2021.txt"
    text = (ROOT / "samples" / "贺兰县2020.txt").read_text("utf-8")
    moved.write_text(
        text.replace("贺兰县", "灵武市").replace("2020", "2021") + "<script>alert(3)</script>", "utf-8"
    )
    note = tmp_path / "便条.txt"
    note.write_text("今天下雨。", "utf-8")
    twin = ROOT / "samples" / "贺兰县2020.txt"
    archive = tmp_path / "附件.zip"
    archive.write_bytes(b"PK\x03\x04")
    page.set_input_files("#upload-files", [moved, note, twin, archive])
    ask(page, FLAGSHIP)

    outcomes = page.locator(".outcomes li")
    expect(outcomes.filter(has_text="新增")).to_contain_text("灵武市2021年", timeout=PATIENCE)
    expect(outcomes.filter(has_text="看不出是政府信息公开年度报告")).to_have_count(1)
    expect(outcomes.filter(has_text="已在库中")).to_have_count(1)
    expect(outcomes.filter(has_text="不能读这种文件")).to_have_count(1)
    expect(page.locator("#library h2")).to_have_text("报告库（5）", timeout=PATIENCE)
    page.locator("#listing button", has_text="灵武市").click()
    expect(page.locator(".whole")).to_contain_text("<script>alert(3)</script>")
    page.locator(".parts .menu > summary").click()
    page.get_by_role("button", name="确认移出").click()
    expect(page.locator("#library h2")).to_have_text("报告库（4）")


@needs_chromium
def test_the_page_is_used_by_keyboard_alone(page: Page) -> None:
    page.keyboard.type(FLAGSHIP)
    page.keyboard.press("Enter")
    expect(page.locator(".answer-text .cite")).to_be_visible(timeout=PATIENCE)

    tab_to(page, ".answer-text .cite", backwards=True)
    page.keyboard.press("Enter")
    expect(page.locator("#proof-title")).to_be_focused()
    tab_to(page, "#proof [data-act*='\"read\"']")
    page.keyboard.press("Enter")

    expect(page.locator("#report-title")).to_be_focused()


@needs_chromium
def test_on_a_phone_the_panes_are_tabs_and_a_tap_previews_before_it_opens(browser: Browser, url: str) -> None:
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
    with opened(browser, url, **phone) as page:
        ask(page, FLAGSHIP)
        expect(page.locator("#side")).to_be_hidden()
        mark = page.locator(".answer-text .cite").first

        mark.tap()
        expect(mark.locator(".peek")).to_be_visible()
        expect(page.locator("#proof")).to_be_hidden()
        mark.tap()
        expect(page.locator("#proof mark")).to_be_in_viewport()
        page.get_by_role("tab", name="对话与库").tap()

        expect(page.locator(".conversations .open")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@needs_chromium
def test_the_page_speaks_english_to_an_english_browser_and_stays_usable_at_twice_the_size(
    browser: Browser, url: str
) -> None:
    with opened(browser, url, locale="en-US", viewport={"width": 640, "height": 450}) as page:
        ask(page, FLAGSHIP)

        expect(page.get_by_role("button", name="Answer again")).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_barrier_for_people_with_disabilities_is_found(
    browser: Browser, url: str, scheme: str
) -> None:
    with opened(browser, url, color_scheme=scheme) as page:
        found = _barriers(page)
        ask(page, COMPARISON)
        page.locator("svg.plot g.point").first.click()
        expect(page.locator("#proof td.cited")).to_be_visible()
        found += _barriers(page)
        ask(page, FLAGSHIP)
        page.locator(".answer-text .cite").last.click()
        expect(page.locator("#proof mark")).to_be_visible()
        page.get_by_role("button", name="打开报告到此处").click()
        expect(page.locator("#proof [data-report]")).to_be_visible()
        found += _barriers(page)
        page.get_by_role("button", name="全部疑点").click()
        expect(page.locator("#doubts-title")).to_be_visible()
        found += _barriers(page)
    assert found == []


def _barriers(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in violations
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


@needs_chromium
def test_light_and_dark_are_kept(page: Page) -> None:
    before = page.evaluate("document.body.classList.contains('dark')")

    page.get_by_role("button", name="切换明暗").click()
    page.reload()
    ready(page)

    assert page.evaluate("document.body.classList.contains('dark')") is not before


def test_the_page_may_load_nothing_from_elsewhere(url: str) -> None:
    headers = httpx.get(url).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=Lax" in headers["set-cookie"]


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
