"""Make small reports, the same ones every time, without reading a file's layout.

A file of these tests holds one line, `organisation year sentence…`; `read` turns it into everything that the
library keeps.
"""

import hashlib
from decimal import Decimal
from pathlib import Path

from ingest.errors import NotAReport
from ingest.models import (
    Anchor,
    Chunk,
    Dimensions,
    Figure,
    Finding,
    Ingested,
    Organization,
    Quantity,
    Report,
    Section,
    Source,
    content_id,
)


def ingested(
    organization: str = "甲县",
    year: int | None = 2020,
    sentences: tuple[str, ...] = ("受理申请12件。",),
    *,
    value: str = "12",
    name: str = "a.txt",
) -> Ingested:
    """Return a report with one passage a sentence, a table's figure, a sentence's figure and a finding."""
    text = f"{organization}{year}年报告\n" + "\n".join(sentences)
    digest = hashlib.sha256(text.encode()).hexdigest()
    report_id = content_id("r", digest)
    whole = Anchor(report_id=report_id, char_start=0, char_end=len(text), section_path=("一、总体情况",))
    common = {
        "report_id": report_id,
        "organization": organization,
        "year": year,
        "status": "ok",
        "quantity": Quantity(value=Decimal(value), unit="件", printed=value),
        "context": text,
        "context_start": 0,
        "phrase": "",
        "anchor": whole,
    }
    figures = (
        Figure(
            id=content_id("f", report_id, 1),
            indicator="received",
            label="本年新收/总计",
            dimensions=Dimensions(applicant="total"),
            origin="table",
            **common,
        ),
        Figure(
            id=content_id("f", report_id, 2),
            indicator=None,
            label="受理申请",
            dimensions=Dimensions(),
            origin="sentence",
            **common,
        ),
    )
    finding = Finding(
        id=content_id("n", report_id),
        report_id=report_id,
        code="rate",
        severity="soft",
        message="两处数字不符",
        figures=(figures[0].id,),
        expression="1 ÷ 3",
        expected=Decimal("33.330"),
        printed=Decimal("33.3"),
        anchors=(whole,),
    )
    return Ingested(
        report=Report(
            id=report_id,
            title=f"{organization}{year}年政府信息公开工作年度报告",
            organization=Organization(
                name=organization, aliases=("本县",), kind="government", region=("宁夏",)
            ),
            year=year,
            form="form2019",
            published=None,
            published_at=None,
            source=Source(path=name, sha256=digest, media_type="text/plain"),
            sections=(Section(id="s1", title="总体情况", level=1, path=("一、总体情况",), anchor=whole),),
            tables=(),
            issues=(),
        ),
        text=text,
        figures=figures,
        findings=(finding,),
        chunks=tuple(
            _chunk(report_id, number, f"{organization} {year}", line) for number, line in enumerate(sentences)
        ),
    )


def _chunk(report_id: str, number: int, head: str, sentence: str) -> Chunk:
    anchor = Anchor(report_id=report_id, char_start=number, char_end=number + 1)
    return Chunk(
        id=content_id("c", report_id, number),
        report_id=report_id,
        section_path=(),
        text=sentence,
        search_text=f"{head}\n{sentence}",
        anchor=anchor,
    )


def write(path: Path, organization: str, year: int, *sentences: str) -> Path:
    """Write a file that `read` understands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(" ".join([organization, str(year), *sentences]), encoding="utf-8")
    return path


def read(path: Path) -> Ingested:
    """Read a file made by `write`; refuse one that says it is no report."""
    content = path.read_bytes()
    words = content.decode("utf-8").split()
    if len(words) < 3:
        raise NotAReport(path.name, "看不出是年度报告", "请确认文件内容。")
    made = ingested(words[0], int(words[1]), tuple(words[2:]), name=path.name)
    source = made.report.source.model_copy(update={"sha256": hashlib.sha256(content).hexdigest()})
    return made.model_copy(update={"report": made.report.model_copy(update={"source": source})})
