"""Put a running service under load: many clients, files coming in, and the reading process killed.

`make load` prints a Markdown table. SECONDS, CLIENTS, REPORTS and TURNS change the size; the service runs in a
process of its own, over a library of its own, and on this machine only.
"""

import asyncio
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from assistant.client import Gongkai
from assistant.models import Turn
from benchmarks.fictitious import many

SECONDS = float(os.environ.get("SECONDS", "60"))
CLIENTS = int(os.environ.get("CLIENTS", "50"))
REPORTS = int(os.environ.get("REPORTS", "500"))
TURNS = int(os.environ.get("TURNS", "2000"))
KILLS, FIRST, AT_ONCE = 5, 20, 100

_PROGRAM = "from assistant.interfaces.cli import main; main()"
_ASKED = (
    "{name}{year}年本年新收政府信息公开申请数量是多少？",
    "{name}{year}年行政处罚的处理决定数量是多少？",
    "{name}{year}年予以公开的有多少件？",
    "{name}{year}年存在哪些主要问题？",
    "{name}{year}年有哪些改进措施？",
)


class Tally:
    """Count what came back and how long it took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.outcomes: Counter[str] = Counter()

    def row(self, what: str, took: float, before: int, after: int) -> str:
        """Return a line of the table."""
        wrong = {name: count for name, count in self.outcomes.items() if name != "200"}
        ordered = sorted(self.seconds) or [0.0]
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        middle = statistics.median(ordered)
        rate = len(ordered) / took
        return (
            f"| {what} | {len(ordered)} | {wrong or 0} | {rate:.1f}/s | {middle:.2f} s | {p95:.2f} s "
            f"| {before} → {after} MB |"
        )


def main() -> None:
    """Run all phases and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        first, later = _written(here)
        data = here / "data"
        _gongkai(data, "ingest", str(here / "first"))
        _print(
            f"{CLIENTS} clients, {SECONDS:g} s each phase, {FIRST} reports at first, {REPORTS} uploaded, "
            f"load average {os.getloadavg()[0]:.1f} at the start",
            "",
            "| phase | requests | not 200 | throughput | median | p95 | memory |",
            "|---|---:|---:|---:|---:|---:|---:|",
        )
        with _serving(data) as (server, url), Gongkai(url, timeout=600) as client:
            heads = list(client.reports())
            assert len(heads) == len(first)
            client.search("存在的主要问题")  # the model is loaded before memory is taken
            client.ask(_question(heads, random.Random(0)))
            _print(_phase("questions", server, url, heads))
            jobs = _uploaded(client, later[: REPORTS // 2])
            _print(_phase(f"while {REPORTS // 2} reports come in", server, url, heads))
            jobs += _uploaded(client, later[REPORTS // 2 :])
            _print(_phase("the same, reader killed", server, url, heads, kills=KILLS))
            done = [client.wait(job, seconds=7200) for job in jobs]
            held = [head["report_id"] for head in client.reports()]
            files = sum(len(job["outcomes"]) for job in done)
            states = Counter(job["status"] for job in done)
            _print(
                "",
                f"{len(jobs)} jobs ended {dict(states)}; {files} files of {len(later)}; "
                f"{len(held)} reports held, {len(set(held))} different, {len(first) + len(later)} expected",
                "",
                *_turns(client, server, heads),
            )
            server.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            code = server.wait(30)
            _print(f"stopped in {time.monotonic() - begun:.1f} s with {code}")


def _print(*lines: str) -> None:
    print("\n".join(lines), flush=True)  # noqa: T201


def _phase(
    what: str, server: "subprocess.Popen[str]", url: str, heads: list[dict[str, str]], *, kills: int = 0
) -> str:
    before, begun = _memory(server.pid), time.monotonic()
    tally = asyncio.run(_crowd(url, heads, server.pid, kills))
    return tally.row(what, time.monotonic() - begun, before, _memory(server.pid))


async def _crowd(url: str, heads: list[dict[str, str]], server: int, kills: int) -> Tally:
    tally, until = Tally(), time.monotonic() + SECONDS
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as http:
        clients = [_client(http, heads, random.Random(seed), until, tally) for seed in range(CLIENTS)]
        await asyncio.gather(*clients, _killer(server, kills))
    return tally


async def _client(
    http: httpx.AsyncClient,
    heads: list[dict[str, str]],
    dice: random.Random,
    until: float,
    tally: Tally,
) -> None:
    while time.monotonic() < until:
        begun = time.monotonic()
        try:
            if dice.random() < 0.8:
                response = await http.post("/v1/ask", json={"question": _question(heads, dice)})
            else:
                organization = dice.choice(heads)["organization"]
                response = await http.get("/v1/figures", params={"organization": organization, "limit": 20})
            outcome = str(response.status_code)
        except httpx.HTTPError as error:
            outcome = type(error).__name__
        tally.outcomes[outcome] += 1
        tally.seconds.append(time.monotonic() - begun)


async def _killer(server: int, kills: int) -> None:
    """Kill the reading process now and then."""
    for _ in range(kills):
        await asyncio.sleep(SECONDS / (kills + 1))
        for child in _children(server):
            os.kill(child, signal.SIGKILL)


def _turns(client: Gongkai, server: "subprocess.Popen[str]", heads: list[dict[str, str]]) -> Iterator[str]:
    """Hold one conversation of many turns and say how much memory it takes."""
    dice, history, taken = random.Random(3), list[Turn](), list[int]()
    for turn in range(TURNS):
        question = _question(heads, dice) if turn % 3 == 0 else "那行政许可呢？"
        answer = client.ask(question, history=history[-20:])
        history += [Turn(role="user", content=question), Turn(role="assistant", content=answer.text)]
        if turn % max(1, TURNS // 8) == 0:
            taken.append(_memory(server.pid))
    yield f"memory over {TURNS} turns: {' → '.join(map(str, [*taken, _memory(server.pid)]))} MB"


def _question(heads: list[dict[str, str]], dice: random.Random) -> str:
    head = dice.choice(heads)
    return dice.choice(_ASKED).format(name=head["organization"], year=head["year"])


def _written(folder: Path) -> tuple[list[Path], list[Path]]:
    """Write the reports that stand at first, and those that come in later."""
    paths: list[Path] = []
    for number, report in enumerate(many(FIRST + REPORTS, seed=7)):
        path = folder / ("first" if number < FIRST else "later") / report.source
        path.parent.mkdir(exist_ok=True)
        path.write_text(report.text, encoding="utf-8")
        paths.append(path)
    return paths[:FIRST], paths[FIRST:]


def _uploaded(client: Gongkai, paths: list[Path]) -> list[str]:
    return [client.upload(*paths[start : start + AT_ONCE]) for start in range(0, len(paths), AT_ONCE)]


def _gongkai(data: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        env=_environment(data),
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def _serving(data: Path) -> Generator[tuple["subprocess.Popen[str]", str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, "serve", "--port", "0"],
        env=_environment(data),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    try:
        ready = next(match for line in process.stdout if (match := re.search(r"http://\S+", line)))
        yield process, ready[0]
    finally:
        process.kill()
        process.wait()


def _environment(data: Path) -> dict[str, str]:
    return os.environ | {"GONGKAI_DATA": str(data), "GONGKAI_ENGINE": "rules", "PYTHONUTF8": "1"}


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError):  # the thread has just ended
            found += map(int, (task / "children").read_text().split())
    return found


def _memory(process: int) -> int:
    told = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", told)
    return int(found[1]) // 1024 if found else 0


if __name__ == "__main__":
    main()
