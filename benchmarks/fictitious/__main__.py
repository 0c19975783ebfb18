"""Write a cast's reports and questions into a folder: `python -m benchmarks.fictitious DIR [SEED]`."""

import json
import sys
from pathlib import Path

from benchmarks.fictitious import case_records, cast_of


def main(folder: Path, seed: int) -> None:
    """Write `reports/*.txt` and `questions.jsonl`, ready for `gongkai ingest` and `gongkai eval`."""
    cast = cast_of(seed)
    reports = folder / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    for written in cast.values():
        (reports / written.source).write_text(written.text, "utf-8")
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in case_records(cast, seed=seed)]
    (folder / "questions.jsonl").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        sys.exit("用法：python -m benchmarks.fictitious 文件夹 [种子]")
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 1)
