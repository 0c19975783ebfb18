"""Plans over 505 generated reports come to what the truth of the reports' cells says, exactly."""

from collections import Counter

import pytest
from comparing import difference

from assistant.execution import Executor
from assistant.language import load_language
from benchmarks.fictitious.plans import Case, plan_cases
from ingest.indicators import load_indicators
from vectorstore.models import Filter


@pytest.fixture(scope="module")
def cases(country) -> tuple[Case, ...]:
    return plan_cases(country.reports)


OPERATIONS = (
    "lookup", "sum", "difference", "ratio", "share", "mean", "remainder", "growth", "compare", "rank", "trend", "count",
    "filter", "verify", "about", "holdings", "described", "parts", "nested",
)  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_plan_of_an_operation_comes_to_what_the_cells_say(country, cases, name):
    executor = Executor(country.toolbox, load_language(), load_indicators())
    wrong = [
        f"{case.plan.model_dump_json(exclude_defaults=True)}\n    {unlike}"
        for case in cases
        if case.name == name
        and (
            unlike := difference(
                case, executor.execute(case.plan, narrowed=Filter(), observe=lambda tool, detail: None)
            )
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_each_operation_is_asked_two_dozen_times_and_nested_ones_threescore(cases):
    asked = Counter(case.name for case in cases)
    assert asked.keys() == set(OPERATIONS)
    assert min(asked.values()) >= 20
    assert asked["nested"] >= 60
