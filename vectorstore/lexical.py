"""Rank passages by their words inside the library's database.

SQLite ranks with FTS5 and BM25, PostgreSQL with a tsvector; both get words that are already cut here, so the
same question finds the same words in both. A query is data: it cannot hold operators.
"""

import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Protocol, cast

from platformdirs import user_cache_path
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    column,
    delete,
    desc,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from ingest.indicators import load_indicators
from ingest.wording import folded

DIALECTS = frozenset({"sqlite", "postgresql"})

_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*|[\u3400-\u9fff]+")
_FIRST_HAN = "\u3400"
# More distinct words than a question has; FTS5 gives up on far longer expressions.
_LONGEST_QUERY = 64
# A tsvector keeps no position beyond this one.
_LAST_POSITION = 16383

_NAME = "chunk_words"
_fts = table(_NAME, column("rowid", Integer), column("words"))
_vectors = Table(
    _NAME,
    MetaData(),
    Column("rowid", BigInteger, primary_key=True, autoincrement=False),
    Column("words", TSVECTOR, nullable=False),
)


class _Cutter(Protocol):
    def cut(self, sentence: str, *, HMM: bool = True) -> Iterator[str]: ...  # noqa: N803
    def cut_for_search(self, sentence: str, HMM: bool = True) -> Iterator[str]: ...  # noqa: N803


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded to one script, width and case.

    Characters yield the dictionary's words and all pairs: a name that no dictionary has is found by pairs.

    >>> tokens("12345 熱線，９９.79％")
    ('12345', '热线', '热线', '99.79')
    """
    return tuple(_tokens(folded(text)))


def words(text: str) -> tuple[str, ...]:
    """Return the words of a folded text, cut once, without overlaps: what a question is about.

    >>> words("网站无障碍浏览")
    ('网站', '无障碍', '浏览')
    """
    return tuple(
        word
        for run in _RUN.findall(text)
        for word in ((run,) if run[0] < _FIRST_HAN else _cutter().cut(run, HMM=False))
    )


def add(connection: Connection, passages: Sequence[tuple[int, str]]) -> None:
    """Add passages by their numbers."""
    if not passages:
        return
    if _is_sqlite(connection):
        rows = [{"rowid": number, "words": " ".join(tokens(passage))} for number, passage in passages]
        connection.execute(insert(_fts), rows)
    else:
        statement = text(f"INSERT INTO {_NAME} (rowid, words) VALUES (:rowid, CAST(:words AS tsvector))")
        rows = [{"rowid": number, "words": _positions(tokens(passage))} for number, passage in passages]
        connection.execute(statement, rows)


def remove(connection: Connection, numbers: Select[int]) -> None:
    """Remove the passages with the selected numbers."""
    words = _fts if _is_sqlite(connection) else _vectors
    connection.execute(delete(words).where(words.c.rowid.in_(numbers)))


def rank(
    connection: Connection, query: str, *, limit: int, within: Select[int] | None = None
) -> tuple[int, ...]:
    """Return the numbers of the passages that share words with the query, best first."""
    wanted = list(dict.fromkeys(tokens(query)))[:_LONGEST_QUERY]
    if not wanted:
        return ()
    if _is_sqlite(connection):
        words = _fts
        expression = " OR ".join(f'"{word}"' for word in wanted)
        matches = literal_column(_NAME).op("MATCH")(expression)
        # bm25() is negative: the smaller, the better.
        order: Any = func.bm25(literal_column(_NAME))
    else:
        words = _vectors
        asked = sql_cast(literal(" | ".join(f"'{word}'" for word in wanted)), TSQUERY)
        matches = words.c.words.op("@@")(asked)
        order = desc(func.ts_rank(words.c.words, asked, 1))
    statement = select(words.c.rowid).where(matches).order_by(order, words.c.rowid).limit(limit)
    if within is not None:
        # The sum keeps SQLite from running the whole match again for every single number.
        statement = statement.where((words.c.rowid + 0).in_(within))
    return tuple(connection.execute(statement).scalars())


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _tokens(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if run[0] < _FIRST_HAN:
            yield run
        else:
            # Guessing unknown words makes question and passage disagree on where a name ends.
            yield from _cutter().cut_for_search(run, HMM=False)
            yield from (run[start : start + 2] for start in range(len(run) - 1))


def _positions(words: Sequence[str]) -> str:
    """Write words as a tsvector, which keeps the server's own parser out of it."""
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(str(min(place, _LAST_POSITION)))
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


@cache
def _cutter() -> _Cutter:
    """Load the dictionary once; its cache stays with the user, not in a folder that everybody shares."""
    with warnings.catch_warnings():
        # jieba's sources hold escapes that newer compilers warn of.
        warnings.simplefilter("ignore")
        import jieba  # type: ignore[import-untyped]
    untyped = cast(Any, jieba)
    untyped.setLogLevel(logging.CRITICAL)
    cutter = untyped.Tokenizer()
    folder = user_cache_path("gongkai", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        cutter.tmp_dir = str(folder)
    except OSError:
        logging.getLogger(__name__).debug("no cache folder for the dictionary at %s", folder)
    for word in load_indicators().language.words:
        cutter.add_word(word)
    return cast(_Cutter, cutter)
