"""Who reports, for which year, as the text itself says."""

from datetime import date
from pathlib import Path

import pytest
from forms import TITLE, codes, read

from ingest import ingest_file

BODY = "\n\n一、总体情况\n\n全年主动公开信息218条，依申请公开和政务公开工作平稳，特此报告。\n"


@pytest.mark.parametrize(
    ("title", "name", "year", "kind"),
    [
        (TITLE, "青禾县", 2022, "government"),
        ("青禾县人民政府2021年度政府信息公开工作年度报告", "青禾县", 2021, "government"),
        ("青禾县财政局 2020 年政府信息公开工作年度报告", "青禾县财政局", 2020, "department"),
        ("2022年白杨工业园区管理委员会政府信息公开工作年度报告", "白杨工业园区", 2022, "park"),
        ("柳河镇人民政府2023年政府信息公开工作年度报告", "柳河镇", 2023, "township"),
        ("# 柳河街道办事处2019年政府信息公开\n工作年度报告", "柳河街道办事处", 2019, "township"),
        ("青禾縣人民政府2020年政府信息公開工作年度報告", "青禾县", 2020, "government"),
        ("青禾縣教育局2020年政府資訊公開工作年度報告", "青禾县教育局", 2020, "department"),
        ("青禾县政府信息公开工作年度报告（2021年度）", "青禾县", 2021, "government"),
        ("青禾县财政局关于2020年度政府信息公开工作情况的报告", "青禾县财政局", 2020, "department"),
        ("2021年度青禾县政府信息公开工作年报", "青禾县", 2021, "government"),
        ("青禾县2021年政务公开工作报告", "青禾县", 2021, "government"),
        ("青禾县教育局二〇二一年政府信息公开工作年度报告", "青禾县教育局", 2021, "department"),
        ("青禾县教育局2021年法治政府暨政府信息公开工作年度报告", "青禾县教育局", 2021, "department"),
        (
            "青禾县城乡建设局（人防办）2021年政府信息公开年报",
            "青禾县城乡建设局（人防办）",
            2021,
            "department",
        ),
        ("首页 > 公开年报\n青禾县教育局2021年政府信息公开工作年度报告", "青禾县教育局", 2021, "department"),
    ],
)
def test_title_tells_issuer_year_and_kind(
    tmp_path: Path, title: str, name: str, year: int, kind: str
) -> None:
    found = read(title + BODY, tmp_path).report
    assert (found.organization.name, found.year, found.organization.kind) == (name, year, kind)
    assert found.issues[0].code == "no_tables"


@pytest.mark.parametrize(
    ("title", "name", "told"),
    [
        (
            "青禾县教育局２０２２年政府信息公开工作年度报告",
            "青禾县教育局",
            "青禾县教育局2022年政府信息公开工作年度报告",
        ),
        (
            "《青禾县教育局2022年政府信息公开工作年度报告》",
            "青禾县教育局",
            "青禾县教育局2022年政府信息公开工作年度报告",
        ),
        (
            "关于印发《青禾县教育局2022年政府信息公开工作年度报告》的通知",
            "青禾县教育局",
            "青禾县教育局2022年政府信息公开工作年度报告",
        ),
        (
            "青禾县教育局关于公布《2022年政府信息公开工作年度报告》的通知",
            "青禾县教育局",
            "青禾县教育局2022年政府信息公开工作年度报告",
        ),
        (
            "青禾县教育局关于发布2022年政府信息公开年报的公告",
            "青禾县教育局",
            "青禾县教育局2022年政府信息公开年报",
        ),
        (
            "青禾县第一中学2022年校务公开暨政府信息公开工作年度报告",
            "青禾县第一中学",
            "青禾县第一中学2022年校务公开暨政府信息公开工作年度报告",
        ),
        (
            "2022年度青禾县中医院院务公开暨信息公开年报",
            "青禾县中医院",
            "2022年度青禾县中医院院务公开暨信息公开年报",
        ),
        (
            "青禾县教育局2022年政府信息公开和政务公开工作年度报告",
            "青禾县教育局",
            "青禾县教育局2022年政府信息公开和政务公开工作年度报告",
        ),
        (
            "青禾县教育局依法治校工作暨2022年政府信息公开工作年度报告",
            "青禾县教育局",
            "青禾县教育局依法治校工作暨2022年政府信息公开工作年度报告",
        ),
        ("本溪市教育局2022年政府信息公开年报", "本溪市教育局", "本溪市教育局2022年政府信息公开年报"),
    ],
)
def test_title_in_other_dress(tmp_path: Path, title: str, name: str, told: str) -> None:
    found = read(title + BODY, tmp_path).report
    assert (found.organization.name, found.year, found.title) == (name, 2022, told)


