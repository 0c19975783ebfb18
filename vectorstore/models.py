"""Name what is asked of the store and what it gives back."""

from datetime import date
from typing import Generic, Literal, TypeVar

from pydantic import Field

from ingest.models import Chunk, Form, OrganizationKind, Value

Mark = Literal["o", "g", "y", "m", "n", "b", "a", "c", "x", "k", "v", "f", "t", "d", "u"]
"""What a stretch of a question is.

o a body · g a group of bodies · y a year or span of years · m what is counted or asked about · n and b the part and
the whole, or the first and the second, of an operation on two measures · a a kind of applicant · c a column or state
that narrows · x what is left out · k the measure of a condition that picks bodies or years · v a value, bound, count
or rank number · f what the question takes for granted · t a term to be explained · d a particular that is asked for ·
u content that no part of a plan can take.
"""
Over = Literal["bodies", "years", "measures"]
Order = Literal["desc", "asc"]
Relation = Literal[
    "equal",
    "more",
    "less",
    "at_least",
    "at_most",
    "increased",
    "decreased",
    "happened",
    "not_happened",
    "consistent",
]
Ask = Literal["what", "how", "why", "who", "where", "when", "problems", "plans", "summary", "example"]
ReadParticular = Literal[
    "phone", "address", "email", "office", "date", "period", "basis", "columns", "sections", "title"
]
"""The particulars that a reader tells apart; a plan can ask for more."""
SizeUnit = Literal["amount", "percent"]
Asked = Literal[
    "lookup",
    "several",
    "sum",
    "difference",
    "ratio",
    "share",
    "mean",
    "remainder",
    "growth",
    "median",
    "count",
    "filter",
    "compare",
    "rank",
    "trend",
    "parts",
    "list",
    "passage",
    "verify",
    "check",
    "explain",
    "about",
    "holdings",
    "chat",
    "outside",
]
"""What a question wants done; `several` is a lookup of more than one measure."""
Kept = Literal["o", "y", "m", "op"]
"""What a follow-up takes from a turn before it: its bodies, years, measures, operation."""

_Choice = TypeVar("_Choice")

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


class Span(Value):
    """Hold a marked stretch of a question: `text` is what stands from `start` to `end` in it as typed."""

    mark: Mark
    start: int
    end: int
    text: str
    probability: float = Field(default=1.0, ge=0, le=1)


class Likely(Value, Generic[_Choice]):
    """Hold one of several choices and how likely it is; a value of None means that the question does not say."""

    value: _Choice
    probability: float = Field(default=1.0, ge=0, le=1)


class Reading(Value):
    """Hold what the reader takes a question for, before code makes a plan of it.

    Spans stand in the order of the question and do not overlap; white space and punctuation around them is cut.
    What has several choices lists them likeliest first, down to one in a hundred. A slot is read only where the
    operation has it (`ask` where it is a passage). `keeps` gives for each thing how likely it is taken from the turn
    that `source` numbers (0 is the oldest turn handed over); both are empty without history.
    """

    question: str
    spans: tuple[Span, ...]
    operation: tuple[Likely[Asked], ...]
    over: tuple[Likely[Over | None], ...] = ()
    order: tuple[Likely[Order | None], ...] = ()
    relation: tuple[Likely[Relation | None], ...] = ()
    ask: tuple[Likely[Ask | None], ...] = ()
    of: tuple[Likely[ReadParticular | None], ...] = ()
    unit: tuple[Likely[SizeUnit | None], ...] = ()
    inner: tuple[Likely[Asked | None], ...] = ()
    paired: float = Field(default=0.0, ge=0, le=1)
    keeps: tuple[Likely[Kept], ...] = ()
    source: tuple[Likely[int], ...] = ()
