"""Name what makes a Plan of a question, and what reads a question for it."""

from collections.abc import Sequence
from typing import Protocol

from assistant.models import Question
from assistant.plans import Plan
from vectorstore.models import Reading, ReportHead


class Reads(Protocol):
    """Read a question after the turns before it, the oldest first."""

    def read(self, question: str, turns: Sequence[str] = ()) -> Reading:
        """Say what a question is taken for."""
        ...


class Planner(Protocol):
    """Make a plan of a question; of the reports it knows only the heads."""

    def plan(self, question: Question, heads: Sequence[ReportHead]) -> Plan:
        """Return what a question asks for."""
        ...
