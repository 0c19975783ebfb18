"""Know which questions the rules answer with certainty, and which gain from a language model.

The rules are certain where a figure was found, or a fact of the report, or that there is no such report. They are not
where they picked sentences that sound alike, found nothing, or were asked for reasons and views.
"""

import re

from assistant.language import Language
from assistant.models import Drafted, Scope
from ingest.wording import folded

_FACTS = frozenset({"collection", "consistency", "headings", "date", "contact"})


def is_for_rules(scope: Scope, language: Language) -> bool:
    """Tell whether a question is settled before any model could help: no such report, which one, what is there."""
    return (
        not scope.candidates or len(scope.choices) > 1 or language.kind(folded(scope.asked)) == "collection"
    )


def is_certain(drafted: Drafted, scope: Scope, language: Language) -> bool:
    """Tell whether what the rules made of a question needs no second thought."""
    asked = folded(scope.asked)
    if drafted.status in {"refused", "clarify"}:
        named = bool(scope.organizations or scope.choices)
        return drafted.reason_code in {"no_report", "blank_cell", "out_of_scope"} or (
            drafted.reason_code == "ambiguous" and named
        )
    if re.search(language.reasons_asked, asked):
        return False
    return bool(drafted.figures or drafted.derivations) or language.kind(asked) in _FACTS
