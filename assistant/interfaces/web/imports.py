"""Read uploaded files into the library beside the questions, one import after another."""

import asyncio
import hashlib
import logging
import re
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Literal, Protocol

from assistant.conversations import new_id
from assistant.errors import AssistantError
from assistant.interfaces.web.acts import Upload
from ingest.errors import IngestError
from ingest.models import Value
from vectorstore.errors import StoreError, WriterBusy
from vectorstore.models import FileOutcome, Progress

logger = logging.getLogger(__name__)

_REMEMBERED = 64
_GLANCE, _PATIENCE = 0.1, 20.0
_WAITS, _WAIT = 60, 1.0
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_LONGEST_NAME = 120


class Shelves(Protocol):
    """Take files into the library and reports out of it."""

    def take_in(
        self, paths: Sequence[Path], *, on_progress: Callable[[Progress], None]
    ) -> tuple[FileOutcome, ...]:
        """Read files and tell how far it is."""
        ...

    def remove(self, report_id: str) -> bool:
        """Remove a report and tell whether it was there."""
        ...


class Job(Value):
    """Hold how far an import is, and what became of each file; `version` grows with each change."""

    id: str
    version: int = 0
    stage: Literal["reading", "indexing"] = "reading"
    at: int = 0
    total: int = 0
    outcomes: tuple[FileOutcome, ...] = ()
    failure: str = ""
    done: bool = False


class Imports:
    """Run imports in one thread, so that none waits for the lock of another."""

    def __init__(
        self, shelves: Shelves, *, folder: Path, arrivals: Path, suffixes: Sequence[str], max_bytes: int
    ) -> None:
        self._shelves = shelves
        self._folder = folder
        self._arrivals = arrivals.resolve()
        self._suffixes = tuple(suffixes)
        self._max_bytes = max_bytes
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = Lock()

    def start(self, files: Sequence[Upload]) -> Job:
        """Take up files that the browser has sent; the work is done later and elsewhere."""
        job = Job(id=new_id("j"))
        self._put(job)
        self._worker.submit(self._run, job, tuple(files))
        return job

    def remove(self, report_id: str) -> bool:
        """Take a report out of the library."""
        return self._shelves.remove(report_id)

    def now(self, job_id: str) -> Job | None:
        """Return an import as it stands."""
        return self._jobs.get(job_id)

    async def after(self, job_id: str, seen: int) -> Job | None:
        """Return a state newer than the one seen, or after a while the same again."""
        waited = 0.0
        while True:
            job = self.now(job_id)
            if job is None or job.version != seen or job.done or waited >= _PATIENCE:
                return job
            await asyncio.sleep(_GLANCE)
            waited += _GLANCE

    def _put(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.id] = job
            while len(self._jobs) > _REMEMBERED:
                self._jobs.popitem(last=False)

    def _change(self, job_id: str, **changes: object) -> None:
        job = self._jobs.get(job_id)
        if job is not None:
            self._put(job.model_copy(update={**changes, "version": job.version + 1}))

    def _run(self, job: Job, files: Sequence[Upload]) -> None:
        paths: list[Path] = []
        outcomes: list[FileOutcome] = []
        for file in files:
            taken = self._kept(file)
            if isinstance(taken, Path):
                paths.append(taken)
            else:
                outcomes.append(taken)
        refused = tuple(outcomes)
        self._change(job.id, outcomes=refused)

        def told(progress: Progress) -> None:
            if progress.outcome is not None:
                outcomes.append(progress.outcome)
            self._change(
                job.id,
                stage=progress.stage,
                at=progress.done,
                total=progress.total,
                outcomes=tuple(outcomes),
            )

        try:
            if paths:
                self._take_in(paths, told)
            self._change(job.id, done=True)
        except (AssistantError, IngestError, StoreError) as error:
            self._change(job.id, failure=str(error), done=True)
        except Exception:
            logger.exception("an import ended early")
            self._change(job.id, failure="导入时出了内部错误，详情已写入服务日志。请重试。", done=True)

    def _take_in(self, paths: Sequence[Path], told: Callable[[Progress], None]) -> None:
        """Read the files as soon as nobody else writes; who keeps on writing is named in the end."""
        for _ in range(_WAITS):
            try:
                self._shelves.take_in(paths, on_progress=told)
                return
            except WriterBusy:
                time.sleep(_WAIT)
        self._shelves.take_in(paths, on_progress=told)

    def _kept(self, file: Upload) -> Path | FileOutcome:
        """Move an arrived file to where the library's files lie; refuse what is none of ours or not readable.

        The folder is named after the content, so that the same file comes to the same place again.
        """
        name = safe_name(file.name)
        arrived = Path(file.path).resolve()
        if not arrived.is_relative_to(self._arrivals) or not arrived.is_file():
            return _refused(name, "没有收到这个文件。请重新上传。")
        if Path(name).suffix.lower() not in self._suffixes:
            arrived.unlink()
            return _refused(name, f"不能读这种文件。可读：{'、'.join(self._suffixes)}。")
        if arrived.stat().st_size > self._max_bytes:
            arrived.unlink()
            return _refused(name, f"超过上限 {self._max_bytes // 1_000_000} MB。请拆分或压缩后再上传。")
        digest = hashlib.sha256(arrived.read_bytes()).hexdigest()[:16]
        kept = self._folder / digest / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(arrived, kept)
        return kept


def safe_name(name: str) -> str:
    """Return a file's name as the browser told it, without folders and what file systems refuse."""
    plain = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .") or "report"
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}.{suffix[:10]}" if dot else plain[:_LONGEST_NAME]


def _refused(name: str, message: str) -> FileOutcome:
    return FileOutcome(path=name, status="failed", report_id=None, message=f"{name}：{message}")
