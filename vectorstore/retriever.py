"""Find passages by their words and by their meaning, and fuse the two rankings.

The scope is settled in SQL first. A narrow one is compared exactly, vector by vector; an open one goes
through the index's graph. Without index or model the words alone decide, and the log says so.
"""

# ruff: noqa: A002
# `filter` is the trade's word for it; the builtin is not used here.

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import RLock

import numpy as np

from vectorstore.chroma import VectorIndex
from vectorstore.embedding import Embedder
from vectorstore.errors import IndexUnusable, ModelUnavailable
from vectorstore.library import Library
from vectorstore.models import EVERYTHING, Filter, Hit
from vectorstore.settings import SearchLimits

logger = logging.getLogger(__name__)


class Retriever:
    """Search a library; the index and the model are opened when a search first needs them."""

    def __init__(
        self,
        library: Library,
        open_index: Callable[[], VectorIndex] | None,
        embedder: Embedder | None,
        *,
        limits: SearchLimits | None = None,
    ) -> None:
        self._library = library
        self._open_index = open_index
        self._embedder = embedder
        self._limits = limits or SearchLimits()
        self._index: VectorIndex | None = None
        self._revision = 0
        self._has_model = True
        self._said: set[str] = set()
        self._lock = RLock()

    @property
    def embedder(self) -> Embedder | None:
        """Return the model, for whoever writes vectors in the same process."""
        return self._embedder

    def search(
        self, query: str, *, top_k: int = 8, filter: Filter | None = None, dense: bool = True
    ) -> tuple[Hit, ...]:
        """Return the passages nearest to a query, best first; `dense=False` looks at words only."""
        if not query.strip():
            return ()
        within = filter or EVERYTHING
        wanted = max(top_k, self._limits.candidates)
        by_words = self._library.search_words(query, limit=wanted, filter=within)
        by_meaning = self._by_meaning(query, within, wanted) if dense else ()
        return self._fused(by_words, by_meaning, top_k)

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            index, self._index = self._index, None
            if index is not None:
                index.close()

    def _by_meaning(self, query: str, within: Filter, wanted: int) -> tuple[tuple[str, float], ...]:
        if self._open_index is None or self._embedder is None or not self._has_model:
            return ()
        # Settled before the model is loaded: a scope without vectors must not wait for it.
        scope = None if within == EVERYTHING else self._library.chunk_ids(within, indexed=True)
        if scope is not None and not scope:
            return ()
        try:
            return self._nearest(query, scope, wanted, self._open_index, self._embedder)
        except ModelUnavailable as error:
            # Looking for it again would cost every search the patience with an unreachable hub.
            self._has_model = False
            self._say_once(str(error))
        except IndexUnusable as error:
            self._say_once(str(error))
            self._forget_index()
        return ()

    def _nearest(
        self,
        query: str,
        scope: Sequence[str] | None,
        wanted: int,
        open_index: Callable[[], VectorIndex],
        embedder: Embedder,
    ) -> tuple[tuple[str, float], ...]:
        # In turns: nobody may reopen the index while another thread reads it.
        with self._lock:
            index = self._opened(open_index)
            if not index.count():
                self._say_once("the index is empty; gongkai reindex fills it")
                return ()
            vector = embedder.encode_queries([query])[0]
            if scope is None or len(scope) > self._limits.exact_chunks:
                return index.search(vector, top_k=wanted, among=scope)
            found, vectors = index.vectors(scope)
        similarities = vectors @ vector
        order: list[int] = np.argsort(-similarities, kind="stable").tolist()[:wanted]
        return tuple((found[at], float(similarities[at])) for at in order)

    def _opened(self, open_index: Callable[[], VectorIndex]) -> VectorIndex:
        """Return the index, opened anew after another process wrote it: an open one would not see that."""
        revision = self._library.index_revision
        if self._index is None or revision != self._revision:
            self.close()
            self._index, self._revision = open_index(), revision
        return self._index

    def _forget_index(self) -> None:
        """Open the index anew next time: it may have been repaired by then."""
        with suppress(IndexUnusable):
            self.close()

    def _say_once(self, why: str) -> None:
        if why not in self._said:
            self._said.add(why)
            logger.warning("searching by words only: %s", why)

    def _fused(
        self, by_words: Sequence[str], by_meaning: Sequence[tuple[str, float]], top_k: int
    ) -> tuple[Hit, ...]:
        """Fuse by reciprocal ranks (Cormack, Clarke and Büttcher, SIGIR 2009)."""
        lexical = {chunk_id: rank for rank, chunk_id in enumerate(by_words, start=1)}
        dense = {chunk_id: (rank, close) for rank, (chunk_id, close) in enumerate(by_meaning, start=1)}
        constant = self._limits.fusion_constant
        scores = {
            chunk_id: (1 / (constant + lexical[chunk_id]) if chunk_id in lexical else 0.0)
            + (1 / (constant + dense[chunk_id][0]) if chunk_id in dense else 0.0)
            for chunk_id in {**lexical, **dense}
        }
        # Words win a draw: they find what was asked for literally.
        ranked = sorted(
            scores,
            key=lambda chunk_id: (-scores[chunk_id], lexical.get(chunk_id, len(lexical) + 1), chunk_id),
        )
        # The index may still hold passages that have left the library.
        best = self._library.chunks_by_id(ranked)[:top_k]
        return tuple(
            Hit(
                chunk=chunk,
                score=scores[chunk.id],
                lexical_rank=lexical.get(chunk.id),
                dense_rank=dense[chunk.id][0] if chunk.id in dense else None,
                similarity=dense[chunk.id][1] if chunk.id in dense else None,
            )
            for chunk in best
        )
