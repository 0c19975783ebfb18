"""A guarded page as a person meets it: the login, the answer behind it, and what an account may not do."""

import json
from pathlib import Path

import pytest
from browsing import ask, chromium, needs_chromium, ready
from desks import open_service, running
from scripted import helan

from assistant.interfaces.web.page import build_desk
from assistant.interfaces.web.visitors import Visitor


@needs_chromium
@pytest.mark.browser
def test_a_person_logs_in_and_asks(tmp_path: Path) -> None:
    assistant, desk = open_service(tmp_path)
    desk.access.add_user("li", "correct horse", ["ask", "read"])
    assistant.close()
    with running(tmp_path) as (_, url), chromium() as browser:
        page = browser.new_page(locale="zh-CN")
        page.goto(url)
        page.fill("#name", "li")
        page.fill("#password", "battery staple")
        page.click("button")
        assert page.get_by_role("alert").inner_text() == "用户名或密码不对。"
        page.fill("#name", "li")
        page.fill("#password", "correct horse")
        page.click("button")
        ready(page)
        ask(page, "贺兰县2020年12345办复率是多少")

        assert "99.79%" in page.locator(".answer").inner_text()
        assert page.evaluate("document.cookie") == ""
        page.context.clear_cookies()
        page.reload()
        assert page.url.startswith(f"{url}/login")


def test_an_account_without_the_right_changes_nothing_in_the_library(tmp_path: Path) -> None:
    assistant, _ = open_service(tmp_path)
    report = helan().report.id
    sent = json.dumps({"language": "zh", "act": {"do": "remove", "report": report}})

    build_desk(assistant).act(Visitor(owner="reader", may_fill=False), sent)

    assert assistant.library.report(report) is not None
    assistant.close()
