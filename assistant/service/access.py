"""Know who may do what: API keys for programs, users with passwords for the page.

A key is a random secret of which only a digest is kept; a password is kept as an argon2 hash. As soon as there has
been a key or a user, nobody gets in without one: revoking the last key does not open the door.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import RowMapping, delete, insert, select, update

from assistant.errors import AccessInvalid
from assistant.service.tables import Records, in_utc, keys, now, sessions, users
from ingest.models import Value

if TYPE_CHECKING:
    from argon2 import PasswordHasher

Scope = Literal["ask", "read", "ingest", "admin"]
EVERY_SCOPE: frozenset[Scope] = frozenset(get_args(Scope))

PER_MINUTE, MAX_BYTES = 120, 50_000_000
PEOPLES_BYTES = 500_000_000
"""What somebody at the page may send at once: many files."""

SESSION = timedelta(days=7)

_SHORTEST_PASSWORD = 8
_LONGEST_PASSWORD = 1024
_KEY = re.compile(r"gk_[0-9a-f]{8}_[0-9A-Za-z_-]{43}")
_NAME = re.compile(r"[\w.@-]{1,64}")


class Caller(Value):
    """Say who makes a request; `id` owns jobs and feedback, `per_minute` is None where nobody counts."""

    id: str
    name: str
    scopes: frozenset[Scope]
    per_minute: int | None
    max_bytes: int

    def may(self, scope: Scope) -> bool:
        """Tell whether this caller has a scope; an administrator has all."""
        return scope in self.scopes or "admin" in self.scopes


LOCAL = Caller(id="local", name="本机", scopes=EVERY_SCOPE, per_minute=None, max_bytes=PEOPLES_BYTES)
"""Who calls while there are neither keys nor users."""


class KeyHead(Value):
    """Hold what may be known of a key; its secret is told once, when it is made."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    per_minute: int
    max_bytes: int
    created: datetime
    expires: datetime | None
    revoked: datetime | None


class UserHead(Value):
    """Hold what may be known of a user."""

    name: str
    scopes: tuple[Scope, ...]
    created: datetime


