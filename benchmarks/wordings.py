"""Ask questions in people's own words and say how many are answered right: `python -m benchmarks.wordings`.

The questions stand in `tests/data/questions`; a line holds a question, earlier turns before `>>`, and what its answer
must say. `python -m benchmarks.wordings QUESTIONS.tsv REPORTS` asks another set and tells each one that went wrong.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assistant.bootstrap import ingest, open_assistant
from assistant.models import Answer, Question, Turn
from assistant.settings import load_settings
from benchmarks.timing import table

_ROOT = Path(__file__).parents[1]
_DATA = _ROOT / "tests" / "data"
_REAL = _ROOT / "../shared/reports"
_SETS = (
    ("samples", _ROOT / "samples"),
    ("samples_open", _ROOT / "samples"),
    ("unseen_report", _DATA / "reports" / "临江教委2022.txt"),
    ("colloquial_unseen", _DATA / "reports" / "colloquial"),
    ("real_reports", _REAL),
    ("colloquial_real", _REAL),
)
_HEADS = ("questions", "asked", "right", "refused or asked back", "wrong, yet answered")


def lines_of(file: Path) -> tuple[tuple[str, str], ...]:
    """Return the questions of a file, each with what its answer must hold."""
    lines = [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return tuple((text, expected) for text, expected in (line.split("\t") for line in lines))


def question_of(text: str) -> Question:
    """Return a question with the turns written before it."""
    *before, asked = text.split(">>")
    history = [
        turn
        for earlier in before
        for turn in (Turn(role="user", content=earlier), Turn(role="assistant", content="（已回答）"))
    ]
    return Question(text=asked, history=tuple(history))


def is_right(answer: Answer, expected: str) -> bool:
    """Hold an answer to its line: a refusal where R is said, otherwise all that must be in the text."""
    said = re.sub(r"\s", "", answer.text)
    return all(
        any(is_refused(answer) if way == "R" else way in said for way in item.split("|"))
        for item in expected.split(" & ")
    )


def is_refused(answer: Answer) -> bool:
    """Tell whether an answer says nothing but why, or asks back."""
    return answer.status in {"refused", "clarify"}


def wrong_of(file: Path, ask: Callable[[Question], Answer]) -> Iterator[tuple[str, str, Answer]]:
    """Yield each question that is not answered right, what its answer must hold, and the answer."""
    for text, expected in lines_of(file):
        answer = ask(question_of(text))
        if not is_right(answer, expected):
            yield text, expected, answer


def measure(name: str, file: Path, reports: Path, *, tell: bool) -> Sequence[str]:
    """Return a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data=Path(folder), engine="rules")
        ingest(settings, [reports], on_progress=lambda _: None)
        with open_assistant(settings) as assistant:
            wrong = list(wrong_of(file, assistant.engine.ask))
    if tell:
        sys.stdout.writelines(
            f"{text} | {expected} | {answer.text[:120]!r}\n" for text, expected, answer in wrong
        )
    asked = len(lines_of(file))
    refused = sum(is_refused(answer) for *_, answer in wrong)
    return name, f"{asked}", f"{1 - len(wrong) / asked:.0%}", f"{refused}", f"{len(wrong) - refused}"


def main() -> None:
    """Print how well each set is answered."""
    given = [Path(one) for one in sys.argv[1:]]
    sets = (
        [(given[0].stem, given[0], given[1])]
        if len(given) == 2
        else [
            (name, _DATA / "questions" / f"{name}.tsv", reports)
            for name, reports in _SETS
            if reports.exists()
        ]
    )
    rows = [measure(name, file, reports, tell=bool(given)) for name, file, reports in sets]
    sys.stdout.write(table(_HEADS, rows) + "\n")


if __name__ == "__main__":
    main()
