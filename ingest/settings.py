"""State the limits within which files are read."""

from ingest.models import Value


class ReadingLimits(Value):
    """Bound what one file may cost; sizes are bytes and characters."""

    max_bytes: int = 50_000_000
    max_characters: int = 4_000_000
    max_unpacked_bytes: int = 200_000_000
    """What the parts of a packed file (.docx) may come to."""
    max_unpacked_ratio: int = 200
    """How many times larger they may be than the file; documents reach some 30, bombs 1000."""
    max_conversion_seconds: float = 60.0
    """How long another program may take to convert a file."""
    label_similarity: float = 85.0
    """Percent of agreement from which a printed label counts as the form's; below, the row is reported."""
