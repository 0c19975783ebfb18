"""Execute the gold plans of a question set and write the answers in the shape that its scorer reads.

`python -m benchmarks.plans DATA GOLD.jsonl PLANS.jsonl OUT.jsonl` asks nothing: the plans were written by hand, so
what is measured is finding, working out, wording and proof, and not the reading of questions.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from assistant.bootstrap import open_assistant
from assistant.engine import Engine
from assistant.evals.predictions import prediction_line, prediction_of
from assistant.plans import Plan
from assistant.settings import load_settings


def main() -> None:
    """Run every plan, print how long they took, and write the predictions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of a library that `gongkai ingest` made")
    parser.add_argument("gold", type=Path, help="the question set: dev2.jsonl")
    parser.add_argument("plans", type=Path, help="the plans: tests/data/plans/dev2.jsonl")
    parser.add_argument("out", type=Path, help="where the predictions go")
    told = parser.parse_args()
    conditions = {record["id"]: record.get("plan", {}).get("condition", "") for record in _records(told.gold)}
    with (
        open_assistant(load_settings(data=told.data)) as assistant,
        told.out.open("w", encoding="utf-8") as out,
    ):
        took = [
            _predict(assistant.engine, record["id"], _plan(record["plan"], conditions[record["id"]]), out)
            for record in _records(told.plans)
            if record["id"] in conditions
        ]
    sys.stdout.write(f"{len(took)} plans, p50 {statistics.median(took):.1f} ms, max {max(took):.1f} ms\n")


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _plan(raw: dict[str, Any], condition: str) -> Plan:
    """Return a plan; the name of a person stands in the question set alone, behind the last 为 of its condition."""
    text = json.dumps(raw, ensure_ascii=False).replace("〇〇〇", condition.split("为")[-1])
    return Plan.model_validate_json(text)


def _predict(engine: Engine, key: str, plan: Plan, out: TextIO) -> float:
    started = time.perf_counter()
    answer = engine.carry_out(plan)
    took = (time.perf_counter() - started) * 1000
    prediction = prediction_of(answer, case_id=key, latency_ms=round(took, 1), fingerprint=answer.fingerprint)
    out.write(prediction_line(prediction))
    return took


if __name__ == "__main__":
    main()
