"""The service as its operator meets it: started, killed, restarted, stopped, guarded, backed up."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from desks import running
from typer.testing import CliRunner, Result

from assistant.client import Gongkai
from assistant.interfaces.cli import app
from vectorstore.library import Library

REPORT = """{name}2020年政府信息公开工作年度报告

一、总体情况

全年受理12345热线诉求90件，办复89件。

{name}人民政府
2021年1月20日
"""


def gongkai(*arguments: str, data: Path, typed: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments, "--data", str(data)], input=typed)


def reading_process(server: subprocess.Popen[str]) -> int | None:
    """Return the process that reads files in, None while there is none."""
    for task in Path(f"/proc/{server.pid}/task").iterdir():
        children = (task / "children").read_text().split()
        if children:
            return int(children[0])
    return None


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to find the reading process")
def test_killing_reader_and_server_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    files = [tmp_path / f"{name}2020.txt" for name in ("甲县", "乙县", "丙县")]
    for file in files:
        file.write_text(REPORT.format(name=file.stem[:2]), encoding="utf-8")

    with running(data) as (server, url), Gongkai(url) as client:
        job = client.upload(*files)
        while not client.job(job)["outcomes"]:
            assert server.poll() is None
        child = reading_process(server)
        assert child is not None
        os.kill(child, signal.SIGKILL)
        server.kill()

    with running(data) as (server, url), Gongkai(url) as client:
        done = client.wait(job)
        heads = sorted(head["organization"] for head in client.reports())
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0

    assert (done["status"], len(done["outcomes"])) == ("done", 3)
    assert heads == sorted(["甲县", "乙县", "丙县"])
    with Library.open(f"sqlite:///{data}/library.sqlite", create=False) as library:
        manifest = library.manifest()
        assert manifest.indexed_chunks == manifest.chunks > 0


def test_nothing_is_served_to_others_without_keys_or_users(tmp_path: Path) -> None:
    refused = gongkai("serve", "--host", "0.0.0.0", "--port", "0", data=tmp_path)

    assert refused.exit_code == 1
    assert "gongkai keys add" in refused.stderr


def test_keys_are_shown_once_listed_and_revoked(tmp_path: Path) -> None:
    added = gongkai("keys", "add", "dashboard", "--scope", "read", "--days", "30", data=tmp_path)
    secret = added.stdout.strip()
    key = secret.split("_")[1]

    listed = gongkai("keys", "list", data=tmp_path)
    revoked = gongkai("keys", "revoke", key, data=tmp_path)
    again = gongkai("keys", "revoke", key, data=tmp_path)
    wrong = gongkai("keys", "add", "x", "--scope", "everything", data=tmp_path)
    audited = gongkai("audit", data=tmp_path)

    assert secret.startswith("gk_")
    assert key in listed.stdout
    assert secret not in listed.stdout + audited.stdout
    assert (revoked.exit_code, again.exit_code, wrong.exit_code) == (0, 1, 2)
    assert "key_revoked" in audited.stdout


def test_a_user_with_a_short_password_or_a_taken_name_is_refused(tmp_path: Path) -> None:
    short = gongkai("users", "add", "li", data=tmp_path, typed="short\n")
    added = gongkai("users", "add", "li", data=tmp_path, typed="correct horse\n")
    taken = gongkai("users", "add", "li", data=tmp_path, typed="battery staple\n")

    assert (short.exit_code, added.exit_code, taken.exit_code) == (1, 0, 1)
    assert "至少 8 个字" in short.stderr
    assert "users password" in taken.stderr
