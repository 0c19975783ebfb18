"""Name what the faces ask of the engine and of the library."""

import logging
from collections.abc import Iterator, Sequence
from typing import Protocol

from assistant.models import Event, Failed, Question
from assistant.plans import Plan
from ingest.models import Report
from vectorstore.models import EVERYTHING, Filter, ReportHead

logger = logging.getLogger(__name__)


class Answers(Protocol):
    """Answer a question or a plan as a stream of events; the last one is `Completed` or `Failed`."""

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield what happens while the question is answered."""
        ...

    def stream_plan(self, plan: Plan, *, filter: Filter = EVERYTHING) -> Iterator[Event]:  # noqa: A002
        """Yield what happens while the plan is carried out."""
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


def watched(events: Iterator[Event]) -> Iterator[Event]:
    """Yield the events of an answer; what nobody foresaw becomes its last event, `Failed`."""
    try:
        yield from events
    except Exception:
        logger.exception("a question could not be answered")
        yield Failed(message="回答时出了内部错误，详情已写入服务日志。请重试，或换一种问法。", retryable=True)
