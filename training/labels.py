"""Name what the heads tell apart, in the order of their outputs."""

from typing import get_args

from vectorstore.models import Ask, Asked, Kept, Mark, Order, Over, ReadParticular, Relation, SizeUnit

MARKS: tuple[str, ...] = get_args(Mark)
TAGS = ("O", *(f"{place}-{mark}" for mark in MARKS for place in "BI"))
KEPT: tuple[str, ...] = get_args(Kept)
_ASKED: tuple[str, ...] = get_args(Asked)
_NOTHING = ""

SLOTS: dict[str, tuple[str, ...]] = {
    "operation": _ASKED,
    "over": (_NOTHING, *get_args(Over)),
    "order": (_NOTHING, *get_args(Order)),
    "relation": (_NOTHING, *get_args(Relation)),
    "ask": (_NOTHING, *get_args(Ask)),
    "of": (_NOTHING, *get_args(ReadParticular)),
    "unit": (_NOTHING, *get_args(SizeUnit)),
    "inner": (_NOTHING, *_ASKED),
    "paired": (_NOTHING, "paired"),
}
"""The choices of each slot; the empty one says that the question does not tell."""
