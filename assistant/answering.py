"""Answer a plan: carry it out over the library and put what came of it into words."""

import math
from collections.abc import Callable

from assistant.execution import Executor
from assistant.language import Language
from assistant.models import Drafted
from assistant.plans import Plan
from assistant.rendering import doubted, rendered
from assistant.tools import Toolbox
from ingest.indicators import Indicators
from vectorstore.models import Filter

LEAST_SURE = 0.84
"""The chance of being what was asked below which an answer is offered as one reading and not given as the answer.

Fitted on questions that the reader was not trained on.
"""


class PlanAnswerer:
    """Answer plans; holds no state of a conversation."""

    def __init__(self, toolbox: Toolbox, language: Language, indicators: Indicators) -> None:
        self._toolbox = toolbox
        self._executor = Executor(toolbox, language, indicators)

    def answer(self, plan: Plan, *, narrowed: Filter, observe: Callable[[str, str], None]) -> Drafted:
        """Return the parts of the answer, asked back where it is too unsure; `observe` is told each tool it uses."""
        executed = self._executor.execute(plan, narrowed=narrowed, observe=observe)
        drafted = rendered(plan, executed, self._toolbox)
        drafted = drafted.model_copy(update={"confidence": plan.confidence * math.sqrt(executed.sure)})
        return drafted if drafted.confidence >= LEAST_SURE else doubted(plan, drafted)
