"""Read annual reports into sections, tables, figures, findings and passages."""

from ingest.errors import IngestError, LimitExceeded, NotAReport, UnreadableFile
from ingest.models import (
    Anchor,
    Cell,
    Chunk,
    Figure,
    Finding,
    Ingested,
    Issue,
    Organization,
    Quantity,
    Report,
    Section,
    Source,
    Table,
)
from ingest.pipeline import PIPELINE_VERSION, ingest_file
from ingest.readers import SUFFIXES, is_document

__all__ = [
    "PIPELINE_VERSION",
    "SUFFIXES",
    "Anchor",
    "Cell",
    "Chunk",
    "Figure",
    "Finding",
    "IngestError",
    "Ingested",
    "Issue",
    "LimitExceeded",
    "NotAReport",
    "Organization",
    "Quantity",
    "Report",
    "Section",
    "Source",
    "Table",
    "UnreadableFile",
    "ingest_file",
    "is_document",
]
