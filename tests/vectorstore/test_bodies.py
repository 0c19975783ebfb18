"""Whose report each one is: one body under all its names, near-twins apart, and what people said kept."""

from datetime import date

import pytest
from small_reports import ingested

from ingest.models import UNKNOWN_ORGANIZATION, Organization
from vectorstore.errors import BodyUnclear
from vectorstore.library import Library
from vectorstore.models import Filter, ReportHead
from vectorstore.organizations import body_kind, latest


@pytest.fixture
def library(tmp_path):
    with Library.open(f"sqlite:///{tmp_path}/library.sqlite") as opened:
        yield opened


def put(library, *printed, text="", year=2020, location=""):
    """Store one report for each printed name, of the years from `year` on."""
    for number, name in enumerate(printed):
        made = ingested(name, year + number, (f"{name}{location}受理申请12件。",))
        issuer = Organization(name=name, aliases=(), kind="other", region=())
        made = made.model_copy(
            update={
                "report": made.report.model_copy(update={"organization": issuer}),
                "text": made.text + text,
            }
        )
        library.put(made, location=location or f"{name}{year + number}.txt", pipeline="1")


def bodies_of(library):
    return {body.name: len(body.reports) for body in library.bodies()}


@pytest.mark.parametrize(
    "printed",
    [
        ("洪泽区", "淮安市洪泽区", "淮安市洪泽区人民政府", "江苏省淮安市洪泽区"),
        ("上海市科委", "上海市科学技术委员会"),
        ("宁夏吴忠金积工业园区", "金积工业园区", "吴忠市金积工业园区管委会"),
        ("松林市青禾县", "青禾县", "青禾县人民政府"),
        ("青禾县卫健委", "青禾县卫生健康委员会", "松林市青禾县卫生健康委员会"),
        ("青禾县柳林街道办事处", "青禾县柳林街道"),
        ("西安高新区管委会", "西安市高新区"),
        ("延边州", "延边朝鲜族自治州人民政府"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_one_body_under_all_its_names_whichever_comes_first(library, printed, backwards):
    put(library, *(reversed(printed) if backwards else printed))

    (body,) = library.bodies()

    assert len(body.reports) == len(printed)
    assert set(printed) <= {*body.names, body.name}
    assert len(library.headings(Filter(organizations=(body.name,)))) == len(printed)


@pytest.mark.parametrize(
    "printed",
    [
        ("贺兰县", "宁夏贺兰工业园区", "贺兰县教育局", "银川德胜工业园区"),
        ("西安市高新区", "宝鸡市高新区", "高新区"),
        ("南京市鼓楼区", "徐州市鼓楼区", "鼓楼区"),
        ("松林市青禾县", "云州市青禾县"),
        ("松林市青禾县教育局", "云州市青禾县教育局", "教育局"),
        ("青禾县柳林镇", "白河县柳林镇", "柳林镇"),
        ("青禾县", "松林市"),
        ("宁夏回族自治区", "银川市"),
    ],
)
def test_near_twins_and_namesakes_stay_apart_under_names_of_their_own(library, printed):
    put(library, *printed)

    assert bodies_of(library) == dict.fromkeys(bodies_of(library), 1)
    assert len(bodies_of(library)) == len(printed)


def test_the_text_tells_which_namesake_reports(library):
    put(library, "鼓楼区", text="本报告由鼓楼区编制，南京市政务公开办公室负责指导。")
    put(library, "南京市鼓楼区", "徐州市鼓楼区", year=2021)

    assert bodies_of(library) == {"南京市鼓楼区": 2, "徐州市鼓楼区": 1}


def test_a_name_that_two_bodies_could_bear_is_given_to_neither(library):
    put(library, "青禾县")
    put(library, "松林市青禾县", year=2021)
    assert len(library.bodies()) == 1

    put(library, "云州市青禾县", year=2022)

    assert bodies_of(library) == {"青禾县": 1, "松林市青禾县": 1, "云州市青禾县": 1}


def test_the_name_is_the_shortest_printed_one_and_figures_speak_it(library):
    put(library, "淮安市洪泽区人民政府", "淮安市洪泽区")

    heads, figures, reports = library.headings(), library.figures(), library.reports()

    assert {head.organization for head in heads} == {"淮安市洪泽区"}
    assert {figure.organization for figure in figures} == {"淮安市洪泽区"}
    assert {report.organization.name for report in reports} == {"淮安市洪泽区"}
    assert {"洪泽区", "江苏省淮安市洪泽区"} <= set(heads[0].aliases)
    assert (heads[0].body_kind, heads[0].region) == ("区", ("江苏省", "淮安市", "洪泽区"))


def test_reports_without_a_name_are_not_of_one_body(library):
    put(library, UNKNOWN_ORGANIZATION, UNKNOWN_ORGANIZATION)

    assert [len(body.reports) for body in library.bodies()] == [1, 1]


def test_merged_bodies_stay_one_when_another_report_comes(library):
    put(library, "青禾县", "临溪县")
    library.merge_bodies("青禾县", "临溪县")
    put(library, "临溪县", year=2022)
    put(library, "临溪县", year=2021)

    assert bodies_of(library) == {"青禾县": 3}


def test_split_reports_go_to_a_body_of_their_own_and_stay_there(library):
    put(library, "青禾县", "青禾县")
    first = library.headings()[0].report_id
    library.split_body([first], name="云州市青禾县")

    put(library, "青禾县", year=2022)
    put(library, "青禾县")

    assert bodies_of(library) == {"云州市青禾县": 1, "青禾县": 2}
    assert library.headings(Filter(report_ids=(first,)))[0].organization == "云州市青禾县"


def test_a_corrected_report_keeps_body_and_year_when_its_file_is_read_anew(library):
    put(library, "青禾县", location="a.txt")
    (head,) = library.headings()
    library.correct(head.report_id, body="白河县", year=2019)

    put(library, "青禾县", location="a.txt")
    put(library, "青禾县", text="改过", location="a.txt", year=2018)

    (again,) = library.headings()
    assert (again.organization, again.year) == ("白河县", 2019)
    assert {figure.year for figure in library.figures()} == {2019}
    assert library.headings(Filter(organizations=("白河县",), years=(2019,))) == (again,)


def test_a_correction_names_a_body_that_is_there_by_any_of_its_names(library):
    put(library, "淮安市洪泽区", "青禾县")
    head = next(head for head in library.headings() if head.organization == "青禾县")

    library.correct(head.report_id, body="洪泽区")

    assert bodies_of(library) == {"淮安市洪泽区": 2}


def test_a_name_of_two_bodies_is_asked_back(library):
    put(library, "南京市鼓楼区", "徐州市鼓楼区", "青禾县")

    with pytest.raises(BodyUnclear, match=r"南京市鼓楼区.*、徐州市鼓楼区"):
        library.merge_bodies("青禾县", "鼓楼区")


def test_a_body_goes_with_its_last_report(library):
    put(library, "青禾县", "白河县")
    library.remove(next(head.report_id for head in library.headings() if head.organization == "白河县"))

    assert bodies_of(library) == {"青禾县": 1}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("青禾县", "县"), ("松林市", "市"), ("洪泽区", "区"), ("浦东新区", "区"), ("科尔沁左翼中旗", "旗"), ("延边朝鲜族自治州", "州"),
        ("宁夏回族自治区", "省"), ("宁夏贺兰工业园区管委会", "园区"), ("松林高新区", "园区"), ("柳林街道办事处", "街道"), ("青禾县柳林镇人民政府", "镇"),
        ("青禾县教育局", "局"), ("上海市科学技术委员会", "委"), ("四川省应急管理厅", "厅"), ("青禾县人民医院", "医院"),
    ],
)  # fmt: skip
def test_a_kind_is_as_fine_as_people_ask_for(name, kind):
    assert body_kind(name) == kind


def head(report_id, *, body="o-1", year=2022, published=None, read=0):
    return ReportHead(
        report_id=report_id, title="", organization="白露县民政局", aliases=(), kind="department", region=(), year=year,
        form="form2021", published=published, source="a.txt", body=body, read=read,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (head("r-2", published=date(2023, 1, 5), read=9), head("r-1", published=date(2023, 3, 1), read=1)),
        (head("r-2", read=1), head("r-1", published=date(2023, 3, 1), read=2)),
        (head("r-2", read=1), head("r-1", read=2)),
    ],
)
def test_of_one_body_and_year_the_newest_report_counts_and_the_other_is_named(first, second):
    other_year = head("r-3", year=2021)

    found = latest((first, second, other_year))

    assert (found.kept, found.left_out) == ((second, other_year), (first,))
