"""Find the rules of consistency that a question is about, with their outcome: do these printed figures agree."""

from collections.abc import Sequence

from assistant.execution.bench import Bench
from assistant.execution.figures import find
from assistant.execution.parts import parted
from assistant.execution.quantities import valued
from assistant.plans import Check, Measure
from assistant.results import Checked, Place
from assistant.tools import settled
from ingest.checks import Assessment

_RULES: dict[str, tuple[str, ...]] = {
    "balance": ("balance",),
    "applicants": ("applicants",),
    "outcomes": ("outcomes", "review_sum"),
    "text_table": ("text_table", "text_denies"),
    "parts": ("parts",),
    "years": ("years_carried", "years"),
    "headings": ("heading_numbering",),
    "rate": ("rate", "rate_bound"),
}
_LEAST_ABOUT = 0.5
"""The share of a measure's words that a rule must speak of to be about it."""


def checked(operation: Check, place: Place, bench: Bench) -> Checked:
    """Return the rules that a question is about; all of them where it names neither a rule nor a measure."""
    if place.head is None:
        return Checked(place=place, assessments=(), everything=False)
    entries = bench.assessments(place.head)
    everything = operation.rule is None and not operation.measures
    if operation.rule is not None:
        codes = _RULES[operation.rule]
        entries = tuple(entry for entry in entries if entry.code.startswith(codes))
    if operation.measures:
        entries = _about(operation.measures, entries, place, bench) or (
            entries if operation.rule not in {None, "parts"} else ()
        )
    if operation.rule == "parts" and not entries:
        sums = [parted(measure, place, bench).assessment for measure in operation.measures]
        entries = tuple(entry for entry in sums if entry is not None)
    return Checked(place=place, assessments=entries, everything=everything)


def about(measure: Measure, place: Place, bench: Bench) -> tuple[Assessment, ...]:
    """Return the rules that speak of a measure, those that use its very figure first."""
    return _about((measure,), bench.assessments(place.head), place, bench) if place.head is not None else ()


def _about(
    measures: Sequence[Measure], entries: Sequence[Assessment], place: Place, bench: Bench
) -> tuple[Assessment, ...]:
    """Return the rules over the figures that measures name, else those whose words are nearest."""
    ids = {
        figure.id
        for outcome in valued([find(measure, place, bench) for measure in measures])
        if outcome.kind == "found"
        for figure in (outcome.figure,)
    }
    using = [(len(ids & {figure.id for figure in entry.figures}), entry) for entry in entries]
    most = max((count for count, _ in using), default=0)
    if most:
        return tuple(entry for count, entry in using if count == most)
    words = [
        word
        for measure in measures
        for word in bench.language.content(settled(f"{measure.phrase} {measure.column or ''}"))
        if len(word) > 1
    ]
    scored = [(_share(words, entry), entry) for entry in entries]
    best = max((score for score, _ in scored), default=0.0)
    return tuple(entry for score, entry in scored if score == best) if best >= _LEAST_ABOUT else ()


def _share(words: Sequence[str], entry: Assessment) -> float:
    told = settled(" ".join((entry.title, *(f"{figure.label} {figure.phrase}" for figure in entry.figures))))
    return sum(word in told for word in words) / len(words) if words else 0.0
