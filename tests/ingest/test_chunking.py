"""Passages: quoted as printed, searched with issuer, year and headings."""

from pathlib import Path

from forms import ARTICLE20_2021, TITLE, applications, read, report, tabbed


def test_passage_is_quoted_verbatim_from_its_place(tmp_path: Path) -> None:
    found = read(report(article20=tabbed(ARTICLE20_2021), table3=tabbed(applications())), tmp_path)
    assert found.chunks
    for chunk in found.chunks:
        assert found.text[chunk.anchor.char_start : chunk.anchor.char_end] == chunk.text
        assert chunk.report_id == chunk.anchor.report_id == found.report.id


def test_search_text_names_issuer_year_and_heading(tmp_path: Path) -> None:
    found = read(report(), tmp_path)
    (chunk,) = (chunk for chunk in found.chunks if "通俗" in chunk.text)
    assert chunk.search_text.startswith("青禾县 2022\n五、存在的主要问题及改进情况\n")
    assert "青禾县" not in chunk.text


def test_table_is_found_by_its_rows_and_values(tmp_path: Path) -> None:
    found = read(report(article20=tabbed(ARTICLE20_2021)), tmp_path)
    (chunk,) = (chunk for chunk in found.chunks if chunk.anchor.table == "article20")
    assert "行政许可：本年处理决定数量7120" in chunk.search_text
    assert chunk.text.startswith("规章\t0")


def test_long_section_is_cut_between_sentences_and_none_is_lost(tmp_path: Path) -> None:
    lines = [
        f"第{number}季度各部门在门户网站和政务新媒体上及时更新信息，群众普遍满意。" for number in "一二三四"
    ] * 8
    found = read(f"{TITLE}\n\n一、总体情况\n\n{''.join(lines)}\n", tmp_path)
    passages = [chunk for chunk in found.chunks if chunk.section_path]
    assert len(passages) > 2
    assert "".join(chunk.text for chunk in passages) == "".join(lines)


def test_passages_do_not_cross_headings(tmp_path: Path) -> None:
    found = read(
        f"{TITLE}\n\n一、总体情况\n\n（一）公开\n\n都已公开。\n\n（二）申请\n\n没有申请。\n", tmp_path
    )
    assert not any("公开。" in chunk.text and "申请。" in chunk.text for chunk in found.chunks)


def test_reading_again_gives_the_same_ids(tmp_path: Path) -> None:
    first, second = (read(report(table3=tabbed(applications())), tmp_path) for _ in range(2))
    assert first == second
