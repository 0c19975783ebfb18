"""Read a question: which bodies and years it names, and what it asks for, as a Plan; no report is opened here."""

from assistant.planning.bodies import Mention, bodies_in
from assistant.planning.learned import LearnedPlanner
from assistant.planning.planner import Planner, Reads
from assistant.planning.scope import scope_of
from assistant.planning.years import Years, years_in

__all__ = ["LearnedPlanner", "Mention", "Planner", "Reads", "Years", "bodies_in", "scope_of", "years_in"]
