"""Read written questions with their marks, and settle by rules what their writers left open.

Writers differ in where a stretch ends (2019|年, 受理|件数, 哪些|街道) and in what a follow-up keeps. One rule for
each stands here, so that the reader learns borders and not writers.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from training.labels import SLOTS

Span = tuple[str, int, int]
"""A mark, and where its stretch starts and ends."""

_MARK = re.compile(r"\[([a-z]):([^\[\]]+)\]")
_LONGEST_UNREAD = 12

_COUNTED = "mnbkc"
_COUNT_NOUN = re.compile(
    "(总|合计)?(件数|条数|次数|人数|户数|家数|个数|场数|份数|篇数|期数|宗数|起数|数量|数目|总数|总量|人次|金额|总额|面积|率|量|数)"
    "(?![据字值额])"
)
_AUTHORITY = re.compile(
    "人民政府|管委会|管理委员会|本级|政府(?!信息|公开|网|采购|工作|公报|购买|投资|文件|常务|部门|性|服务|债)"
)
_UNIT = re.compile(
    "个百分点|万元|亿元|万人次|人次|百分点|[万亿]?(件|条|次|人|元|家|个|场|份|起|项|篇|期|户|名|成|倍|天|回|宗|封|部|台|处|所)|[万亿%％]"
)
_YEAR_END = re.compile("(学年度|学年|年度|年底|年末|年)(?!报|鉴|[年均]|来|轻|级)")
_AROUND = " \t\u3000，。、；：？！,.;:?!\"'“”‘’「」（）()…—"
_LEADING: dict[str, re.Pattern[str]] = {
    "v": re.compile(
        "(最[多少高低])?(倒数|排名|排)?(前|第|后|超过|多于|少于|大于|小于|高于|低于|不到|不足|达到|至少|至多|不少于|不多于|不低于|不高于|不超过)"
    ),
    "g": re.compile("哪(一|几)?(些|个|家|座|所)?|那些|在"),
    "o": re.compile("在|关于|请问|看看"),
    "y": re.compile("在|于|截至|截止|自|从(?!前)"),
}
_TRAILING: dict[str, re.Pattern[str]] = {
    "g": re.compile("(的|里头|里面|里|当中|之中|中)$"),
    "f": re.compile("的$"),
}
_PARTICLE = re.compile("[的了吗呢吧啊呀]$")
_BARE = re.compile("[那么呢再也看换成的吧吗和还有就是,，。？?！! 、啊呀哦]*")
_SPANNING = frozenset({"mean", "sum", "median", "trend", "filter", "count", "rank", "list", "difference"})
_TALK = frozenset({"chat", "outside"})
_FOR_EACH = re.compile("平均|均摊|摊到|摊下来|每一?(?:件|次|场|期|个|人|家|天|份|篇|条|户|月|宗|项|名|笔)")
_WITHOUT_TARGET = frozenset({"chat", "outside", "holdings", "explain"})


@dataclass(frozen=True)
class Question:
    """Hold a question with what it is taken for; `turns` are those before it, oldest first."""

    text: str
    spans: tuple[Span, ...]
    slots: dict[str, str]
    turns: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    source: int | None = None
    voice: str = ""
    history: tuple["Question", ...] = field(default=(), repr=False)

    @property
    def operation(self) -> str:
        """Return what it wants done."""
        return self.slots["operation"]

    def pieces(self, mark: str) -> list[str]:
        """Return the stretches with a mark."""
        return [self.text[start:end] for letter, start, end in self.spans if letter == mark]


def parse(marked: str) -> tuple[str, tuple[Span, ...]]:
    """Take the marks out of a text and say where they stood."""
    text, spans, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        spans.append((match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        last = match.end()
    return text + marked[last:], tuple(spans)


def read_questions(path: Path) -> list[Question]:
    """Read a writer's file; turns before a follow-up are questions of their own as well."""
    found: list[Question] = []
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for line in path.read_text("utf-8").splitlines():
        for question in _with_turns(json.loads(line)):
            key = (question.text, question.turns)
            if key not in seen:
                seen.add(key)
                found.append(question)
    return found


