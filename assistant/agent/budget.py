"""Estimate how many tokens a text costs, and keep a conversation within what may be sent.

An estimate on the safe side, the same for every model: a Chinese character counts as one token, other text as one
per three characters.
"""

import re
from collections.abc import Sequence

from assistant.models import Turn

_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_MARK = re.compile(r"\[\d+\]")
_LONGEST_TURN = 400
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]?")


def tokens(text: str) -> int:
    """Return about how many tokens a text is."""
    chinese = len(_CHINESE.findall(text))
    return chinese + (len(text) - chinese + 2) // 3


def shortened(text: str, most: int) -> str:
    """Return whole sentences of a text up to about so many tokens, and say that something was left out."""
    if tokens(text) <= most:
        return text
    kept = ""
    for sentence in _SENTENCE.findall(text):
        if tokens(kept + sentence) > most:
            break
        kept += sentence
    return f"{kept.rstrip() or text[:most]}（以下从略）"


def condensed(history: Sequence[Turn], most: int) -> tuple[Turn, ...]:
    """Return the latest turns that fit, oldest first; each is cut to whole sentences, its citation marks removed.

    The marks are removed because what was cited in an earlier answer proves nothing in this one.
    """
    kept: list[Turn] = []
    left = most
    for turn in reversed(history):
        content = shortened(_MARK.sub("", turn.content), min(_LONGEST_TURN, most))
        left -= tokens(content)
        if left < 0:
            break
        kept.append(Turn(role=turn.role, content=content))
    return tuple(reversed(kept))
