"""Fill the panels' templates; the only door to jinja2, which escapes whatever is not marked as markup."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from jinja2 import Environment, PackageLoader, StrictUndefined

Language = Literal["zh", "en"]


class Words:
    """Say the page's own words in the language of the reader; answers and reports stay as they are."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._place = 0 if language == "zh" else 1

    def __call__(self, key: str, **slots: object) -> str:
        """Return the words of a key with its slots filled."""
        return _words()[key][self._place].format(**slots)


def words_for(asked: str) -> Words:
    """Return English for a browser that asks for another language than Chinese."""
    return Words("zh" if not asked or asked.lower().startswith("zh") else "en")


def fill(panel: str, words: Words, **values: object) -> str:
    """Return a panel's template filled with values."""
    return _templates().get_template(f"{panel}.html").render(w=words, **values)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("assistant.interfaces.web", "panels"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _words() -> dict[str, list[str]]:
    text = (files("assistant.interfaces.web") / "words.toml").read_text(encoding="utf-8")
    return cast(dict[str, list[str]], tomllib.loads(text))
