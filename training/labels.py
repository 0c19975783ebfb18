"""Name what the heads tell apart, in the order of their outputs."""

from typing import get_args

from vectorstore.models import Asked, Kept, Mark

MARKS: tuple[str, ...] = get_args(Mark)
TAGS = ("O", *(f"{place}-{mark}" for mark in MARKS for place in "BI"))
KEPT: tuple[str, ...] = get_args(Kept)
_ASKED: tuple[str, ...] = get_args(Asked)
_NOTHING = ""

SLOTS: dict[str, tuple[str, ...]] = {
    "operation": _ASKED,
    "over": (_NOTHING, "bodies", "years", "measures"),
    "order": (_NOTHING, "desc", "asc"),
    "relation": (
        _NOTHING,
        "equal",
        "more",
        "less",
        "at_least",
        "at_most",
        "increased",
        "decreased",
        "happened",
        "not_happened",
        "consistent",
    ),
    "ask": (
        _NOTHING,
        "what",
        "how",
        "why",
        "who",
        "where",
        "when",
        "problems",
        "plans",
        "summary",
        "example",
    ),
    "of": (
        _NOTHING,
        "phone",
        "address",
        "email",
        "office",
        "date",
        "period",
        "basis",
        "columns",
        "sections",
        "title",
    ),
    "unit": (_NOTHING, "amount", "percent"),
    "inner": (_NOTHING, *_ASKED),
    "paired": (_NOTHING, "paired"),
}
"""The choices of each slot; the empty one says that the question does not tell."""
