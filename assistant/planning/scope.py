"""Say which reports a plan is about, among the reports that there are."""

from collections.abc import Iterable, Sequence

from assistant.language import load_language
from assistant.models import Question, Scope, ScopedReport
from assistant.planning.bodies import bodies_in
from assistant.planning.text import HIDDEN, blanked
from assistant.planning.years import with_plain_years, years_in
from assistant.plans import (
    About,
    Check,
    Compare,
    Count,
    Difference,
    Everything,
    Explain,
    Filter,
    Growth,
    Holdings,
    Listing,
    Lookup,
    Mean,
    Measure,
    Median,
    Operand,
    Operation,
    Parts,
    Passage,
    Plan,
    Rank,
    Ratio,
    Remainder,
    Share,
    Sum,
    Target,
    Trend,
    Unclear,
    Verify,
    measures_of,
)
from ingest.wording import aligned, folded
from vectorstore.models import EVERYTHING, ReportHead
from vectorstore.models import Filter as Narrowed


def scope_of(plan: Plan, question: Question, heads: Sequence[ReportHead]) -> Scope:
    """Return the scope of a plan; a body that no report answers to takes no report of another."""
    heads = within(heads, question.filter)
    targets = _targets(plan)
    known = {
        target.organization: _bodies(target.organization, heads)
        for target in targets
        if target.organization is not None
    }
    choices = _choices(plan, known.values())
    reports = _reports(plan, targets, known, choices, heads)
    held = {(head.organization, head.year) for head in heads}
    return Scope(
        organizations=tuple(dict.fromkeys(choices or (name for names in known.values() for name in names))),
        years=_years(plan, targets),
        standalone=plan.standalone,
        asked=_asked(plan) or _less_names(question, heads),
        candidates=tuple(
            ScopedReport(
                report_id=head.report_id, title=head.title, organization=head.organization, year=head.year
            )
            for head in reports
        ),
        unknown_organizations=tuple(name for name, bodies in known.items() if not bodies),
        missing=tuple(
            dict.fromkeys(
                (name, target.year)
                for target in targets
                if target.organization is not None and target.year is not None
                for name in known[target.organization]
                if (name, target.year) not in held
            )
        ),
        choices=choices,
    )


def within(heads: Sequence[ReportHead], narrowed: Narrowed) -> Sequence[ReportHead]:
    """Return the heads that a filter leaves; without one the very sequence, so that its directory is found again."""
    if narrowed == EVERYTHING:
        return heads
    return tuple(
        head
        for head in heads
        if (narrowed.organizations is None or head.organization in narrowed.organizations)
        and (narrowed.years is None or head.year in narrowed.years)
        and (narrowed.report_ids is None or head.report_id in narrowed.report_ids)
    )


def _targets(plan: Plan) -> tuple[Target, ...]:
    """Return the bodies and years that a plan names, those of single measures too."""
    named = () if isinstance(plan.among, Everything) else plan.among.targets
    own = tuple(measure.at for measure in _measures(plan) if measure.at is not None)
    return tuple(dict.fromkeys((*named, *own)))


def _years(plan: Plan, targets: Sequence[Target]) -> tuple[int, ...]:
    years = tuple(target.year for target in targets if target.year is not None)
    if isinstance(plan.among, Everything):
        years += plan.among.years or ()
    return tuple(dict.fromkeys(years))


def _bodies(name: str, heads: Sequence[ReportHead]) -> tuple[str, ...]:
    """Return the bodies that go by a name: the one that is called so, else all that have it among their names."""
    asked = folded(name)
    exact = [head.organization for head in heads if folded(head.organization) == asked]
    found = exact or [head.organization for head in heads if asked in map(folded, head.aliases)]
    return tuple(dict.fromkeys(found))


def _choices(plan: Plan, named: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the namesakes of which a question does not say which one it means."""
    told = [
        name
        for operation in plan.operations
        if isinstance(operation, Unclear) and operation.obstacle == "which_organization"
        for name in operation.choices
    ]
    return tuple(dict.fromkeys(told or (name for names in named if len(names) > 1 for name in names)))


def _reports(
    plan: Plan,
    targets: Sequence[Target],
    known: dict[str, tuple[str, ...]],
    choices: Sequence[str],
    heads: Sequence[ReportHead],
) -> tuple[ReportHead, ...]:
    if choices:
        return tuple(head for head in heads if head.organization in choices)
    if isinstance(plan.among, Everything):
        years = plan.among.years
        return tuple(head for head in heads if years is None or head.year in years)
    if not targets:
        return tuple(heads)
    return tuple(
        head
        for head in heads
        if any(
            (target.organization is None or head.organization in known[target.organization])
            and target.year in {None, head.year}
            for target in targets
        )
    )


def _asked(plan: Plan) -> str:
    """Return the words of what a plan asks for."""
    told = [_said(measure) for measure in _measures(plan)]
    told += [each.about for each in plan.operations if isinstance(each, Listing | Passage)]
    told += [each.term for each in plan.operations if isinstance(each, Explain)]
    return " ".join(dict.fromkeys(filter(None, told)))


def _said(measure: Measure) -> str:
    return "".join((*measure.qualifiers, measure.applicant or "", measure.phrase, measure.column or ""))


def _measures(plan: Plan) -> tuple[Measure, ...]:
    operands = [operand for operation in plan.operations for operand in _operands(operation)]
    return measures_of([*operands, *(claim.measure for claim in plan.claims)])


def _operands(operation: Operation) -> tuple[Operand, ...]:
    """Return what an operation works on."""
    match operation:
        case Lookup(measures=measures) | Check(measures=measures) | Explain(measures=measures):
            return measures
        case (
            Sum()
            | Difference()
            | Ratio()
            | Share()
            | Mean()
            | Median()
            | Remainder()
            | Growth()
            | Compare()
            | Rank()
            | Count()
        ):
            return (operation,)
        case Filter(of=of):
            return of
        case Trend(of=of) | Parts(of=of):
            return (of,)
        case Verify(claims=claims):
            return tuple(claim.measure for claim in claims)
        case About(measure=measure):
            return () if measure is None else (measure,)
        case Listing() | Passage() | Holdings() | Unclear():
            return ()


def _less_names(question: Question, heads: Sequence[ReportHead]) -> str:
    """Return a question's text without the bodies and years that it names."""
    text = with_plain_years(aligned(question.text))
    named = (*bodies_in(text, heads, load_language()), *years_in(text))
    return blanked(text, [(one.start, one.end) for one in named]).replace(HIDDEN, " ").strip()
