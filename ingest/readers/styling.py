"""Know what the styles of a page do to its characters: raise, lower or strike them out.

Styles count where they stand on the element itself or belong to its class; no cascade is followed.
"""

import re
from typing import Literal

from ingest.readers.nodes import Node, attribute
from ingest.readers.raised import is_mark

Look = Literal["sup", "sub", "del"]
"""The element that looks so by itself."""

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.S)
_OF_A_CLASS = re.compile(r"\s*([a-z][a-z0-9]*)?\.([\w-]+)\s*", re.I)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.I)
_RAISED = re.compile(
    r"vertical-align\s*:\s*(?:super|[1-9][\d.]*\s*(?:pt|px|em|ex|%))|mso-text-raise\s*:\s*[1-9]", re.I
)
_LOWERED = re.compile(r"vertical-align\s*:\s*sub", re.I)
_INLINE = frozenset(["a", "b", "em", "font", "i", "small", "span", "strong", "u"])
_PLACE_ON_PAGE = re.compile(r"#(?!_ftn|_edn)\w")


def apply_styles(root: Node) -> None:
    """Give elements that styles raise, lower or strike out the name of the element that looks so by itself.

    A link to a note on the page itself counts as raised.
    """
    classes = _looks_of_classes(root)
    for node in [*root.iter()]:
        look = _look(node, classes)
        if look == "del" or (look is not None and node.tag in _INLINE):
            node.tag = look
        elif (
            node.tag == "a"
            and _PLACE_ON_PAGE.match(attribute(node, "href"))
            and is_mark("".join(node.itertext()))
        ):
            node.tag = "sup"


def _look(node: Node, classes: dict[tuple[str, str], Look]) -> Look | None:
    style = attribute(node, "style")
    look = _look_of(style) if style else None
    if look is None and classes:
        for name in attribute(node, "class").split():
            look = look or classes.get((node.tag, name)) or classes.get(("", name))
    return look


def _look_of(style: str) -> Look | None:
    if _STRUCK.search(style):
        return "del"
    return "sup" if _RAISED.search(style) else "sub" if _LOWERED.search(style) else None


def _looks_of_classes(root: Node) -> dict[tuple[str, str], Look]:
    looks: dict[tuple[str, str], Look] = {}
    for sheet in root.iter("style"):
        for selectors, style in _RULE.findall(_COMMENT.sub(" ", sheet.text or "")):
            look = _look_of(style)
            for selector in selectors.split(",") if look else ():
                named = _OF_A_CLASS.fullmatch(selector)
                if named and look:
                    looks[(named[1] or "").lower(), named[2]] = look
    return looks
