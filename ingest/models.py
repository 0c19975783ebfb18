"""Name what a report is made of: the values that travel from file to library.

Every value is frozen; every stated number is a `Decimal` with its unit, its printed text and its place.
Offsets (`char_start`, `char_end`) count characters of `RawDocument.text`, the decoded text of the file.
"""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

CellStatus = Literal["ok", "blank", "unclear"]
"""`blank` is a printed cell without content and never means 0; `unclear` could not be read with certainty."""

UNREAD = "〓"
"""Stands for a character that is printed and could not be read."""

TableKind = Literal["article20", "applications", "review_litigation", "stat2017"]
Form = Literal["pre2019", "form2019", "form2021", "unknown"]
Qualifier = Literal["余", "约", "以上", "以下", "近", "超", "累计", "含转发"]
Applicant = Literal[
    "natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total"
]
OrganizationKind = Literal["government", "department", "park", "township", "other"]
Origin = Literal["table", "sentence"]
Period = Literal["year", "last", "since", "as_of", "plan", "from"]
"""The time that a figure is about: the reporting year, the year before (or another one named beside it), all time
since something began, the moment it was counted, what is intended, and 甲 of 由甲升至乙."""
Severity = Literal["hard", "soft"]
UNKNOWN_ORGANIZATION = "（单位不明）"
"""Stands where a text does not tell who reports; two such reports need not be of the same body."""


class Value(BaseModel):
    """Freeze what crosses a border and refuse fields that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def content_id(prefix: str, *parts: object) -> str:
    """Return `prefix-` and 16 hex digits of the SHA-256 of the parts, the same on every machine."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8")).hexdigest()
    return f"{prefix}-{digest[:16]}"


class Source(Value):
    """Say which file a report was read from; `path` is the file's name, never its folder."""

    path: str
    sha256: str
    media_type: str


class Block(Value):
    """Hold one line of text with its place; `certain` is False where optical recognition may have misread it."""

    text: str
    char_start: int
    char_end: int
    page: int | None = None
    certain: bool = True


class GridCell(Value):
    """Hold one cell of a drawn or tabulated grid; `row` and `column` are physical, from 0.

    A merged cell stands once, at its upper left; the places that its spans cover have no cell.
    """

    text: str
    row: int
    column: int
    char_start: int
    char_end: int
    row_span: int = 1
    column_span: int = 1
    certain: bool = True


class Grid(Value):
    """Hold cells that the file itself lays out as a table, before anyone knows which table."""

    cells: tuple[GridCell, ...]
    page: int | None = None


class RawDocument(Value):
    """Hold what a reader hands on: the text, its lines and its grids, in reading order.

    `issuers` are the bodies that the page around the text names, the most trusted first; `remarks` say in words for
    the reader of the report what had to be read in another way than usual.
    """

    source: Source
    text: str
    blocks: tuple[Block, ...]
    grids: tuple[Grid, ...]
    issuers: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Anchor(Value):
    """Point at the place where a thing stands."""

    report_id: str
    char_start: int
    char_end: int
    section_path: tuple[str, ...] = ()
    page: int | None = None
    table: TableKind | None = None
    row: tuple[str, ...] = ()
    column: str | None = None


class Quantity(Value):
    """State an exact amount; `printed` is the text as the report has it, unit included where it is printed.

    Of a range (3～5 件) `value` is the lower end and `upper` the upper one.
    """

    value: Decimal
    unit: str
    printed: str
    qualifier: Qualifier | None = None
    upper: Decimal | None = None

    @property
    def is_approximate(self) -> bool:
        """Tell whether the print leaves open what the amount is exactly."""
        return self.upper is not None or self.qualifier in {"余", "约", "以上", "以下", "近", "超"}


class Cell(Value):
    """Hold one cell of a statutory table, by the labels of the official form.

    `anchor` spans the cell, or its row where the cell is empty; `row_start` and `row_end` span the row as printed.
    `reason` says why a cell is no number, `placed` why its number may stand here though the print is broken.
    """

    row: tuple[str, ...]
    column: str
    status: CellStatus
    printed: str
    quantity: Quantity | None
    indicator: str | None
    applicant: Applicant | None
    anchor: Anchor
    row_start: int
    row_end: int
    reason: str | None = None
    placed: str | None = None


class Table(Value):
    """Hold a statutory table; `form` is that of this table, which may differ from its neighbours'."""

    kind: TableKind
    form: Form
    cells: tuple[Cell, ...]
    anchor: Anchor


class Section(Value):
    """Hold a heading with its own text; `path` leads from the top heading to this one, inclusive."""

    id: str
    title: str
    level: int
    path: tuple[str, ...]
    anchor: Anchor


class Organization(Value):
    """Name who reports; `name` is the shortest full name, `aliases` are other names the text uses."""

    name: str
    aliases: tuple[str, ...]
    kind: OrganizationKind
    region: tuple[str, ...]


class Issue(Value):
    """Report trouble as data: what could not be read, where."""

    code: str
    message: str
    anchor: Anchor | None = None


class Report(Value):
    """Hold one annual report as read; `published_at` points at the date under the signature."""

    id: str
    title: str
    organization: Organization
    year: int | None
    form: Form
    published: date | None
    published_at: Anchor | None
    source: Source
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    issues: tuple[Issue, ...]


class Dimensions(Value):
    """Say along which columns of the form a figure is broken down."""

    applicant: Applicant | None = None


class Figure(Value):
    """State one figure of a report; `quantity` is None exactly when `status` is not `ok`.

    `label` is the row and column of a table's figure, or the phrase that a sentence's figure is about.
    `context` is the sentence around it, or the printed row, verbatim; it begins at offset `context_start`.
    `phrase` is what stands right before and behind the number in its own clause.

    Of a sentence's figure, `part_of` is the figure of the whole that the sentence counts it to, `rate_of` the
    figures of numerator and denominator that it gives, `subject` the body that it names where that is not the
    one that reports; `change` tells 增加 4 件 from 4 件. `period` is the time that the figure is about, `since`
    the beginning of a running count as printed (自2015年开通以来), `of_year` the year of `last` or `plan` where it
    is known.
    """

    id: str
    report_id: str
    indicator: str | None
    label: str
    organization: str
    year: int | None
    status: CellStatus
    quantity: Quantity | None
    dimensions: Dimensions
    origin: Origin
    context: str
    context_start: int
    phrase: str
    anchor: Anchor
    part_of: str | None = None
    rate_of: tuple[str, str] | None = None
    subject: str | None = None
    change: bool = False
    period: Period = "year"
    since: str | None = None
    of_year: int | None = None


class Finding(Value):
    """State that printed figures do not agree; `figures` are the ids of all figures that the rule used.

    `message` is Chinese and complete; `expression` is the recomputation, such as `25437 ÷ 28822`,
    `expected` its value and `printed` what the report says instead; `printed_expression` is how that comes about
    where it is a sum of printed figures.
    """

    id: str
    report_id: str
    code: str
    severity: Severity
    message: str
    figures: tuple[str, ...]
    expression: str
    expected: Decimal | None
    printed: Decimal | None
    printed_expression: str = ""
    anchors: tuple[Anchor, ...]


class Chunk(Value):
    """Hold a passage: quote `text`, which is verbatim, and search `search_text`."""

    id: str
    report_id: str
    section_path: tuple[str, ...]
    text: str
    search_text: str
    anchor: Anchor


class Ingested(Value):
    """Hold everything that is known of one file after reading."""

    report: Report
    text: str
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]
    chunks: tuple[Chunk, ...]
