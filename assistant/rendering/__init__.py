"""Turn what was found into an answer: sentences with numbered citations, figures, derivations and remarks."""

from assistant.rendering.answer import rendered
from assistant.rendering.changing import (
    LONGEST_WORDING,
    Change,
    LeftOut,
    OtherBody,
    OtherWay,
    OtherWords,
    OtherYear,
    Way,
    Wording,
    changed,
    ways,
    wordings,
)
from assistant.rendering.citing import (
    Draft,
    amount,
    refuse,
)
from assistant.rendering.refusals import doubted
from assistant.rendering.understood import supposed, understood, what, whose

__all__ = [
    "LONGEST_WORDING",
    "Change",
    "Draft",
    "LeftOut",
    "OtherBody",
    "OtherWay",
    "OtherWords",
    "OtherYear",
    "Way",
    "Wording",
    "amount",
    "changed",
    "doubted",
    "refuse",
    "rendered",
    "supposed",
    "understood",
    "ways",
    "what",
    "whose",
    "wordings",
]
