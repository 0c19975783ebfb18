"""Remember who read in, deleted, corrected, exported or was let in; entries are only ever added."""

from datetime import datetime
from typing import Literal

from sqlalchemy import insert, select

from assistant.service.tables import Records, audit, in_utc, now
from ingest.models import Value

Action = Literal[
    "ingest", "cancel", "delete", "export", "login", "login_failed", "key_added", "key_revoked",
    "user_added", "user_removed", "password_changed", "backup", "body_merged", "body_split", "report_corrected",
]  # fmt: skip

_LONGEST = 500


class Entry(Value):
    """Say that somebody did something; `subject` is what it was done to."""

    number: int
    at: datetime
    who: str
    action: Action
    subject: str
    request_id: str


class Audit(Records):
    """Add entries and list them."""

    def note(self, who: str, action: Action, subject: str, *, request_id: str = "") -> None:
        """Add an entry."""
        row = {
            "at": now(),
            "who": who,
            "action": action,
            "subject": subject[:_LONGEST],
            "request_id": request_id,
        }
        with self.writing() as connection:
            connection.execute(insert(audit), row)

    def entries(self, *, before: int | None = None, limit: int = 100) -> tuple[Entry, ...]:
        """Return entries, the latest first; `before` is the number of the last one seen."""
        statement = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if before is not None:
            statement = statement.where(audit.c.number < before)
        with self.reading() as connection:
            rows = connection.execute(statement).mappings().all()
        return tuple(Entry.model_validate(dict(row) | {"at": in_utc(row["at"])}) for row in rows)
