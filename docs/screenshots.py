"""Take the pictures of the README: the real page over the samples, with a font for Chinese from a wheel."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
GONGKAI = Path(sys.executable).with_name("gongkai")
FLAGSHIP = "贺兰县2020年12345办复率是多少"
COMPARISON = "贺兰县和彭阳县王洼产业园区2020年的政府集中采购项目数量，哪个多？"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--force-color-profile=srgb"]
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir>
{aliases}</fontconfig>"""
_ALIAS = "<alias binding='same'><family>{}</family><prefer><family>Noto Sans SC</family></prefer></alias>"


def main() -> None:
    """Write every picture into this folder."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("找不到 chromium。请先安装它，再运行 make screenshots。")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FONTCONFIG_FILE"] = str(_fonts(Path(folder)))
        with _serving(Path(folder)) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
            _wide(browser, url)
            _dark(browser, url)
            _phone(browser, url)
            browser.close()


def _fonts(folder: Path) -> Path:
    """Lay out a font for Chinese in a folder of its own; the machine's fonts stay as they are."""
    found = find_spec("pylopdf_fonts_zh_cn")
    if found is None or found.origin is None:
        sys.exit("缺少截图用的中文字体。请先运行 make check 装好开发依赖。")
    fonts = folder / "fonts"
    fonts.mkdir()
    shutil.copy(Path(found.origin).with_name("NotoSansSC-Regular.otf"), fonts)
    names = ("sans-serif", "serif", "system-ui", "Times New Roman", "DejaVu Sans")
    settings = folder / "fonts.conf"
    aliases = "".join(map(_ALIAS.format, names))
    settings.write_text(_FONTS.format(fonts=fonts, cache=folder / "cache", aliases=aliases), "utf-8")
    return settings


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    data = str(folder / "data")
    samples = str(HERE.parent / "samples")
    subprocess.run([GONGKAI, "ingest", samples, "--data", data], check=True, capture_output=True)
    serving = subprocess.Popen(
        [GONGKAI, "serve", "--data", data, "--port", "0"],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with serving:
        try:
            assert serving.stdout is not None
            told = next(line for line in serving.stdout if "http://" in line)
            found = re.search(r"http://\S+", told)
            assert found
            yield found[0]
        finally:
            serving.terminate()


def _opened(browser: Browser, url: str, *, width: int, height: int, scheme: str = "light") -> Page:
    context = browser.new_context(
        locale="zh-CN", viewport={"width": width, "height": height}, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("#app[data-ready]")
    return page


def _ask(page: Page, question: str, proof: str) -> None:
    """Ask, open the first citation of the answer and wait for its proof."""
    answered = page.locator(".answer:not(.running)").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.locator(".answer:not(.running)").nth(answered).wait_for()
    page.locator(".answer").nth(answered).locator(".answer-text .cite").first.click()
    page.wait_for_selector(proof)
    page.mouse.move(0, 0)


def _wide(browser: Browser, url: str) -> None:
    page = _opened(browser, url, width=1360, height=850)
    _ask(page, FLAGSHIP, "#proof mark")
    page.screenshot(path=HERE / "wide.png")


def _dark(browser: Browser, url: str) -> None:
    page = _opened(browser, url, width=1360, height=850, scheme="dark")
    _ask(page, COMPARISON, "#proof td.cited")
    page.screenshot(path=HERE / "dark.png")


def _phone(browser: Browser, url: str) -> None:
    page = _opened(browser, url, width=400, height=820)
    _ask(page, FLAGSHIP, "#proof mark")
    page.locator("#tab-chat").click()
    page.screenshot(path=HERE / "phone.png")


if __name__ == "__main__":
    main()
