"""State the limits within which files are read."""

from ingest.models import Value


class ReadingLimits(Value):
    """Bound what one file may cost; sizes are bytes and characters."""

    max_bytes: int = 50_000_000
    max_characters: int = 4_000_000
    label_similarity: float = 85.0
    """Percent of agreement from which a printed label counts as the form's; below, the row is reported."""
