"""Let one process at a time write into a data folder, and name the one that does.

The lock is the operating system's: it is free as soon as its holder is gone, however that came about.
"""

import json
import os
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from ingest.models import Value
from vectorstore.errors import LibraryUnusable, WriterBusy

_LOCK, _HOLDER = "writer.lock", "writer.json"


class Holder(Value):
    """Name the process that writes."""

    pid: int
    host: str
    command: str
    purpose: str
    since: str


@contextmanager
def writer_lock(folder: Path, purpose: str) -> Generator[None]:
    """Hold the folder for writing, or raise WriterBusy at once; the folder is made if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise WriterBusy(_busy(folder)) from error
    except OSError as error:
        raise LibraryUnusable(
            f"资料文件夹 {folder} 无法写入：{error.strerror or error}。"
            "请检查权限，或用 --data（GONGKAI_DATA）换一个文件夹。"
        ) from error
    try:
        _write_holder(folder, purpose)
        yield
    finally:
        (folder / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _write_holder(folder: Path, purpose: str) -> None:
    """Replace the file in one step, so that nobody reads half of it."""
    holder = Holder(
        pid=os.getpid(),
        host=socket.gethostname(),
        command=" ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        purpose=purpose,
        since=datetime.now().astimezone().isoformat(timespec="seconds"),
    )
    draft = folder / f".{_HOLDER}.{holder.pid}"
    draft.write_text(json.dumps(holder.model_dump(), ensure_ascii=False), encoding="utf-8")
    draft.replace(folder / _HOLDER)


def _busy(folder: Path) -> str:
    try:
        holder = Holder.model_validate_json((folder / _HOLDER).read_bytes())
    except (OSError, ValidationError):
        # The holder has just come or is just leaving.
        return f"另一个进程正在写入 {folder}。请稍后重试。"
    return (
        f"进程 {holder.pid}（主机 {holder.host}，{holder.since} 起，{holder.purpose}：{holder.command}）"
        f"正在写入 {folder}。请等它结束后重试；如果不再需要，先结束该进程。"
    )
