"""Show the chat page; the only door to gradio.

Markdown is off, but gradio still reads messages as HTML: every text that goes into one is escaped here. The
finished answer is HTML, built by `render`.
"""

from collections.abc import Callable, Iterator
from html import escape
from importlib.resources import files
from typing import Any, cast

import gradio as gr
from fastapi import FastAPI
from gradio.themes import Default

from assistant.engine import LONGEST_QUESTION
from assistant.interfaces.examples import example_questions
from assistant.interfaces.exchange import Exchange, Step, turns
from assistant.interfaces.ports import Answers, Reports, watched
from assistant.interfaces.render import answer_html, reports_html
from assistant.models import Question
from ingest.models import Value

_untyped = cast(Any, gr)  # for what gradio annotates only in part

LABEL = "回答由程序依据报告原文自动生成，引用前请核对原文。"
_TITLE = "公开问 · 政府信息公开年度报告问答"
_FONT = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "monospace")
_NO_UPLOADS = 1  # byte: gradio has an upload endpoint even where no page element uses it
_AT_ONCE = 8
_REMEMBERED = 20
_WELCOME = "问一个关于年度报告的问题，例如某单位某年的一个数字。回答都带出处，点开引用可看到原句或原表。"


class Shown(Value):
    """Hold an exchange as the page shows it; `html` is its answer, laid out once."""

    exchange: Exchange
    html: str | None = None


Conversation = tuple[Shown, ...]


def build_page(answers: Answers, reports: Reports) -> gr.Blocks:
    """Return the chat page; each browser session holds a conversation of its own."""
    asking = _asking(answers, reports)
    with gr.Blocks(title=_TITLE, analytics_enabled=False, fill_height=True) as page:
        gr.HTML('<h1 class="page-title">公开问</h1><p class="page-subtitle">政府信息公开工作年度报告问答</p>')
        holdings = gr.HTML(elem_id="holdings")
        chat = gr.Chatbot(
            elem_id="chat",
            show_label=False,
            render_markdown=False,
            latex_delimiters=[],
            buttons=[],
            layout="panel",
            height="68vh",
            scale=1,
            placeholder=_WELCOME,
            autoscroll=False,
        )
        conversation = gr.State(cast(Conversation, ()))
        with gr.Row():
            box = gr.Textbox(
                elem_id="question",
                show_label=False,
                placeholder="输入问题，按回车提问",
                max_lines=4,
                max_length=LONGEST_QUESTION,
                submit_btn="提问",
                autofocus=True,
                scale=1,
            )
            again = gr.Button("新对话", elem_id="again", scale=0, min_width=96)
        gr.HTML(f'<p class="label">{LABEL}</p>')

        given, shown = [box, conversation], [box, chat, conversation]
        quiet: dict[str, Any] = {
            "show_progress": "hidden",
            "api_visibility": "private",
            "concurrency_limit": _AT_ONCE,
        }
        ask = box.submit(asking, given, shown, **quiet)
        pick = chat.option_select(_picked, None, box, **quiet).then(asking, given, shown, **quiet)
        example = chat.example_select(_example, None, box, **quiet).then(asking, given, shown, **quiet)
        for clear in (again.click, chat.clear):
            clear(_cleared, None, shown, cancels=[ask, pick, example], **quiet)
        page.load(_opened(reports), None, [holdings, chat], **quiet)
    return page


def mount_page(app: FastAPI, page: gr.Blocks) -> FastAPI:
    """Serve the page at `/` of the app, with its style and nothing from elsewhere."""
    here = files("assistant.interfaces")
    return cast(
        FastAPI,
        _untyped.mount_gradio_app(
            app,
            page,
            path="/",
            theme=Default(font=_FONT, font_mono=_MONO),
            css=(here / "web.css").read_text(encoding="utf-8"),
            js=(here / "web.js").read_text(encoding="utf-8"),
            footer_links=[],
            show_error=False,
            max_file_size=_NO_UPLOADS,
            ssr_mode=False,
        ),
    )


# ---------------------------------------------------------------- handlers

_Messages = list[gr.ChatMessage]


def _asking(answers: Answers, reports: Reports) -> Callable[[str, Conversation], Iterator[tuple[Any, ...]]]:
    def ask(text: str, before: Conversation) -> Iterator[tuple[Any, ...]]:
        """Answer one question and show every event as it comes."""
        if not text.strip():
            yield text, _untyped.skip(), before
            return
        exchange = Exchange(question=text.strip())
        question = Question(
            text=exchange.question, history=turns(one.exchange for one in before[-_REMEMBERED:])
        )
        yield "", _messages((*before, Shown(exchange=exchange))), (*before, Shown(exchange=exchange))
        for event in watched(answers, question):
            exchange = exchange.after(event)
            now = (*before, _shown(exchange, reports, key=str(len(before) + 1)))
            yield _untyped.skip(), _messages(now), now

    return ask


def _shown(exchange: Exchange, reports: Reports, *, key: str) -> Shown:
    if exchange.answer is None:
        return Shown(exchange=exchange)
    return Shown(exchange=exchange, html=answer_html(exchange.answer, reports, key=key))


def _picked(chosen: gr.SelectData) -> str:
    return str(chosen.value)


def _example(chosen: gr.SelectData) -> str:
    return cast(dict[str, str], chosen.value)["text"]


def _cleared() -> tuple[str, _Messages, Conversation]:
    return "", [], ()


def _opened(reports: Reports) -> Callable[[], tuple[str, gr.Chatbot]]:
    def opened() -> tuple[str, gr.Chatbot]:
        """Show what the library holds now, and what can be asked of it."""
        examples = [{"text": question} for question in example_questions(reports)]
        return reports_html(reports), gr.Chatbot(examples=cast(Any, examples))

    return opened


# ---------------------------------------------------------------- messages


def _messages(conversation: Conversation) -> _Messages:
    return [message for shown in conversation for message in _exchange_messages(shown)]


def _exchange_messages(shown: Shown) -> Iterator[gr.ChatMessage]:
    exchange = shown.exchange
    yield gr.ChatMessage(role="user", content=_plain(exchange.question))
    if exchange.steps or exchange.running:
        yield _search(exchange)
    if exchange.answer is not None:
        options = [{"value": one, "label": one} for one in exchange.answer.suggestions]
        yield gr.ChatMessage(content=gr.HTML(shown.html, render=False), options=cast(Any, options))
    elif exchange.text:
        yield gr.ChatMessage(content=_plain(exchange.text))
    if exchange.failure is not None:
        yield gr.ChatMessage(content=f"⚠ 没有完成：{_plain(exchange.failure)}")


def _search(exchange: Exchange) -> gr.ChatMessage:
    """Return one line that folds by itself once the search is over, with a line for each step inside."""
    title = "正在查找依据" if exchange.running else f"查找依据（{len(exchange.steps)} 步）"
    metadata = {"title": title, "status": "pending" if exchange.running else "done"}
    return gr.ChatMessage(content=_plain("\n".join(map(_step, exchange.steps))), metadata=cast(Any, metadata))


def _step(step: Step) -> str:
    took = "…" if step.elapsed_ms is None else f"（{step.elapsed_ms:.0f} 毫秒）" if step.tool else ""
    return f"{step.label}：{step.detail}{took}"


def _plain(text: str) -> str:
    return escape(text).replace("\n", "<br>")
