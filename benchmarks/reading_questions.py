"""Measure how questions are read: `python -m benchmarks.reading_questions QUESTIONS PLANS REPORTS`.

QUESTIONS is a question set, PLANS the plans written by hand for it, REPORTS what they are asked of. A measure agrees
where it is written with the same words; in other words it may mean the same, which only carrying the plans out tells:
`result` counts the plans that give the figures and sentences that the one written by hand gives.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from pydantic import BaseModel

from assistant.bootstrap import Assistant, ingest, open_assistant
from assistant.evals import read_cases
from assistant.execution import Executor
from assistant.language import load_language
from assistant.planning import LearnedPlanner, Planner
from assistant.plans import Everything, Measure, Named, Plan, Target
from assistant.results import Computed, Executed, Found, Judged, Particularity, Quote
from assistant.settings import load_settings
from benchmarks.timing import table, times
from ingest.checks import Assessment
from ingest.indicators import load_indicators
from vectorstore.models import Filter, ReportHead
from vectorstore.reader import Reader

_WHAT = ("operation", "targets", "measures", "result")
_LEAST_SHARED = 0.5
"""The share of its pairs of characters that a measure must have in common with the one written by hand."""


def measure(planner: Planner, assistant: Assistant, questions: Path, plans: Path) -> str:
    """Return a Markdown table of how many plans agree with those written by hand, and which do not."""
    language, indicators = load_language(), load_indicators()
    executor = Executor(assistant.toolbox, language, indicators)
    heads = assistant.library.headings()
    golds = {
        record["id"]: Plan.model_validate(record["plan"])
        for record in map(json.loads, plans.read_text("utf-8").splitlines())
        if "id" in record
    }
    counts: Counter[str] = Counter()
    taken: list[float] = []
    misread: list[str] = []
    cases = [case for case in read_cases(questions) if case.id in golds]
    for case in cases:
        made: list[Plan] = []
        taken += times([lambda case=case, made=made: made.append(planner.plan(case.asked(), heads))])
        plan, gold = made[0], golds[case.id]
        agreed = dict(zip(_WHAT, _agreed(plan, gold, heads, executor), strict=True))
        counts.update(what for what, agrees in agreed.items() if agrees)
        lacking = [what for what, agrees in agreed.items() if not agrees]
        if lacking:
            misread.append(f"{case.id} {', '.join(lacking)}: {_short(plan)}")
    rows = [(what, f"{counts[what]}", f"{100 * counts[what] / max(1, len(cases)):.1f} %") for what in _WHAT]
    taken.sort()
    median = f"{len(cases)} questions, {taken[len(taken) // 2]:.1f} ms each (median)"
    return f"{median}\n\n{table(('agrees', 'plans', 'share'), rows)}\n\n" + "\n".join(misread)


def _agreed(plan: Plan, gold: Plan, heads: Sequence[ReportHead], executor: Executor) -> tuple[bool, ...]:
    operation = [one.op for one in plan.operations][:1] == [one.op for one in gold.operations][:1]
    wanted, ours = list(_measures(gold.operations)), list(_measures(plan.operations))
    measures = len(wanted) == len(ours) and all(
        any(_near(_said(one), _said(other)) for other in ours) for one in wanted
    )
    found, expected = (_results(_carried(each, executor)) for each in (plan, gold))
    return operation, _targets(plan, heads) == _targets(gold, heads), measures, found == expected


def _carried(plan: Plan, executor: Executor) -> Executed:
    return executor.execute(plan, narrowed=Filter(), observe=lambda _what, _detail: None)


def _targets(plan: Plan, heads: Sequence[ReportHead]) -> set[tuple[str | None, ...]]:
    """Return bodies and years, each body by the name that the library has for it."""
    match plan.among:
        case Named(targets=targets):
            return {(_name(target, heads), str(target.year)) for target in targets}
        case Everything(years=years, of_kind=kind, where=where):
            return {("*", str(year), kind, str(where is not None)) for year in years or (None,)}


def _name(target: Target, heads: Sequence[ReportHead]) -> str | None:
    asked = target.organization
    known = {head.organization for head in heads if asked in (head.organization, *head.aliases)}
    return known.pop() if len(known) == 1 else asked


def _walked(value: object, kinds: tuple[type[BaseModel], ...]) -> Iterator[BaseModel]:
    """Yield every value of some kinds in a value; what is inside of one is not looked at again."""
    if isinstance(value, kinds):
        yield value
    elif isinstance(value, BaseModel):
        for _, field in value:
            yield from _walked(field, kinds)
    elif isinstance(value, tuple):
        for one in cast(tuple[object, ...], value):
            yield from _walked(one, kinds)


def _measures(value: object) -> Iterator[Measure]:
    return (cast(Measure, one) for one in _walked(value, (Measure,)))


def _results(executed: Executed) -> set[str]:
    """Return what carrying a plan out gave: figures by their place, amounts, verdicts, particulars, sentences."""
    given: set[str] = set()
    for result in executed.results:
        given.add(result.kind)
        for one in _walked(result, (Found, Computed, Judged, Particularity, Quote, Assessment)):
            match one:
                case Found(figure=figure):
                    given.add(figure.id)
                case Computed(value=value) | Judged(verdict=value):
                    given.add(f"{value}")
                case Particularity(text=text, items=items):
                    given.update((text, *items))
                case Quote(sentence=sentence):
                    given.add(sentence.text)
                case Assessment(title=title, outcome=outcome):
                    given.add(f"{title} {outcome}")
                case _:
                    continue
    return given


def _said(one: Measure) -> str:
    return "".join((*one.qualifiers, one.applicant or "", one.phrase, one.column or ""))


def _near(one: str, other: str) -> bool:
    pairs, others = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    return len(pairs & others) >= _LEAST_SHARED * min(len(pairs), len(others), 4)


def _short(plan: Plan) -> str:
    return plan.model_dump_json(exclude_defaults=True, exclude={"standalone", "readings"})


def main(questions: Path, plans: Path, reports: Path) -> None:
    """Print how the reader that ships with the package reads a question set."""
    planner = LearnedPlanner(Reader.bundled(), load_language(), load_indicators())
    with tempfile.TemporaryDirectory() as data:
        settings = load_settings(data=Path(data))
        ingest(settings, [reports], on_progress=lambda _: None)
        with open_assistant(settings) as assistant:
            sys.stdout.write(measure(planner, assistant, questions, plans) + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
