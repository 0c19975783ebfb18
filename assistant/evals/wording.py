"""Bring an answer, a gold form and a quotation into views that can be compared."""

import re

from ingest.wording import folded

_TAG = re.compile(r"</?(?:sup|sub|b|i|em|strong|br|td|tr|table|p)\b[^>]*>", re.IGNORECASE)
_LONE_POINT = re.compile(r"(?<!\d)\.|\.(?!\d)")
_THOUSANDS = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?!\d)")
_MARKUP = re.compile(r"[\s*`_]+")
_SENTENCE_END = re.compile(r"[。；;!?\n]+")


def even(text: str) -> str:
    """Return the text in half width, simplified and lower case; a full-width comma never groups thousands."""
    return folded(text.replace("，", "、"))


def answer_view(text: str) -> str:
    """Return what counts of an answer: no white space, no emphasis, no thousands marks, one kind of dash."""
    plain = _THOUSANDS.sub(lambda match: match.group().replace(",", ""), even(text))
    return _MARKUP.sub("", plain).replace("—", "-").replace("–", "-")


def quote_view(text: str) -> str:
    """Return what counts of a quotation: letters, digits, percent signs and decimal points."""
    plain = _LONE_POINT.sub("", _TAG.sub("", even(text)))
    return "".join(char for char in plain if char.isalnum() or char in "%.")


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of an answer, evened."""
    return tuple(_SENTENCE_END.split(even(text)))


def find(form: str, view: str, start: int = 0) -> int:
    """Return where a form stands in an answer view, -1 where it does not; 26 is not found in 126 or 26.5."""
    wanted = answer_view(form)
    before = r"(?<![\d.])" if wanted[:1].isdigit() else ""
    after = r"(?!\d|\.\d)" if wanted[-1:].isdigit() else ""
    match = re.compile(before + re.escape(wanted) + after).search(view, start)
    return match.start() if match else -1


def bigram_recall(reference: str, answer: str) -> float:
    """Return the share of the reference's neighbouring characters that the answer has too."""
    wanted, given = _bigrams(reference), _bigrams(answer)
    return len(wanted & given) / len(wanted) if wanted else 0.0


def _bigrams(text: str) -> frozenset[str]:
    view = quote_view(text)
    return frozenset(view[i : i + 2] for i in range(max(1, len(view) - 1))) - {""}
