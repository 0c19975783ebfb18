"""Answer a plan: carry it out over the library and put what came of it into words."""

from collections.abc import Callable

from assistant.execution import Executor
from assistant.language import Language
from assistant.models import Drafted
from assistant.plans import Plan
from assistant.rendering import rendered
from assistant.tools import Toolbox
from ingest.indicators import Indicators
from vectorstore.models import Filter


class PlanAnswerer:
    """Answer plans; holds no state of a conversation."""

    def __init__(self, toolbox: Toolbox, language: Language, indicators: Indicators) -> None:
        self._toolbox = toolbox
        self._executor = Executor(toolbox, language, indicators)

    def answer(self, plan: Plan, *, narrowed: Filter, observe: Callable[[str, str], None]) -> Drafted:
        """Return the parts of the answer; `observe` is told each tool and what it was asked."""
        executed = self._executor.execute(plan, narrowed=narrowed, observe=observe)
        return rendered(plan, executed, self._toolbox)
