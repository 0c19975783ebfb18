"""Keep conversations and what people think of the answers, in the database of the library.

A conversation belongs to its owner: with another owner's name it is not there. Feedback carries its own copy of
question and answer, so that it outlives the conversation.
"""

import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal, cast, get_args

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import ConversationMissing, ConversationsUnusable
from assistant.exchange import Exchange
from assistant.models import Answer, Turn
from assistant.plans import Plan
from ingest.models import Value
from vectorstore.models import Filter

Verdict = Literal["up", "down"]
Reason = Literal["wrong_number", "wrong_citation", "wrong_year", "wrong_organization", "not_answered"]
REASONS: tuple[Reason, ...] = get_args(Reason)

_LONGEST_TITLE = 60
_LIKE_SPECIAL = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})

metadata = MetaData()
_conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("updated", DateTime(timezone=True), nullable=False),
    Index("conversations_owner", "owner", "updated"),
)
_turns = Table(
    "turns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey(_conversations.c.id), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("payload", Text, nullable=False),
)
_feedback = Table(
    "feedback",
    metadata,
    Column("turn_id", Text, primary_key=True),
    Column("owner", Text, nullable=False, index=True),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("payload", Text, nullable=False),
)


class ConversationHead(Value):
    """Name a conversation without its turns."""

    id: str
    title: str
    updated: datetime


class KeptTurn(Value):
    """Hold one question with its answer, and what the search was narrowed to when it was asked.

    With a `plan`, nobody typed the question: a reader changed how another one was understood.
    """

    id: str
    exchange: Exchange
    narrowed: Filter = Filter()
    plan: Plan | None = None


class Feedback(Value):
    """Hold what somebody thought of an answer, with all that is needed to ask the question again."""

    turn_id: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    note: str = ""
    question: str
    history: tuple[Turn, ...] = ()
    answer: Answer


