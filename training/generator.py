"""Vary written questions: other bodies, years and measures, another order, script, typos, noise; and make follow-ups.

What a question is taken for never changes, save where a follow-up is made of it.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from training.marking import Question, Span

_COUNTS = frozenset(
    {"lookup", "growth", "trend", "compare", "rank", "mean", "sum", "median", "difference", "verify"}
)
_YEARS = range(2009, 2025)
_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_ZERO = str.maketrans("0123456789", "零一二三四五六七八九")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_PLACE = re.compile(".{2,6}[市县区旗州]")
_SUFFIXES = (
    "人民政府", "政府", "教育局", "卫健委", "民政局", "住建局", "公安局", "财政局", "人社局", "交通运输局", "水利局",
    "农业农村局", "市场监管局", "审批局", "发改委", "应急管理局", "生态环境局", "自然资源局", "统计局", "税务局", "文旅局",
    "人民政府办公室", "街道办事处", "经济开发区", "高新区", "工业园区", "总工会", "第一中学", "人民医院", "城投公司",
)  # fmt: skip
_OPENINGS = (
    "请问", "麻烦查一下", "帮我看看", "你好，", "您好，请问", "我想知道", "想了解一下", "查一下", "请帮忙查询：", "问下",
    "劳驾，", "急，", "那个", "嗯", "再问一个，", "换个问题，", "老师好，", "能不能告诉我", "请提供", "帮忙查查",
)  # fmt: skip
_CLOSINGS = (
    "谢谢",
    "，谢谢",
    "，急",
    "？谢谢",
    "啊",
    "呀",
    "呢",
    "，麻烦了",
    "，多谢",
    "？？",
    "。",
    "？",
    "！",
    "，在线等",
    "哈",
)
_ANOTHER = {
    "oy": ("{o}{y}呢", "那{o}{y}呢？", "换成{o}{y}", "{o}，{y}"),
    "o": ("{o}呢", "那{o}呢？", "{o}是多少", "换成{o}", "{o}的呢", "再看{o}", "{o}又如何"),
    "y": ("{y}呢", "那{y}呢？", "{y}是多少", "换成{y}", "{y}的呢", "再看{y}", "到了{y}呢"),
    "m": ("{m}呢", "那{m}呢？", "{m}有多少", "换成{m}", "{m}又是多少", "再看{m}"),
}
_BARE_ANOTHER = re.compile("[那呢？换成的再看又如何到了是多少有，{}omy]*")


class Generator:
    """Draw variants of questions from what other questions hold; the same seed draws the same."""

    def __init__(self, questions: Sequence[Question], counted: Iterable[str], *, seed: int) -> None:
        self._chance = random.Random(seed)
        self._questions = list(questions)
        alone = [question for question in questions if not question.turns]
        self._bodies = sorted({body for question in alone for body in question.pieces("o") if len(body) > 1})
        self._places = [body for body in self._bodies if _PLACE.fullmatch(body)]
        self._groups = sorted({group for question in alone for group in question.pieces("g")})
        self._counted = sorted(set(counted))
        self._measures: dict[str, list[str]] = defaultdict(list)
        self._pairs: list[tuple[str, str]] = []
        self._complete: list[Question] = []
        self._talk: list[str] = []
        self._stories: list[str] = []
        for question in alone:
            if len(question.pieces("m")) == 1:
                self._measures[question.operation] += question.pieces("m")
            if len(question.pieces("n")) == len(question.pieces("b")) == 1:
                self._pairs.append((question.pieces("n")[0], question.pieces("b")[0]))
            marks = {mark for mark, _, _ in question.spans}
            if {"o", "y"} <= marks and marks & set("mnbk"):
                self._complete.append(question)
            if question.operation == "chat":
                self._talk.append(question.text)
            if question.voice == "long" and question.spans:
                story = question.text[: question.spans[0][1]]
                cut = max(story.rfind("，"), story.rfind("。"))
                if cut > 8:
                    self._stories.append(story[: cut + 1])
        characters = "".join(question.text for question in alone)
        self._homophones = _homophones(characters)
        self._traditional = _traditional(characters)

    def epoch(self) -> list[Question]:
        """Draw what one pass over the data trains on: each question, often varied, and follow-ups made of them."""
        drawn: list[Question] = []
        for question in self._questions:
            drawn.append(self.vary(question) if self._chance.random() < 0.6 else question)
            if not question.turns and self._chance.random() < 0.4:
                drawn.append(self.vary(question))
        drawn += [self.follow_up() for _ in range(len(self._questions) // 4)]
        self._chance.shuffle(drawn)
        return drawn

    def vary(self, question: Question) -> Question:
        """Exchange bodies, years and measures throughout, and write the question another way."""
        question = self._exchanged(question)
        if not question.turns:
            question = self._reordered(question)
        return self._noisy(question)

    def follow_up(self) -> Question:
        """Make a turn that takes something from a complete question, or nothing at all."""
        before = self._exchanged(self._chance.choice(self._complete))
        kind = self._chance.random()
        if kind < 0.35:
            made = self._named_alone(before)
        elif kind < 0.7:
            made = self._without()
        else:
            other = self.vary(self._chance.choice(self._complete))
            made = replace(other, keeps=(), source=None)
        turns = [before.text]
        source = 0
        if self._chance.random() < 0.25:
            turns.insert(0, self.vary(self._chance.choice(self._complete)).text)
            source = 1
        if self._talk and self._chance.random() < 0.15:
            turns.append(self._chance.choice(self._talk))
        return replace(made, turns=tuple(turns), source=source if made.keeps else None)

    def _named_alone(self, before: Question) -> Question:
        """Ask the same of another body, year or measure, in a few words."""
        what = self._chance.choice(["o", "y", "y", "o", "m", "oy"])
        if "m" in what and before.operation not in _COUNTS:
            what = "o"
        pattern = self._chance.choice(_ANOTHER[what])
        text, spans, last = "", [], 0
        for match in re.finditer(r"\{([oym])\}", pattern):
            text += pattern[last : match.start()]
            piece = {"o": self._body, "y": self._year, "m": lambda: self._measure(before)}[match[1]]()
            spans.append((match[1], len(text), len(text) + len(piece)))
            text += piece
            last = match.end()
        text += pattern[last:]
        keeps = {"o", "y", "m", "op"} - set(what)
        slots = dict(before.slots)
        if (what == "m" and before.operation != "lookup" and "多少" in pattern) or (
            before.operation != "lookup" and "多少" in pattern and before.operation not in _COUNTS
        ):
            keeps.discard("op")
            slots = dict.fromkeys(slots, "") | {"operation": "lookup"}
        return Question(text, tuple(spans), slots, keeps=tuple(sorted(keeps)))

    def _without(self) -> Question:
        """Ask something else of the same body, or year, or both, by leaving them out."""
        question = self._exchanged(self._chance.choice(self._complete))
        dropped = self._chance.choice(["oy", "oy", "o", "y"])
        if any(len(question.pieces(mark)) != 1 for mark in dropped):
            dropped = "".join(mark for mark in dropped if len(question.pieces(mark)) == 1)
        text, spans, last = "", [], 0
        for mark, start, end in question.spans:
            text += question.text[last:start]
            if mark in dropped:
                while end < len(question.text) and question.text[end] in " 的，,":
                    end += 1
            else:
                spans.append((mark, len(text), len(text) + end - start))
                text += question.text[start:end]
            last = end
        text += question.text[last:]
        lead = len(text) - len(text.lstrip("的，, 在"))
        spans = [(mark, start - lead, end - lead) for mark, start, end in spans]
        if any(start < 0 for _, start, _ in spans) or len(text) - lead < 3:
            return replace(question, keeps=())
        text = text[lead:]
        if self._chance.random() < 0.3:
            text, spans = _prefixed(self._chance.choice(("那", "那么", "再问，", "还有")), text, spans)
        return replace(question, text=text, spans=tuple(spans), keeps=tuple(sorted(dropped)))

    def _body(self) -> str:
        if self._places and self._chance.random() < 0.25:
            return self._chance.choice(self._places) + self._chance.choice(_SUFFIXES)
        return self._chance.choice(self._bodies)

    def _year(self) -> str:
        year = self._chance.choice(_YEARS)
        return self._chance.choice(
            [
                f"{year}年",
                f"{year}年",
                f"{year}",
                f"{year}年度",
                f"{year % 100:02d}年",
                "去年",
                "前年",
                "上一年",
                str(year).translate(_DIGITS) + "年",
            ]
        )

    def _measure(self, question: Question) -> str:
        like = self._measures.get(question.operation)
        if like and self._chance.random() < 0.5:
            return self._chance.choice(like)
        return self._chance.choice(self._counted or ["申请"])

    def _exchanged(self, question: Question) -> Question:
        """Put other pieces in place of bodies, years and measures, the same everywhere in a conversation."""
        new: dict[tuple[str, str], str] = {}
        shift = self._chance.choice([-3, -2, -1, 0, 0, 1, 2])
        exchange_measures = (
            self._chance.random() < 0.6 and len(question.pieces("m")) == 1 and not question.turns
        )
        pair = self._chance.choice(self._pairs) if self._pairs and self._chance.random() < 0.5 else None
        bodies = self._chance.random() < 0.8

        def piece(mark: str, text: str) -> str:
            if (mark, text) in new:
                return new[mark, text]
            found = text
            if mark == "o" and bodies:
                found = self._body()
            elif mark == "g" and self._chance.random() < 0.4:
                found = self._chance.choice(self._groups)
            elif mark == "y":
                found = self._shifted(text, shift)
            elif mark == "m" and exchange_measures:
                found = self._measure(question)
            elif mark in "nb" and pair and len(question.pieces("n")) == len(question.pieces("b")) == 1:
                found = pair["nb".index(mark)]
            new[mark, text] = found
            return found

        turns = (
            tuple(_rebuilt(turn, piece).text for turn in question.history)
            if question.history
            else question.turns
        )
        return replace(_rebuilt(question, piece), turns=turns, history=())

    def _shifted(self, year: str, shift: int) -> str:
        """Move each year that is written in digits by the same number, and now and then write it another way."""

        def moved(match: re.Match[str]) -> str:
            value = int(match[0].translate(str.maketrans("０１２３４５６７８９", "0123456789"))) + shift
            return str(value)

        if re.search("(20[0-2]\\d)", year):
            year = re.sub(r"20[0-2]\d", moved, year)
            if re.fullmatch(r"20\d\d年?", year) and self._chance.random() < 0.2:
                digits = year[:4]
                year = self._chance.choice(
                    [
                        digits,
                        f"{digits}年度",
                        f"{digits[2:]}年",
                        f"{digits}年",
                        digits.translate(_DIGITS) + "年",
                        digits[2:].translate(_ZERO) + "年",
                    ]
                )
        return year

    def _reordered(self, question: Question) -> Question:
        """Move the body and year from the front to the end, or let them change places."""
        spans = question.spans
        if (
            len(spans) < 2
            or {spans[0][0], spans[1][0]} != {"o", "y"}
            or spans[0][1] != 0
            or spans[1][1] != spans[0][2]
        ):
            return question
        first, second = question.text[: spans[0][2]], question.text[spans[1][1] : spans[1][2]]
        rest = question.text[spans[1][2] :]
        kind = self._chance.random()
        if kind < 0.25:
            moved: list[Span] = [
                (spans[1][0], 0, len(second)),
                (spans[0][0], len(second), len(second) + len(first)),
                *spans[2:],
            ]
            return replace(question, text=second + first + rest, spans=tuple(moved))
        if kind < 0.45 and not rest.startswith(("和", "跟", "比", "与", "到", "、")):
            tail = rest.rstrip("？?。 ")
            lead = len(tail) - len(tail.lstrip("的，, "))
            tail = tail[lead:]
            if not tail:
                return question
            mark = self._chance.choice(["，", " ", "，", "？"])
            at = len(tail) + len(mark)
            back = spans[1][2] + lead
            moved = [(letter, start - back, end - back) for letter, start, end in spans[2:]]
            if any(start < 0 for _, start, _ in moved):
                return question
            moved += [
                (spans[0][0], at, at + len(first)),
                (spans[1][0], at + len(first), at + len(first) + len(second)),
            ]
            return replace(question, text=tail + mark + first + second, spans=tuple(moved))
        return question

    def _noisy(self, question: Question) -> Question:
        """Write a question in another hand: polite or with a story before it, misspelt, in the other script."""
        text, spans = question.text, list(question.spans)
        chance = self._chance
        if not question.turns and self._stories and spans and chance.random() < 0.05:
            text, spans = _prefixed(chance.choice(self._stories), text, spans)
        elif chance.random() < 0.15:
            text, spans = _prefixed(chance.choice(_OPENINGS), text, spans)
        if chance.random() < 0.12:
            text = text.rstrip("？?。") + chance.choice(_CLOSINGS)
        if chance.random() < 0.1:
            text = re.sub("[？?。]$", "", text)
        spans = [span for span in spans if span[2] <= len(text)]
        if chance.random() < 0.08:
            text = self._misspelt(text, spans)
        if chance.random() < 0.06:
            text = "".join(self._traditional.get(char, char) for char in text)
        if chance.random() < 0.02:
            text = text.translate(_WIDE)
        return replace(question, text=text, spans=tuple(spans))

    def _misspelt(self, text: str, spans: Sequence[Span]) -> str:
        years = [(start, end) for mark, start, end in spans if mark in "yv"]
        places = [
            at
            for at, char in enumerate(text)
            if char in self._homophones and not any(start <= at < end for start, end in years)
        ]
        for at in self._chance.sample(places, min(len(places), self._chance.choice([1, 1, 2]))):
            text = text[:at] + self._chance.choice(self._homophones[text[at]]) + text[at + 1 :]
        return text


def _rebuilt(question: Question, piece: Callable[[str, str], str]) -> Question:
    text, spans, last = "", [], 0
    for mark, start, end in question.spans:
        text += question.text[last:start]
        new = piece(mark, question.text[start:end])
        spans.append((mark, len(text), len(text) + len(new)))
        text += new
        last = end
    return replace(question, text=text + question.text[last:], spans=tuple(spans))


def _prefixed(prefix: str, text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    return prefix + text, [(mark, start + len(prefix), end + len(prefix)) for mark, start, end in spans]


def _homophones(characters: str) -> dict[str, list[str]]:
    from pypinyin import Style, pinyin

    by_sound: dict[str, list[str]] = defaultdict(list)
    for char in sorted(set(characters)):
        if "\u4e00" <= char <= "\u9fff":
            by_sound[pinyin(char, style=Style.NORMAL)[0][0]].append(char)
    return {
        char: [other for other in same if other != char]
        for same in by_sound.values()
        for char in same
        if len(same) > 1
    }


def _traditional(characters: str) -> dict[str, str]:
    from opencc import OpenCC

    convert = OpenCC("s2t").convert
    found = {char: convert(char) for char in set(characters)}
    return {char: other for char, other in found.items() if len(other) == 1 and other != char}
