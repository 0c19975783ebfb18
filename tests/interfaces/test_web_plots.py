"""Plots: what is drawn beside a comparison, and what is never drawn."""

from decimal import Decimal

import pytest
from scripted import answer, cell_of, cited_cell, helan

from assistant.interfaces.web.markup import fill, words_for
from assistant.interfaces.web.plots import Plot, plot_of
from assistant.models import Answer, AnswerFigure


def figure(organization: str, year: int | None, value: str, *, citation: int = 1) -> AnswerFigure:
    return AnswerFigure(
        label="新收",
        value=Decimal(value),
        unit="件",
        printed=value,
        organization=organization,
        year=year,
        citation=citation,
    )


def with_figures(*figures: AnswerFigure) -> Answer:
    return answer("答").model_copy(update={"figures": figures})


def plotted(*figures: AnswerFigure) -> Plot:
    plot = plot_of(with_figures(*figures), {})
    assert plot is not None
    return plot


def test_a_trend_runs_over_the_years_and_a_missing_year_is_a_gap_that_nothing_bridges() -> None:
    plot = plotted(figure("甲县", 2018, "5"), figure("甲县", 2019, "7"), figure("甲县", 2021, "9"))

    (series,) = plot.series
    assert [point.where for point in series.points] == ["2018年", "2019年", "2020年", "2021年"]
    assert series.points[2].value is None
    assert [[point.value for point in run] for run in series.runs] == [[5, 7], [9]]
    html = fill("plot", words_for("zh"), plot=plot)
    assert html.count("<polyline") == 2
    assert html.count(">缺<") == 1


@pytest.mark.parametrize("values", [("98.5", "99.5"), ("0", "0"), ("-3", "4"), ("1", "1000000")])
def test_the_axis_holds_zero_and_every_value(values: tuple[str, str]) -> None:
    plot = plotted(figure("甲县", 2020, values[0]), figure("乙县", 2020, values[1]))

    heights = [y for _, y in plot.ticks]
    assert plot.zero in heights
    assert all(min(heights) <= point.y <= max(heights) for point in plot.series[0].points)
    for point in plot.series[0].points:
        assert point.value is not None
        assert (plot.zero - point.y) * float(point.value) >= 0


def test_heights_are_in_proportion_to_the_values() -> None:
    plot = plotted(figure("甲县", 2020, "34"), figure("乙县", 2020, "17"))

    first, second = ((plot.zero - point.y) for point in plot.series[0].points)
    assert first == pytest.approx(2 * second, abs=0.3)


def test_a_year_with_another_form_is_marked() -> None:
    cell = cell_of(helan(), "new_requests", "total")
    cited = cited_cell(helan(), cell)
    one = cited.model_copy(update={"year": 2018, "report_id": "r-1"})
    other = cited.model_copy(update={"year": 2019, "report_id": "r-2", "n": 2})
    answered = answer("答", one, other).model_copy(
        update={"figures": (figure("甲县", 2018, "5"), figure("甲县", 2019, "7", citation=2))}
    )

    changed = plot_of(answered, {"r-1": "pre2019", "r-2": "form2019"})
    same = plot_of(answered, {"r-1": "form2019", "r-2": "form2019"})

    assert changed is not None
    assert same is not None
    assert len(changed.breaks) == 1
    assert "表式变更" in fill("plot", words_for("zh"), plot=changed)
    assert same.breaks == ()


def test_every_point_opens_its_citation_by_pointer_and_keyboard() -> None:
    plot = plotted(figure("甲县", 2020, "34"), figure("乙县", 2020, "17", citation=2))

    html = fill("plot", words_for("zh"), plot=plot)

    assert html.count('role="button" tabindex="0"') == 2
    assert 'data-cite="2"' in html


@pytest.mark.parametrize(
    "figures",
    [
        (),
        (figure("甲县", 2020, "1"),),
        (figure("甲县", None, "1"), figure("乙县", 2020, "2")),
        (
            figure("甲县", 2020, "1"),
            figure("甲县", 2020, "2").model_copy(update={"label": "结转", "unit": "%"}),
        ),
    ],
)
def test_figures_that_cannot_stand_side_by_side_are_not_drawn(figures: tuple[AnswerFigure, ...]) -> None:
    assert plot_of(with_figures(*figures), {}) is None
