"""Reach the library through seven tools with typed arguments; both answerers use nothing else."""

from assistant.tools.cards import settled, squeezed
from assistant.tools.labels import inline, label_of
from assistant.tools.matching import Asked, Match, SentenceMatch, analyse, denied_things, weighed_together
from assistant.tools.orders import gives_orders
from assistant.tools.toolbox import (
    TOOL_LABELS,
    Calculate,
    CheckConsistency,
    CompareFigures,
    FigureLookup,
    GetTable,
    ListReports,
    LookupFigures,
    SearchSections,
    SectionLookup,
    Toolbox,
)
from assistant.tools.views import ReportView, Views
from assistant.tools.years import Years

__all__ = [
    "TOOL_LABELS",
    "Asked",
    "Calculate",
    "CheckConsistency",
    "CompareFigures",
    "FigureLookup",
    "GetTable",
    "ListReports",
    "LookupFigures",
    "Match",
    "ReportView",
    "SearchSections",
    "SectionLookup",
    "SentenceMatch",
    "Toolbox",
    "Views",
    "Years",
    "analyse",
    "denied_things",
    "gives_orders",
    "inline",
    "label_of",
    "settled",
    "squeezed",
    "weighed_together",
]
