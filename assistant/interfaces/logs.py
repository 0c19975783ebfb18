"""Write the log so that machines can read it, nobody can forge a line of it, and no key stands in it."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal

_KEY = re.compile(r"\bgk_[0-9a-f]{8}_[\w-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_REQUESTS = "assistant.requests"


def write_logs(form: Literal["text", "json"]) -> None:
    """Send warnings to standard error as text; as JSON, every request too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(_REQUESTS).setLevel(logging.INFO if form == "json" else logging.WARNING)


class PlainLines(logging.Formatter):
    """Write a line for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line; a line break in it is shown, not obeyed."""
        return _clean(super().formatMessage(record)).replace("\n", "\\n")

    def formatException(self, ei: object) -> str:  # noqa: N802
        """Return the trace without keys."""
        return _clean(super().formatException(ei))  # type: ignore[arg-type]


class JsonLines(logging.Formatter):
    """Write one JSON object a line, with the fields that a record brings along."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        fields: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return _KEY.sub("gk_…", json.dumps(fields, ensure_ascii=False, default=str))


def _clean(text: str) -> str:
    return _CONTROL.sub("\ufffd", _KEY.sub("gk_…", text))
