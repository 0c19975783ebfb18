"""The container file and the systemd unit name what is there, and start what the program has."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.settings import Settings

ROOT = Path(__file__).parents[1]
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
UNIT = (ROOT / "deploy" / "gongkai.service").read_text("utf-8")


def test_everything_that_the_container_copies_is_in_the_project() -> None:
    copied = [line.split()[1:-1] for line in CONTAINER.splitlines() if line.startswith("COPY ")]

    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests", "training"}
    assert packages <= {name for names in copied for name in names}


def test_both_set_only_settings_that_there_are() -> None:
    named = set(re.findall(r"GONGKAI_(\w+)=", CONTAINER + UNIT))

    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_container_does_not_run_as_root_and_keeps_its_data_outside() -> None:
    last_user = [line.split()[1] for line in CONTAINER.splitlines() if line.startswith("USER ")][-1]

    assert last_user not in {"root", "0"}
    assert re.search(r"^VOLUME /data$", CONTAINER, re.MULTILINE)


def test_the_unit_leaves_time_for_a_graceful_stop() -> None:
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)[0]) > 10
    (start,) = re.findall(r"^ExecStart=(.+)$", UNIT, re.MULTILINE)
    assert shlex.split(start)[1:] == ["serve"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "gongkai.service"
    unit.write_text(UNIT.replace("/opt/gongkai/.venv/bin/gongkai", "/bin/true"), "utf-8")

    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)

    assert "Unknown" not in done.stderr
