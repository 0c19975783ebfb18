"""Over a province of 505 reports, each row and column of the forms is ordered as it was printed."""

from decimal import Decimal

import pytest

from assistant.execution import Executor
from assistant.execution.quantities import base_value
from assistant.language import load_language
from assistant.plans import Everything, Measure, Plan, Rank
from ingest.indicators import load_indicators
from vectorstore.models import Filter

INDICATORS = load_indicators()
APPLICANTS = {column.key: column.label.split("/")[-1] for column in INDICATORS.applicants}
LABELLED = {entry.key for entry in INDICATORS.indicators}
MONEY = ("procurement.amount", "amount_wan", "fees_collected_wan", "budget_wan")
SAME = {"no_indicator": "unprinted", "other_form": "unprinted"}


def measure_of(key, applicant):
    """Return a cell in the words of the form: its row, its column, and who applied."""
    narrowed = None if applicant in {None, "total"} else APPLICANTS[applicant]
    for row in INDICATORS.article20_rows:
        for column in INDICATORS.article20_columns:
            if f"{row.key}.{column.key}" == key:
                return Measure(phrase=row.path[-1], column=column.label)
    for row in (*INDICATORS.application_rows, *INDICATORS.review_columns):
        if row.key == key:
            column = row.path[-1] if row in INDICATORS.review_columns else None
            phrase = row.path[0] if column else row.path[-1]
            return Measure(phrase=phrase, column=column, applicant=narrowed)
    row = next(
        row for row in INDICATORS.stat_rows if key in {row.key, *(child.key for child in row.children)}
    )
    label = next((child.label for child in row.children if child.key == key), row.path[-1])
    alike = sum(child.label == label for each in INDICATORS.stat_rows for child in each.children)
    return Measure(phrase=f"{row.path[-1]} {label}" if alike > 1 else label, applicant=narrowed)


def truth_of(country, key, applicant, year):
    """Return the amounts by report, and why the other reports have none."""
    amounts, missing = {}, {}
    for report in country.reports:
        if report.superseded or report.year != year:
            continue
        cell = report.cells.get((key, applicant))
        if cell is None:
            missing[report.source] = "unprinted"
        elif cell.value is None:
            missing[report.source] = cell.status
        elif key.endswith(MONEY) and cell.unit != "元":
            missing[report.source] = "units_differ"
        else:
            amounts[report.source] = cell.value
    return amounts, missing


@pytest.mark.parametrize("year", [2016, 2019, 2022])
def test_every_cell_of_the_forms_is_found_by_its_label_and_ordered_as_printed(country, year):
    executor = Executor(country.toolbox, load_language(), INDICATORS)
    printed = {key for report in country.reports if report.year == year for key in report.cells}
    keys = sorted((key for key in printed if key[0] in LABELLED), key=str)
    assert len(keys) > 40
    wrong = []
    for key, applicant in keys:
        amounts, missing = truth_of(country, key, applicant, year)
        if len(amounts) < 2:
            continue
        operation = Rank(of=(measure_of(key, applicant),), over="bodies")
        plan = Plan(standalone="问", among=Everything(years=(year,)), operations=(operation,))
        executed = executor.execute(plan, narrowed=Filter(), observe=lambda tool, detail: None)
        (result,) = executed.results
        if result.kind != "ordered":
            wrong.append((key, applicant, result.kind))
            continue
        told = {each.place.head.source: base_value(each) for each in result.entries}
        values = [base_value(each) for each in result.entries]
        why = {one.place.head.source: SAME.get(one.reason, one.reason) for one in result.missing}
        if told != {source: Decimal(value) for source, value in amounts.items()} or why != missing:
            wrong.append(
                (
                    key,
                    applicant,
                    {k: (told.get(k), amounts.get(k)) for k in told.keys() ^ amounts.keys()},
                    why.items() ^ missing.items(),
                )
            )
        assert values == sorted(values, reverse=True)
    assert wrong == []
