"""Know the words that questions and reports share: fillers, units, names of one thing and of bodies.

The words stand in `language.toml`; nothing here knows a report.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ingest.models import Value
from ingest.wording import folded
from vectorstore.lexical import words as segment


class Language(Value):
    """Hold the compiled vocabulary; patterns match folded text."""

    filler_phrases: str
    fillers: frozenset[str]
    units: tuple[tuple[str, str], ...]
    equivalents: tuple[tuple[str, str], ...]
    synonyms: tuple[tuple[str, ...], ...]
    rivals: tuple[frozenset[str], ...]
    qualifying: tuple[str, ...]
    everyday: frozenset[str]
    actions: frozenset[str]
    body_suffixes: tuple[str, ...]
    body_parts: tuple[str, ...]
    common_bodies: frozenset[str]
    place_words: frozenset[str]
    english_bodies: tuple[tuple[str, str], ...]
    denial_topics: tuple[str, ...]
    improvements_asked: str
    leads_to_problems: str
    leads_to_plans: str
    problems_asked: str
    problems_told: str
    plans_told: str

    def content(self, asked: str) -> tuple[str, ...]:
        """Return the words of a folded question that carry content, in order, repeated ones too.

        Unknown words that the dictionary cuts to pieces come back whole.
        """
        kept: list[str] = []
        for part in re.split(rf"{self.filler_phrases}|[^\u4e00-\u9fffa-z0-9.%]+", asked):
            run = ""
            for word in (*segment(part), ""):
                if len(word) == 1 and word >= "\u4e00" and word not in self.fillers:
                    run += word
                    continue
                kept += [run, word]
                run = ""
        return tuple(word for word in kept if word and word not in self.fillers)

    def settled(self, text: str) -> str:
        """Return a folded text in which each thing goes by one name, so that question and report agree on it."""
        pattern, names = _equivalents(self.equivalents)
        return pattern.sub(lambda found: names[found.group()], text)

    def unit(self, asked: str) -> str | None:
        """Return the unit that a folded question wants: %, 元, a measure word, or None."""
        for unit, pattern in self.units:
            if re.search(pattern, asked):
                return unit
        counted = re.search(
            r"(?:多少|几)\s*(?:个)?(人次|场次|[件条项个宗份篇次场起例期类家户处名人位批亩张部])", asked
        ) or re.search(r"[的总\u4e00-\u9fff]([件条项宗份篇次场起例期家户批])数(?!据|字|额|值)", asked)
        return counted[1] if counted else None


@cache
def _equivalents(pairs: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    variants = sorted((variant for variant, _ in pairs), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, variants))), dict(pairs)


@cache
def load_language() -> Language:
    """Read the vocabulary that ships with the package."""
    raw: dict[str, Any] = tomllib.loads((files("assistant") / "language.toml").read_text("utf-8"))
    return Language(
        filler_phrases="|".join(f"(?:{phrase})" for phrase in raw["fillers"]["phrases"]),
        fillers=frozenset(raw["fillers"]["words"]),
        units=tuple((unit, "|".join(patterns)) for unit, patterns in raw["units"].items()),
        equivalents=tuple(
            (folded(variant), folded(group[0])) for group in raw["equivalents"]["groups"] for variant in group
        ),
        synonyms=tuple(tuple(folded(word) for word in group) for group in raw["synonyms"]["groups"]),
        rivals=tuple(frozenset(map(folded, group)) for group in raw["rivals"]["groups"]),
        qualifying=tuple(map(folded, raw["qualifying"]["words"])),
        everyday=frozenset(raw["everyday"]["words"]),
        actions=frozenset(raw["actions"]["words"]),
        body_suffixes=tuple(sorted(raw["bodies"]["suffixes"], key=len, reverse=True)),
        body_parts=tuple(sorted(raw["bodies"]["parts"], key=len, reverse=True)),
        common_bodies=frozenset(raw["bodies"]["common"]),
        place_words=frozenset(raw["bodies"]["words"]),
        **raw["points"],
        denial_topics=tuple(raw["denials"]["topics"]),
        english_bodies=tuple((english, chinese) for english, chinese in raw["bodies"]["english"]),
    )
