"""Marks of notes and struck-out characters never run into a number, whatever the file is; powers stay powers."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF
from printing import images, scanned
from pylopdf_fonts_zh_cn import serif_path
from test_docx_reader import p, packed, r, tc, tr

from ingest import Ingested, ingest_file
from ingest.readers.raised import DOWN, END, UP, settled

TITLE = "青禾县水务局2023年政府信息公开工作年度报告"
HEAD = ("信息内容", "本年处理决定数量")


def decisions(found: Ingested) -> list[object]:
    """Return the values of the column of decisions, the status where a cell is not `ok`."""
    return [
        str(cell.quantity.value) if cell.quantity and cell.status == "ok" else cell.status
        for table in found.report.tables
        for cell in table.cells
    ]


def read(folder: Path, name: str, data: bytes) -> Ingested:
    (folder / name).write_bytes(data)
    return ingest_file(folder / name)


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("12[1]项", "12项"),
        ("12[①]", "12"),
        ("12[[3]]", "12"),
        ("12[注4]项", "12项"),
        ("12[1][,2]项", "12项"),
        ("[*]12", "12"),
        ("行政处罚[2]", "行政处罚"),
        ("行政处罚|12[1]|[128]|", "行政处罚|12|128|"),
        ("[128]", "128"),
        ("共[12]件", "共12件"),
        ("占地3km[2]，深12米[3]", "占地3km²，深12米³"),
        ("约3×10[4]件", "约3×10⁴件"),
        ("10[4]件", "10⁴件"),
        ("1[283]件", "1²⁸³件"),
        ("12[2022年口径]", "12²⁰²²年口径"),
        ("PM(2.5)年均12", "PM2.5年均12"),
        ("12(1)", "12₁"),
    ],
)
def test_raised_and_lowered_characters(printed: str, shown: str) -> None:
    line = printed.replace("[[3]]", f"{UP}［3］{END}").replace("[", UP).replace("]", END)
    line = line.replace("(", DOWN).replace(")", END).replace("［", "[").replace("］", "]")
    assert settled(line) == shown


# ---------------------------------------------------------------- web pages

MARKS = [
    "12<sup>1</sup>",
    "12<sup>[1]</sup>",
    "12<sup><a href='#zhu'>②</a></sup>",
    "12<a href='#note3'>[3]</a>",
    "12<span style='vertical-align: super; font-size: 8px'>1</span>",
    "12<span class='up'>1</span>",
    "<sup>*</sup>12",
    "<s>9</s>12",
    "<strike>12</strike><b>12</b>",
    "1<del>3</del>2",
    "<span style='color:red;text-decoration: line-through'>4</span>12",
    "<font class='old'>4</font>12",
    "<sup>12</sup>",
]


@pytest.mark.parametrize("printed", MARKS)
def test_page_with_a_note_or_a_correction(tmp_path: Path, printed: str) -> None:
    page = (
        "<style><!-- p.x, span.up {mso-fareast-language:ZH-CN; vertical-align:super} "
        ".old{text-decoration:line-through;} --></style>"
        f"<h1>{TITLE}</h1><h2>一、总体情况</h2><p>全年公开信息{printed}条，管网3km<sup>2</sup>。</p><table>"
        f"<tr><td>{HEAD[0]}</td><td>{HEAD[1]}</td></tr><tr><td>行政处罚<sup>1</sup></td><td>{printed}</td></tr>"
        f"<tr><td>行政强制</td><td><p>{printed}</p></td></tr></table>"
    )
    found = read(tmp_path, "年报.html", page.encode())
    assert decisions(found) == ["12", "12"]
    assert "公开信息12条，管网3km²。" in found.text


def test_page_whose_number_is_lowered_states_no_number(tmp_path: Path) -> None:
    page = f"<h1>{TITLE}</h1><p>全年公开信息12<sub>1</sub>条，依申请公开3件。</p>"
    found = read(tmp_path, "年报.html", page.encode())
    assert [str(figure.quantity.value) for figure in found.figures if figure.quantity] == ["3"]


# ---------------------------------------------------------------- Word

UPPER = '<w:vertAlign w:val="superscript"/>'
STYLES = (
    '<w:style w:type="character" w:styleId="a"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
    '<w:style w:type="character" w:styleId="c"><w:rPr><w:strike/></w:rPr></w:style>'
)


@pytest.mark.parametrize(
    "runs",
    [
        r("12") + r("1", UPPER),
        r("12") + r("[1]", UPPER),
        r("12") + r("③", '<w:rStyle w:val="b"/>'),
        r("12") + r("1", '<w:position w:val="8"/><w:sz w:val="12"/>'),
        r("9", "<w:strike/>") + r("12"),
        r("9", "<w:dstrike/>") + r("12"),
        r("9", '<w:rStyle w:val="c"/>') + r("12"),
        r("1") + r("2", '<w:strike w:val="0"/><w:vertAlign w:val="baseline"/>'),
        r("12", UPPER),
    ],
)
def test_document_with_a_note_or_a_correction(tmp_path: Path, runs: str) -> None:
    paragraph = f"<w:p>{runs}</w:p>"
    body = (
        p(TITLE)
        + p("一、总体情况")
        + f"<w:p>{r('公开')}{runs}{r('条，管网3km')}{r('2', UPPER)}{r('。')}</w:p>"
        + f"<w:tbl>{tr(tc(p(HEAD[0])), tc(p(HEAD[1])))}{tr(tc(p('行政处罚')), tc(paragraph))}"
        + f"{tr(tc(p('行政强制')), tc(paragraph))}</w:tbl>"
    )
    found = read(tmp_path, "年报.docx", packed(body, styles=STYLES))
    assert decisions(found) == ["12", "12"]
    assert "公开12条，管网3km²。" in found.text


def test_formula_is_no_number_of_its_digits(tmp_path: Path) -> None:
    power = "<m:oMath><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
    half = "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    body = p(TITLE) + f"<w:p>{r('共')}{power}{r('件，')}{half}{r('件')}</w:p>"
    assert "共10²件，1/2件" in read(tmp_path, "年报.docx", packed(body)).text


# ---------------------------------------------------------------- RTF


def coded(text: str) -> str:
    return "".join(char if ord(char) < 128 else rf"\u{ord(char)}\'3f" for char in text)


@pytest.mark.parametrize(
    "printed",
    [
        r"12{\super 1}",
        r"12\super\u9312\'3f",
        r"12\up6\fs12 1\up0",
        r"12{\super [1]}\nosupersub",
        r"{\strike 9}12",
        r"\striked1 9\striked0 12",
        r"{\super 12}",
    ],
)
def test_rtf_with_a_note_or_a_correction(tmp_path: Path, printed: str) -> None:
    def row(label: str, cell: str) -> str:
        return rf"{{\trowd\cellx100\cellx200\pard\intbl {coded(label)}\cell\pard\plain {cell}\cell\row}}"

    text = (
        rf"{{\rtf1\ansi{{\stylesheet{{\*\cs15 \super note;}}}}\pard {coded(TITLE)}\par"
        rf"\pard {coded('公开')}{{{printed}}}{coded('条，管网')}3km{{\super 2}}{coded('。')}\par"
        rf"{row(HEAD[0], coded(HEAD[1]))}{row('行政处罚', printed)}{row('行政强制', printed)}}}"
    )
    found = read(tmp_path, "年报.rtf", text.encode())
    assert decisions(found) == ["12", "12"]
    assert "公开12条，管网3km²。" in found.text


# ---------------------------------------------------------------- PDF

Draw = Callable[["Sheet", float, float], None]


class Sheet:
    """Draw a small report whose number a test prints in its own way."""

    def __init__(self) -> None:
        self.pdf = FPDF(unit="pt", format=(595, 842))
        self.pdf.add_font("serif", fname=str(serif_path()))
        self.pdf.add_page()

    def put(self, x: float, y: float, text: str, size: float = 10.5) -> float:
        """Draw a text and return where it ends."""
        self.pdf.set_font("serif", size=size)
        self.pdf.text(x, y, text)
        return x + self.pdf.get_string_width(text)

    def report(self, draw: Draw) -> bytes:
        for line, text in enumerate(
            [TITLE, "一、总体情况", "全年公开信息128条。", "二、主动公开政府信息情况"]
        ):
            self.put(60, 60 + 18 * line, text)
        for row, label in enumerate([HEAD[0], "行政处罚", "行政强制"]):
            y = 140 + 20 * row
            self.pdf.rect(60, y, 300, 20)
            self.pdf.line(210, y, 210, y + 20)
            self.put(64, y + 14, label)
            if row:
                draw(self, 220, y + 14)
            else:
                self.put(220, y + 14, HEAD[1])
        stream = io.BytesIO()
        self.pdf.output(stream)
        return stream.getvalue()


def noted(mark: str, size: float, rise: float) -> Draw:
    return lambda sheet, x, y: void(sheet.put(sheet.put(x, y, "12"), y - rise, mark, size))


def struck(sheet: Sheet, x: float, y: float) -> None:
    end = sheet.put(x, y, "9")
    sheet.pdf.set_line_width(0.5)
    sheet.pdf.line(x, y - 3.6, end, y - 3.6)
    sheet.put(end, y, "12")


def void(_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("draw", "value"),
    [
        (noted("1", 6, 4), "12"),
        (noted("①", 6, 3.5), "12"),
        (noted("[3]", 6.5, 3), "12"),
        (noted("注1", 6, 4), "12"),
        (noted("1", 7, 0), "unclear"),
        (noted("4", 10.5, 0), "124"),
        (struck, "12"),
    ],
)
def test_pdf_with_a_note_or_a_correction(tmp_path: Path, draw: Draw, value: str) -> None:
    assert decisions(read(tmp_path, "年报.pdf", Sheet().report(draw))) == [value, value]


def test_line_under_a_number_strikes_out_nothing(tmp_path: Path) -> None:
    def underlined(sheet: Sheet, x: float, y: float) -> None:
        sheet.pdf.line(x, y + 1.5, sheet.put(x, y, "12"), y + 1.5)

    assert decisions(read(tmp_path, "年报.pdf", Sheet().report(underlined))) == ["12", "12"]


def test_photographed_note_leaves_the_number_unclear(tmp_path: Path) -> None:
    pages = images(Sheet().report(noted("1", 7, 3)))
    values = decisions(read(tmp_path, "年报.pdf", scanned(pages)))
    assert not {"121", "12.1", "1"} & set(values)
    assert set(values) <= {"12", "unclear"}
