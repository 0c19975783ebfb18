"""Figures of sentences: what each number counts, and where it stands."""

from pathlib import Path

import pytest
from forms import ARTICLE20_2021, TITLE, applications, read, report, tabbed

from ingest import Figure


def figures(folder: Path, sentence: str) -> list[Figure]:
    found = read(f"{TITLE}\n\n一、总体情况\n\n{sentence}\n", folder)
    return [figure for figure in found.figures if figure.origin == "sentence"]


def test_each_number_is_about_its_own_clause(tmp_path: Path) -> None:
    found = figures(tmp_path, "门户网站发布信息218条，微信公众号推送90余条，回复留言15件。")
    assert [(f.phrase, str(f.quantity.value)) for f in found if f.quantity] == [
        ("门户网站发布信息", "218"),
        ("微信公众号推送", "90"),
        ("回复留言", "15"),
    ]
    assert found[1].quantity is not None
    assert found[1].quantity.qualifier == "余"


def test_every_figure_points_at_its_printed_number(tmp_path: Path) -> None:
    table2, table3 = tabbed(ARTICLE20_2021), tabbed(applications())
    text = report(article20=table2, table3=table3).replace(
        "汇总全县数据", "汇总数据，公开信息２18 条、图解十五件"
    )
    found = read(text, tmp_path)
    assert sum(figure.origin == "sentence" for figure in found.figures) == 2
    for figure in found.figures:
        assert figure.quantity is not None
        assert found.text[figure.anchor.char_start : figure.anchor.char_end] == figure.quantity.printed
        start = figure.context_start
        assert found.text[start : start + len(figure.context)] == figure.context
    assert len({figure.id for figure in found.figures}) == len(found.figures)


@pytest.mark.parametrize(
    ("sentence", "indicator"),
    [
        ("12345热线受理诉求706件。", "narrative.hotline_12345.received"),
        ("12345热线受理诉求706件，办复698件。", "narrative.hotline_12345.resolved"),
        ("12345热线受理诉求706件，办复698件，办复率98.87%。", "narrative.hotline_12345.resolve_rate"),
        ("全县受理政府信息公开申请21件。", "narrative.requests_received"),
        ("全年发生行政复议3件。", "narrative.review"),
        ("全年发生行政诉讼3件。", "narrative.litigation"),
        ("公开信息218条。", None),
    ],
)
def test_sentence_says_which_indicator_it_is_about(
    tmp_path: Path, sentence: str, indicator: str | None
) -> None:
    assert figures(tmp_path, sentence)[-1].indicator == indicator


@pytest.mark.parametrize(
    "sentence",
    [
        "依据国办公开办函〔2021〕30号文件编制。",
        "县政府办公室电话：0999-6123456，邮编：831400。",
        "群众可拨打12345热线。",
        "1. 加强领导，提高认识。",
        "数据自2022年1月1日至12月31日。",
        "依照《条例》第五十条编制。",
    ],
)
def test_numbers_that_count_nothing_are_no_figures(tmp_path: Path, sentence: str) -> None:
    assert figures(tmp_path, sentence) == []


def test_list_number_is_no_part_of_the_phrase(tmp_path: Path) -> None:
    (figure,) = figures(tmp_path, "2. 微博平台全年累计面向社会公众发布各类政务动态信息共计45条。")
    assert not figure.phrase.startswith("2")
    assert figure.quantity is not None
    assert figure.quantity.value == 45


def test_respective_rates_belong_to_the_things_in_their_order(tmp_path: Path) -> None:
    found = figures(tmp_path, "办理人大议案8件、政协提案17件，办结率分别为100%、94.1%。")
    rates = {str(f.quantity.value): f.phrase for f in found if f.quantity and f.quantity.unit == "%"}
    assert "议案" in rates["100"]
    assert "提案" in rates["94.1"]
    assert "提案" not in rates["100"]


def test_blank_cell_is_a_figure_without_quantity(tmp_path: Path) -> None:
    found = read(report(article20=tabbed(ARTICLE20_2021).replace("行政强制\t28", "行政强制\t")), tmp_path)
    (figure,) = (f for f in found.figures if f.indicator == "art20_6.coercion.decisions")
    assert (figure.status, figure.quantity) == ("blank", None)
    assert figure.context == "行政强制\t\t\t"
