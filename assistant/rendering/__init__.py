"""Turn what was found into an answer: sentences with numbered citations, figures, derivations and remarks."""

from assistant.rendering.answer import rendered
from assistant.rendering.citing import (
    NOT_COMPUTED,
    Draft,
    amount,
    issuer,
    printed_amounts,
    refuse,
    value_text,
    words_of,
)
from assistant.rendering.refusals import doubted
from assistant.rendering.understood import understood

__all__ = [
    "NOT_COMPUTED",
    "Draft",
    "amount",
    "doubted",
    "issuer",
    "printed_amounts",
    "refuse",
    "rendered",
    "understood",
    "value_text",
    "words_of",
]
