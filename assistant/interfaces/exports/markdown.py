"""Write answers as Markdown with footnotes."""

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.exchange import Exchange
from assistant.interfaces.exports.references import reference
from assistant.models import Answer, EngineName
from ingest.models import Report

MADE = "以下回答由程序依据报告原文自动生成，引用前请核对原文。"
_MAKERS: Mapping[EngineName, str] = {"rules": "内置程序", "llm": "大模型（人工智能）"}

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")
_MARK = re.compile(r"\[(\d+)\]")


def markdown(title: str, exchanges: Sequence[Exchange], reports: Mapping[str, Report]) -> str:
    """Return a document; the footnotes of all answers are numbered through."""
    parts = [f"# {escaped(title)}", f"> {MADE}"]
    notes: list[str] = []
    for exchange in exchanges:
        parts.append(f"## {escaped(exchange.question)}")
        if exchange.answer is None:
            parts.append("（没有回答）")
            continue
        parts += _answer(exchange.answer, offset=len(notes))
        notes += _notes(exchange.answer, reports, offset=len(notes))
    return "\n\n".join([*parts, *notes]) + "\n"


def _answer(answer: Answer, *, offset: int) -> Iterator[str]:
    if answer.taken_as:
        yield f"（理解为：{escaped(answer.taken_as)}）"
    yield "  \n".join(_noted(line, answer, offset) for line in answer.text.split("\n"))
    if len(answer.figures) > 1:
        yield _table(answer, offset)
    if answer.workings:
        lines = [f"- {escaped(one.expression)} = {one.value:f}{escaped(one.unit)}" for one in answer.workings]
        yield "推算：\n\n" + "\n".join(lines)
    yield escaped(maker(answer))


def maker(answer: Answer) -> str:
    """Say what made an answer: only a language model is called 人工智能."""
    model = f" {answer.model}" if answer.model else ""
    return f"生成：{_MAKERS[answer.engine]}{model}，版本指纹 {answer.fingerprint}"


def _noted(line: str, answer: Answer, offset: int) -> str:
    """Escape a line and turn `[n]` into the mark of a footnote."""
    places = {citation.n: offset + place for place, citation in enumerate(answer.citations, start=1)}
    out: list[str] = []
    position = 0
    for match in _MARK.finditer(line):
        if int(match[1]) in places:
            out += [escaped(line[position : match.start()]), f"[^{places[int(match[1])]}]"]
            position = match.end()
    return "".join([*out, escaped(line[position:])])


def _table(answer: Answer, offset: int) -> str:
    places = {citation.n: offset + place for place, citation in enumerate(answer.citations, start=1)}
    rows = ["| 单位 | 年度 | 指标 | 报告所载 |", "|---|---|---|---:|"]
    for figure in answer.figures:
        note = f"[^{places[figure.citation]}]" if figure.citation in places else ""
        cells = (figure.organization, str(figure.year or ""), figure.label, figure.printed)
        rows.append(f"| {' | '.join(escaped(cell) for cell in cells)}{note} |")
    return "\n".join(rows)


def _notes(answer: Answer, reports: Mapping[str, Report], *, offset: int) -> Iterator[str]:
    for place, citation in enumerate(answer.citations, start=offset + 1):
        source = escaped(reference(citation, reports.get(citation.report_id)))
        yield f"[^{place}]: {source} “{escaped(' '.join(citation.quote.split()))}”"


def escaped(text: str) -> str:
    """Return text in which nothing is read as Markdown."""
    return _SPECIAL.sub(r"\\\1", text)
