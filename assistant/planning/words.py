"""Know the words that planning needs beside the marks; they stand in `words.toml`, which says what each is for."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.plans import Particular, Spell
from ingest.models import Value


class Words(Value):
    """Hold the words, folded; those that are tried in turn come longest first."""

    limiting: tuple[str, ...]
    dividing: tuple[str, ...]
    asking: tuple[str, ...]
    single: tuple[str, ...]
    money: tuple[str, ...]
    within: tuple[str, ...]
    then: tuple[str, ...]
    particulars: tuple[tuple[Particular, tuple[str, ...]], ...]
    spells: tuple[tuple[Spell, tuple[str, ...]], ...]
    kinds: tuple[tuple[str, str], ...]
    quantity: tuple[str, ...]
    levels: tuple[str, ...]
    inside: tuple[str, ...]
    here: frozenset[str]
    topics: frozenset[str]


def asks_for_one(text: str) -> bool:
    """Tell whether a folded question about an order wants its first alone: 最多的是哪个."""
    return sum(text.count(word) for word in load_words().single) == 1


@cache
def load_words() -> Words:
    """Read the words that ship with the package."""
    raw: dict[str, Any] = tomllib.loads((files("assistant.planning") / "words.toml").read_text("utf-8"))
    groups = raw["groups"]
    kinds = [(said, kind) for kind, ways in groups["kinds"].items() for said in (*ways, kind)]
    kinds += [(said, "") for said in groups["anything"]]
    return Words(
        limiting=tuple(raw["limiting"]),
        dividing=tuple(raw["dividing"]),
        asking=tuple(raw["asking"]),
        single=tuple(raw["single"]),
        money=tuple(raw["money"]),
        within=tuple(raw["within"]),
        then=tuple(raw["then"]),
        particulars=tuple((of, tuple(words)) for of, words in raw["particulars"].items()),
        spells=tuple((spell, tuple(words)) for spell, words in raw["spells"].items()),
        kinds=tuple(sorted(kinds, key=lambda entry: -len(entry[0]))),
        quantity=tuple(groups["quantity"]),
        levels=tuple(groups["levels"]),
        inside=tuple(groups["inside"]),
        here=frozenset(groups["here"]),
        topics=frozenset(raw["content"]["topics"]),
    )
