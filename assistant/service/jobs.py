"""Keep what was uploaded to be read in, and how far it has come, so that a restart loses nothing."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, func, insert, select, update

from assistant.service.tables import Records, jobs, now
from ingest.models import Value
from vectorstore.models import FileOutcome

JobStatus = Literal["queued", "running", "done", "failed", "cancelled"]
_OPEN: tuple[JobStatus, ...] = ("queued", "running")


class Job(Value):
    """Hold one upload; `files` are names, `attempts` counts how often its process was started."""

    id: str
    owner: str
    status: JobStatus
    files: tuple[str, ...]
    outcomes: tuple[FileOutcome, ...] = ()
    message: str = ""
    attempts: int = 0
    created: datetime
    finished: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the job still waits or runs."""
        return self.status in _OPEN


class Jobs(Records):
    """Store jobs; whoever asks with another owner's name finds none."""

    def __init__(self, database: Engine, folder: Path) -> None:
        super().__init__(database)
        self._folder = folder

    def folder(self, job_id: str) -> Path:
        """Return where the files of a job stand."""
        return self._folder / job_id

    def submit(self, job_id: str, owner: str, files: tuple[str, ...]) -> Job:
        """Put a job at the end of the queue; its files stand in its folder already."""
        job = Job(id=job_id, owner=owner, status="queued", files=files, created=now())
        row = {"id": job.id, "owner": owner, "status": job.status, "created": job.created}
        with self.writing() as connection:
            connection.execute(insert(jobs), row | {"payload": job.model_dump_json()})
        return job

    def get(self, job_id: str, owner: str | None) -> Job | None:
        """Return a job of an owner, of anybody's where no owner is named."""
        statement = select(jobs.c.payload).where(jobs.c.id == job_id)
        if owner is not None:
            statement = statement.where(jobs.c.owner == owner)
        with self.reading() as connection:
            payload = connection.execute(statement).scalar()
        return Job.model_validate_json(payload) if payload else None

    def latest(self, owner: str | None, *, limit: int) -> tuple[Job, ...]:
        """Return the jobs of an owner, or of everybody, the latest first."""
        statement = select(jobs.c.payload).order_by(jobs.c.created.desc(), jobs.c.id).limit(limit)
        if owner is not None:
            statement = statement.where(jobs.c.owner == owner)
        with self.reading() as connection:
            return tuple(map(Job.model_validate_json, connection.execute(statement).scalars()))

    def waiting(self) -> int:
        """Return how many jobs are not finished."""
        with self.reading() as connection:
            count = select(func.count()).select_from(jobs).where(jobs.c.status.in_(_OPEN))
            return connection.execute(count).scalar_one()

    def first_open(self) -> Job | None:
        """Return the job to work on: one that was interrupted before one that has not begun."""
        statement = select(jobs.c.payload).where(jobs.c.status.in_(_OPEN))
        first = statement.order_by(jobs.c.status.desc(), jobs.c.created, jobs.c.id).limit(1)
        with self.reading() as connection:
            payload = connection.execute(first).scalar()
        return Job.model_validate_json(payload) if payload else None

    def save(self, job: Job) -> bool:
        """Store how far a job is, unless it was cancelled meanwhile; tell whether it still counts."""
        with self.writing() as connection:
            wanted = update(jobs).where(jobs.c.id == job.id, jobs.c.status.in_(_OPEN))
            changed = connection.execute(wanted.values(status=job.status, payload=job.model_dump_json()))
            return changed.rowcount == 1

    def cancel(self, job: Job) -> Job:
        """End a job; what it has read in stays. A finished one stays as it is."""
        message = f"已取消；此前读入的 {len(job.outcomes)} 个文件保留在库中。"
        ended = job.model_copy(update={"status": "cancelled", "message": message, "finished": now()})
        return ended if self.save(ended) else self.get(job.id, None) or job


def new_job_id() -> str:
    """Return an id that nobody can guess."""
    return f"job-{secrets.token_hex(12)}"
