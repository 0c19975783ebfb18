"""Put the same questions over the same reports to two plain retrieval chains: `python -m benchmarks.peers [SEED]`.

All three use the same embedding and no language model. A chain answers with the line of its found passages that
shares most with the question, and cites it; it has no way to refuse. gongkai is measured as it is shipped.
"""

import logging
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from assistant.bootstrap import ingest, keep_quiet, open_assistant
from assistant.evals import Case, Prediction, Scores, quote_view, run, score
from assistant.evals.predictions import Cited
from assistant.settings import load_settings
from benchmarks.fictitious import cases_of, cast_of
from benchmarks.timing import seconds, table
from vectorstore.embedding import SentenceTransformerEmbedder

Passage = tuple[str, str]
"""A file's name and a text from it."""

_METRICS = (
    ("accuracy", "accuracy"),
    ("numeric_accuracy", "values right"),
    ("wrong_but_confident", "wrong but confident"),
    ("citation_recall", "citation recall"),
    ("citation_precision", "citation precision"),
    ("abstention_recall", "unanswerable refused"),
)


class Chain(Protocol):
    """Take reports in, and find passages for a question."""

    def take_in(self, reports: Sequence[Passage]) -> None:
        """Split, embed and keep the reports."""
        ...

    def find(self, question: str) -> list[Passage]:
        """Return passages, best first."""
        ...


class LangChain:
    """Chain RecursiveCharacterTextSplitter, InMemoryVectorStore and its retriever, all as they come."""

    def __init__(self, embedder: SentenceTransformerEmbedder) -> None:
        from langchain_core.embeddings import Embeddings
        from langchain_core.vectorstores import InMemoryVectorStore
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        class Same(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return embedder.encode_documents(texts).tolist()

            def embed_query(self, text: str) -> list[float]:
                return embedder.encode_queries([text])[0].tolist()

        self._store = InMemoryVectorStore(Same())
        self._retriever = self._store.as_retriever()
        # The default of 4000 characters is beyond what the embedding reads.
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=400, chunk_overlap=50)

    def take_in(self, reports: Sequence[Passage]) -> None:
        """Split, embed and keep the reports."""
        texts, sources = [text for _, text in reports], [{"source": name} for name, _ in reports]
        self._store.add_documents(self._splitter.create_documents(texts, sources))

    def find(self, question: str) -> list[Passage]:
        """Return passages, best first."""
        return [(found.metadata["source"], found.page_content) for found in self._retriever.invoke(question)]


class LlamaIndex:
    """Chain VectorStoreIndex and its retriever, all as they come."""

    def __init__(self, embedder: SentenceTransformerEmbedder) -> None:
        from llama_index.core.embeddings import BaseEmbedding

        class Same(BaseEmbedding):
            def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
                return embedder.encode_documents(texts).tolist()

            def _get_text_embedding(self, text: str) -> list[float]:
                return self._get_text_embeddings([text])[0]

            def _get_query_embedding(self, query: str) -> list[float]:
                return embedder.encode_queries([query])[0].tolist()

            async def _aget_query_embedding(self, query: str) -> list[float]:
                return self._get_query_embedding(query)

        self._embedding = Same(embed_batch_size=32)
        self._retriever: Any = None

    def take_in(self, reports: Sequence[Passage]) -> None:
        """Split, embed and keep the reports."""
        from llama_index.core import Document, VectorStoreIndex

        documents = [Document(text=text, metadata={"source": name}) for name, text in reports]
        index = VectorStoreIndex.from_documents(documents, embed_model=self._embedding)
        self._retriever = index.as_retriever()

    def find(self, question: str) -> list[Passage]:
        """Return passages, best first."""
        return [(found.metadata["source"], found.text) for found in self._retriever.retrieve(question)]


def main(seed: int) -> None:
    """Print one table with a column for each of the three."""
    keep_quiet()
    logging.disable(logging.WARNING)
    # File names tell the chains what a report is about; gongkai does not read them.
    cast = {
        role: replace(written, source=f"{written.body.printed}{written.year}.txt")
        for role, written in cast_of(seed).items()
    }
    cases = cases_of(cast, seed=seed)
    reports = [(written.source, written.text) for written in cast.values()]
    embedder = SentenceTransformerEmbedder(load_settings().embedding_model)
    embedder.encode_queries(["warm"])
    columns: dict[str, tuple[Scores, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        columns["gongkai"] = _gongkai(reports, cases, Path(folder))
    for name, chain in (("LangChain", LangChain(embedder)), ("LlamaIndex", LlamaIndex(embedder))):
        columns[name] = _chained(chain, reports, cases)
    rows = [(title, *(_percent(scores, name) for scores, _ in columns.values())) for name, title in _METRICS]
    rows += [
        (
            f"latency {at}, ms",
            *(f"{scores.metric(f'latency_{at}_ms').value:.1f}" for scores, _ in columns.values()),
        )
        for at in ("p50", "p95")
    ]
    rows.append(("ingest, reports/s", *(f"{len(reports) / spent:.2f}" for _, spent in columns.values())))
    heads = (f"{len(reports)} reports, {len(cases)} questions, seed {seed}", *columns)
    sys.stdout.write(table(heads, rows) + "\n")


def _percent(scores: Scores, name: str) -> str:
    value = scores.metric(name).value
    return "–" if value is None else f"{value:.1%}"


def _scored(cases: Sequence[Case], predictions: Sequence[Prediction], reports: Sequence[Passage]) -> Scores:
    sources = {name: quote_view(text) for name, text in reports}
    return score(cases, predictions, sources=sources, fingerprint="peers")


def _gongkai(reports: Sequence[Passage], cases: Sequence[Case], folder: Path) -> tuple[Scores, float]:
    (folder / "reports").mkdir()
    for name, text in reports:
        (folder / "reports" / name).write_text(text, "utf-8")
    settings = load_settings(data=folder / "data")
    spent = seconds(lambda: ingest(settings, [folder / "reports"], on_progress=lambda _: None))
    with open_assistant(settings) as assistant:
        assistant.warm_up()
        predictions = run(cases, assistant.engine, folder / "predictions.jsonl")
    return _scored(cases, predictions, reports), spent


def _chained(chain: Chain, reports: Sequence[Passage], cases: Sequence[Case]) -> tuple[Scores, float]:
    spent = seconds(lambda: chain.take_in(reports))
    chain.find("warm")
    return _scored(cases, [_answered(chain.find, case) for case in cases], reports), spent


def _answered(find: Callable[[str], list[Passage]], case: Case) -> Prediction:
    started = perf_counter()
    # What was said before is put in front, as a chain with memory does.
    question = " ".join([*(turn.content for turn in case.history if turn.role == "user"), case.question])
    source, line = max(_lines(find(question)), key=lambda entry: _shared(question, entry[1]))
    return Prediction(
        id=case.id,
        answer=line.replace("\t", " ").replace("|", " "),
        citations=(Cited(source=source, section="", quote=line),),
        abstained=False,
        latency_ms=round((perf_counter() - started) * 1000, 1),
    )


def _lines(passages: Sequence[Passage]) -> list[Passage]:
    """Return the sentences and table rows of passages."""
    return [
        (source, part)
        for source, text in passages
        for line in text.splitlines()
        for part in (line.replace("。", "。\n").splitlines() if line.strip() else [])
    ]


def _shared(question: str, line: str) -> float:
    """Return the share of the question's neighbouring characters that a line has; short lines win a draw."""
    pairs = {question[at : at + 2] for at in range(len(question) - 1)}
    return sum(pair in line for pair in pairs) - len(line) / 10_000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) == 2 else 1)
