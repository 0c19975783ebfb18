"""Measure reading and answering; every figure is a ratio to a baseline taken in the same run.

Run it with `make bench`. REPORTS names another folder than the samples. Machines are noisy: compare the ratios.
"""

import os
import sys
import tempfile
from pathlib import Path

from assistant.bootstrap import ingest, open_assistant
from assistant.models import Question
from assistant.settings import load_settings
from benchmarks.timing import milliseconds
from ingest import ingest_file
from vectorstore.embedding import SentenceTransformerEmbedder


def _row(what: str, measured: float, baseline: str, base: float) -> str:
    return f"| {what} | {measured:.2f} ms | {baseline} | {base:.2f} ms | {measured / base:.2f} |"


def main() -> None:
    """Print a Markdown table of measurements."""
    folder = Path(os.environ.get("REPORTS", "samples"))
    files = sorted(path for path in folder.glob("*.txt"))
    lines = ["| what | median | baseline | median | ratio |", "|---|---:|---|---:|---:|"]
    with tempfile.TemporaryDirectory() as data:
        settings = load_settings(data=Path(data))
        ingest(settings, [folder], on_progress=lambda _: None)
        embedder = SentenceTransformerEmbedder(settings.embedding_model)
        with open_assistant(settings) as assistant:
            head = next(head for head in assistant.library.headings() if head.year)
            table = Question(text=f"{head.organization}{head.year}年行政许可处理决定有多少项？")
            passage = Question(text=f"{head.organization}{head.year}年怎样做好监督保障工作？")
            retriever = assistant.retriever
            reading = milliseconds(lambda: [ingest_file(path) for path in files], 5) / len(files)
            plain = milliseconds(lambda: [path.read_text("utf-8").split() for path in files], 5) / len(files)
            encode = milliseconds(lambda: embedder.encode_queries([passage.text]))
            search = milliseconds(lambda: retriever.search(passage.text, top_k=8))
            lines += [
                _row("read one report", reading, "decode and split it", plain),
                _row(
                    "table answer",
                    milliseconds(lambda: assistant.engine.ask(table)),
                    "one query encoding",
                    encode,
                ),
                _row(
                    "text answer",
                    milliseconds(lambda: assistant.engine.ask(passage)),
                    "one hybrid search",
                    search,
                ),
            ]
    sys.stdout.write(f"{len(files)} reports from {folder.name}, medians\n\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
