"""Know what a figure is called in an answer, and how a sentence is written on one line."""

import re

from ingest.models import Figure

_ENUMERATOR = re.compile(r"^[一二三四五六七八九十\d（）()、.．]+")


def label_of(figure: Figure) -> str:
    """Return the label that an answer shows: the official one without its enumerator, or the sentence's phrase."""
    if figure.origin == "sentence":
        return figure.label
    row = figure.anchor.row[-2:]
    named = next(
        (label for label in reversed([_ENUMERATOR.sub("", part) for part in row]) if label != "总计"), ""
    )
    if row and _ENUMERATOR.sub("", row[-1]) == "总计":
        return f"{named}总计 {(figure.anchor.column or '').replace('/', '·')}".strip()
    told = (_ENUMERATOR.sub("", row[-1]) if row else "", (figure.anchor.column or "").replace("/", "·"))
    return " ".join(part for part in told if part)


def inline(text: str) -> str:
    """Return a passage on one line: breaks between characters vanish, those between numbers become a space."""
    joined = re.sub(r"(?<![0-9A-Za-z.,])\s+|\s+(?![0-9A-Za-z])", "", text)
    return re.sub(r"\s+", " ", joined).replace("**", "").strip("* ")