def _with_turns(record: dict[str, Any]) -> Iterator[Question]:
    turns = record.get("history", [])
    for number, turn in enumerate(turns):
        if number == 0 or "keeps" in turn:
            yield _question(turn, turns[:number])
    yield _question(record, turns)


def _question(record: dict[str, Any], turns: Sequence[dict[str, Any]]) -> Question:
    text, spans = parse(record["text"])
    slots = {name: str(record.get(name, "")) for name in SLOTS}
    slots |= {
        "operation": record["op"],
        "unit": record.get("as", ""),
        "paired": "paired" if record.get("paired") else "",
    }
    question = Question(
        text=text,
        spans=spans,
        slots=slots,
        turns=tuple(parse(turn["text"])[0] for turn in turns),
        keeps=tuple(record.get("keeps", ())),
        source=record.get("from"),
        voice=record.get("voice", ""),
        history=tuple(_question(turn, ()) for turn in turns),
    )
    return settle(question)


def settle(question: Question) -> Question:
    """Apply every rule to a question as it was written."""
    spans = [span for span in question.spans if not _is_story(span, question)]
    for rule in (_trimmed, _extended):
        spans = rule(spans, question)
    return _settled_keeps(
        replace(question, spans=tuple(_joined_years(spans, question)), slots=_settled_slots(question))
    )


def _is_story(span: Span, question: Question) -> bool:
    """Tell what is only told beside the question from what a plan would miss."""
    mark, start, end = span
    return mark == "u" and (end - start > _LONGEST_UNREAD or question.operation in _TALK)


def _trimmed(spans: list[Span], question: Question) -> list[Span]:
    """Cut punctuation, particles and words of the operation from both ends, as long as something stays."""
    found: list[Span] = []
    for mark, first, last in spans:
        start, end = first, last
        text = question.text
        while start < end and text[start] in _AROUND:
            start += 1
        while start < end and text[end - 1] in _AROUND:
            end -= 1
        lead = _LEADING.get(mark)
        match = lead.match(text, start, end) if lead else None
        if match and match.end() < end:
            start = match.end()
        if mark not in "ut":
            trail = _TRAILING.get(mark, _PARTICLE)
            while end - start > 1 and (match := trail.search(text[start:end])) and match.start() > 0:
                end = start + match.start()
            while end - start > 1 and text[start] == "的":
                start += 1
        found.append((mark, start, end) if start < end else (mark, first, last))
    return found


def _extended(spans: list[Span], question: Question) -> list[Span]:
    """Take in what belongs to a stretch and stands right behind it, up to the next stretch."""
    found: list[Span] = []
    for number, (mark, start, end) in enumerate(spans):
        limit = spans[number + 1][1] if number + 1 < len(spans) else len(question.text)
        rule: re.Pattern[str] | None = None
        if mark == "y" and question.text[end - 1 : end] != "年":
            rule = _YEAR_END
        elif mark == "y":
            rule = re.compile("度(?!数)")
        elif mark in _COUNTED:
            rule = _COUNT_NOUN
        elif mark == "o":
            rule = _AUTHORITY
        elif mark == "v" and question.operation != "rank" and not _is_ordinal(question.text, start):
            rule = _UNIT
        match = rule.match(question.text, end) if rule else None
        if match and match.end() <= limit and not _ends_in_unit(mark, question.text[start:end]):
            end = match.end()
        if mark == "v" and question.operation == "rank":
            end = _without_measure_word(question.text, start, end)
        found.append((mark, start, end))
    return found


def _is_ordinal(text: str, start: int) -> bool:
    return text[max(0, start - 1) : start] in ("第", "前", "后")


