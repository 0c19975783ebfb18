"""Bring Chinese wording into one form: script, width and punctuation.

Offsets matter to citations, so nothing here changes the text that is quoted; these are views for comparing.
"""

import re
import unicodedata
from functools import cache
from typing import Protocol, cast

_ENUMERATOR = re.compile(
    r"^\s*(?:[（(]\s*[一二三四五六七八九十\d]+\s*[)）]|[一二三四五六七八九十\d]+\s*[、.．])\s*"
)
_SIBILANT = re.compile("^([zcs])h")
_PARENTHESIS = re.compile(r"[（(][^（()）]*(?:[)）]|$)")


class _Converter(Protocol):
    def convert(self, string: str) -> str: ...


@cache
def _converter() -> _Converter:
    from opencc import OpenCC  # type: ignore[import-untyped]

    return cast(_Converter, OpenCC("t2s"))


@cache
def _simplify_char(char: str) -> str:
    return _converter().convert(char) if "\u4e00" <= char <= "\u9fff" else char


@cache
def _fold_char(char: str) -> str:
    found = folded(char)
    return found if len(found) == 1 else char


def simplified(text: str) -> str:
    """Return the text in simplified characters, character by character, so that offsets stay."""
    return "".join(map(_simplify_char, text))


def folded(text: str) -> str:
    """Return the text with half-width forms, simplified characters and lower case, for comparing."""
    return simplified(unicodedata.normalize("NFKC", text)).lower()


def aligned(text: str) -> str:
    """Return the text folded character by character, so that offsets stay; what folds to several is left as it is.

    >>> aligned("賀蘭縣１…")
    '贺兰县1…'
    """
    return "".join(map(_fold_char, text))


def skeleton(text: str) -> str:
    """Return only the letters, digits and characters of a label, without its enumerator.

    >>> skeleton("（三） 不予\\u3000公开")
    '不予公开'
    """
    return "".join(char for char in folded(_ENUMERATOR.sub("", text)) if char.isalnum())


def sound(text: str) -> tuple[str, ...]:
    """Return how a text sounds, character by character, less the differences that typists overhear.

    >>> sound("的神") == sound("德胜")
    True
    """
    from pypinyin import lazy_pinyin

    return tuple(_SIBILANT.sub(r"\1", re.sub("ng$", "n", syllable)) for syllable in lazy_pinyin(text))


def is_enumerated(text: str) -> bool:
    """Tell whether a label begins with its number, such as （七） or 3."""
    return bool(_ENUMERATOR.match(text))


def without_parentheses(text: str) -> str:
    """Return the text without its remarks in parentheses, also one that is cut off."""
    return _PARENTHESIS.sub("", text)
