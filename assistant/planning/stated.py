"""Hold what one turn states by itself, each thing with its place in the text."""

from typing import Literal

from assistant.plans import Amount, Ask, Measure, Order, Over, Particular, Relation, Target
from ingest.models import Value
from vectorstore.models import Asked, Mark


class Placed(Value):
    """Hold where something stands in a turn; it is -1 where an earlier turn said it."""

    start: int = -1
    end: int = -1


class Body(Placed):
    """Hold a body as it goes into a plan: its name in the library, else as typed; several `choices` are namesakes."""

    name: str
    choices: tuple[str, ...] = ()


class Group(Placed):
    """Hold a group of bodies: a kind, a place, or the whole library."""

    of_kind: str | None = None
    region: str | None = None


class Period(Placed):
    """Hold the years of a stretch, none where every year is meant; `back` is the year before one named beside it."""

    years: tuple[int, ...]
    back: bool = False
    written: bool = True


class Said(Placed):
    """Hold a measure, with the mark under which it was said."""

    mark: Mark
    measure: Measure


class Stating(Placed):
    """Hold a value: an exact amount where it states one, and the text as typed."""

    text: str
    amount: Amount | None


class Slots(Value):
    """Hold the likeliest value of each slot of a reading; None where the question does not say."""

    over: Over | None = None
    order: Order | None = None
    relation: Relation | None = None
    ask: Ask | None = None
    of: Particular | None = None
    unit: Literal["amount", "percent"] | None = None
    inner: Asked | None = None
    paired: bool = False


class Stated(Value):
    """Hold what a turn asks: what it says itself, and what it takes over.

    `asked` is the text less bodies and years. `targets` are bodies and years, paired as asked; `said` are the measures
    as asked for, `spoken` the stretches that name them, each by itself; `less` and `excluded` are what is left out of
    bodies and measures. `rest` are words of content that nothing above accounts for, `aside` stretches about something
    else, `repeated` the amounts that it says measures to have, `each` the unit for one of which a mean is asked, `unit` the one in which
    the answer is. A result is `swappable` where nothing says which of two
    comes first.
    """

    text: str
    asked: str = ""
    operation: Asked
    slots: Slots = Slots()
    bodies: tuple[Body, ...] = ()
    groups: tuple[Group, ...] = ()
    periods: tuple[Period, ...] = ()
    targets: tuple[Target, ...] = ()
    years: tuple[int, ...] = ()
    said: tuple[Said, ...] = ()
    spoken: tuple[Said, ...] = ()
    excluded: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    values: tuple[Stating, ...] = ()
    repeated: tuple[Stating, ...] = ()
    supposed: tuple[Stating, ...] = ()
    terms: tuple[str, ...] = ()
    particulars: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    each: str | None = None
    unit: str | None = None
    unread: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    inherits: bool = False
    swappable: bool = False

    def measures(self, marks: str) -> tuple[Measure, ...]:
        """Return the measures said under these marks, in order."""
        return tuple(said.measure for said in self.said if said.mark in marks)
