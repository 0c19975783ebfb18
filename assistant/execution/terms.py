"""Explain a term of the forms, or why printed figures look as they do, by the rules and by the report's own words."""

from collections.abc import Sequence

from assistant.execution.bench import Bench
from assistant.execution.consistency import about
from assistant.execution.figures import find_at
from assistant.execution.naming import keys_of
from assistant.execution.passages import supporting
from assistant.plans import Explain, Measure
from assistant.results import Explained, Place
from ingest.checks import Assessment


def explained(operation: Explain, everywhere: Sequence[Place], bench: Bench) -> Explained:
    """Return what is printed of the figures asked about, which rules they break, and what the form calls a term."""
    held = [place for place in everywhere if place.head is not None]
    outcomes = tuple(outcome for measure in operation.measures for outcome in find_at(measure, held, bench))
    entries: dict[str, Assessment] = {
        f"{place.target}{entry.title}{entry.expression}": entry
        for place in held
        for measure in operation.measures
        for entry in about(measure, place, bench)
        if entry.outcome == "differs"
    }
    label, meaning = _meaning(operation.term, bench)
    quotes = [
        quote
        for place in held[:1]
        if operation.term
        and place.head is not None
        and (quote := supporting(operation.term, place.head, bench)) is not None
    ]
    return Explained(
        term=operation.term,
        label=label,
        meaning=meaning,
        outcomes=outcomes,
        assessments=tuple(entries.values()),
        quotes=tuple(quotes),
    )


def _meaning(term: str, bench: Bench) -> tuple[str, str]:
    """Return the row of the form that a term names, and which table it stands in."""
    keys = keys_of(Measure(phrase=term), bench.language, bench.indicators) if term else ()
    if not keys:
        return "", ""
    table = next(
        (entry.table for entry in bench.indicators.indicators if entry.key in keys[0].indicators),
        "applications",
    )
    return keys[0].label, table
