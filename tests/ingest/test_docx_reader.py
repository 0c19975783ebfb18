"""Word documents as offices send them, and files that only claim to be documents."""

import io
import sys
import zipfile
from itertools import groupby
from pathlib import Path

import pytest
from forms import TITLE, table

from ingest import LimitExceeded, UnreadableFile, ingest_file
from ingest.models import RawDocument
from ingest.readers import read_document
from ingest.settings import ReadingLimits

BLANK_FORM = (Path(__file__).parents[2] / "../shared/reports_other/年报格式2021_空表.docx").resolve()
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def packed(body: str, **parts: str) -> bytes:
    """Return a document with this body; other parts by name, such as `numbering`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        document = f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
        archive.writestr("word/document.xml", document)
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {NAMESPACES}>{content}</w:{name}>")
    return stream.getvalue()


def document(
    folder: Path, data: bytes, name: str = "年报.docx", limits: ReadingLimits | None = None
) -> RawDocument:
    path = folder / name
    path.write_bytes(data)
    found = read_document(path, limits=limits or ReadingLimits())
    for grid in found.grids:
        for cell in grid.cells:
            assert found.text[cell.char_start : cell.char_end] == cell.text
    return found


def lines(folder: Path, body: str, **parts: str) -> list[str]:
    return document(folder, packed(body, **parts)).text.splitlines()


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(text)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def tr(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def tc(content: str = "<w:p/>", *, columns: int = 1, merge: str | None = None) -> str:
    span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
    down = "" if merge is None else f'<w:vMerge w:val="{merge}"/>' if merge else "<w:vMerge/>"
    return f"<w:tc><w:tcPr>{span}{down}</w:tcPr>{content}</w:tc>"


# ---------------------------------------------------------------- the blank form


def test_blank_form_has_every_row_and_only_blank_cells(tmp_path: Path) -> None:
    if not BLANK_FORM.exists():
        pytest.skip("the blank form is not shipped with the code")
    found = ingest_file(BLANK_FORM)
    cells = [cell for each in found.report.tables for cell in each.cells]
    assert {cell.status for cell in cells} == {"blank"}
    assert {each.kind: len(each.cells) for each in found.report.tables} == {
        "article20": 10,
        "applications": 25 * 7,
        "review_litigation": 15,
    }
    assert table(found, "applications").form == "form2021"
    assert [section.title for section in found.report.sections if section.title][2:] == [
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]
    assert found.text.startswith("政府信息公开工作年度报告格式模板\n一、总体情况\n（文字描述）\n")


# ---------------------------------------------------------------- lines


def box(content: str) -> str:
    return (
        "<w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (p("甲") + "<w:p/>" + p("乙"), ["甲", "乙"]),
        (f"<w:p>{r('公开')}{r('12')}{r('79')}{r('条')}</w:p>", ["公开1279条"]),
        (f"<w:p>{r('甲')}<w:r><w:br/></w:r>{r('乙')}</w:p>", ["甲", "乙"]),
        (f"<w:p><w:r><w:tab/></w:r>{r('甲')}</w:p>", ["　　甲"]),
        (f"<w:p>{r('甲')}{box(p('框内'))}{r('乙')}</w:p>", ["甲乙", "框内"]),
        (f"<w:p>{r('共')}<w:ins>{r('12')}</w:ins><w:del><w:r><w:delText>9</w:delText></w:r></w:del>{r('条')}</w:p>", ["共12条"]),
        (f"<w:p>{r('甲')}<w:moveFrom>{r('旧')}</w:moveFrom><w:moveTo>{r('新')}</w:moveTo></w:p>", ["甲新"]),
        (p("甲", "<w:rPr><w:del/></w:rPr>") + p("乙"), ["甲乙"]),
        ("<w:p>" + r("甲") + r("隐藏", "<w:vanish/>") + r("乙", "<w:vanish w:val='0'/>") + "</w:p>", ["甲乙"]),
        (f"<w:p><w:hyperlink>{r('网站')}</w:hyperlink><w:smartTag>{r('2020年')}</w:smartTag></w:p>", ["网站2020年"]),
        (f"<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:fldSimple w:instr='DATE'>{r('1月')}</w:fldSimple></w:p>", ["1月"]),
        (f"<w:sdt><w:sdtContent>{p('甲')}</w:sdtContent></w:sdt>", ["甲"]),
        ("<w:p><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>", ["x=1"]),
        (f"<w:p><w:r><w:ruby><w:rt>{r('yin')}</w:rt><w:rubyBase>{r('银')}</w:rubyBase></w:ruby></w:r></w:p>", ["银"]),
    ],
)  # fmt: skip
def test_paragraph_reads_as_word_shows_it(tmp_path: Path, body: str, expected: list[str]) -> None:
    assert lines(tmp_path, body) == expected


def test_table_of_contents_is_left_out(tmp_path: Path) -> None:
    contents = "<w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj>"
    body = (
        f"<w:sdt><w:sdtPr>{contents}</w:sdtPr><w:sdtContent>{p('一、总体情况 1')}</w:sdtContent></w:sdt>"
        + p("二、其他 2", '<w:pStyle w:val="a7"/>')
        + p("一、总体情况")
    )
    styles = '<w:style w:styleId="a7"><w:name w:val="toc 1"/></w:style>'
    assert lines(tmp_path, body, styles=styles) == ["一、总体情况"]


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_footnote_stands_behind_its_paragraph(tmp_path: Path, kind: str) -> None:
    reference = f'<w:r><w:{kind}Reference w:id="2"/></w:r>'
    notes = f'<w:{kind} w:id="0"/><w:{kind} w:id="2">{p("含转发。")}</w:{kind}>'
    body = f"<w:p>{r('公开信息')}{reference}{r('12条。')}</w:p>" + p("乙")
    assert lines(tmp_path, body, **{f"{kind}s": notes}) == ["公开信息12条。", "含转发。", "乙"]


# ---------------------------------------------------------------- automatic numbers


def level(depth: int, shown: str, template: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{shown}"/>{more}'
        f'<w:lvlText w:val="{template}"/></w:lvl>'
    )


def numbering(*levels: str, overrides: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{overrides}</w:num>'
    )


def numbered(text: str, depth: int = 0, num: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{num}"/></w:numPr>')


def test_headings_get_the_numbers_that_word_counts(tmp_path: Path) -> None:
    levels = numbering(
        level(0, "chineseCounting", "%1、"),
        level(1, "chineseCountingThousand", "（%2）"),
        level(2, "decimal", "%3."),
    )
    body = (
        numbered("总体情况")
        + numbered("主动公开", 1)
        + numbered("网站", 2)
        + numbered("微信", 2)
        + "<w:p/>"
        + numbered("依申请公开", 1)
        + numbered("窗口", 2)
        + numbered("主动公开政府信息情况")
        + numbered("规章", 1)
    )
    assert lines(tmp_path, body, numbering=levels) == [
        "一、总体情况",
        "（一）主动公开",
        "1. 网站",
        "2. 微信",
        "（二）依申请公开",
        "1. 窗口",
        "二、主动公开政府信息情况",
        "（一）规章",
    ]


@pytest.mark.parametrize(
    ("shown", "template", "expected"),
    [
        ("chineseCounting", "%1、", "十二、甲"),
        ("ideographDigital", "%1、", "一二、甲"),
        ("chineseLegalSimplified", "%1、", "拾贰、甲"),
        ("ideographTraditional", "%1、", "乙、甲"),
        ("decimalEnclosedCircle", "%1", "⑫ 甲"),
        ("decimalFullWidth", "%1．", "１２．甲"),
        ("decimalZero", "%1)", "12)甲"),
        ("upperRoman", "%1", "XII 甲"),
        ("lowerLetter", "%1)", "l)甲"),
        ("decimal", "第%1条", "第12条 甲"),
        ("bullet", "", "甲"),
        ("none", "", "甲"),
    ],
)
def test_twelfth_paragraph_is_numbered(tmp_path: Path, shown: str, template: str, expected: str) -> None:
    body = numbered("甲") * 12
    assert lines(tmp_path, body, numbering=numbering(level(0, shown, template)))[-1] == expected


@pytest.mark.parametrize(
    ("number", "written"),
    [(10, "十"), (20, "二十"), (21, "二十一"), (105, "一百零五"), (110, "一百一十"), (1000, "一千")],
)
def test_numbers_are_written_as_headings_count(number: int, written: str) -> None:
    from ingest.readers.numbering import chinese

    assert chinese(number) == written


def test_number_comes_from_the_style_of_a_heading(tmp_path: Path) -> None:
    levels = numbering(
        level(0, "chineseCounting", "%1、"), level(1, "decimal", "%1.%2", '<w:pStyle w:val="3"/>')
    )
    styles = (
        '<w:style w:styleId="2"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="3"><w:basedOn w:val="2"/></w:style>'
    )
    second, third = '<w:pStyle w:val="2"/>', '<w:pStyle w:val="3"/>'
    plain = '<w:pStyle w:val="2"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    body = p("总体情况", second) + p("网站", third) + p("无编号", plain) + p("其他", second)
    assert lines(tmp_path, body, numbering=levels, styles=styles) == [
        "一、总体情况",
        "一.1 网站",
        "无编号",
        "二、其他",
    ]


def test_list_that_starts_anew_counts_anew(tmp_path: Path) -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    levels = numbering(level(0, "decimal", "%1."), overrides=again)
    body = numbered("甲") + numbered("乙") + numbered("丙", num=2) + numbered("丁", num=2)
    assert lines(tmp_path, body, numbering=levels) == ["1. 甲", "2. 乙", "1. 丙", "2. 丁"]


# ---------------------------------------------------------------- tables


def test_merged_cells_stand_once_with_their_spans(tmp_path: Path) -> None:
    body = "<w:tbl>" + "".join(
        [
            tr(tc(p("三、本年度办理结果"), merge="restart"), tc(p("（一）予以") + p("公开"), columns=2), tc(p("1"))),
            tr(tc(p("藏"), merge=""), tc(p("（三）"), merge="restart"), tc(p("1.属于国家秘密")), tc()),
            tr(tc(merge="continue"), tc(merge="continue"), tc(p("2.其他")), tc(p("0"))),
        ]
    ) + "</w:tbl>"  # fmt: skip
    (grid,) = document(tmp_path, packed(body)).grids
    assert [(c.text, c.row, c.column, c.row_span, c.column_span) for c in grid.cells] == [
        ("三、本年度办理结果", 0, 0, 3, 1),
        ("（一）予以公开", 0, 1, 1, 2),
        ("1", 0, 3, 1, 1),
        ("（三）", 1, 1, 2, 1),
        ("1.属于国家秘密", 1, 2, 1, 1),
        ("", 1, 3, 1, 1),
        ("2.其他", 2, 2, 1, 1),
        ("0", 2, 3, 1, 1),
    ]


def rows(found: RawDocument) -> list[list[str]]:
    return [
        [c.text for c in row] for grid in found.grids for _, row in groupby(grid.cells, lambda cell: cell.row)
    ]


@pytest.mark.parametrize(
    ("table_rows", "expected"),
    [
        (tr(tc(p("甲")), tc(p("1"))) + "<w:tr><w:trPr><w:del/></w:trPr>" + tc(p("乙")) + tc(p("2")) + "</w:tr>", [["甲", "1"]]),
        ("<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>" + tc(p("1")) + tc(p("2")) + "</w:tr>" + tr(tc(p("甲")), tc(), tc()), [["1", "2"], ["甲", "", ""]]),
        (tr(tc(p("甲")), "<w:sdt><w:sdtContent>" + tc(p("1")) + "</w:sdtContent></w:sdt>"), [["甲", "1"]]),
        ("<w:ins>" + tr(tc(p("甲")), tc(p("1"))) + "</w:ins>", [["甲", "1"]]),
        (tr(tc(p("甲")), tc("<w:p>" + box(p("1")) + "</w:p>")), [["甲", "1"]]),
        (tr(tc(p("规章")), tc("<w:tbl>" + tr(tc(p("1")), tc(p("2"))) + "</w:tbl>")), [["1", "2"]]),
    ],
)  # fmt: skip
def test_table_reads_as_word_shows_it(tmp_path: Path, table_rows: str, expected: list[list[str]]) -> None:
    assert rows(document(tmp_path, packed(f"<w:tbl>{table_rows}</w:tbl>"))) == expected


def test_table_inside_a_cell_that_only_lays_out_the_page_is_a_grid(tmp_path: Path) -> None:
    inner = "<w:tbl>" + tr(tc(p("规章")), tc(p("0")), tc(p("3"))) + "</w:tbl>"
    body = "<w:tbl>" + tr(tc(p("一、总体情况") + p("全年公开12条。") + inner + p("二、其他"))) + "</w:tbl>"
    found = document(tmp_path, packed(body))
    assert found.text.splitlines() == ["一、总体情况", "全年公开12条。", "规章\t0\t3", "二、其他"]
    assert rows(found) == [["规章", "0", "3"]]


def test_rows_of_tabs_in_paragraphs_become_cells(tmp_path: Path) -> None:
    tab = "<w:r><w:tab/></w:r>"
    body = "".join(
        f"<w:p>{tab.join(map(r, cells))}</w:p>" for cells in (["规章", "0", "3"], ["许可", "1", "2"])
    )
    assert rows(document(tmp_path, packed(body))) == [["规章", "0", "3"], ["许可", "1", "2"]]


# ---------------------------------------------------------------- what is no document, or not safe


def refused(folder: Path, data: bytes, name: str = "年报.docx", limits: ReadingLimits | None = None) -> str:
    with pytest.raises((UnreadableFile, LimitExceeded)) as caught:
        document(folder, data, name, limits)
    assert caught.value.path == name
    assert caught.value.remedy
    return caught.value.cause


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = packed("<w:p/>" * 4_000_000)
    assert len(bomb) < 200_000
    assert "超过上限" in refused(tmp_path, bomb)
    assert "超过上限 1000 字节" in refused(
        tmp_path, packed(p("甲") * 100), limits=ReadingLimits(max_unpacked_bytes=1000)
    )
    wide = ReadingLimits(max_bytes=10_000, max_unpacked_ratio=10_000)
    assert "超过上限 10000 字节" in refused(tmp_path, packed(p("甲") * 1000), limits=wide)


def test_ten_thousand_pages_of_text_are_refused(tmp_path: Path) -> None:
    limits = ReadingLimits(max_characters=1000)
    assert "超过上限 1000 字" in refused(tmp_path, packed(p("一二三四五") * 300), limits=limits)


@pytest.mark.parametrize("name", ["年报.docx", "年报.doc"])
def test_encrypted_document_says_so(tmp_path: Path, name: str) -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert refused(tmp_path, container, name) == "文件已加密"


def test_document_cut_in_the_middle_is_refused(tmp_path: Path) -> None:
    data = packed(p(TITLE) * 50)
    assert "压缩结构已损坏" in refused(tmp_path, data[: len(data) // 2])


def test_archive_that_is_no_document_says_so(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("年报.txt", TITLE)
    assert refused(tmp_path, stream.getvalue()) == "是压缩文件而不是 Word 文档"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d [<!ENTITY x "' + "甲" * 50 + '"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>',
    ],
)
def test_document_with_entities_is_refused(tmp_path: Path, declaration: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        body = f"<w:document {NAMESPACES}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
        archive.writestr("word/document.xml", declaration + body)
    assert "实体声明" in refused(tmp_path, stream.getvalue())


def test_damaged_part_is_refused(tmp_path: Path) -> None:
    assert "损坏" in refused(tmp_path, packed("<w:p><w:r>"))


@pytest.mark.parametrize("name", ["年报.doc", "年报.txt", "年报.html"])
def test_document_is_known_by_its_bytes_under_any_name(tmp_path: Path, name: str) -> None:
    assert document(tmp_path, packed(p(TITLE)), name).text == f"{TITLE}\n"


# ---------------------------------------------------------------- before 2007


OLD_DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def with_office(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Put a program that is called like LibreOffice where it is looked for."""
    office = folder / "bin" / "soffice"
    office.parent.mkdir()
    office.write_text(f"#!{sys.executable}\nimport sys, shutil, time, pathlib\n{program}\n")
    office.chmod(0o755)
    monkeypatch.setenv("PATH", str(office.parent))


