"""Keep what people think of answers, with all that is needed to ask again."""

from typing import Literal

from pydantic import Field
from sqlalchemy import delete, insert, select

from assistant.models import Answer, Turn
from assistant.service.tables import Records, feedback, now
from ingest.models import Value

Verdict = Literal["up", "down"]
Reason = Literal["wrong_number", "wrong_citation", "wrong_year", "wrong_organization", "not_answered"]


class Feedback(Value):
    """Hold what somebody thought of an answer, and the answer."""

    turn_id: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    note: str = Field(default="", max_length=2000)
    question: str
    history: tuple[Turn, ...] = ()
    answer: Answer


class FeedbackBook(Records):
    """Store feedback; each entry belongs to who gave it."""

    def remember(self, owner: str, given: Feedback) -> None:
        """Store what an owner thinks of an answer."""
        row = {
            "turn_id": given.turn_id,
            "owner": owner,
            "created": now(),
            "verdict": given.verdict,
            "fingerprint": given.answer.fingerprint,
            "payload": given.model_dump_json(),
        }
        with self.writing() as connection:
            connection.execute(insert(feedback), row)

    def given(self, owner: str | None, *, limit: int) -> tuple[Feedback, ...]:
        """Return the feedback of an owner, or of everybody, the latest first."""
        statement = select(feedback.c.payload).order_by(feedback.c.created.desc()).limit(limit)
        if owner is not None:
            statement = statement.where(feedback.c.owner == owner)
        with self.reading() as connection:
            return tuple(map(Feedback.model_validate_json, connection.execute(statement).scalars()))

    def forget(self, owner: str | None, turn_id: str) -> bool:
        """Remove an entry of an owner, or of anybody; tell whether there was one."""
        statement = delete(feedback).where(feedback.c.turn_id == turn_id)
        if owner is not None:
            statement = statement.where(feedback.c.owner == owner)
        with self.writing() as connection:
            return connection.execute(statement).rowcount == 1
