"""Answer with the problems, or the plans, that the reports state."""

import re
from typing import Literal

from assistant.execution.points import read_points
from assistant.language import Language
from assistant.models import Drafted
from assistant.rendering import Draft, issuer
from assistant.rules.context import Context
from assistant.tools import inline

_Tone = Literal["problems", "plans"]
_MOST_POINTS = 12


def points_answer(context: Context) -> Drafted | None:
    """Return the problems, or the plans, that the reports state; None when the question is for neither or both."""
    own = context.asked.split(context.scope.leaned_on)[0] if context.scope.leaned_on else context.asked
    tone = asked_tone(own, context.language) or asked_tone(context.asked, context.language)
    if tone is None or context.language.unit(context.asked) is not None:
        return None
    draft = Draft()
    for view in context.views:
        points = read_points(view, context.language)
        told = points.problems if tone == "problems" else points.plans
        if told:
            draft.say(f"{issuer(view)}的报告列出：")
        for sentence in told[:_MOST_POINTS]:
            draft.say(f"{inline(sentence.text)}{draft.cite_sentence(view, sentence)}")
    drafted = draft.finish()
    return drafted if drafted.text else None


def asked_tone(asked: str, language: Language) -> _Tone | None:
    """Tell whether a question is for problems or for what will be done; the last words of it decide."""
    plans = re.search(language.improvements_asked, asked)
    problems = re.search(language.problems_asked, asked)
    if plans and (problems is None or plans.end() >= problems.end() or plans.start() == 0):
        return "plans"
    return "problems" if problems and not plans else None
