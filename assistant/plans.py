"""Name what a question asks for: a value that a person can read, a test can compare and a program can run.

A plan knows the question and nothing of any report. Measures are in the asker's words; which figure they mean is
found by `execution`. The unions are told apart by `op`, `kind` and `among`.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, WithJsonSchema

from ingest.models import Value
from vectorstore.models import Ask, Order, Over, Relation

Most = Literal["most", "least"]
Particular = Literal[
    "phone",
    "fax",
    "postcode",
    "email",
    "website",
    "address",
    "office",
    "date",
    "period",
    "basis",
    "columns",
    "sections",
    "title",
    "filled_in_by",
]
Spell = Literal["month", "quarter", "week", "day"]
"""A part of a year."""
Arithmetic = Literal["sum", "difference", "ratio", "share", "mean", "median", "remainder", "growth", "count"]
"""The operations that give one number."""
Obstacle = Literal["which_organization", "which_year", "which_measure", "chat", "outside", "unreadable"]


def _plain(value: Decimal) -> str:
    return format(value, "f")


Exact = Annotated[
    Decimal,
    Field(max_digits=27, decimal_places=9),
    PlainSerializer(_plain, return_type=str, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}], "description": "exact: 99.79"}),
]
"""An exact amount of bounded length, kept as text in JSON so that nothing is lost."""
Year = Annotated[int, Field(strict=True)]


class Amount(Value):
    """State a number that the question names: a bound, or what it supposes."""

    value: Exact
    unit: str | None = None


class Target(Value):
    """Name one body and one year as asked; None where the question leaves it open.

    A body that no report answers to stays as it was asked for: it is refused, never dropped.
    """

    organization: str | None = None
    year: Year | None = None


class Measure(Value):
    """Say what is counted, in the asker's words, less bodies, years and words of the operation.

    `applicant` and `column` narrow it to a part of a form's row (自然人, 结果维持); `qualifiers` change what is
    counted (逾期, 新增); `exclude` is left out (除微博以外). `at` names whose figure it is where that is not a
    target of the plan. `change` asks by how much it changed, as the report itself prints it. `asked` is the question
    around the phrase, less bodies and years, where the phrase is all that is asked for: what is meant is read in it.
    """

    kind: Literal["measure"] = "measure"
    phrase: str
    applicant: str | None = None
    column: str | None = None
    unit: str | None = None
    qualifiers: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    at: Target | None = None
    change: bool = Field(default=False, strict=True)
    asked: str | None = None


class Condition(Value):
    """Name bodies or years by what is said of them: a measure and a bound, or without a bound words that stand there."""

    kind: Literal["condition"] = "condition"
    measure: Measure
    comparator: Literal["equal", "more", "less", "at_least", "at_most", "mentioned"] = "mentioned"
    value: Amount | None = None


class Extreme(Value):
    """Name the body that has the most or the least of a measure."""

    kind: Literal["extreme"] = "extreme"
    measure: Measure
    most: Most = "most"


class Named(Value):
    """List bodies and years, paired as asked."""

    among: Literal["named"] = "named"
    targets: tuple[Target, ...]


class Everything(Value):
    """Mean the whole library, or what of it a condition, a kind of body (县, 园区), a place or years leave."""

    among: Literal["everything"] = "everything"
    where: Annotated[Condition | Extreme, Field(discriminator="kind")] | None = None
    years: tuple[Year, ...] | None = None
    of_kind: str | None = None
    region: str | None = None
    less: tuple[str, ...] = ()


Among = Annotated[Named | Everything, Field(discriminator="among")]


class Lookup(Value):
    """Ask for one or several measures, each answered."""

    op: Literal["lookup"] = "lookup"
    measures: tuple["Operand", ...] = Field(min_length=1)


class Sum(Value):
    """Ask for the sum of several measures, or of one over bodies or years.

    `asked` is the question around the measures, less bodies and years: a report may count them together.
    """

    op: Literal["sum"] = "sum"
    of: tuple["Operand", ...] = Field(min_length=1)
    over: Over = "measures"
    asked: str | None = None


class Difference(Value):
    """Ask by how much the first exceeds the second: of two measures, or of one in two bodies or years."""

    op: Literal["difference"] = "difference"
    of: tuple["Operand", ...] = Field(min_length=1, max_length=2)
    over: Over = "measures"


class Ratio(Value):
    """Ask how many times the second the first is."""

    op: Literal["ratio"] = "ratio"
    of: tuple["Operand", ...] = Field(min_length=1, max_length=2)
    over: Over = "measures"


class Share(Value):
    """Ask what part of a whole a part is; without a whole, the one that the report counts the part to.

    `asked` is the question around both, less bodies and years: a report may print the rate itself.
    """

    op: Literal["share"] = "share"
    part: "Operand"
    whole: "Operand | None" = None
    asked: str | None = None


class Mean(Value):
    """Ask for the mean over bodies, years or measures, or for one measure per unit of another, or per month or so."""

    op: Literal["mean"] = "mean"
    of: tuple["Operand", ...] = Field(min_length=1)
    per: "Operand | None" = None
    each: Spell | None = None
    over: Over = "measures"


class Median(Value):
    """Ask for the value in the middle, over bodies, years or measures."""

    op: Literal["median"] = "median"
    of: tuple["Operand", ...] = Field(min_length=1)
    over: Over = "bodies"


class Remainder(Value):
    """Ask what is left of a whole without some parts."""

    op: Literal["remainder"] = "remainder"
    whole: "Operand"
    less: tuple["Operand", ...] = Field(min_length=1)


class Growth(Value):
    """Ask how a measure grew: over two years, or as the report prints it; as an amount or in percent."""

    op: Literal["growth"] = "growth"
    of: "Operand"
    unit: Literal["amount", "percent"] = "percent"


class Compare(Value):
    """Ask who has more, and by how much: bodies, years or measures; `most` is the side asked for."""

    op: Literal["compare"] = "compare"
    of: tuple["Operand", ...] = Field(min_length=1)
    over: Over = "bodies"
    most: Most = "most"


class Rank(Value):
    """Ask for an order over bodies, years or measures, of which the first `limit` are told."""

    op: Literal["rank"] = "rank"
    of: tuple["Operand", ...] = Field(min_length=1)
    over: Over = "bodies"
    order: Order = "desc"
    limit: int | None = Field(default=None, ge=1, strict=True)


class Trend(Value):
    """Ask how a measure went over the years, or which way the report says it went."""

    op: Literal["trend"] = "trend"
    of: "Operand"


class Bound(Value):
    """Say what counts: a relation to an amount, or none, which lets whatever is printed count."""

    relation: Relation = "happened"
    value: Amount | None = None


class Count(Value):
    """Ask how many bodies, years or measures fulfil something."""

    op: Literal["count"] = "count"
    of: tuple["Operand", ...] = Field(min_length=1)
    over: Over = "bodies"
    bound: Bound = Bound()


class Filter(Value):
    """Ask which bodies, years or measures fulfil something."""

    op: Literal["filter"] = "filter"
    of: tuple["Operand", ...] = Field(min_length=1)
    over: Over = "bodies"
    bound: Bound = Bound()


class Parts(Value):
    """Ask what a figure is made up of, and how much each part is."""

    op: Literal["parts"] = "parts"
    of: Measure


class Listing(Value):
    """Ask for the things that a report lists; `asked` is the question around it, less bodies and years."""

    op: Literal["list"] = "list"
    about: str
    ask: Ask = "what"
    asked: str | None = None


class Passage(Value):
    """Ask for what a report says about something; `asked` is the question around it, less bodies and years."""

    op: Literal["passage"] = "passage"
    about: str
    ask: Ask = "what"
    asked: str | None = None


class Claim(Value):
    """Hold something that may be true or false: a measure, its relation to an amount, or that it happened."""

    measure: "Operand"
    relation: Relation = "equal"
    value: Amount | None = None


class Verify(Value):
    """Ask whether claims are true."""

    op: Literal["verify"] = "verify"
    claims: tuple[Claim, ...] = Field(min_length=1)


class Check(Value):
    """Ask whether printed figures agree: those of some measures, one rule or table, or all."""

    op: Literal["check"] = "check"
    measures: tuple[Measure, ...] = ()
    rule: (
        Literal["balance", "applicants", "outcomes", "text_table", "parts", "years", "headings", "rate"]
        | None
    ) = None


class Explain(Value):
    """Ask what a term of the forms means, or why printed figures look as they do."""

    op: Literal["explain"] = "explain"
    term: str = ""
    measures: tuple[Measure, ...] = ()


class About(Value):
    """Ask for particulars of a report: whom to call, when it was published, what it counts, its columns."""

    op: Literal["about"] = "about"
    of: tuple[Particular, ...] = Field(min_length=1)
    measure: Measure | None = None


class Holdings(Value):
    """Ask which reports there are."""

    op: Literal["holdings"] = "holdings"


class Unclear(Value):
    """Say that a question cannot be carried out as it stands, and what could be meant."""

    op: Literal["unclear"] = "unclear"
    obstacle: Obstacle
    choices: tuple[str, ...] = ()


Operation = Annotated[
    Lookup
    | Sum
    | Difference
    | Ratio
    | Share
    | Mean
    | Median
    | Remainder
    | Growth
    | Compare
    | Rank
    | Trend
    | Count
    | Filter
    | Parts
    | Listing
    | Passage
    | Verify
    | Check
    | Explain
    | About
    | Holdings
    | Unclear,
    Field(discriminator="op"),
]
Computation = Annotated[
    Sum | Difference | Ratio | Share | Mean | Median | Remainder | Growth | Compare | Rank | Count,
    Field(discriminator="op"),
]
"""An operation that gives one number, and so may stand where a measure does."""
Operand = Measure | Computation


class Plan(Value):
    """Hold what a question asks for.

    `standalone` is the question as understood, for people. `claims` are what it takes for granted; `unread` are
    stretches of content that nothing here accounts for: a plan that has some is not carried out as if they were
    not there. `readings` are other ways to take the question, likeliest first.
    """

    standalone: str
    among: Among = Named(targets=())
    operations: tuple[Operation, ...] = Field(min_length=1)
    claims: tuple[Claim, ...] = ()
    unread: tuple[str, ...] = ()
    readings: tuple["Plan", ...] = ()
    confidence: float = Field(default=1.0, ge=0, le=1, strict=True)


for _model in (
    Lookup, Sum, Difference, Ratio, Share, Mean, Median, Remainder, Growth, Compare, Rank, Trend, Count, Filter, Claim, Verify, Plan,
):  # fmt: skip
    _model.model_rebuild()


def measures_of(operands: Sequence[Operand]) -> tuple[Measure, ...]:
    """Return every measure that operands are made of, in the order named."""
    found: list[Measure] = []
    for operand in operands:
        match operand:
            case Measure():
                found.append(operand)
            case Share(part=part, whole=whole):
                found += measures_of([part, *([whole] if whole is not None else [])])
            case Remainder(whole=whole, less=less):
                found += measures_of([whole, *less])
            case Growth(of=of):
                found += measures_of([of])
            case Mean(of=of, per=per):
                found += measures_of([*of, *([per] if per is not None else [])])
            case (
                Median(of=of)
                | Sum(of=of)
                | Difference(of=of)
                | Ratio(of=of)
                | Compare(of=of)
                | Rank(of=of)
                | Count(of=of)
            ):
                found += measures_of(of)
    return tuple(found)