class Conversations:
    """Store the conversations of many owners; nobody reaches those of another."""

    def __init__(self, engine: Engine) -> None:
        self._reader = engine
        self._writer = engine.execution_options(writes=True)

    def start(self, owner: str, title: str) -> str:
        """Begin a conversation and return its id."""
        conversation_id = new_id("c")
        row = {"id": conversation_id, "owner": owner, "title": _title(title), "updated": _now()}
        with self._writing() as connection:
            connection.execute(insert(_conversations), row)
        return conversation_id

    def heads(self, owner: str, *, search: str = "") -> tuple[ConversationHead, ...]:
        """List an owner's conversations, the latest first; `search` looks into titles, questions and answers."""
        statement = select(_conversations).where(_conversations.c.owner == owner)
        if search.strip():
            like = f"%{search.strip().translate(_LIKE_SPECIAL)}%"
            said = select(_turns.c.conversation_id).where(
                _turns.c.question.ilike(like, escape="\\") | _turns.c.answer.ilike(like, escape="\\")
            )
            statement = statement.where(
                _conversations.c.title.ilike(like, escape="\\") | _conversations.c.id.in_(said)
            )
        with self._reading() as connection:
            rows = connection.execute(statement.order_by(_conversations.c.updated.desc())).mappings().all()
        return tuple(
            ConversationHead(id=row["id"], title=row["title"], updated=row["updated"]) for row in rows
        )

    def head(self, owner: str, conversation_id: str) -> ConversationHead:
        """Return one conversation's name; raise ConversationMissing when the owner has none of this id."""
        with self._reading() as connection:
            row = connection.execute(
                select(_conversations).where(_owned(owner, conversation_id))
            ).mappings().first()  # fmt: skip
        if row is None:
            raise ConversationMissing("这段对话已经不在了。请从左边另选一段，或开始新的对话。")
        return ConversationHead(id=row["id"], title=row["title"], updated=row["updated"])

    def turns(self, owner: str, conversation_id: str) -> tuple[KeptTurn, ...]:
        """Return the turns in their order; raise ConversationMissing when the owner has none of this id."""
        self.head(owner, conversation_id)
        statement = select(_turns.c.payload).where(_turns.c.conversation_id == conversation_id)
        with self._reading() as connection:
            payloads = connection.execute(statement.order_by(_turns.c.position)).scalars().all()
        return tuple(KeptTurn.model_validate_json(payload) for payload in payloads)

    def add(self, owner: str, conversation_id: str, turn: KeptTurn) -> None:
        """Put a turn at the end."""
        self.head(owner, conversation_id)
        last = select(func.max(_turns.c.position)).where(_turns.c.conversation_id == conversation_id)
        with self._writing() as connection:
            position = connection.execute(last).scalar_one()
            place = {
                "id": turn.id,
                "conversation_id": conversation_id,
                "position": 0 if position is None else position + 1,
            }
            connection.execute(insert(_turns), place | _said(turn))
            _touch(connection, conversation_id)

    def finish(self, conversation_id: str, turn: KeptTurn) -> None:
        """Store how a turn ended; a turn that was removed meanwhile stays removed."""
        with self._writing() as connection:
            connection.execute(update(_turns).where(_turns.c.id == turn.id).values(**_said(turn)))
            _touch(connection, conversation_id)

    def cut(self, owner: str, conversation_id: str, turn_id: str) -> None:
        """Remove a turn and all that was said after it."""
        self.head(owner, conversation_id)
        inside = _turns.c.conversation_id == conversation_id
        with self._writing() as connection:
            position = connection.execute(
                select(_turns.c.position).where(inside, _turns.c.id == turn_id)
            ).scalar_one_or_none()
            if position is not None:
                connection.execute(delete(_turns).where(inside, _turns.c.position >= position))

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one leaves it as it is."""
        self.head(owner, conversation_id)
        if title.strip():
            with self._writing() as connection:
                statement = update(_conversations).where(_owned(owner, conversation_id))
                connection.execute(statement.values(title=_title(title)))

    def delete(self, owner: str, conversation_id: str) -> None:
        """Remove a conversation with all its turns."""
        self.head(owner, conversation_id)
        with self._writing() as connection:
            connection.execute(delete(_turns).where(_turns.c.conversation_id == conversation_id))
            connection.execute(delete(_conversations).where(_owned(owner, conversation_id)))

    def remember(self, owner: str, feedback: Feedback) -> None:
        """Store what an owner thinks of an answer, in place of what the owner thought before."""
        row = {
            "turn_id": feedback.turn_id,
            "owner": owner,
            "created": _now(),
            "verdict": feedback.verdict,
            "fingerprint": feedback.answer.fingerprint,
            "payload": feedback.model_dump_json(),
        }
        with self._writing() as connection:
            connection.execute(delete(_feedback).where(_feedback.c.turn_id == feedback.turn_id))
            connection.execute(insert(_feedback), row)

    def feedback(self, owner: str | None = None) -> tuple[Feedback, ...]:
        """Return the feedback of an owner, or of everybody, in the order in which it was given."""
        statement = select(_feedback.c.payload).order_by(_feedback.c.created)
        if owner is not None:
            statement = statement.where(_feedback.c.owner == owner)
        with self._reading() as connection:
            payloads = connection.execute(statement).scalars().all()
        return tuple(Feedback.model_validate_json(payload) for payload in payloads)

    def forget(self, owner: str | None, turn_id: str) -> bool:
        """Remove the feedback of an owner, or of anybody, on a turn; tell whether there was any."""
        statement = delete(_feedback).where(_feedback.c.turn_id == turn_id)
        if owner is not None:
            statement = statement.where(_feedback.c.owner == owner)
        with self._writing() as connection:
            return connection.execute(statement).rowcount == 1

    def verdicts(self, owner: str, turn_ids: Sequence[str]) -> dict[str, Verdict]:
        """Return what an owner thought of these turns."""
        statement = select(_feedback.c.turn_id, _feedback.c.verdict).where(
            _feedback.c.owner == owner, _feedback.c.turn_id.in_(list(turn_ids))
        )
        with self._reading() as connection:
            return {row.turn_id: cast(Verdict, row.verdict) for row in connection.execute(statement)}

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with _explained("读取"), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with _explained("保存"), self._writer.begin() as connection:
            yield connection


def new_id(prefix: str) -> str:
    """Return an id that nobody can guess."""
    return f"{prefix}-{secrets.token_hex(12)}"


def _owned(owner: str, conversation_id: str) -> ColumnElement[bool]:
    return (_conversations.c.owner == owner) & (_conversations.c.id == conversation_id)


def _said(turn: KeptTurn) -> dict[str, str]:
    """Return the columns that hold what was said; question and answer stand apart for searching."""
    exchange = turn.exchange
    text = exchange.answer.text if exchange.answer is not None else ""
    return {"question": exchange.question, "answer": text, "payload": turn.model_dump_json()}


def _touch(connection: Connection, conversation_id: str) -> None:
    statement = update(_conversations).where(_conversations.c.id == conversation_id)
    connection.execute(statement.values(updated=_now()))


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _explained(doing: str) -> Generator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise ConversationsUnusable(
            f"对话无法{doing}：{cause}。请检查资料文件夹的磁盘空间和写权限；提问不受影响。"
        ) from error
