"""Tell machines that watch a service whether it lives, whether it can answer, and how busy it is."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import generate_latest

from assistant.interfaces.api.desk import TheDesk, needs
from assistant.interfaces.api.problems import ProblemError, documented
from ingest.models import Value
from vectorstore.errors import StoreError

router = APIRouter(tags=["service"])

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Health(Value):
    """Hold the answer of `GET /healthz`."""

    status: Literal["ok"]
    reports: int


class Readiness(Value):
    """Hold the answer of `GET /readyz`.

    `index` tells whether every passage can be found by its meaning; `fingerprint` changes with the answers.
    """

    status: Literal["ready"]
    reports: int
    index: Literal["complete", "behind"]
    jobs: int
    fingerprint: str


@router.get("/healthz", responses=documented())
def health(desk: TheDesk) -> Health:
    """Tell whether the library can be read, and how many reports it holds."""
    try:
        return Health(status="ok", reports=desk.library.manifest().reports)
    except StoreError as error:
        raise _unusable(error) from error


@router.get("/readyz", responses=documented())
def readiness(desk: TheDesk) -> Readiness:
    """Tell whether questions are answered now."""
    desk.lanes.admit()
    try:
        manifest = desk.library.manifest()
    except StoreError as error:
        raise _unusable(error) from error
    behind = manifest.indexed_chunks < manifest.chunks
    return Readiness(
        status="ready",
        reports=manifest.reports,
        index="behind" if behind else "complete",
        jobs=desk.jobs.waiting(),
        fingerprint=desk.fingerprint(),
    )


@router.get(
    "/metrics",
    dependencies=[needs("read")],
    response_class=Response,
    responses=documented() | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request, desk: TheDesk) -> Response:
    """Return counters for Prometheus."""
    gauges = request.app.state.gauges
    gauges.show(questions=desk.lanes.inside, jobs=desk.jobs.waiting())
    return Response(generate_latest(gauges.registry), media_type=_PROMETHEUS)


def _unusable(error: StoreError) -> ProblemError:
    del error  # it names paths; the log has it
    detail = "资料库读不了。请管理员检查磁盘与权限，运行 gongkai ingest 或 gongkai restore；原因见服务日志。"
    return ProblemError(503, "library_unusable", "库不可用", detail, retry_after=30)
