"""Name what the reading process tells the service."""

from typing import Literal

from ingest.models import Value
from vectorstore.models import FileOutcome


class Note(Value):
    """Hold one line: what became of a file, or how the work ended."""

    kind: Literal["outcome", "finished", "stopped"]
    outcome: FileOutcome | None = None
    message: str = ""
    retryable: bool = False
