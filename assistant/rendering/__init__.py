"""Turn what was found into an answer: sentences with numbered citations, figures, derivations and remarks."""

from assistant.rendering.answer import rendered
from assistant.rendering.citing import (
    Draft,
    amount,
    refuse,
)
from assistant.rendering.refusals import doubted
from assistant.rendering.understood import understood

__all__ = [
    "Draft",
    "amount",
    "doubted",
    "refuse",
    "rendered",
    "understood",
]
