"""Serve the page; the only door to gradio.

The page is one HTML component: its elements are drawn by the panels, and it reaches the desk through two
functions, of which gradio takes care.
"""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import gradio as gr
from fastapi import FastAPI
from gradio.themes import Default
from gradio.utils import get_upload_folder

from assistant.interfaces.web.desk import Desk
from assistant.interfaces.web.imports import Imports
from assistant.interfaces.web.pages import Pages
from assistant.interfaces.web.shelf import Limits
from assistant.interfaces.web.visitors import Visitor, Visitors, visitor_of
from ingest.readers import SUFFIXES
from ingest.settings import ReadingLimits

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant

_untyped = cast(Any, gr)  # for what gradio annotates only in part

_TITLE = "公开问 · 政府信息公开年度报告问答"
_FONT = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "monospace")
_MEGABYTE = 1_000_000


def build_desk(assistant: "Assistant") -> Desk:
    """Return the desk over an open assistant; uploads lie beside its library."""
    limit = ReadingLimits().max_bytes
    imports = Imports(
        assistant,
        folder=assistant.settings.data / "uploads",
        arrivals=Path(get_upload_folder()),
        suffixes=SUFFIXES,
        max_bytes=limit,
    )
    return Desk(
        assistant.engine,
        assistant.library,
        assistant.conversations,
        imports=imports,
        limits=Limits(suffixes=tuple(SUFFIXES), megabytes=limit // _MEGABYTE),
        pages=Pages(assistant.library),
    )


def build_page(desk: Desk) -> gr.Blocks:
    """Return the page over a desk."""

    def act(sent: str, request: gr.Request) -> dict[str, Any]:
        return desk.act(_visitor(request), sent).model_dump(mode="json")

    async def follow(sent: str, request: gr.Request) -> dict[str, Any]:
        return (await desk.follow(_visitor(request), sent)).model_dump(mode="json")

    with gr.Blocks(title=_TITLE, analytics_enabled=False, fill_width=True) as page:
        gr.HTML(
            html_template=_text("page.html"),
            js_on_load=_text("page.js"),
            server_functions=[act, follow],
            apply_default_css=False,
            elem_id="desk",
        )
    return page


def mount_page(app: FastAPI, page: gr.Blocks) -> FastAPI:
    """Serve the page at `/` of the app, with its style and nothing from elsewhere."""
    mounted = cast(
        FastAPI,
        _untyped.mount_gradio_app(
            app,
            page,
            path="/",
            theme=Default(font=_FONT, font_mono=_MONO),
            css=_text("page.css"),
            footer_links=[],
            show_error=False,
            max_file_size=ReadingLimits().max_bytes,
            ssr_mode=False,
        ),
    )
    mounted.add_middleware(Visitors)
    return mounted


def _visitor(request: gr.Request) -> Visitor:
    asked = cast(Any, request)
    return visitor_of(asked.cookies, asked.state)


def _text(name: str) -> str:
    return (files("assistant.interfaces.web") / name).read_text(encoding="utf-8")
