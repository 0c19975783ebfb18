"""Damaged pages and documents: they are refused or read, and no cell that is `ok` holds a number from elsewhere."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from forms import ARTICLE20_2019, ARTICLE20_2021, KEYS, REVIEW, applications, read, report, tabbed, values
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from rendering import render_docx, render_html

from ingest import Ingested, IngestError, ingest_file
from ingest.indicators import load_indicators

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Every cell has a number of its own, so that one in the wrong place shows.
NUMBERED = {
    row.key: tuple(str(1000 + 10 * number + column) for column in range(len(KEYS)))
    for number, row in enumerate(load_indicators().application_rows)
}
REVIEWED = (*REVIEW[:-1], tuple(str(3000 + column) for column in range(15)))
FORMS = {"form2019": ARTICLE20_2019, "form2021": ARTICLE20_2021}


@cache
def original(form: str) -> Ingested:
    table3 = applications(NUMBERED, form=form, label=lambda path: path[-1:])
    text = report(article20=tabbed(FORMS[form]), table3=tabbed(table3), review=tabbed(REVIEWED))
    with TemporaryDirectory() as folder:
        return read(text, Path(folder))


@cache
def page(form: str) -> str:
    return re.sub("</?span>", "", render_html(original(form)))


@cache
def word(form: str) -> bytes:
    with TemporaryDirectory() as folder:
        render_docx(original(form), Path(folder) / "年报.docx")
        return (Path(folder) / "年报.docx").read_bytes()


def amounts(found: Ingested) -> dict[str, object]:
    return {
        key: value
        for table in found.report.tables
        for key, value in values(found, table.kind).items()
        if not isinstance(value, str)
    }


def assert_nothing_wrong(data: bytes, form: str, name: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            found = ingest_file(path)
        except IngestError:
            return
    assert amounts(found).items() <= amounts(original(form)).items()
    for table in found.report.tables:
        for cell in table.cells:
            if cell.printed:
                assert found.text[cell.anchor.char_start : cell.anchor.char_end] == cell.printed


forms = st.sampled_from(sorted(FORMS))


def test_undamaged_documents_have_every_number(tmp_path: Path) -> None:
    for form in FORMS:
        truth = amounts(original(form))
        assert len(truth) > 180
        for name, data in (("年报.html", page(form).encode()), ("年报.docx", word(form))):
            (tmp_path / name).write_bytes(data)
            assert amounts(ingest_file(tmp_path / name)) == truth


def test_values_under_a_head_with_a_cell_too_many_are_unclear(tmp_path: Path) -> None:
    head = "<td><p>信息内容</p></td>"
    at = page("form2019").index(head, page("form2019").index("第二十条第（八）项"))
    (tmp_path / "年报.html").write_text(page("form2019")[:at] + head + page("form2019")[at:], "utf-8")
    found = ingest_file(tmp_path / "年报.html")
    fees = {key: value for key, value in values(found, "article20").items() if ".fees." in key}
    assert set(fees.values()) == {"unclear"}


@given(form=forms, data=st.data())
def test_page_that_breaks_off_never_shows_a_wrong_number(form: str, data: st.DataObject) -> None:
    whole = page(form).encode()
    at = data.draw(st.integers(0, len(whole)))
    assert_nothing_wrong(data.draw(st.sampled_from([whole[:at], whole[at:]])), form, "年报.html")


@given(form=forms, data=st.data())
def test_page_with_lost_repeated_or_swapped_parts_never_shows_a_wrong_number(
    form: str, data: st.DataObject
) -> None:
    damage = data.draw(st.sampled_from(["lost", "repeated", "swapped"]))
    parts = [part for part in re.split(r"(<[^>]*>)", page(form)) if part.strip()]
    tags = [index for index, part in enumerate(parts) if part.startswith(("<t", "</t"))]
    for _ in range(data.draw(st.integers(1, 3))):
        at, other = (data.draw(st.sampled_from(tags)) for _ in range(2))
        length = data.draw(st.integers(2, 30))
        if damage == "lost":
            parts[at] = ""
        elif damage == "repeated":
            parts[at] = "".join(parts[at : at + length]) + parts[at]
        else:
            parts[at], parts[other] = parts[other], parts[at]
    assert_nothing_wrong("".join(parts).encode(), form, "年报.html")


@given(form=forms, data=st.data())
def test_page_with_corrupted_bytes_never_shows_a_wrong_number(form: str, data: st.DataObject) -> None:
    damaged = bytearray(page(form).encode())
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        if not chr(damaged[at]).isdigit():
            damaged[at] = data.draw(st.sampled_from(b'x\xff\x80\xe4<>"&;/ \x00\n'))
    assert_nothing_wrong(bytes(damaged), form, "年报.html")


@given(form=forms, data=st.data())
def test_document_with_corrupted_bytes_never_shows_a_wrong_number(form: str, data: st.DataObject) -> None:
    damaged = bytearray(word(form))
    start = data.draw(st.integers(0, len(damaged) - 1))
    match data.draw(st.sampled_from(["cut", "repeated", "lost", "changed"])):
        case "cut":
            del damaged[start:]
        case "repeated":
            damaged[start:start] = damaged[start : start + 50]
        case "lost":
            del damaged[start : start + 50]
        case _:
            for _ in range(data.draw(st.integers(1, 20))):
                damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert_nothing_wrong(bytes(damaged), form, "年报.docx")


@given(form=forms, data=st.data())
def test_document_with_lost_or_repeated_parts_never_shows_a_wrong_number(
    form: str, data: st.DataObject
) -> None:
    element = data.draw(st.sampled_from(["tr", "tc", "p", "gridSpan", "vMerge", "tbl"]))
    damage = data.draw(st.sampled_from(["lost", "repeated"]))

    def change(root: etree._Element) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            nodes = list(root.iter(f"{W}{element}"))
            node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
            above = node.getparent()
            assert above is not None
            if damage == "repeated":
                above.insert(above.index(node), etree.fromstring(etree.tostring(node)))
            elif len(nodes) > 1:
                above.remove(node)

    assert_nothing_wrong(_rewritten(word(form), change), form, "年报.docx")


@given(form=forms, data=st.data())
def test_document_with_shuffled_rows_never_shows_a_wrong_number(form: str, data: st.DataObject) -> None:
    def change(root: etree._Element) -> None:
        table = data.draw(st.sampled_from(list(root.iter(f"{W}tbl"))))
        rows: Sequence[etree._Element] = table.findall(f"{W}tr")
        for row in data.draw(st.permutations(rows)):
            table.append(row)

    assert_nothing_wrong(_rewritten(word(form), change), form, "年报.docx")


def _rewritten(document: bytes, change: Callable[[etree._Element], None]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(stream, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "word/document.xml":
                root = etree.fromstring(content)
                change(root)
                content = etree.tostring(root)
            new.writestr(info.filename, content)
    return stream.getvalue()