class Access(Records):
    """Make, check and revoke keys, users and their sessions."""

    def is_guarded(self) -> bool:
        """Tell whether anybody has to show who they are."""
        with self.reading() as connection:
            return any(
                connection.execute(select(column).limit(1)).first() is not None
                for column in (keys.c.id, users.c.name)
            )

    # ------------------------------------------------------------ keys

    def add_key(
        self,
        name: str,
        scopes: Sequence[Scope],
        *,
        per_minute: int = PER_MINUTE,
        max_bytes: int = MAX_BYTES,
        lasts: timedelta | None = None,
    ) -> tuple[KeyHead, str]:
        """Make a key and return it with its secret, which is kept nowhere."""
        key_id, made = secrets.token_hex(4), now()
        secret = f"gk_{key_id}_{secrets.token_urlsafe(32)}"
        head = KeyHead(
            id=key_id,
            name=_checked_name(name),
            scopes=tuple(scopes),
            per_minute=per_minute,
            max_bytes=max_bytes,
            created=made,
            expires=made + lasts if lasts else None,
            revoked=None,
        )
        row = head.model_dump() | {"scopes": list(scopes), "digest": _digest(secret)}
        with self.writing() as connection:
            connection.execute(insert(keys), row)
        return head, secret

    def key_heads(self) -> tuple[KeyHead, ...]:
        """List all keys, the revoked ones too, in the order in which they were made."""
        with self.reading() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.created)).mappings().all()
        return tuple(_key_head(row) for row in rows)

    def revoke_key(self, key_id: str) -> bool:
        """Make a key useless from now on; tell whether there was one to revoke."""
        with self.writing() as connection:
            wanted = update(keys).where(keys.c.id == key_id, keys.c.revoked.is_(None))
            return connection.execute(wanted.values(revoked=now())).rowcount == 1

    def caller_of_key(self, secret: str) -> Caller | None:
        """Return who shows this key, None for one that is unknown, expired or revoked."""
        if not _KEY.fullmatch(secret):
            return None
        with self.reading() as connection:
            row = connection.execute(select(keys).where(keys.c.digest == _digest(secret))).mappings().first()
        if row is None:
            return None
        head = _key_head(row)
        if head.revoked is not None or (head.expires is not None and head.expires <= now()):
            return None
        return Caller(
            id=f"key:{head.id}",
            name=head.name,
            scopes=frozenset(head.scopes),
            per_minute=head.per_minute,
            max_bytes=head.max_bytes,
        )

    # ------------------------------------------------------------ users

    def add_user(self, name: str, password: str, scopes: Sequence[Scope]) -> None:
        """Add a user; one of the same name is refused."""
        _check_password(password)
        row = {
            "name": _checked_name(name),
            "password": self._hasher.hash(password),
            "scopes": list(scopes),
            "created": now(),
        }
        with self.writing() as connection:
            if connection.execute(select(users.c.name).where(users.c.name == name)).first() is not None:
                raise AccessInvalid(f"已有用户「{name}」。要改密码请用 gongkai users password {name}。")
            connection.execute(insert(users), row)

    def set_password(self, name: str, password: str) -> bool:
        """Give a user another password and end all sessions; tell whether there is such a user."""
        _check_password(password)
        hashed = self._hasher.hash(password)
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.user == name))
            changed = connection.execute(update(users).where(users.c.name == name).values(password=hashed))
            return changed.rowcount == 1

    def remove_user(self, name: str) -> bool:
        """Remove a user with all sessions; tell whether there was one."""
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.user == name))
            return connection.execute(delete(users).where(users.c.name == name)).rowcount == 1

    def user_heads(self) -> tuple[UserHead, ...]:
        """List the users by name."""
        with self.reading() as connection:
            rows = connection.execute(select(users).order_by(users.c.name)).mappings().all()
        return tuple(
            UserHead(name=row["name"], scopes=tuple(row["scopes"]), created=in_utc(row["created"]))
            for row in rows
        )

    def log_in(self, name: str, password: str) -> str | None:
        """Return the token of a new session, None where name or password is wrong; both take as long."""
        from argon2.exceptions import VerificationError

        with self.reading() as connection:
            known = connection.execute(select(users.c.password).where(users.c.name == name)).scalar()
        try:
            self._hasher.verify(known or self._nobodys_hash, password[:_LONGEST_PASSWORD])
        except VerificationError:
            return None
        if known is None:
            return None
        token = secrets.token_urlsafe(32)
        row = {"digest": _digest(token), "user": name, "expires": now() + SESSION}
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires <= now()))
            connection.execute(insert(sessions), row)
        return token

    def log_out(self, token: str) -> None:
        """End a session."""
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == _digest(token)))

    def caller_of_session(self, token: str) -> Caller | None:
        """Return who is logged in with this token."""
        statement = (
            select(users.c.name, users.c.scopes, sessions.c.expires)
            .join(sessions, sessions.c.user == users.c.name)
            .where(sessions.c.digest == _digest(token))
        )
        with self.reading() as connection:
            row = connection.execute(statement).first()
        if row is None or in_utc(row.expires) <= now():
            return None
        return Caller(
            id=f"user:{row.name}",
            name=row.name,
            scopes=frozenset(row.scopes),
            per_minute=PER_MINUTE,
            max_bytes=PEOPLES_BYTES,
        )

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher()

    @cached_property
    def _nobodys_hash(self) -> str:
        return self._hasher.hash(secrets.token_hex(8))


def _key_head(row: RowMapping) -> KeyHead:
    times = {name: in_utc(row[name]) if row[name] else None for name in ("created", "expires", "revoked")}
    fields = {name: row[name] for name in ("id", "name", "per_minute", "max_bytes")}
    return KeyHead.model_validate(fields | times | {"scopes": tuple(row["scopes"])})


def _digest(secret: str) -> str:
    """Return the SHA-256 of a secret of 256 random bits, which nobody can guess backwards."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise AccessInvalid(f"名称「{name[:64]}」不可用：1 到 64 个字，只用文字、数字和 . @ - _。")
    return name


def _check_password(password: str) -> None:
    if not _SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise AccessInvalid(f"密码至少 {_SHORTEST_PASSWORD} 个字，至多 {_LONGEST_PASSWORD} 个。请另取一个。")
