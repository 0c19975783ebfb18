"""Say whether a plan agrees with the reading of its question that the evaluation kit gives.

The kit names phrases as reports print them, with enumerators and all; a plan names them in short. What a plan says
agrees with a phrase when it has each of its words, or is the phrase with some letters left out, the half at most.
"""

import re
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from assistant.plans import Condition, Everything, Measure, Named, Plan

PLANNED = {
    "lookup": ("lookup", "about"),
    "several": ("lookup", "parts"),
    "sum": ("sum",),
    "difference": ("difference",),
    "ratio": ("ratio",),
    "share": ("share",),
    "mean": ("mean",),
    "median": ("median",),
    "remainder": ("remainder",),
    "growth": ("growth",),
    "compare": ("compare",),
    "rank": ("rank",),
    "trend": ("trend",),
    "count": ("count",),
    "filter": ("filter",),
    "parts": ("parts",),
    "list": ("list",),
    "passage": ("passage",),
    "verify": ("verify", "lookup", "list", "passage"),
    "check": ("check",),
    "explain": ("explain",),
    "about": ("about",),
    "contact": ("about",),
    "holdings": ("holdings",),
    "refuse": ("lookup",),
    "chat": ("unclear",),
    "outside": ("unclear",),
}
"""The operations of plans for each name in the kit and in the training questions, the usual one first.

A particular that is looked up is `about`; what takes something for granted and asks something else is planned as
what it asks, with claims.
"""
PARTICULARS = {
    "电话": "phone",
    "传真": "fax",
    "邮编": "postcode",
    "电子邮箱": "email",
    "填表人": "filled_in_by",
}
_DECORATION = re.compile(r"（[^）]*）|^[一二三四五六七八九十]+、|(?<!\d)\d\.(?!\d)|共$")
_MASK = "〇"
"""Stands for the letters of a person's name."""


def measures(value: object) -> Iterator[Measure]:
    """Yield every measure in a value, in the order written."""
    match value:
        case Measure():
            yield value
        case BaseModel():
            for _, field in value:
                yield from measures(field)
        case tuple():
            for one in value:
                yield from measures(one)
        case _:
            return


def abouts(plan: Plan) -> list[str]:
    """Return what the lists and passages asked for are about."""
    return [operation.about for operation in plan.operations if operation.op in ("list", "passage")]


def targets(plan: Plan) -> set[tuple[str | None, int | None]]:
    """Return the bodies and years as the kit writes them, where a body that is only described is None."""
    match plan.among:
        case Named(targets=named):
            return {(target.organization, target.year) for target in named}
        case Everything(years=years):
            return {(None, year) for year in years or (None,)}


def said(measure: Measure) -> str:
    """Join what a measure counts, its qualifiers in front as reports put them."""
    return "".join((*measure.qualifiers, measure.phrase))


def described(condition: Condition) -> str:
    """Join what a condition says, its bound behind the measure."""
    bound = condition.value
    return said(condition.measure) + (f"{bound.value:f}{bound.unit or ''}" if bound is not None else "")


def agrees(ours: str, phrase: str) -> bool:
    """Hold what a plan says to a phrase of the kit."""
    words = _words(phrase)
    letters, whole = _letters(ours), iter("".join(words))
    return all(word in letters for word in words) or (
        2 * len(letters) >= len("".join(words)) and all(letter in whole for letter in letters)
    )


def touches(about: str, phrases: Sequence[str]) -> bool:
    """Hold what is told about something to the kit's phrases, with which it must share a word or four letters."""
    letters = _letters(about)
    stretches = {letters[at : at + 4] for at in range(len(letters) - 3)}
    return any(
        word in letters or any(stretch in word for stretch in stretches)
        for phrase in phrases
        for word in _words(phrase)
    )


def column(printed: str) -> str:
    """Return a column's name without its unit and year: 本年收费金额（单位：万元） and 收费金额 are one."""
    return _DECORATION.sub("", printed).removeprefix("本年")


def _words(phrase: str) -> list[str]:
    return [word for part in re.split(r"[\s…]+", _DECORATION.sub("", phrase)) if (word := _letters(part))]


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum() and letter != _MASK)
