"""Play a model of stated weakness: it misreads digits, cites wrong keys and invents figures, as often as it is told to.

It looks up what it is asked, reads the evidence and answers from the lines that fit best; then its weaknesses set in,
also when it repairs an answer. It remembers every wrong number that it said.
"""

import random
import re
from typing import Any

from benchmarks.models.server import Reply, calls, say, sent_to
from ingest.models import Value

_LINE = re.compile(r"^\[(E\d+)\] ([^｜\n]*)｜([^｜\n]*)｜?(.*)$", re.MULTILINE)
_FIGURE = re.compile(r"^(?P<label>.*) = (?P<amount>\S.*)$")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class Weakness(Value):
    """Say how likely each mistake is."""

    misreads: float
    wrong_key: float
    invents: float
    computes: float = 0.15
    """How likely it states a number that it worked out in its head."""


class WeakModel:
    """Answer requests as a script of the server; the same seed makes the same mistakes."""

    def __init__(self, weakness: Weakness, *, seed: int) -> None:
        self._weakness = weakness
        self._random = random.Random(seed)
        self.wrong: list[str] = []
        self.wrong_keys: list[tuple[str, str]] = []

    def __call__(self, request: dict[str, Any]) -> Reply:
        """Look up first; then answer from what was found."""
        told = sent_to({"messages": request["messages"][1:]})
        if "tools" in request and request["messages"][-1]["role"] != "tool":
            asked = re.search(r"^问题：(.*)$", told, re.MULTILINE)
            question = asked[1][:180] if asked else told[:180]
            return calls(("lookup_figures", {"phrase": question}), ("search_sections", {"query": question}))
        lines = list(dict.fromkeys(_LINE.findall(told)))
        if not lines:
            return say("无法回答：没有查到资料。")
        return say(self._answer(lines))

    def _answer(self, lines: list[tuple[str, str, str, str]]) -> str:
        figures = [line for line in lines if _FIGURE.match(line[2])]
        sentences = [line for line in lines if not _FIGURE.match(line[2])]
        chosen = figures[: self._random.choice((1, 1, 2, 3))] or sentences[:2]
        said = [self._claim(line, lines) for line in chosen]
        if self._random.random() < self._weakness.invents:
            number = f"{self._random.randint(11, 99999)}件"
            self.wrong.append(number)
            said.append(f"{chosen[0][1]}另有{number}正在办理[{chosen[0][0]}]。")
        if len(figures) > 1 and self._random.random() < self._weakness.computes:
            number = f"{self._random.randint(100, 9999) / 100:.2f}%"
            self.wrong.append(number)
            said.append(f"两者之比约为{number}[{figures[0][0]}][{figures[1][0]}]。")
        return "".join(said)

    def _claim(self, line: tuple[str, str, str, str], lines: list[tuple[str, str, str, str]]) -> str:
        key, where, first, rest = line
        figure = _FIGURE.match(first)
        text = f"{figure['label']}为{figure['amount']}" if figure else rest.rstrip("。；;")
        if self._random.random() < self._weakness.misreads:
            text = self._misread(text)
        if len(lines) > 1 and self._random.random() < self._weakness.wrong_key:
            other = self._random.choice([one for one in lines if one[0] != key])
            self.wrong_keys.append((key, other[0]))
            key = other[0]
        return f"{where}{text}[{key}]。"

    def _misread(self, text: str) -> str:
        numbers = [match for match in _NUMBER.finditer(text) if match[0] not in {"12345"}]
        if not numbers:
            return text
        number = numbers[-1]
        places = [at for at in range(number.start(), number.end()) if text[at].isdigit()]
        at = self._random.choice(places)
        digit = self._random.choice([d for d in "0123456789" if d != text[at]])
        misread = text[:at] + digit + text[at + 1 :]
        self.wrong.append(misread[number.start() : number.end()])
        return misread
