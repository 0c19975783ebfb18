"""Measure what the agent adds to the model's own time, and what a weak model says wrong against what gets through.

The model is a scripted server on this machine. Its own time is that of the same conversation over bare HTTP.
Run it with `make bench`, or alone: `python -m benchmarks.agent [QUESTIONS.jsonl] [REPORTS]`.
"""

import logging
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx

from assistant.bootstrap import open_assistant
from assistant.evals import read_cases
from assistant.models import Answer, Question
from assistant.settings import load_settings
from benchmarks.models.count import unproven_numbers
from benchmarks.models.server import Reply, ScriptedServer, call, say
from benchmarks.models.weak import WeakModel, Weakness
from benchmarks.timing import table, times
from ingest import ingest_file
from vectorstore.library import Library

_ROUNDS = 40
_WEAKNESSES = (
    Weakness(misreads=0, wrong_key=0, invents=0, computes=0),
    Weakness(misreads=0.1, wrong_key=0.1, invents=0.1),
    Weakness(misreads=0.3, wrong_key=0.2, invents=0.2),
    Weakness(misreads=0.6, wrong_key=0.5, invents=0.5),
)
_SEEDS = (1, 2, 3)
_HEADS = (
    "misreads / wrong key / invents",
    "answers",
    "wrong numbers said",
    "wrong keys cited",
    "shown by the model",
    "by the plan instead",
    "refused",
    "unproven numbers shown",
)


def overhead(folder: Path) -> str:
    """Return a Markdown table of a question with one tool call and two calls of the model."""

    def script(request: dict[str, object]) -> Reply:
        messages = request["messages"]
        assert isinstance(messages, list)
        if messages[-1]["role"] != "tool":
            return call("lookup_figures", phrase="行政许可 处理决定数量")
        return say("行政许可的处理决定数量见报告[E1]。")

    with tempfile.TemporaryDirectory() as data, ScriptedServer(script=script) as server:
        _read(folder, Path(data))
        settings = load_settings(data=Path(data), engine="llm", llm_base_url=server.url, llm_model="scripted")
        with open_assistant(settings) as assistant, httpx.Client() as client:
            head = next(head for head in assistant.library.headings() if head.year)
            question = Question(text=f"{head.organization}{head.year}年行政许可处理决定有多少项？")
            assert assistant.engine.ask(question).engine == "llm"
            conversation = server.requests[-2:]
            whole = times([lambda: assistant.engine.ask(question)] * _ROUNDS)
            bare = times([lambda: [_posted(client, server.url, one) for one in conversation]] * _ROUNDS)
    rows = [
        (name, f"{of(whole):.1f} ms", f"{of(bare):.1f} ms", f"{of(whole) - of(bare):.1f} ms")
        for name, of in (("median", statistics.median), ("quickest", min))
    ]
    return table(("agent: one tool, two model calls", "whole turn", "the model's own time", "overhead"), rows)


def weak_models(questions: Path, folder: Path) -> str:
    """Return a Markdown table of wrong numbers said and wrong numbers shown, by weakness."""
    cases = [case.asked() for case in read_cases(questions)]
    rows: list[Sequence[str]] = []
    with tempfile.TemporaryDirectory() as data:
        _read(folder, Path(data))
        for weakness in _WEAKNESSES:
            answers: list[Answer] = []
            wrong = keys = 0
            for seed in _SEEDS:
                model = WeakModel(weakness, seed=seed)
                answers += _answers(cases, model, Path(data))
                wrong += len(model.wrong)
                keys += len(model.wrong_keys)
            shown = [one for one in answers if one.engine == "llm" and one.status in {"answered", "partial"}]
            ruled = [
                one for one in answers if one.engine == "rules" and one.status in {"answered", "partial"}
            ]
            unproven = sum(len(unproven_numbers(one)) for one in shown)
            rest = len(answers) - len(shown) - len(ruled)
            named = f"{weakness.misreads:g} / {weakness.wrong_key:g} / {weakness.invents:g}"
            counts = (len(answers), wrong, keys, len(shown), len(ruled), rest, unproven)
            rows.append((named, *map(str, counts)))
    return table(_HEADS, rows)


def _answers(questions: Sequence[Question], model: WeakModel, data: Path) -> list[Answer]:
    with ScriptedServer(script=model) as server:
        settings = load_settings(data=data, engine="llm", llm_base_url=server.url, llm_model="weak")
        with open_assistant(settings) as assistant:
            return [assistant.engine.ask(question) for question in questions]


def _read(folder: Path, data: Path) -> None:
    """Read reports without an index: words alone decide, and no model is loaded beside the one measured."""
    with Library.open(load_settings(data=data).library_url) as library:
        for file in sorted(folder.glob("*.txt")):
            library.put(ingest_file(file), location=str(file), pipeline="bench")


def _posted(client: httpx.Client, url: str, request: dict[str, object]) -> bytes:
    return client.post(f"{url}/chat/completions", json=request).read()


def main() -> None:
    """Print both tables; the second needs a question set and its reports."""
    given = [Path(one) for one in sys.argv[1:]]
    questions, folder = given if len(given) == 2 else (Path("samples/questions.jsonl"), Path("samples"))
    logging.disable(logging.WARNING)  # each answer that is withheld would be told
    sys.stdout.write(f"{overhead(folder)}\n\n{weak_models(questions, folder)}\n")


if __name__ == "__main__":
    main()
