"""Turn what was found into an answer: sentences with numbered citations, figures, derivations and remarks."""

from assistant.rendering.citing import (
    NOT_COMPUTED,
    Draft,
    amount,
    inline,
    issuer,
    printed_amounts,
    refuse,
    value_text,
    words_of,
)

__all__ = [
    "NOT_COMPUTED",
    "Draft",
    "amount",
    "inline",
    "issuer",
    "printed_amounts",
    "refuse",
    "value_text",
    "words_of",
]
