"""Know the words with which questions are put: kinds, fillers, units and names of bodies.

The words stand in `language.toml`; nothing here knows a report.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from ingest.models import Value
from ingest.wording import folded

Kind = Literal[
    "collection", "consistency", "headings", "rank", "compare", "difference", "share", "average", "sum", "date",
    "contact", "quantity", "truth", "list", "passage",
]  # fmt: skip


class Language(Value):
    """Hold the compiled vocabulary; patterns match folded text."""

    kinds: tuple[tuple[Kind, str], ...]
    fillers: str
    units: tuple[tuple[str, str], ...]
    synonyms: tuple[tuple[str, ...], ...]
    body_suffixes: tuple[str, ...]
    common_bodies: frozenset[str]
    english_bodies: tuple[tuple[str, str], ...]

    def kind(self, asked: str) -> Kind:
        """Return what a folded question asks for; a passage when nothing says otherwise."""
        return next((kind for kind, pattern in self.kinds if re.search(pattern, asked)), "passage")

    def content(self, asked: str) -> str:
        """Return a folded question without the words that carry no content; gaps become spaces."""
        return re.sub(r"\s+", " ", re.sub(self.fillers, " ", asked)).strip()

    def unit(self, asked: str) -> str | None:
        """Return the unit that a folded question wants: %, 元, a measure word, or None."""
        for unit, pattern in self.units:
            if re.search(pattern, asked):
                return unit
        counted = re.search(r"(?:多少|几)\s*(?:个)?(人次|场次|[件条项个宗份篇次场起例期类家户处名人位批亩张部])", asked)
        return counted[1] if counted else None


@cache
def load_language() -> Language:
    """Read the vocabulary that ships with the package."""
    raw: dict[str, Any] = tomllib.loads((files("assistant") / "language.toml").read_text("utf-8"))
    return Language(
        kinds=tuple((cast(Kind, entry["kind"]), "|".join(entry["patterns"])) for entry in raw["kinds"]),
        fillers="|".join(raw["fillers"]["patterns"]),
        units=tuple((unit, "|".join(patterns)) for unit, patterns in raw["units"].items()),
        synonyms=tuple(tuple(folded(word) for word in group) for group in raw["synonyms"]["groups"]),
        body_suffixes=tuple(sorted(raw["bodies"]["suffixes"], key=len, reverse=True)),
        common_bodies=frozenset(raw["bodies"]["common"]),
        english_bodies=tuple((english, chinese) for english, chinese in raw["bodies"]["english"]),
    )
