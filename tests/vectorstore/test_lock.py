import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vectorstore.errors import LibraryUnusable, WriterBusy
from vectorstore.lock import writer_lock

HOLD = """
import sys
from pathlib import Path
from vectorstore.lock import writer_lock
with writer_lock(Path(sys.argv[1]), "ingest"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_second_writer_is_refused_naming_the_first(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    with (
        pytest.raises(WriterBusy, match=rf"进程 {writer.pid}（.*ingest.*{re.escape(str(tmp_path))}.*重试"),
        writer_lock(tmp_path, "reindex"),
    ):
        pytest.fail("two writers at once")


def test_lock_of_a_killed_writer_is_free(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    writer.kill()
    writer.wait()

    with writer_lock(tmp_path, "ingest"):
        assert str(os.getpid()) in (tmp_path / "writer.json").read_text("utf-8")


def test_lock_is_free_after_its_block_also_when_it_failed(tmp_path: Path) -> None:
    def fail() -> None:
        with writer_lock(tmp_path / "new", "ingest"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with writer_lock(tmp_path / "new", "ingest"):
        pass

    assert not (tmp_path / "new" / "writer.json").exists()


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands here")

    with (
        pytest.raises(LibraryUnusable, match=r"data 无法写入.*GONGKAI_DATA"),
        writer_lock(tmp_path / "data", "ingest"),
    ):
        pytest.fail("there is no such folder")
