"""Work the jobs off one after another, each in a process of its own that may die without harm.

Reading is idempotent: a job whose process was killed, or that a restart interrupted, simply begins again, and what
stood in the library already is found there unchanged.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from assistant.errors import ServiceUnusable
from assistant.service.jobs import Job, Jobs
from assistant.service.notes import Note
from assistant.service.tables import now

logger = logging.getLogger(__name__)

_GLANCE, _PAUSE, _PATIENCE = 1.0, 2.0, 5.0
_MOST_ATTEMPTS = 20
_MODULE = "assistant.service.worker"
_BROKEN = "读入进程反复中断，未能完成。请检查服务日志和可用内存，然后重新上传。"


class Foreman:
    """Start and watch the reading process; `start` begins, `stop` ends and leaves the job for the next start."""

    def __init__(self, jobs: Jobs, *, data: Path) -> None:
        self._jobs = jobs
        self._data = data
        self._stopping = threading.Event()
        self._news = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._work, name="foreman", daemon=True)

    @property
    def process_id(self) -> int | None:
        """Return the reading process, None while nothing is read."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Begin to work jobs off."""
        self._thread.start()

    def stop(self) -> None:
        """End the reading process and the thread; an open job is taken up by the next start."""
        self._stopping.set()
        self.look()
        self._thread.join()

    def look(self) -> None:
        """Look at the jobs now, not at the next glance: one has come, or was cancelled."""
        self._news.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            try:
                job = self._jobs.first_open()
                pause = self._run(job) if job is not None else _GLANCE
            except (ServiceUnusable, OSError):
                logger.exception("a job could not be worked on")
                pause = _PAUSE
            if pause:
                self._news.wait(pause)

    def _run(self, job: Job) -> float:
        """Run one job's process to its end and return how long to wait before the next one."""
        if job.attempts >= _MOST_ATTEMPTS:
            self._jobs.save(_ended(job, "failed", _BROKEN))
            return 0.0
        job = job.model_copy(update={"status": "running", "attempts": job.attempts + 1, "outcomes": ()})
        if not self._jobs.save(job):
            return 0.0
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(self._jobs.folder(job.id))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=_environment(self._data),
        )
        try:
            watcher = threading.Thread(target=self._watch, args=(job, self._process), daemon=True)
            watcher.start()
            job, last = self._follow(job, self._process)
        finally:
            _end(self._process)
            self._process = None
        return self._settle(job, last)

    def _follow(self, job: Job, process: "subprocess.Popen[str]") -> tuple[Job, Note | None]:
        """Store every outcome as it comes and return the last word, None where the process just ended."""
        assert process.stdout is not None
        for line in process.stdout:
            try:
                note = Note.model_validate_json(line)
            except ValidationError:
                continue  # what a library prints on its own
            if note.outcome is not None:
                job = job.model_copy(update={"outcomes": (*job.outcomes, note.outcome)})
                if not self._jobs.save(job):
                    return job, None
            else:
                return job, note
        return job, None

    def _watch(self, job: Job, process: "subprocess.Popen[str]") -> None:
        """End the process when the service stops or the job is cancelled."""
        while process.poll() is None:
            self._news.wait(_GLANCE)
            self._news.clear()
            stored = self._jobs.get(job.id, None)
            if self._stopping.is_set() or stored is None or not stored.is_open:
                _end(process)
                return

    def _settle(self, job: Job, last: Note | None) -> float:
        """Store how the job ended; one that was interrupted goes back into the queue."""
        if last is not None and last.kind == "finished":
            failed = [outcome for outcome in job.outcomes if outcome.status == "failed"]
            told = f"{len(job.outcomes)} 个文件，其中 {len(failed)} 个未能读入。" if failed else "全部读入。"
            self._jobs.save(_ended(job, "failed" if len(failed) == len(job.outcomes) else "done", told))
            return 0.0
        if last is not None and not last.retryable:
            self._jobs.save(_ended(job, "failed", last.message))
            return 0.0
        message = last.message if last is not None else "读入进程中断，将重新开始。"
        # Waiting for somebody else's writing is no fault of this job.
        attempts = job.attempts if last is None else job.attempts - 1
        self._jobs.save(job.model_copy(update={"status": "queued", "message": message, "attempts": attempts}))
        if last is None and not self._stopping.is_set():
            logger.warning("the reading process of %s ended before its work", job.id)
        return _PAUSE if last is not None else _GLANCE


def _ended(job: Job, status: str, message: str) -> Job:
    return job.model_copy(update={"status": status, "message": message, "finished": now()})


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _environment(data: Path) -> Mapping[str, str]:
    """Return the settings of this process for its child, with one thread for the model."""
    return os.environ | {"GONGKAI_DATA": str(data), "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
