"""Find what a report says was wrong and what it will do about it, point by point."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from assistant.language import Language
from assistant.tools import ReportView, inline
from ingest.models import Value
from ingest.outline import Sentence

_Tone = Literal["problems", "plans"]

_POINT = re.compile(
    r"^[\s*]*(?:[一二三四五六七八九十]{1,2}\s*是|第[一二三四五六七八九十]{1,2}[，,、]|[（(]?\d{1,2}[)）.、．](?!\d)"
    r"|[（(][一二三四五六七八九十][)）]|[①-⑩]|首先|其次|再次|再者|然后|最后|此外|另外|同时|还有)"
)
_FEW_WORDS = 22


class Points(Value):
    """Hold the sentences that tell problems and those that tell plans, in reading order."""

    problems: tuple[Sentence, ...]
    plans: tuple[Sentence, ...]


def read_points(view: ReportView, language: Language) -> Points:
    """Return problems and plans of the sections that the form keeps for them.

    A heading or a sentence that leads in says which of the two follows; a point without one is told by its words.
    """
    told: dict[_Tone, list[Sentence]] = {"problems": [], "plans": []}
    mode: _Tone | None = None
    path: tuple[str, ...] = ()
    for sentence in _sentences(view, language):
        if sentence.section_path != path:
            path = sentence.section_path
            mode = _heading_tone(path, language)
        text = inline(sentence.text)
        lead = _lead_tone(text, language)
        if lead is not None:
            mode = lead
        elif not _POINT.match(text):
            mode = _own_tone(text, language) or mode
        only_leads = lead is not None and _says_nothing_else(text)
        if mode is not None and not only_leads:
            told[mode].append(sentence)
    return Points(problems=tuple(told["problems"]), plans=tuple(told["plans"]))


def _sentences(view: ReportView, language: Language) -> Iterator[Sentence]:
    """Yield the sentences below headings that speak of problems or plans; without such headings, none."""
    for sentence in view.sentences:
        headings = " ".join(sentence.section_path)
        if re.search(f"{language.problems_asked}|{language.improvements_asked}", headings):
            yield sentence


def _heading_tone(path: Sequence[str], language: Language) -> _Tone | None:
    """Return what a section is for; a heading that names both leaves it open."""
    for heading in reversed(path):
        problems = bool(re.search(language.problems_asked, heading))
        plans = bool(re.search(language.improvements_asked, heading))
        if problems != plans:
            return "problems" if problems else "plans"
    return None


def _says_nothing_else(lead: str) -> bool:
    """Tell a sentence that only leads in (存在以下不足：) from one with a point of its own behind or within it."""
    head, mark, rest = (
        re.split(r"([：:])", f"{lead}", maxsplit=1) if re.search("[：:]", lead) else (lead, "", "")
    )
    return not rest.strip("。；;，, ") if mark else len(head) <= _FEW_WORDS


def _lead_tone(text: str, language: Language) -> _Tone | None:
    """Return what a sentence announces: 存在以下问题 and 下一步，我局将 do; a point never does."""
    if _POINT.match(text):
        return None
    head = re.split(r"[：:]|首先|一是|第一[，,]|[（(]1[)）]", text, maxsplit=1)[0]
    if re.search(language.leads_to_plans, head):
        return "plans"
    return "problems" if re.search(language.leads_to_problems, head) else None


def _own_tone(text: str, language: Language) -> _Tone | None:
    problems = len(re.findall(language.problems_told, text))
    plans = len(re.findall(language.plans_told, text))
    if problems == plans:
        return None
    return "problems" if problems > plans else "plans"