def test_notice_that_asks_for_reports_is_no_title(tmp_path: Path) -> None:
    notice = "青禾县人民政府办公室关于做好2022年政府信息公开工作年度报告编制发布工作的通知"
    text = f"{notice}\n\n青禾县教育局2022年政府信息公开工作年度报告{BODY}"
    assert read(text, tmp_path).report.organization.name == "青禾县教育局"


@pytest.mark.parametrize(
    ("title", "signed", "name"),
    [
        ("我局2022年政府信息公开工作年度报告", "青禾县教育局", "青禾县教育局"),
        ("2022年我街道政府信息公开工作年度报告", "柳河街道办事处", "柳河街道办事处"),
        ("本单位2022年政府信息公开工作年度报告", "青禾县水利工程管理中心", "青禾县水利工程管理中心"),
        ("本机关2022年政府信息公开工作年度报告", "青禾县教育局", "青禾县教育局"),
        ("我委2022年政府信息公开工作年度报告", "青禾县发展和改革委员会", "青禾县发展和改革委员会"),
        ("我县2022年政府信息公开工作年度报告", "青禾县人民政府", "青禾县"),
        ("青禾县教育局我局2022年政府信息公开工作年度报告", "", "青禾县教育局"),
        ("我局2022年政府信息公开工作年度报告", "青禾县人民政府", "（单位不明）"),
        ("我局2022年政府信息公开工作年度报告\n\n本报告由我局编制。", "", "（单位不明）"),
    ],
)
def test_word_for_oneself_is_no_name(tmp_path: Path, title: str, signed: str, name: str) -> None:
    found = read(f"{title}{BODY}\n{signed}\n\n2023年1月18日\n", tmp_path).report
    assert (found.organization.name, found.year) == (name, 2022)
    assert (name == "（单位不明）") == ("no_organization" in {issue.code for issue in found.issues})


@pytest.mark.parametrize(
    ("head", "around", "name"),
    [
        ("", "<p>发布机构：青禾县教育局　发文日期：2023-01-20</p>", "青禾县教育局"),
        (
            "",
            "<table><tr><td>发布机构</td><td>青禾县教育局</td><td>索引号</td><td>00-1</td></tr></table>",
            "青禾县教育局",
        ),
        ("", "<div>发布时间：2023-01-20 信息来源：青禾县教育局 浏览次数：31</div>", "青禾县教育局"),
        ("<meta name='ContentSource' content='青禾县教育局'>", "", "青禾县教育局"),
        ("<meta name='SiteName' content='青禾县教育局网站'>", "", "青禾县教育局"),
        ("<title>我局年度报告-青禾县教育局</title>", "", "青禾县教育局"),
        (
            "<meta name='SiteName' content='青禾县人民政府门户网站'>",
            "<p>来源：县政府办公室</p>",
            "（单位不明）",
        ),
    ],
)
def test_page_names_the_issuer_that_its_title_does_not(
    tmp_path: Path, head: str, around: str, name: str
) -> None:
    page = (
        f"<html><head>{head}</head><body>{around}<h1>我局2022年度政府信息公开工作年度报告如下：</h1>"
        "<p>一、总体情况</p><p>全年主动公开信息218条。</p></body></html>"
    )
    (tmp_path / "年报.html").write_text(page, "utf-8")
    found = ingest_file(tmp_path / "年报.html").report
    assert (found.organization.name, found.year) == (name, 2022)


OTHER_BODY = BODY.replace("218", "333")


@pytest.mark.parametrize(
    "second",
    [
        "青禾县教育局2022年政府信息公开工作年度报告",
        "青禾县教育局\n2022年政府信息公开\n工作年度报告",
        "附件2：青禾县教育局2022年政府信息公开年报",
        "《青禾县教育局２０２２年政府信息公开工作年度报告》",
        "青禾县财政局2021年政府信息公开工作年度报告",
    ],
)
def test_second_report_in_the_file_is_said_and_never_credited_to_the_first(
    tmp_path: Path, second: str
) -> None:
    text = f"青禾县财政局2022年政府信息公开工作年度报告{BODY}\n\n{second}{OTHER_BODY}"
    found = read(text, tmp_path)
    assert found.report.organization.name == "青禾县财政局"
    assert [str(figure.quantity.value) for figure in found.figures if figure.quantity] == ["218"]
    assert "333" not in found.text
    (issue,) = (issue for issue in found.report.issues if issue.code == "second_report")
    assert "另一份报告" in issue.message


@pytest.mark.parametrize(
    "again",
    [
        "青禾县财政局2022年政府信息公开工作年度报告",
        "2022年政府信息公开工作年度报告",
        "（续）",
    ],
)
def test_title_printed_again_is_no_second_report(tmp_path: Path, again: str) -> None:
    text = f"青禾县财政局2022年政府信息公开工作年度报告{BODY}\n\n{again}{OTHER_BODY}"
    found = read(text, tmp_path)
    assert [str(figure.quantity.value) for figure in found.figures if figure.quantity] == ["218", "333"]
    assert "second_report" not in codes(found)


