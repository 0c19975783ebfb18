"""Name what is asked of the store and what it gives back."""

from typing import Literal

from ingest.models import Chunk, Value


class Filter(Value):
    """Narrow a search; None leaves a field open, an empty tuple matches nothing."""

    organizations: tuple[str, ...] | None = None
    years: tuple[int, ...] | None = None
    report_ids: tuple[str, ...] | None = None


class Hit(Value):
    """Hold a found passage; ranks start at 1 and are None where that search did not find it."""

    chunk: Chunk
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    similarity: float | None


class Manifest(Value):
    """Say what a library holds and what made its index."""

    schema_version: int
    pipeline: str
    embedding_model: str | None
    reports: int
    chunks: int
    figures: int
    indexed_chunks: int


class FileOutcome(Value):
    """Say what became of one file: `message` is the line that a person reads."""

    path: str
    status: Literal["added", "replaced", "unchanged", "failed"]
    report_id: str | None
    message: str
    tables: int = 0
    cells: int = 0
    figures: int = 0
    findings: int = 0
    issues: int = 0
