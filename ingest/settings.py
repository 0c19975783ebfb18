"""State the limits within which files are read."""

from ingest.models import Value


class ReadingLimits(Value):
    """Bound what one file may cost; sizes are bytes and characters."""

    max_bytes: int = 50_000_000
    max_characters: int = 4_000_000
    max_unpacked_ratio: int = 200
    """How many times larger the parts of a packed file (.docx) may be than the file; documents reach some 30, bombs 1000."""
    max_tags: int = 300_000
    """Tags in a page or a document; a report of a hundred pages has some 100 000."""
    max_conversion_seconds: float = 60.0
    """How long another program may take to convert a file."""
    max_pages: int = 300
    max_page_objects: int = 60_000
    """Characters and lines on one page of a PDF."""
    max_drawing_bytes: int = 40_000_000
    """The drawing instructions of all pages of a PDF, unpacked."""
    max_unpacked_bytes: int = 300_000_000
    """What the compressed parts of a file may grow to, pictures apart."""
    max_pixels: int = 80_000_000
    """Of one picture in a file."""
    max_page_pixels: int = 30_000_000
    """Of one page drawn for recognition; larger pages are drawn coarser."""
    max_scanned_pages: int = 60
    """Recognition takes seconds a page."""
    scan_dpi: int = 200
    """How finely pages are drawn for recognition."""
    label_similarity: float = 85.0
    """Percent of agreement from which a printed label counts as the form's; below, the row is reported."""
