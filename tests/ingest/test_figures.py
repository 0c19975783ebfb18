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


@pytest.mark.parametrize(
    ("sentence", "phrases"),
    [
        (
            "全年接单706件、办结698件，办结率、满意率分别为98.87%、95.2%。",
            {"98.87": "办结率", "95.2": "满意率"},
        ),
        (
            "人大建议、政协提案办理扎实推进，分别办理8件和17件，办结率分别为100%和94.1%。",
            {
                "8": "人大建议办理",
                "17": "政协提案办理扎实推进办理",
                "94.1": "政协提案办理扎实推进办理 办结率",
            },
        ),
        ("人大建议和政协提案办结率分别为100%、92%。", {"100": "人大建议 办结率", "92": "政协提案办结率"}),
        ("政府网站：2328条；政务微信：309条。", {"2328": "政府网站", "309": "政务微信"}),
        ("网站公开 2328 条 微信公开 309 条", {"2328": "网站公开", "309": "微信公开"}),
    ],
)
def test_number_of_a_list_is_about_its_own_thing(
    tmp_path: Path, sentence: str, phrases: dict[str, str]
) -> None:
    told = {str(f.quantity.value): f.phrase for f in figures(tmp_path, sentence) if f.quantity}
    assert {value: told[value] for value in phrases} == phrases


PARTS = [
    ("公开信息571条，其中网站375条，微信196条。", {"375": "571", "196": "571"}),
    ("公开信息3568条（网站2328条、微信1240条），政策解读9条。", {"2328": "3568", "1240": "3568"}),
    ("公开数为571条：一是网站公开375条；二是微信公开196条。", {"375": "571", "196": "571"}),
    (
        "公开信息571条，其中：规范性文件8条；网站公开300条；微信公开40条。",
        {"8": "571", "300": "571", "40": "571"},
    ),
    ("公开信息571条，其中网站375条（含动态70条），微信90条。", {"375": "571", "70": "375", "90": "571"}),
    ("网站公开375条、微信公开196条，合计公开571条。", {"375": "571", "196": "571"}),
    ("收到申请36件，当面0件，信函3件，网络33件。", {"0": "36", "3": "36", "33": "36"}),
    ("公开信息571条。其中网站375条，微信90条。", {"375": "571", "90": "571"}),
    ("推进项目22个，包括新建14个和续建8个，投资5亿元。", {"14": "22", "8": "22"}),
    ("公开信息571条，较上年增加20条，其中网站375条。", {"375": "571"}),
    ("公开信息571条，其中网站375条；受理申请5件，回复留言50条、来信40条。", {"375": "571"}),
    ("设3个渠道（含二级）100个栏目。", {}),
    ("公开信息100条，回复留言30条，办理建议20条。", {}),
]


@pytest.mark.parametrize(("sentence", "parts"), PARTS)
def test_part_points_at_its_whole(tmp_path: Path, sentence: str, parts: dict[str, str]) -> None:
    found = {figure.id: figure for figure in figures(tmp_path, sentence)}
    told = {
        str(f.quantity.value): str(whole.value)
        for f in found.values()
        if f.part_of and f.quantity and (whole := found[f.part_of].quantity)
    }
    assert told == parts


@pytest.mark.parametrize(
    ("sentence", "rate"),
    [
        ("12345热线受理诉求706件，办复698件，办复率98.87%。", ("698", "706")),
        ("12345热线受理诉求706件；办复698件；办复率98.87%。", ("698", "706")),
        ("公开信息571条，其中网站375条，占65.67%，微信196条。", ("375", "571")),
        ("12345热线受理诉求706件，满意率98.87%。", None),
        ("受理诉求706件，办复698条，办复率98.87%。", None),
        ("县教育局受理诉求706件，我县办复698件，办复率98.87%。", None),
    ],
)
def test_rate_points_at_its_numerator_and_denominator(
    tmp_path: Path, sentence: str, rate: tuple[str, str] | None
) -> None:
    found = {figure.id: figure for figure in figures(tmp_path, sentence)}
    (told,) = (f.rate_of for f in found.values() if f.quantity and f.quantity.unit == "%")
    assert (told and tuple(str(q.value) for each in told if (q := found[each].quantity))) == rate


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("公开信息56条，较上年增加4条，同比增长7.7%。", [False, True, True]),
        ("受理申请8件，同比减少3件。", [False, True]),
        ("满意率98%，提高2个百分点。", [False, True]),
        ("栏目由20个增至26个，新增专栏10个。", [False, False, False]),
        ("至少3次，减少材料2份。", [False, False]),
        ("比上年多5件。", [True]),
    ],
)
def test_change_is_told_from_the_level(tmp_path: Path, sentence: str, changes: list[bool]) -> None:
    assert [figure.change for figure in figures(tmp_path, sentence)] == changes


@pytest.mark.parametrize(
    ("sentence", "subjects"),
    [
        ("全县公开信息56条。", [None]),
        ("县政府办公室收到申请17件，办结15件。", ["县政府办公室"] * 2),
        ("其中，县教育局公开8条、县财政局9条，我县共公开56条。", ["县教育局", "县财政局", None]),
        ("下属单位公开信息8条；青禾县人民政府公开9条。", ["下属单位", None]),
        ("通过县教育局网站公开8条，推行县、乡、村一体化，14个部门进驻。", [None, None]),
        ("各乡镇公开信息30条。", ["各乡镇"]),
    ],
)
def test_body_that_a_sentence_names_is_the_subject(
    tmp_path: Path, sentence: str, subjects: list[str | None]
) -> None:
    assert [figure.subject for figure in figures(tmp_path, sentence)] == subjects


def test_whole_county_is_another_body_than_its_bureau(tmp_path: Path) -> None:
    title = "青禾县教育局2022年政府信息公开工作年度报告"
    text = "全县收到申请17件。县政府收到申请9件。我局收到申请3件。教育局办结2件。"
    found = read(f"{title}\n\n一、总体情况\n\n{text}\n", tmp_path)
    assert [figure.subject for figure in found.figures] == ["全县", "县政府", None, None]


@pytest.mark.parametrize(
    ("sentence", "qualifier"),
    [
        ("公开信息（含转发）共1279条。", "含转发"),
        ("微博1225条（含转发）。", "含转发"),
        ("累计面向社会公开45条。", "累计"),
    ],
)
def test_way_of_counting_is_kept(tmp_path: Path, sentence: str, qualifier: str) -> None:
    (figure,) = figures(tmp_path, sentence)
    assert figure.quantity is not None
    assert figure.quantity.qualifier == qualifier


def test_blank_cell_is_a_figure_without_quantity(tmp_path: Path) -> None:
    found = read(report(article20=tabbed(ARTICLE20_2021).replace("行政强制\t28", "行政强制\t")), tmp_path)
    (figure,) = (f for f in found.figures if f.indicator == "art20_6.coercion.decisions")
    assert (figure.status, figure.quantity) == ("blank", None)
    assert figure.context == "行政强制\t\t\t"
