"""Who reports, for which year, as the text itself says."""

from datetime import date
from pathlib import Path

import pytest
from forms import TITLE, codes, read

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
    ],
)
def test_title_tells_issuer_year_and_kind(
    tmp_path: Path, title: str, name: str, year: int, kind: str
) -> None:
    found = read(title + BODY, tmp_path).report
    assert (found.organization.name, found.year, found.organization.kind) == (name, year, kind)
    assert found.issues[0].code == "no_tables"


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
