"""Read a question: which bodies and years it names, and what a follow-up takes over; no report is opened here."""

from assistant.planning.bodies import Mention, bodies_in
from assistant.planning.scope import resolve
from assistant.planning.years import Years, years_in

__all__ = ["Mention", "Years", "bodies_in", "resolve", "years_in"]
