"""Cut long lists into pages, and let a client keep what has not changed.

A cursor is the place of the last entry seen, not a number of entries: a walk ends, and skips and repeats nothing of
what stood there when it began.
"""

import base64
import binascii
import hashlib
import json
from typing import cast

from fastapi import Request, Response
from pydantic import BaseModel

from assistant.interfaces.api.problems import ProblemError

Place = tuple[str | int, ...]


def cursor_of(place: Place) -> str:
    """Return a place as the text that a client hands back."""
    return base64.urlsafe_b64encode(json.dumps(place, ensure_ascii=False).encode()).decode().rstrip("=")


def place_of(cursor: str, *kinds: type[str] | type[int]) -> Place:
    """Return the place that a cursor names; raise the problem of one that we never gave out."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        found = None
    if isinstance(found, list):
        parts = cast(list[object], found)
        right = len(parts) == len(kinds) and all(
            type(part) is kind for part, kind in zip(parts, kinds, strict=True)
        )
        small = all(not isinstance(part, int) or abs(part) < 2**31 for part in parts)
        if right and small:
            return cast(Place, tuple(parts))
    detail = "cursor 不可用。请原样使用上一页的 next_cursor，或去掉它从头开始。"
    raise ProblemError(422, "cursor_invalid", "翻页位置不可用", detail)


def kept(request: Request, body: BaseModel | str, *, media_type: str = "application/json") -> Response:
    """Return a response with its ETag, or 304 to a client that has the same already."""
    content = body if isinstance(body, str) else body.model_dump_json()
    tag = f'"{hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
