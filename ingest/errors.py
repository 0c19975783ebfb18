"""Say what can go wrong while a report is read.

IngestError
├── UnreadableFile   the bytes are not a document that can be read
├── NotAReport       the text is readable and is no annual report
└── LimitExceeded    the file is larger than the stated limits
"""


class IngestError(Exception):
    """Name the file, what is wrong with it and what to do next."""

    retryable = False

    def __init__(self, path: str, cause: str, remedy: str) -> None:
        super().__init__(f"{path}：{cause}。{remedy}")
        self.path = path
        self.cause = cause
        self.remedy = remedy


class UnreadableFile(IngestError):
    """Refuse bytes that no reader understands."""


class NotAReport(IngestError):
    """Refuse a text that shows none of the marks of an annual report."""


class LimitExceeded(IngestError):
    """Refuse a file before it costs memory."""
