"""Take files in: an upload becomes a job, which is worked off beside serving and can be watched and cancelled."""

import re
import shutil
import unicodedata
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Query, UploadFile
from pydantic import Field

from assistant.interfaces.api.desk import Desk, TheCaller, TheDesk, TheRequestId, needs, owner_filter
from assistant.interfaces.api.problems import ProblemError, documented
from assistant.service import Job, JobStatus
from assistant.service.jobs import new_job_id
from ingest.models import Value
from ingest.readers import SUFFIXES
from vectorstore.models import FileOutcome

router = APIRouter(tags=["ingest"])

_MOST_FILES = 100
_LONGEST_STEM = 80
_BLOCK = 1 << 20
_UNSAFE = re.compile(r"[^\w.()（）\-]+")
JobId = Annotated[str, Path(max_length=64)]


class JobRecord(Value):
    """Hold one upload and how far it has come; `outcomes` come one a file, in order."""

    id: str
    status: JobStatus
    files: tuple[str, ...]
    outcomes: tuple[FileOutcome, ...]
    message: str
    created: str
    finished: str | None


class JobQuery(Value):
    """Choose how many jobs to list."""

    limit: int = Field(default=20, ge=1, le=100)


class JobList(Value):
    """Hold the latest jobs."""

    jobs: tuple[JobRecord, ...]


@router.post(
    "/v1/ingest",
    status_code=202,
    dependencies=[needs("ingest")],
    responses=documented(408, 415),
)
def submit(files: list[UploadFile], desk: TheDesk, caller: TheCaller, request_id: TheRequestId) -> JobRecord:
    """Upload reports to be read into the library; watch the job at `/v1/ingest/{job_id}`."""
    if len(files) > _MOST_FILES:
        detail = f"一次至多上传 {_MOST_FILES} 个文件，这里有 {len(files)} 个。请分几次上传。"
        raise ProblemError(422, "too_many_files", "文件太多", detail)
    if desk.jobs.waiting() >= desk.jobs_waiting:
        detail = "等待读入的任务太多。请等其中一些完成后再上传。"
        raise ProblemError(429, "jobs_waiting", "任务太多", detail, retry_after=60)
    names = [_safe_name(file.filename or "") for file in files]
    job_id = new_job_id()
    folder = desk.jobs.folder(job_id)
    try:
        for number, (file, name) in enumerate(zip(files, names, strict=True), start=1):
            # Each in a folder of its own: names may be the same, and a report keeps the name of its file.
            place = folder / f"{number:03}"
            place.mkdir(parents=True)
            _store(file, place / name, min(desk.max_upload, caller.max_bytes))
        job = desk.jobs.submit(job_id, caller.id, tuple(names))
        desk.audit.note(caller.id, "ingest", f"{job_id}: {'、'.join(names)}", request_id=request_id)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        detail = "上传的文件存不下来，原因已写入服务日志。请管理员检查资料文件夹的磁盘空间和写权限。"
        raise ProblemError(503, "not_stored", "存不下来", detail, retry_after=60) from error
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if desk.foreman is not None:
        desk.foreman.look()
    return _record(job)


@router.get("/v1/ingest", dependencies=[needs("ingest")], responses=documented())
def list_jobs(desk: TheDesk, caller: TheCaller, query: Annotated[JobQuery, Query()]) -> JobList:
    """List the latest uploads; an administrator sees those of everybody."""
    jobs = desk.jobs.latest(owner_filter(caller), limit=query.limit)
    return JobList(jobs=tuple(map(_record, jobs)))


@router.get("/v1/ingest/{job_id}", dependencies=[needs("ingest")], responses=documented(404))
def read_job(desk: TheDesk, caller: TheCaller, job_id: JobId) -> JobRecord:
    """Tell how far an upload has come."""
    return _record(_found(desk, caller, job_id))


@router.post("/v1/ingest/{job_id}/cancel", dependencies=[needs("ingest")], responses=documented(404))
def cancel_job(desk: TheDesk, caller: TheCaller, request_id: TheRequestId, job_id: JobId) -> JobRecord:
    """Cancel an upload; what it has read in stays, and a finished one stays as it is."""
    job = _found(desk, caller, job_id)
    if job.is_open:
        job = desk.jobs.cancel(job)
        desk.audit.note(caller.id, "cancel", job_id, request_id=request_id)
        if desk.foreman is not None:
            desk.foreman.look()
    return _record(job)


def _found(desk: Desk, caller: TheCaller, job_id: str) -> Job:
    job = desk.jobs.get(job_id, owner_filter(caller))
    if job is None:
        detail = "没有这个任务，或它属于别人。自己的任务见 GET /v1/ingest。"
        raise ProblemError(404, "no_such_job", "没有这个任务", detail)
    return job


def _record(job: Job) -> JobRecord:
    return JobRecord(
        id=job.id,
        status=job.status,
        files=job.files,
        outcomes=job.outcomes,
        message=job.message,
        created=job.created.isoformat(timespec="seconds"),
        finished=job.finished.isoformat(timespec="seconds") if job.finished else None,
    )


def _safe_name(name: str) -> str:
    """Return a file name that stays in its folder and shows nothing but itself; refuse what cannot be read."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    path = FilePath(_UNSAFE.sub("_", last))
    if path.suffix.lower() not in SUFFIXES:
        kinds = "、".join(sorted(SUFFIXES))
        raise ProblemError(
            415, "kind_unknown", "读不了这种文件", f"只能读入 {kinds} 格式的报告。请转换后再上传。"
        )
    return f"{path.stem[:_LONGEST_STEM].lstrip('.') or 'report'}{path.suffix.lower()}"


def _store(file: UploadFile, place: FilePath, most: int) -> None:
    size = 0
    with place.open("wb") as out:
        while block := file.file.read(_BLOCK):
            size += len(block)
            if size > most:
                detail = f"一个文件至多 {most} 字节。请拆分，或确认这是一份年度报告。"
                raise ProblemError(413, "file_too_large", "文件太大", detail)
            out.write(block)
