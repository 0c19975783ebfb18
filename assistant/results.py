"""Name what working out a plan gave: values with their figures and sentences, and what is missing and why.

Nothing here is worded; `rendering` makes the sentences. `Outcome` is what an operand gives, `Result` what an
operation gives.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Literal, cast

from pydantic import Field

from assistant.plans import (
    Amount,
    Arithmetic,
    Ask,
    Claim,
    Condition,
    Extreme,
    Measure,
    Most,
    Obstacle,
    Order,
    Particular,
    Relation,
    Spell,
    Target,
)
from ingest.checks import Assessment
from ingest.models import Anchor, Figure, Value
from ingest.outline import Sentence
from vectorstore.models import ReportHead

Reason = Literal[
    "unknown_organization", "no_report", "which_organization", "which_year", "no_indicator", "other_form",
    "other_period", "blank", "unclear", "tied", "vague", "units_differ", "division_by_zero", "too_few", "too_many", "not_read",
]  # fmt: skip


class Place(Value):
    """Say where a measure is looked for: a body and a year as asked, and the report that answers to them.

    `others` are further reports of the same body and year, `held` the reports that come nearest when none does.
    """

    target: Target
    head: ReportHead | None
    reason: Reason | None = None
    others: tuple[ReportHead, ...] = ()
    held: tuple[ReportHead, ...] = ()
    choices: tuple[str, ...] = ()


class Found(Value):
    """Hold the figure of a measure at a place; `sure` is the chance that it is the one meant."""

    kind: Literal["found"] = "found"
    measure: Measure
    place: Place
    figure: Figure
    sure: float = 1.0


class Denied(Value):
    """Hold the sentence that says that what a measure counts did not happen."""

    kind: Literal["denied"] = "denied"
    measure: Measure
    place: Place
    sentence: Sentence


class Absent(Value):
    """Say why a measure has no value at a place; `figures` are the cell that is blank, or those that tie.

    `denial` is the sentence that says that nothing of it happened, where a cell has no number.
    """

    kind: Literal["absent"] = "absent"
    measure: Measure
    place: Place
    reason: Reason
    figures: tuple[Figure, ...] = ()
    near: tuple[Figure, ...] = ()
    denial: Sentence | None = None


class Computed(Value):
    """Hold a value worked out from others, in the unit `unit`; `expression` shows how, over printed numbers.

    `missing` are operands that could not be taken in. `subtotal` marks the sum of a form's rows for which the form
    prints no total, `vague` a value that stands on one printed as about so much, `unlikely` one that
    hardly was meant: of things counted in unlike units, a share above the whole, less than nothing left; `spell` is the part of the year of
    which it is the mean.
    """

    kind: Literal["computed"] = "computed"
    op: Arithmetic
    value: Decimal
    unit: str
    expression: str
    inputs: tuple["Outcome", ...]
    missing: tuple[Absent, ...] = ()
    subtotal: bool = False
    vague: bool = False
    unlikely: bool = False
    spell: Spell | None = None
    measure: Measure | None = None
    place: Place | None = None


Outcome = Annotated[Found | Denied | Absent | Computed, Field(discriminator="kind")]
Computed.model_rebuild()


class Looked(Value):
    """Hold each measure asked for at each place; `set_apart` where they were to be compared and cannot be."""

    kind: Literal["looked"] = "looked"
    outcomes: tuple[Outcome, ...]
    set_apart: bool = False


class Worked(Value):
    """Hold a value worked out, or those of several places."""

    kind: Literal["worked"] = "worked"
    outcomes: tuple[Outcome, ...]


class Ordered(Value):
    """Hold values in their order; `wanted` is how many were asked for, `purpose` whether one or the order was."""

    kind: Literal["ordered"] = "ordered"
    purpose: Literal["compare", "rank"]
    over: Literal["bodies", "years", "measures"]
    entries: tuple[Outcome, ...]
    missing: tuple[Absent, ...]
    order: Order
    wanted: int | None = None
    difference: Computed | None = None
    most: Most = "most"
    held: int = 0
    """Of how many reports the order was made."""


class Series(Value):
    """Hold a measure over the years of a body; years without a value are among `missing`."""

    kind: Literal["series"] = "series"
    entries: tuple[Outcome, ...]
    missing: tuple[Absent, ...]
    change: Computed | None = None


class Kept(Value):
    """Hold what fulfils a bound, and what does not; `counted` when only the number was asked for."""

    kind: Literal["kept"] = "kept"
    over: Literal["bodies", "years", "measures"]
    fulfilling: tuple[Outcome, ...]
    others: tuple[Outcome, ...]
    missing: tuple[Absent, ...]
    counted: bool
    relation: Relation
    bound: Amount | None


class Parted(Value):
    """Hold a whole and the parts that the report counts to it, and whether these add up to it."""

    kind: Literal["parted"] = "parted"
    whole: Outcome | None
    parts: tuple[Outcome, ...]
    assessment: Assessment | None = None


class Quote(Value):
    """Hold a sentence of a report, or part of one."""

    report_id: str
    sentence: Sentence


class Told(Value):
    """Hold what a report says about something: points of a list, or sentences; `heading` is their section's.

    `sure` is the chance that they are what is asked for.
    """

    kind: Literal["told"] = "told"
    place: Place
    ask: Ask
    about: str
    quotes: tuple[Quote, ...]
    heading: str | None = None
    listed: bool = False
    omitted: int = 0
    sure: float = 1.0


class Untold(Value):
    """Say that no sentence of a place is about what was asked."""

    kind: Literal["untold"] = "untold"
    places: tuple[Place, ...]
    about: str


class Judged(Value):
    """Hold a claim with what the report has instead; `verdict` None where nothing decides."""

    kind: Literal["judged"] = "judged"
    claim: Claim
    verdict: bool | None
    outcome: Outcome | None = None
    quote: Quote | None = None


class Verified(Value):
    """Hold the claims asked about, each judged."""

    kind: Literal["verified"] = "verified"
    judged: tuple[Judged, ...]


class Checked(Value):
    """Hold the rules of consistency that a question is about, with their outcome, for one report."""

    kind: Literal["checked"] = "checked"
    place: Place
    assessments: tuple[Assessment, ...]
    everything: bool


class Particularity(Value):
    """Hold one particular of a report: its text, and where it stands."""

    of: Particular
    text: str
    anchor: Anchor | None = None
    quote: str = ""
    items: tuple[str, ...] = ()


class Informed(Value):
    """Hold the particulars of a report that were asked for; `missing` it does not state."""

    kind: Literal["informed"] = "informed"
    place: Place
    particulars: tuple[Particularity, ...]
    missing: tuple[Particular, ...]


class Explained(Value):
    """Hold what a term means or why figures look as they do, by the reports' own rules and sentences."""

    kind: Literal["explained"] = "explained"
    term: str
    label: str
    meaning: str
    outcomes: tuple[Outcome, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    quotes: tuple[Quote, ...] = ()


class Held(Value):
    """Hold the reports that the library has, of those asked about."""

    kind: Literal["held"] = "held"
    heads: tuple[ReportHead, ...]
    asked: tuple[Place, ...]


class Stopped(Value):
    """Say why an operation could not be carried out at all."""

    kind: Literal["stopped"] = "stopped"
    obstacle: Obstacle | Literal["empty_library", "no_body", "unread"]
    places: tuple[Place, ...] = ()
    choices: tuple[str, ...] = ()
    held: tuple[ReportHead, ...] = ()
    stretches: tuple[str, ...] = ()


Result = Annotated[
    Looked | Worked | Ordered | Series | Kept | Parted | Told | Untold | Verified | Checked | Informed | Explained
    | Held | Stopped,
    Field(discriminator="kind"),
]  # fmt: skip


class Identified(Value):
    """Say by what a body that was described and not named was found."""

    place: Place
    by: Condition | Extreme
    quote: Quote | None = None
    outcome: Outcome | None = None


class Executed(Value):
    """Hold the results of a plan's operations in order, the claims judged, and the bodies that were described."""

    results: tuple[Result, ...]
    claims: tuple[Judged, ...] = ()
    identified: tuple[Identified, ...] = ()

    @property
    def sure(self) -> float:
        """Return the chance of the figure or passage of which it is least sure that it is the one meant."""
        return min(_chances_in(self), default=1.0)


_UNLIKELY = 0.3
"""The chance that a result which is hardly possible was asked for: 42个 and 514条 together, a share of 400%."""


def _is_said_twice(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether one figure answers two measures: it is then hardly what was asked for both."""
    figures = [outcome.figure.id for outcome in outcomes if isinstance(outcome, Found)]
    return len(set(figures)) < len(figures)


def _chances_in(value: object) -> Iterator[float]:
    match value:
        case Found(sure=sure) | Told(sure=sure):
            yield sure
        case Computed(unlikely=True):
            yield _UNLIKELY
        case Looked(outcomes=outcomes) if _is_said_twice(outcomes):
            yield _UNLIKELY
        case Measure() | Figure():
            return
        case Value():
            for _, field in value:
                yield from _chances_in(field)
        case tuple():
            for one in cast(tuple[object, ...], value):
                yield from _chances_in(one)
        case _:
            return
