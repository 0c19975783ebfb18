"""Keep vectors in Chroma, the only module that knows it; the library can rebuild the folder at any time.

One collection per embedding model: another model finds its own, empty one.
"""

import hashlib
import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol, Self, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import IndexUnusable

Matrix = NDArray[np.float32]
"""One row of unit length for each id."""

# Chroma's own limit for one call.
_BATCH = 5461
_CONFIGURATION = {
    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 100, "max_neighbors": 32},
}


class _Collection(Protocol):
    def count(self) -> int: ...

    def upsert(self, ids: list[str], embeddings: Matrix) -> None: ...

    def get(self, ids: list[str] | None = None, *, include: list[str]) -> dict[str, Any]: ...

    def query(
        self, query_embeddings: Matrix, *, n_results: int, include: list[str], ids: list[str] | None = None
    ) -> dict[str, Any]: ...

    def delete(self, ids: list[str]) -> None: ...


class _Client(Protocol):
    def get_or_create_collection(
        self, name: str, *, embedding_function: None, configuration: dict[str, Any]
    ) -> _Collection: ...

    def delete_collection(self, name: str) -> None: ...

    def close(self) -> None: ...


class VectorIndex:
    """Hold one vector for each id; make it with `VectorIndex.open`.

    A folder is written by one process at a time: the writer holds `lock.writer_lock`.
    """

    def __init__(self, client: _Client, collection: _Collection, *, dimension: int, where: str) -> None:
        self._client = client
        self._collection = collection
        self._dimension = dimension
        self._where = where

    @classmethod
    def open(cls, where: Path | str, *, model: str, dimension: int) -> Self:
        """Open the vectors of a model in a folder, or on the server at an `http` URL."""
        with _explained(str(where)):
            client = _connect(where)
            collection = client.get_or_create_collection(
                _name(model, dimension), embedding_function=None, configuration=_CONFIGURATION
            )
        return cls(client, collection, dimension=dimension, where=str(where))

    @classmethod
    def fresh(cls, where: Path | str, *, model: str, dimension: int) -> Self:
        """Open the vectors of a model with nothing in them, whatever state the index was in.

        A folder goes as a whole, so nobody in this process may have it open; on a server only the model's
        vectors go.
        """
        if isinstance(where, Path):
            with _explained(str(where)):
                if where.exists():
                    shutil.rmtree(where)
            return cls.open(where, model=model, dimension=dimension)
        with cls.open(where, model=model, dimension=dimension) as index, _explained(where):
            index._client.delete_collection(_name(model, dimension))
        return cls.open(where, model=model, dimension=dimension)

    def close(self) -> None:
        """Let go of the folder or the server."""
        with _explained(self._where):
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def count(self) -> int:
        """Return the number of vectors."""
        with _explained(self._where):
            return self._collection.count()

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all vectors."""
        with _explained(self._where):
            return tuple(self._collection.get(include=[])["ids"])

    def upsert(self, ids: Sequence[str], vectors: Matrix) -> None:
        """Store a vector for each id, in place of the one it had."""
        with _explained(self._where):
            for start in range(0, len(ids), _BATCH):
                some = slice(start, start + _BATCH)
                self._collection.upsert(list(ids[some]), vectors[some])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the vectors of these ids; unknown ids do no harm."""
        with _explained(self._where):
            for start in range(0, len(ids), _BATCH):
                self._collection.delete(list(ids[start : start + _BATCH]))

    def vectors(self, ids: Sequence[str]) -> tuple[tuple[str, ...], Matrix]:
        """Return those of the ids that have a vector, and their vectors in the same order."""
        found: list[str] = []
        rows: list[Matrix] = [np.empty((0, self._dimension), dtype=np.float32)]
        with _explained(self._where):
            for start in range(0, len(ids), _BATCH):
                got = self._collection.get(list(ids[start : start + _BATCH]), include=["embeddings"])
                found.extend(got["ids"])
                rows.append(np.asarray(got["embeddings"], dtype=np.float32).reshape(-1, self._dimension))
        return tuple(found), np.concatenate(rows)

    def search(
        self, vector: NDArray[np.float32], *, top_k: int, among: Sequence[str] | None = None
    ) -> tuple[tuple[str, float], ...]:
        """Return the nearest ids with their cosine, nearest first; `among` leaves out all other ids."""
        if among is not None and not among:
            return ()
        with _explained(self._where):
            answer = self._collection.query(
                vector.reshape(1, -1),
                n_results=top_k,
                include=["distances"],
                ids=None if among is None else list(among),
            )
        pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
        return tuple((found, 1.0 - float(distance)) for found, distance in pairs)


def _name(model: str, dimension: int) -> str:
    return "gongkai-" + hashlib.sha256(f"{model}/{dimension}".encode()).hexdigest()[:16]


def _connect(where: Path | str) -> _Client:
    # Set before the import: parts of chromadb read it then.
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(where, Path):
        open_folder = partial(chromadb.PersistentClient, path=str(where), settings=settings)
        try:
            return cast(_Client, open_folder())
        except AttributeError:
            # chromadb keeps what is left of an opening that failed and trips over it, once.
            return cast(_Client, open_folder())
    url = urlsplit(where)
    if url.scheme not in {"http", "https"} or url.hostname is None:
        raise IndexUnusable(f"GONGKAI_CHROMA_URL 不可用：{where}。请写成 http://主机:端口。")
    secure = url.scheme == "https"
    port = url.port or (443 if secure else 8000)
    return cast(_Client, chromadb.HttpClient(host=url.hostname, port=port, ssl=secure, settings=settings))


@contextmanager
def _explained(where: str) -> Generator[None]:
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, OSError, RuntimeError, ValueError, httpx.HTTPError) as error:
        raise IndexUnusable(
            f"向量索引 {where} 不可用：{error}。"
            "请运行 gongkai reindex 重建；如果用的是 Chroma 服务，请先确认它在运行。"
        ) from error
