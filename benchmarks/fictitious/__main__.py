"""Write a cast's reports and questions into a folder: `python -m benchmarks.fictitious DIR [SEED] [held]`."""

import json
import sys
from pathlib import Path

from benchmarks.fictitious import case_records, cast_of


def main(folder: Path, seed: int, *, held: bool) -> None:
    """Write `reports/*.txt` and `questions.jsonl`, ready for `gongkai ingest` and `gongkai eval`."""
    cast = cast_of(seed, held=held)
    reports = folder / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    for written in cast.values():
        (reports / written.source).write_text(written.text, "utf-8")
    lines = [
        json.dumps(record, ensure_ascii=False) + "\n" for record in case_records(cast, seed=seed, held=held)
    ]
    (folder / "questions.jsonl").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    match sys.argv[1:]:
        case [folder, *rest] if len(rest) <= 2 and all(word == "held" or word.isdigit() for word in rest):
            numbers = [int(word) for word in rest if word != "held"]
            main(Path(folder), *(numbers or [1]), held="held" in rest)
        case _:
            sys.exit("用法：python -m benchmarks.fictitious 文件夹 [种子] [held]")
