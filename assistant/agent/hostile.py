"""Make report text harmless for a model, and a model's text harmless for a reader.

Reports and uploads are data: what in them could be taken for a key, or for the end of the data, is written in
full-width characters.
"""

import re

_FULL_WIDTH = str.maketrans("<>[]【】", "＜＞［］［］")
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_KEY = re.compile(r"[EC]\d+", re.IGNORECASE)
_TAG = re.compile(
    r"<\s*(script|style|svg|iframe|object)\b.*?(?:<\s*/\s*\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.S | re.I
)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>?")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.S | re.I)
_MARKUP = re.compile(r"^\s{0,3}#{1,6}\s+|\*\*|__|`+", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_URL = re.compile(r"(?:https?:|data:|javascript:|//)[^\s，。；、）)】」”\"'<>]+", re.IGNORECASE)


def as_data(text: str) -> str:
    """Return report text on one line in which nothing can be taken for a key, a tag or the end of the data."""
    return " ".join(_CONTROL.sub("", text).split()).translate(_FULL_WIDTH)


def without_thoughts(text: str) -> str:
    """Return a model's text less what it wrote down for itself."""
    return _THOUGHT.sub("", text)


def as_plain_text(text: str, *, known: str) -> str:
    """Return a model's text without HTML, images, links and emphasis; an address stays only if `known` has it."""
    plain = without_thoughts(text).replace("\r\n", "\n")
    plain = _TAG.sub("", _LINK.sub(_label, _IMAGE.sub("", plain)))
    plain = _MARKUP.sub("", _CONTROL.sub("", _ANY_TAG.sub("", plain)))
    return _URL.sub(lambda match: match[0] if match[0] in known else "", plain).strip()


def _label(match: re.Match[str]) -> str:
    return f"[{match[1]}]" if _KEY.fullmatch(match[1]) else match[1]
