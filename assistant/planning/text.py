"""Look at a question's text without losing places: what is hidden leaves its room behind."""

import re
from collections.abc import Sequence

HIDDEN = "\x00"
"""Stands for a character that is not to be read."""

_QUOTED = re.compile(r"〔\d{4}〕|\[\d{4}\]|《[^》]*》|“[^”]*”|\"[^\"]*\"")


def unquoted(text: str) -> str:
    """Return the text with titles, quotations and document numbers hidden: they name no body and no year."""
    return _QUOTED.sub(lambda match: HIDDEN * len(match.group()), text)


def blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text with these stretches hidden."""
    for start, end in spans:
        text = text[:start] + HIDDEN * (end - start) + text[end:]
    return text
