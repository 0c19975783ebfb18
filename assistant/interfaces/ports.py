"""Name what the faces ask of the engine and of the library."""

import logging
from collections.abc import Iterator, Sequence
from typing import Protocol

from assistant.models import Event, Failed, Question
from ingest.models import Report
from vectorstore.models import ReportHead

logger = logging.getLogger(__name__)


class Answers(Protocol):
    """Answer a question as a stream of events; the last one is `Completed` or `Failed`."""

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield what happens while the question is answered."""
        ...


class Reports(Protocol):
    """Give the reports that answers point at."""

    def headings(self) -> Sequence[ReportHead]:
        """Return every report, without its text."""
        ...

    def report(self, report_id: str) -> Report | None:
        """Return a report with its sections and tables, or None when there is none of this id."""
        ...

    def text(self, report_id: str) -> str:
        """Return the text that the offsets of anchors and citations count in."""
        ...


def watched(answers: Answers, question: Question) -> Iterator[Event]:
    """Yield the events of a question; what nobody foresaw becomes its last event, `Failed`."""
    try:
        yield from answers.stream(question)
    except Exception:
        logger.exception("a question could not be answered")
        yield Failed(message="回答时出了内部错误，详情已写入服务日志。请重试，或换一种问法。", retryable=True)
