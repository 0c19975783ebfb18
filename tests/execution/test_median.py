"""The value in the middle, over the invented province."""

from decimal import Decimal
from statistics import median

import pytest

from assistant.execution import Executor
from assistant.language import load_language
from assistant.plans import Everything, Measure, Median, Plan
from assistant.rendering import rendered
from ingest.indicators import load_indicators
from vectorstore.models import Filter

PENALTIES = Measure(phrase="行政处罚", column="处理决定数量")


@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_the_median_over_bodies_is_the_middle_of_what_is_printed(country, year):
    plan = Plan(
        standalone=f"{year}年各单位行政处罚决定的中位数是多少",
        among=Everything(years=(year,)),
        operations=(Median(of=(PENALTIES,), over="bodies"),),
    )
    executor = Executor(country.toolbox, load_language(), load_indicators())
    executed = executor.execute(plan, narrowed=Filter(), observe=lambda tool, detail: None)
    ((outcome,),) = (result.outcomes for result in executed.results)
    printed = [each.figure.quantity.value for each in outcome.inputs]
    assert len(printed) > 5
    assert outcome.value == Decimal(median(printed))
    assert "中位数为" in rendered(plan, executed, country.toolbox).text
