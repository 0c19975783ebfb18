"""The commands of the README run as they stand, in order, and print what it shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
GONGKAI = Path(sys.executable).with_name("gongkai")
SERVING = "gongkai serve"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Return the lines to run: setting up and serving belong to other tests."""
    lines = [line.strip() for block in blocks("bash") for line in block.splitlines()]
    return [line for line in lines if line.startswith("gongkai ") and not line.startswith(SERVING)]


def shown_answer() -> tuple[str, str]:
    """Return the command of the first screen and the answer below it."""
    prompt, _, answer = blocks("text")[0].partition("\n")
    return prompt.removeprefix("$ "), answer.strip()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a working directory that has the samples and no library yet."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "samples").symlink_to(ROOT / "samples")
    return folder


def run(command: str, desk: Path) -> subprocess.CompletedProcess[str]:
    arguments = shlex.split(command, comments=True)[1:]
    environment = os.environ | {"GONGKAI_DATA": str(desk / "data"), "PYTHONUTF8": "1"}
    return subprocess.run(
        [GONGKAI, *arguments], cwd=desk, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.mark.slow
def test_commands_run_in_the_order_shown_and_print_the_answer_shown(desk: Path) -> None:
    for command in commands():
        done = run(command, desk)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    command, answer = shown_answer()
    assert run(command, desk).stdout.strip() == answer


def test_every_command_is_shown_with_an_example() -> None:
    shown = {shlex.split(command)[1] for command in commands()}
    assert shown == {
        "ingest", "reports", "bodies", "tables", "figures", "check", "ask", "plan", "query", "eval", "reindex",
        "keys", "users", "backup", "restore", "audit",
    }  # fmt: skip
    assert SERVING in README


def test_first_screen_shows_the_answer_with_its_citation_and_remark() -> None:
    command, answer = shown_answer()
    assert command == "gongkai ask 贺兰县2020年12345办复率是多少"
    assert "99.79%" in answer
    assert "贺兰县2020.txt" in answer
    assert "88.26%" in answer


def test_every_setting_is_in_the_table() -> None:
    told = set(re.findall(r"`GONGKAI_(\w+)`", README))
    assert {name.upper() for name in Settings.model_fields} <= told
