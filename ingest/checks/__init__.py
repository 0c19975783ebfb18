"""Check a report's figures against each other, by the sums that the form itself prescribes.

`assess` returns every rule that applies, with its outcome; `find` keeps those that do not agree. A sum with a
blank or unclear cell is not assessable. 余 and 约 make a difference soft.
"""

from collections.abc import Sequence

from ingest.checks.assessment import Assessment, Cells, compare, describe, find, plain
from ingest.checks.forms import check_applications, check_counts, check_review, check_statistics
from ingest.checks.headings import check_numbering
from ingest.checks.prose import check_parts, check_rate_bounds, check_rates
from ingest.checks.text_table import check_against_tables
from ingest.checks.years import assess_years, find_across, undecided_years
from ingest.indicators import Indicators
from ingest.models import Figure, Section
from ingest.outline import Sentence

__all__ = [
    "Assessment",
    "assess",
    "assess_years",
    "compare",
    "describe",
    "find",
    "find_across",
    "plain",
    "undecided_years",
]


def assess(
    figures: Sequence[Figure],
    sections: Sequence[Section],
    sentences: Sequence[Sentence],
    indicators: Indicators,
) -> tuple[Assessment, ...]:
    """Return every rule that applies to these figures of one report."""
    table = Cells(figures)
    narrated = [figure for figure in figures if figure.origin == "sentence"]
    return (
        *check_applications(table, indicators),
        *check_review(table),
        *check_statistics(table, indicators),
        *check_counts(figures),
        *check_rates(narrated),
        *check_rate_bounds(narrated),
        *check_parts(narrated),
        *check_against_tables(narrated, sentences, table, indicators),
        *check_numbering(sections),
    )