def test_mention_of_another_report_is_no_second_report(tmp_path: Path) -> None:
    text = f"青禾县财政局2022年政府信息公开工作年度报告{BODY}\n\n青禾县教育局2022年政府信息公开工作年度报告\n"
    assert "second_report" not in codes(read(text, tmp_path))


def test_full_name_stays_as_an_alias(tmp_path: Path) -> None:
    found = read("青禾县人民政府2021年政府信息公开工作年度报告" + BODY, tmp_path).report.organization
    assert "青禾县人民政府" in found.aliases


def test_region_is_what_the_name_spells_out(tmp_path: Path) -> None:
    title = "云南省松林市青禾县教育局2021年政府信息公开工作年度报告"
    found = read(title + BODY, tmp_path).report.organization
    assert found.region == ("云南省", "松林市", "青禾县")
    assert "青禾县教育局" in found.aliases


def test_file_name_tells_nothing(tmp_path: Path) -> None:
    text = "政府信息公开工作年度报告\n\n一、总体情况\n\n主动公开信息218条，依申请公开0件。\n"
    found = read(text, tmp_path)
    assert (found.report.organization.name, found.report.year) == ("（单位不明）", None)
    assert {"no_organization", "no_year"} <= codes(found)


def test_period_gives_the_year_that_the_title_lacks(tmp_path: Path) -> None:
    text = "青禾县政府信息公开工作年度报告\n\n统计期限自2021年1月1日起至2021年12月31日止。" + BODY
    assert read(text, tmp_path).report.year == 2021


@pytest.mark.parametrize("line", ["2023年1月18日", "日期：2023年1月18日", "  2023 年 1 月 18 日  "])
def test_date_under_the_signature_is_the_day_of_publication(tmp_path: Path, line: str) -> None:
    found = read(TITLE + BODY + f"\n青禾县人民政府办公室\n\n{line}\n", tmp_path)
    assert found.report.published == date(2023, 1, 18)
    assert found.report.year == 2022
    anchor = found.report.published_at
    assert anchor is not None
    assert found.text[anchor.char_start : anchor.char_end].startswith("2023")


def test_impossible_date_is_no_day_of_publication(tmp_path: Path) -> None:
    assert read(TITLE + BODY + "\n2023年13月41日\n", tmp_path).report.published is None


@pytest.mark.parametrize(
    "opening",
    [
        "2021年政府信息公开工作年度报告\n\n青禾县教育局",
        "2021年政府信息公开工作年度报告\n\n本报告由青禾县教育局编制。",
        "2021年政府信息公开工作年度报告\n\n根据《条例》要求，青禾县教育局现公布2021年年度报告。",
        "2021年政府信息公开工作年度报告\n\n发布时间：2022-01-20 来源：青禾县教育局",
    ],
)
def test_body_tells_the_issuer_that_the_title_lacks(tmp_path: Path, opening: str) -> None:
    found = read(opening + BODY, tmp_path).report
    assert (found.organization.name, found.year) == ("青禾县教育局", 2021)


@pytest.mark.parametrize(("title", "body"), [("白德", "白得"), ("白得", "白德"), ("白胜", "白生")])
def test_misprinted_name_is_an_alias_of_the_one_that_most_of_the_text_prints(
    tmp_path: Path, title: str, body: str
) -> None:
    text = (
        f"{title}工业园区2021年政府信息公开工作年度报告{BODY}{body}工业园区编制，{body}工业园区负责解释。\n"
    )
    found = read(text, tmp_path).report
    assert found.organization.name == f"{body}工业园区"
    assert f"{title}工业园区" in found.organization.aliases
    (doubt,) = (issue for issue in found.issues if issue.code == "misprint")
    assert doubt.anchor is not None
    assert (doubt.anchor.char_start, doubt.anchor.char_end) == (0, len(f"{title}工业园区"))


def test_neighbouring_body_is_no_misprint(tmp_path: Path) -> None:
    text = f"青禾县民政局2021年政府信息公开工作年度报告{BODY}青禾县财政局、青禾县财政局、青河县人事局配合。\n"
    found = read(text, tmp_path).report
    assert (found.organization.name, "misprint" in {issue.code for issue in found.issues}) == (
        "青禾县民政局",
        False,
    )


@pytest.mark.parametrize(("signed", "year"), [("2022年1月20日", 2021), ("2023年1月20日", 2022)])
def test_period_decides_when_the_title_has_the_year_of_publication(
    tmp_path: Path, signed: str, year: int
) -> None:
    period = "统计期限自2021年1月1日起至2021年12月31日止。"
    found = read(f"{TITLE}\n\n{period}{BODY}\n青禾县人民政府\n\n{signed}\n", tmp_path)
    assert found.report.year == year
    assert "year_differs" in codes(found)
