"""Copy a library and its uploads into one file while it is being used, and put them back.

SQLite's own backup gives a database as it stood at one moment. The index is not copied: it is made again from the
library.
"""

import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from assistant.errors import BackupInvalid
from vectorstore.library import Library
from vectorstore.lock import writer_lock

_LIBRARY, _UPLOADS = "library.sqlite", "uploads"
_LARGEST = 100 * 1024**3


def back_up(data: Path, target: Path) -> int:
    """Write the archive and return how many reports are in it; an existing file is refused."""
    source = data / _LIBRARY
    if not source.is_file():
        raise BackupInvalid(f"{source} 处没有资料库。请用 --data 指明资料文件夹。")
    if target.exists():
        raise BackupInvalid(f"{target} 已存在，不覆盖。请换一个文件名。")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copy = Path(folder) / _LIBRARY
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(copy)) as there:
            here.backup(there)
        with Library.open(f"sqlite:///{copy}", create=False) as library:
            reports = library.manifest().reports
        try:
            with tarfile.open(draft, "w:gz") as archive:
                archive.add(copy, _LIBRARY)
                if (data / _UPLOADS).is_dir():
                    archive.add(data / _UPLOADS, _UPLOADS)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    return reports


def restore(source: Path, data: Path, *, force: bool = False) -> int:
    """Put an archive in place of what a data folder holds and return how many reports it has.

    A library that is there is only replaced with `force`. Nothing is touched before the archive proved sound.
    """
    if (data / _LIBRARY).exists() and not force:
        raise BackupInvalid(f"{data} 中已有资料库。确定要替换请加 --force，或用 --data 换一个文件夹。")
    with writer_lock(data, "restore"), tempfile.TemporaryDirectory(dir=data) as folder:
        fresh = Path(folder)
        _unpack(source, fresh)
        with Library.open(f"sqlite:///{fresh / _LIBRARY}", create=False) as library:
            reports = library.manifest().reports
            library.mark_pending(library.chunk_ids(indexed=True))
        for suffix in ("", "-wal", "-shm"):
            (data / f"{_LIBRARY}{suffix}").unlink(missing_ok=True)
        (fresh / _LIBRARY).replace(data / _LIBRARY)
        _put_uploads(fresh / _UPLOADS, data / _UPLOADS)
    return reports


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            members = archive.getmembers()
            names = {Path(member.name).parts[0] for member in members if member.name}
            if not names <= {_LIBRARY, _UPLOADS} or _LIBRARY not in names:
                raise BackupInvalid(f"{source} 不是公开问的备份。请指明 gongkai backup 写出的文件。")
            if sum(member.size for member in members) > _LARGEST:
                raise BackupInvalid(f"{source} 解开后过大，未恢复。请确认它是公开问的备份。")
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupInvalid(f"{source} 读不出来（{error}）。请换一份完好的备份。") from error


def _put_uploads(fresh: Path, place: Path) -> None:
    """Move the uploaded files that are not there yet; file names are unique by job."""
    if not fresh.is_dir():
        return
    place.mkdir(exist_ok=True)
    for job in fresh.iterdir():
        if not (place / job.name).exists():
            job.replace(place / job.name)
