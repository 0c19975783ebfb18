"""Name what is asked of the store and what it gives back."""

from datetime import date
from typing import Literal

from ingest.models import Chunk, Form, OrganizationKind, Value

BodyKind = Literal[
    "省", "市", "县", "区", "旗", "州", "盟", "园区", "街道", "镇", "乡", "厅", "局", "委", "办", "中心", "院", "医院", "学校", "队",
    "所", "公司", "其他",
]  # fmt: skip
"""What kind of body reports, in the words that people ask with: 哪个县, 哪个街道."""


class Filter(Value):
    """Narrow a search; None leaves a field open, an empty tuple matches nothing."""

    organizations: tuple[str, ...] | None = None
    years: tuple[int, ...] | None = None
    report_ids: tuple[str, ...] | None = None


EVERYTHING = Filter()
"""The filter that leaves every field open."""


class ReportHead(Value):
    """Hold what is known of a report without reading it; `source` is its file's name.

    `body` is the id of the body that reports, `organization` the name it goes by here, `aliases` all its other
    names. `read` grows with each file that is read, so that of two reports the one read later can be told.
    """

    report_id: str
    title: str
    organization: str
    aliases: tuple[str, ...]
    kind: OrganizationKind
    region: tuple[str, ...]
    year: int | None
    form: Form
    published: date | None
    source: str
    body: str = ""
    body_kind: BodyKind = "其他"
    read: int = 0


class Body(Value):
    """Hold a body with all its names and the ids of its reports; `region` leads from the province down to it."""

    id: str
    name: str
    kind: BodyKind
    region: tuple[str, ...]
    names: tuple[str, ...]
    reports: tuple[str, ...]


class Latest(Value):
    """Hold one report of each body and year, and those that stand behind a newer one."""

    kept: tuple[ReportHead, ...]
    left_out: tuple[ReportHead, ...]


class Correction(Value):
    """Hold what a person said of a report against what was read; None leaves the reading as it is."""

    body: str | None = None
    year: int | None = None


class KnownFile(Value):
    """Say what a library holds of a file; `location` is where the file stood, in full."""

    location: str
    sha256: str
    pipeline: str
    report_id: str


class Hit(Value):
    """Hold a found passage; ranks start at 1 and are None where that search did not find it."""

    chunk: Chunk
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    similarity: float | None


class Manifest(Value):
    """Say what a library holds and what made its index."""

    schema_version: int
    pipeline: str
    embedding_model: str | None
    reports: int
    chunks: int
    figures: int
    indexed_chunks: int


class FileOutcome(Value):
    """Say what became of one file: `message` is the line that a person reads, `doubts` what could not be placed.

    A file is `skipped` when it lies in a folder and is no document.
    """

    path: str
    status: Literal["added", "replaced", "unchanged", "skipped", "failed"]
    report_id: str | None
    message: str
    tables: int = 0
    cells: int = 0
    figures: int = 0
    findings: int = 0
    issues: int = 0
    doubts: tuple[str, ...] = ()


class Progress(Value):
    """Tell how far a build is; `outcome` is the file that was just finished, None while vectors are made."""

    stage: Literal["reading", "indexing"]
    done: int
    total: int
    outcome: FileOutcome | None = None
