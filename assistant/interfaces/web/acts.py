"""Name what a reader can do on the page, and what the page is told in return."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from assistant.conversations import Reason, Verdict
from assistant.engine import LONGEST_QUESTION
from assistant.rendering import LONGEST_WORDING
from ingest.models import Value

Part = Literal["text", "tables", "findings"]
Format = Literal["markdown", "docx", "csv", "xlsx"]
Id = Annotated[str, Field(max_length=64)]
_Words = Annotated[str, Field(max_length=200)]


class Hello(Value):
    """Open the page, at a conversation if the address names one."""

    do: Literal["hello"]
    conversation: Id = ""


class Ask(Value):
    """Ask a question; `replace` names the turn that it is asked in place of."""

    do: Literal["ask"]
    text: str = Field(max_length=4 * LONGEST_QUESTION)
    replace: Id = ""
    regions: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


class Change(Value):
    """Ask what a turn was understood to ask for, with its chips as they stand now, in their order on the page."""

    do: Literal["change"]
    turn: Id
    bodies: tuple[_Words, ...] = ()
    years: tuple[Annotated[str, Field(max_length=9)], ...] = ()
    wordings: tuple[Annotated[str, Field(max_length=2 * LONGEST_WORDING)], ...] = ()
    ways: tuple[_Words, ...] = ()
    left_out: tuple[str, ...] = ()


class Stop(Value):
    """Stop an answer that is on its way."""

    do: Literal["stop"]
    turn: Id


class Again(Value):
    """Answer a question anew."""

    do: Literal["again"]
    turn: Id


class Open(Value):
    """Show a conversation; without an id, an empty one."""

    do: Literal["open"]
    conversation: Id = ""


class Find(Value):
    """Look for conversations."""

    do: Literal["find"]
    text: _Words = ""


class Rename(Value):
    """Give a conversation another title."""

    do: Literal["rename"]
    conversation: Id
    title: _Words


class Delete(Value):
    """Remove a conversation."""

    do: Literal["delete"]
    conversation: Id


class Cite(Value):
    """Show the proof behind a citation."""

    do: Literal["cite"]
    turn: Id
    n: int


class Read(Value):
    """Open a report, at a place of its text if one is named; `row` and `column` name a cell inside it."""

    do: Literal["read"]
    report: Id
    part: Part = "text"
    start: int = -1
    end: int = -1
    row: tuple[str, ...] = ()
    column: str = ""


class Look(Value):
    """Show a page of a report's PDF as it is printed."""

    do: Literal["look"]
    report: Id
    page: int


class Browse(Value):
    """List the reports whose title, organisation or year fit."""

    do: Literal["browse"]
    text: _Words = ""


class Doubts(Value):
    """List what does not agree, over all reports or some."""

    do: Literal["doubts"]
    organization: _Words = ""
    year: Annotated[str, Field(max_length=4)] = ""
    severity: Literal["", "hard", "soft"] = ""


class Export(Value):
    """Save an answer, or without `turn` the whole conversation, as a file."""

    do: Literal["export"]
    conversation: Id
    turn: Id = ""
    format: Format


class Judge(Value):
    """Say whether an answer is right, and if not, why."""

    do: Literal["judge"]
    turn: Id
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    note: Annotated[str, Field(max_length=2000)] = ""


class ExportFeedback(Value):
    """Save one's own feedback as a question set."""

    do: Literal["export_feedback"]


class Upload(Value):
    """Name a file that the browser has sent: where it lies, and what it was called."""

    path: str
    name: str


class TakeIn(Value):
    """Read uploaded files into the library."""

    do: Literal["take_in"]
    files: tuple[Upload, ...] = Field(max_length=200)


class Remove(Value):
    """Take a report out of the library."""

    do: Literal["remove"]
    report: Id


Act = Annotated[
    Hello
    | Ask
    | Change
    | Stop
    | Again
    | Open
    | Find
    | Rename
    | Delete
    | Cite
    | Read
    | Look
    | Browse
    | Doubts
    | Export
    | Judge
    | ExportFeedback
    | TakeIn
    | Remove,
    Field(discriminator="do"),
]


class Sent(Value):
    """Hold an act with the language of the browser and the conversation on the page."""

    language: Annotated[str, Field(max_length=40)] = ""
    shown: Id = ""
    act: Act


class Following(Value):
    """Ask for what is new of an answer (`turn`) or of an import (`job`); `seen` is the last that was shown."""

    language: Annotated[str, Field(max_length=40)] = ""
    shown: Id = ""
    kind: Literal["turn", "job"]
    id: Id
    seen: int = -1


SENT: TypeAdapter[Sent] = TypeAdapter(Sent)
FOLLOWING: TypeAdapter[Following] = TypeAdapter(Following)


class Patch(Value):
    """Put HTML into the element with the id `target`, in its place, or behind what it holds."""

    target: str
    html: str
    how: Literal["inside", "replace", "append"] = "inside"


class Download(Value):
    """Hold a file for the reader to save; `content` is Base64."""

    name: str
    media_type: str
    content: str


class Follow(Value):
    """Tell the page what to follow, and how much of it it has now."""

    kind: Literal["turn", "job"]
    id: str
    seen: int


class Reply(Value):
    """Hold what changes on the page.

    `conversation` is the one that is now open, None where that stays as it is; `pane` comes to the front where
    there is room for one only. `told` is shown for a moment and read out; `heard` is only read out.
    """

    patches: tuple[Patch, ...] = ()
    follow: tuple[Follow, ...] = ()
    conversation: str | None = None
    pane: Literal["side", "chat", "proof"] | None = None
    told: str = ""
    heard: str = ""
    focus: str = ""
    download: Download | None = None