def test_doc_is_read_through_libreoffice_in_a_profile_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converted = tmp_path / "converted.docx"
    converted.write_bytes(packed(p(TITLE)))
    with_office(
        tmp_path,
        monkeypatch,
        "assert any(a.startswith('-env:UserInstallation=file://') for a in sys.argv)\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\n"
        f"out.mkdir(); shutil.copy({str(converted)!r}, out / 'report.docx')",
    )
    found = document(tmp_path, OLD_DOC, "年报.doc")
    assert (found.text, found.source.media_type) == (f"{TITLE}\n", "application/msword")


@pytest.mark.parametrize(
    ("program", "cause"),
    [("sys.exit(1)", "无法转换"), ("pass", "无法转换"), ("time.sleep(30)", "超过 0.5 秒")],
)
def test_conversion_that_fails_or_hangs_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, cause: str
) -> None:
    with_office(tmp_path, monkeypatch, program)
    assert cause in refused(tmp_path, OLD_DOC, "年报.doc", ReadingLimits(max_conversion_seconds=0.5))


@pytest.mark.parametrize("name", ["年报.doc", "年报.rtf"])
def test_rtf_is_read_with_its_rows(tmp_path: Path, name: str) -> None:
    title = "".join(f"\\'{byte:02x}" for byte in TITLE.encode("gbk"))
    text = (
        r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 SimSun;}}\f0 " + title + r"\par"
        r"\trowd\cellx100\cellx200\cellx300 \u35268?\u31456?\cell 0\cell 3\cell\row\pard\u26080?\par}"
    )
    found = document(tmp_path, text.encode(), name)
    assert found.text.splitlines()[0] == TITLE
    assert rows(found) == [["规章", "0", "3"]]
    assert found.source.media_type == "application/rtf"
