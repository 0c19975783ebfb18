"""Open the page in headless Chromium as a reader would, and hold it to the machine it runs on."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET_BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
PATIENCE = 30_000


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_BROWSER)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """Open the page as a new reader; at the end it must have asked no other host and run into no fault."""
    options = {"locale": "zh-CN", "viewport": {"width": 1280, "height": 900}} | options
    context = browser.new_context(**options)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.goto(url)
    ready(page)
    yield page
    context.close()
    hosts = {urlsplit(one).hostname for one in asked if not one.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert faults == []


def ready(page: Page) -> None:
    page.locator("#app[data-ready]").wait_for(timeout=PATIENCE)


def ask(page: Page, question: str) -> None:
    answered = page.locator(".answer:not(.running)").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    expect(page.locator(".answer:not(.running)")).to_have_count(answered + 1, timeout=PATIENCE)


def tab_to(page: Page, selector: str, *, backwards: bool = False) -> None:
    """Go on from what has the focus until the keyboard is at what the selector means."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached by the keyboard")
