"""Lay out the list of a reader's conversations, to open, find, rename, save and delete them."""

from collections.abc import Sequence

from assistant.conversations import ConversationHead
from assistant.interfaces.web.markup import Words, fill


def history_html(words: Words) -> str:
    """Return the pane around the list."""
    return fill("history", words)


def conversations_html(heads: Sequence[ConversationHead], shown: str, words: Words) -> str:
    """Return the list itself; `shown` is the conversation on the page."""
    return fill("conversations", words, heads=heads, shown=shown)
