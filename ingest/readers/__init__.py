"""Turn the bytes of a file into a RawDocument; which reader does it is decided by the file's name and bytes."""

from ingest.readers.text import SUFFIXES, read_text_file

__all__ = ["SUFFIXES", "read_text_file"]