def _ends_in_unit(mark: str, text: str) -> bool:
    return mark == "v" and re.search(r"[\d零〇一二三四五六七八九十百千万亿两]$", text) is None


def _without_measure_word(text: str, start: int, end: int) -> int:
    match = re.search("[名个家位强条项年]+$", text[start:end])
    return start + match.start() if match and match.start() else end


def _joined_years(spans: list[Span], question: Question) -> list[Span]:
    """Make one span of 2019 到 2021年 where all years between are meant."""
    if question.operation not in _SPANNING or (
        question.operation == "difference" and question.slots["over"] != "years"
    ):
        return spans
    if question.operation == "difference":
        return spans
    found: list[Span] = []
    for span in spans:
        if (
            found
            and span[0] == found[-1][0] == "y"
            and re.fullmatch(" *(到|至|-|—|~|～|–|－)+ *", question.text[found[-1][2] : span[1]])
        ):
            found[-1] = ("y", found[-1][1], span[2])
        else:
            found.append(span)
    return found


def _settled_slots(question: Question) -> dict[str, str]:
    """Say over what a computation goes where its marks show it."""
    slots = dict(question.slots)
    marks = [mark for mark, _, _ in question.spans]
    operation = slots["operation"]
    if operation == "ratio" and {"n", "b"} <= set(marks) and _FOR_EACH.search(question.text):
        # 平均每期印多少份：是平均，不是倍数
        operation = slots["operation"] = "mean"
        slots["over"] = "measures"
    if operation in {"difference", "ratio", "share", "remainder", "compare"} and not slots["over"]:
        if "n" in marks or marks.count("m") > 1 or operation in {"share", "remainder"}:
            slots["over"] = "measures"
        elif marks.count("o") > 1:
            slots["over"] = "bodies"
        elif marks.count("y") > 1:
            slots["over"] = "years"
    if operation in {"growth", "trend"}:
        slots["over"] = ""
    if operation == "rank" and not slots["over"]:
        slots["over"] = "bodies"
    if operation not in {"growth"}:
        slots["unit"] = ""
    return slots


def _settled_keeps(question: Question) -> Question:
    """Say what a follow-up keeps by what it names itself and what the turn it follows was."""
    if not question.history:
        return question
    source = question.source
    if source is None:
        talk = [number for number, turn in enumerate(question.history) if turn.operation not in _TALK]
        source = talk[-1] if talk else len(question.history) - 1
    keeps = set(question.keeps)
    marks = {mark for mark, _, _ in question.spans}
    if keeps and question.operation not in _WITHOUT_TARGET:
        if not marks & {"o", "g"}:
            keeps.add("o")
        if "y" not in marks and question.operation not in {"about"}:
            keeps.add("y")
    if keeps:
        same = question.history[source].operation == question.operation
        bare = _BARE.fullmatch(_outside(question)) is not None
        if same and bare:
            keeps.add("op")
        elif not same:
            keeps.discard("op")
    if question.operation in _TALK:
        keeps = set()
    return replace(question, keeps=tuple(sorted(keeps)), source=source if keeps else None)


def _outside(question: Question) -> str:
    text, last = "", 0
    for _, start, end in question.spans:
        text += question.text[last:start]
        last = end
    return text + question.text[last:]


def near_duplicates(questions: Sequence[str], others: Sequence[str], *, limit: float = 0.75) -> set[str]:
    """Return the questions that share most of their pairs of characters with one of the others.

    Years count for nothing. A question of a few characters is nobody's copy.
    """
    known = [pairs for other in others if len(pairs := _pairs(other)) > _FEW]
    found: set[str] = set()
    for question in questions:
        mine = _pairs(question)
        if len(mine) > _FEW and any(len(mine & pairs) >= limit * len(mine | pairs) for pairs in known):
            found.add(question)
    return found


_FEW = 5


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[\W\d]|年", "", text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


Check = Callable[[Question], bool]
