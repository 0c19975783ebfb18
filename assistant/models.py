"""Name what passes between a question and its answer.

`Answer` is the public record: `gongkai ask --json`, `POST /v1/ask` and the last event all carry it.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from assistant.plans import Plan
from ingest.models import Anchor, Figure, TableKind, Value
from vectorstore.models import Filter

Role = Literal["user", "assistant"]
Status = Literal["answered", "partial", "refused", "clarify"]
ReasonCode = Literal["no_report", "no_indicator", "blank_cell", "ambiguous", "out_of_scope", "no_evidence"]
EngineName = Literal["rules", "llm"]


def _as_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


Number = Annotated[Decimal, PlainSerializer(_as_number, return_type=int | float, when_used="json")]
"""An exact amount that other tools read as a JSON number."""


class Turn(Value):
    """Hold one earlier message of the conversation."""

    role: Role
    content: str


class Question(Value):
    """Hold what was asked, what was said before, and what the user narrowed the search to."""

    text: str
    history: tuple[Turn, ...] = ()
    filter: Filter = Filter()


class Evidence(Value):
    """Hold what a tool found: a model cites it by `key`; with `figure`, it proves that one amount and no other."""

    key: str
    quote: str
    anchor: Anchor
    figure: Figure | None = None


class Citation(Value):
    """Point a reader at the proof; `quote` is verbatim from the file `source`, white space aside."""

    n: int
    source: str
    report_id: str
    title: str
    organization: str
    year: int | None
    section: tuple[str, ...]
    quote: str
    table: TableKind | None
    row: tuple[str, ...]
    column: str | None
    char_start: int
    char_end: int
    page: int | None


class AnswerFigure(Value):
    """State one figure of an answer; `citation` is the number of its citation."""

    label: str
    value: Number
    unit: str
    printed: str
    organization: str
    year: int | None
    citation: int


class Derivation(Value):
    """Show how a number came about; `expression` uses the printed inputs, `value` is recomputed."""

    expression: str
    inputs: tuple[str, ...]
    value: Number
    unit: str


class AnswerWarning(Value):
    """Say what a reader must know before quoting; `citations` are citation numbers."""

    code: str
    message: str
    citations: tuple[int, ...]


class Drafted(Value):
    """Hold the parts of an answer that an answerer decides; the engine adds the rest.

    `confidence` is the chance that it answers what was asked.
    """

    status: Status
    reason_code: ReasonCode | None
    text: str
    figures: tuple[AnswerFigure, ...] = ()
    citations: tuple[Citation, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    warnings: tuple[AnswerWarning, ...] = ()
    suggestions: tuple[str, ...] = ()
    confidence: float = 1.0


class Answer(Value):
    """Hold the whole answer; `text` carries its citations as `[1]`.

    `understanding` says in one line how the question was understood, empty where no plan was made of it;
    `confidence` is the chance that this is what was asked.
    """

    question: str
    standalone_question: str
    plan: Plan | None = None
    understanding: str = ""
    status: Status
    reason_code: ReasonCode | None
    text: str
    figures: tuple[AnswerFigure, ...]
    citations: tuple[Citation, ...]
    derivations: tuple[Derivation, ...]
    warnings: tuple[AnswerWarning, ...]
    suggestions: tuple[str, ...]
    confidence: float = 1.0
    engine: EngineName
    model: str | None
    latency_ms: float
    fingerprint: str

    @property
    def taken_as(self) -> str:
        """Return how the question was taken: by its plan, or in full where the history supplied something."""
        asked_more = self.standalone_question.strip() != self.question.strip()
        return self.understanding or (self.standalone_question if asked_more else "")

    @property
    def workings(self) -> tuple[Derivation, ...]:
        """Return the derivations worth showing; what was merely counted has no expression beside its value."""
        return tuple(one for one in self.derivations if one.expression != f"{one.value:f}")


class Verdict(Value):
    """Hold what a judging model thinks of an answer, from 0 to 1; None where it gave no score."""

    faithfulness: float | None = Field(ge=0, le=1)
    completeness: float | None = Field(ge=0, le=1)
    reason: str = ""


class ScopedReport(Value):
    """Name a report that the question may be about."""

    report_id: str
    title: str
    organization: str
    year: int | None


class Scope(Value):
    """Say which reports a question is about, as its plan has it.

    `standalone` is the question with what the history supplied; `asked` is what it asks for, less organisations
    and years. `unknown_organizations` are names that no report answers to, `choices` namesakes of which it is not
    said which one is meant.
    """

    organizations: tuple[str, ...]
    years: tuple[int, ...]
    standalone: str
    asked: str
    candidates: tuple[ScopedReport, ...]
    unknown_organizations: tuple[str, ...] = ()
    missing: tuple[tuple[str, int], ...] = ()
    choices: tuple[str, ...] = ()


class Scoped(Value):
    """Tell which reports a plan is about."""

    kind: Literal["scoped"] = "scoped"
    scope: Scope


class Planned(Value):
    """Tell how the question was understood: the plan that is carried out, and the same in one line."""

    kind: Literal["planned"] = "planned"
    plan: Plan
    understanding: str


class ToolStarted(Value):
    """Tell that a tool began; `label` is Chinese, for the step list."""

    kind: Literal["tool_started"] = "tool_started"
    tool: str
    label: str
    detail: str


class ToolFinished(Value):
    """Tell that a tool ended, in how many milliseconds and with what result in a few words."""

    kind: Literal["tool_finished"] = "tool_finished"
    tool: str
    label: str
    detail: str
    elapsed_ms: float


class TextDelta(Value):
    """Carry the next piece of the answer's text.

    What a model says comes as it is said, with `verified` False, and empty pieces while it is silent. A piece with
    a higher `draft` than those before begins the text anew. The verified pieces together are the answer's text.
    """

    kind: Literal["text_delta"] = "text_delta"
    text: str
    verified: bool = True
    draft: int = 0


class Completed(Value):
    """Carry the whole answer; the last event of a run that ended well."""

    kind: Literal["completed"] = "completed"
    answer: Answer


class Failed(Value):
    """Carry what went wrong, in words for the user; the last event of a run that did not end well."""

    kind: Literal["failed"] = "failed"
    message: str
    retryable: bool


Event = Annotated[
    Scoped | Planned | ToolStarted | ToolFinished | TextDelta | Completed | Failed,
    Field(discriminator="kind"),
]
