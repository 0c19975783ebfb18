"""A library is backed up while it is used, and put back as it was."""

import io
import tarfile
from pathlib import Path

import pytest
from desks import open_service

from assistant.errors import BackupInvalid
from assistant.service import back_up, restore
from vectorstore.errors import WriterBusy
from vectorstore.library import Library
from vectorstore.lock import writer_lock


def test_reports_keys_and_uploads_come_back(tmp_path: Path) -> None:
    assistant, desk = open_service(tmp_path / "data")
    _, secret = desk.access.add_key("notebook", ["read"])
    (tmp_path / "data" / "uploads" / "job-1" / "001").mkdir(parents=True)
    (tmp_path / "data" / "uploads" / "job-1" / "001" / "a.txt").write_text("报告", "utf-8")

    count = back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    desk.library.remove(desk.library.headings()[0].report_id)
    assistant.close()
    restored = restore(tmp_path / "backup.tar.gz", tmp_path / "other")

    assert (count, restored) == (1, 1)
    assert (tmp_path / "other/uploads/job-1/001/a.txt").read_text("utf-8") == "报告"
    assistant, desk = open_service(tmp_path / "other")
    caller = desk.access.caller_of_key(secret)
    assert caller is not None
    assert caller.name == "notebook"
    assistant.close()


def test_a_library_is_only_replaced_when_that_is_said(tmp_path: Path) -> None:
    open_service(tmp_path / "data")[0].close()
    back_up(tmp_path / "data", tmp_path / "backup.tar.gz")

    with pytest.raises(BackupInvalid, match="--force"):
        restore(tmp_path / "backup.tar.gz", tmp_path / "data")
    with writer_lock(tmp_path / "data", "ingest"), pytest.raises(WriterBusy):
        restore(tmp_path / "backup.tar.gz", tmp_path / "data", force=True)

    assert restore(tmp_path / "backup.tar.gz", tmp_path / "data", force=True) == 1


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    open_service(tmp_path / "data")[0].close()
    (tmp_path / "backup.tar.gz").write_text("precious")

    with pytest.raises(BackupInvalid, match="不覆盖"):
        back_up(tmp_path / "data", tmp_path / "backup.tar.gz")


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "uploads/../../evil.txt", "elsewhere/evil.txt"])
def test_an_archive_that_reaches_outside_is_refused_and_changes_nothing(tmp_path: Path, name: str) -> None:
    open_service(tmp_path / "data")[0].close()
    back_up(tmp_path / "data", tmp_path / "backup.tar.gz")
    with (
        tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as evil,
        tarfile.open(tmp_path / "backup.tar.gz") as good,
    ):
        evil.addfile(good.getmember("library.sqlite"), good.extractfile("library.sqlite"))
        member = tarfile.TarInfo(name)
        member.size = 4
        evil.addfile(member, io.BytesIO(b"evil"))

    with pytest.raises(BackupInvalid):
        restore(tmp_path / "evil.tar.gz", tmp_path / "data", force=True)

    assert not list(tmp_path.rglob("evil.txt"))
    with Library.open(f"sqlite:///{tmp_path}/data/library.sqlite", create=False) as library:
        assert len(library.headings()) == 1


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")

    with pytest.raises(BackupInvalid, match="读不出来"):
        restore(tmp_path / "note.txt", tmp_path / "data")
