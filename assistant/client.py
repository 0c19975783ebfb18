"""Ask a running service from Python: `Gongkai("http://127.0.0.1:7860").ask("…")`.

Answers are the same values as inside the service; what it refuses is raised as ServerRefused with its reason.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast

import httpx
from pydantic import TypeAdapter, ValidationError

from assistant.errors import ServerRefused
from assistant.models import Answer, Event, Failed, Question, Turn
from assistant.plans import Plan

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_TRIES = 3
_LONGEST_PAUSE = 30.0
_RETRIED = frozenset({429, 503})


class Gongkai:
    """Talk to one service; close it when done, or use it in a `with` block."""

    def __init__(
        self, url: str = "http://127.0.0.1:7860", *, key: str | None = None, timeout: float = 180.0
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout)
        self._url = url

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def fingerprint(self) -> str:
        """Return what the answers of the service depend on; it changes with them."""
        return self._sent("GET", "/readyz").json()["fingerprint"]

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        organizations: Sequence[str] | None = None,
        years: Sequence[int] | None = None,
    ) -> Answer:
        """Return the answer to a question."""
        body = _body(question, history, organizations, years, None)
        return Answer.model_validate_json(self._sent("POST", "/v1/ask", json=body).content)

    def query(self, plan: Plan) -> Answer:
        """Return the answer to a plan."""
        body = plan.model_dump(mode="json")
        return Answer.model_validate_json(self._sent("POST", "/v1/query", json=body).content)

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield the events of a question as they come; the last one is `Completed` or `Failed`."""
        within = question.filter
        body = _body(question.text, question.history, within.organizations, within.years, within.report_ids)
        headers = {"Accept": "text/event-stream"}
        try:
            with self._http.stream("POST", "/v1/ask", json=body, headers=headers) as response:
                if response.is_error:
                    response.read()
                    yield Failed(message=_reason(response), retryable=response.status_code in _RETRIED)
                    return
                for line in response.iter_lines():
                    if line.startswith("data: "):
                        yield _EVENT.validate_json(line.removeprefix("data: "))
        except (httpx.HTTPError, ValidationError) as error:
            yield Failed(message=self._unreachable(error), retryable=True)

    def reports(self) -> Iterator[dict[str, Any]]:
        """Yield every report's head."""
        yield from self._pages("/v1/reports", "reports", {})

    def report(self, report_id: str) -> dict[str, Any]:
        """Return a report with its sections and its text."""
        return self._sent("GET", f"/v1/reports/{report_id}").json()

    def table(self, report_id: str, kind: str) -> dict[str, Any]:
        """Return a statutory table, cell by cell."""
        return self._sent("GET", f"/v1/reports/{report_id}/tables/{kind}").json()

    def checks(self, report_id: str) -> list[dict[str, Any]]:
        """Return which printed figures of a report do not agree."""
        return self._sent("GET", f"/v1/reports/{report_id}/checks").json()["findings"]

    def figures(self, **chosen: str | int | Sequence[str] | Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield the figures that fit `organization`, `year`, `indicator`, `applicant`, `origin`, `report_id`."""
        yield from self._pages("/v1/figures", "figures", chosen)

    def compare(self, **chosen: str | int | Sequence[str] | Sequence[int]) -> dict[str, Any]:
        """Return one figure of several reports in order; give `indicator` or `phrase`."""
        return self._sent("GET", "/v1/compare", params=chosen).json()

    def search(
        self, phrase: str, **chosen: str | int | Sequence[str] | Sequence[int]
    ) -> list[dict[str, Any]]:
        """Return the passages nearest to a phrase."""
        return self._sent("GET", "/v1/search", params={"q": phrase, **chosen}).json()["passages"]

    def upload(self, *paths: Path) -> str:
        """Hand files over to be read in and return the id of the job."""
        files = [("files", (path.name, path.read_bytes())) for path in paths]
        return self._sent("POST", "/v1/ingest", files=files).json()["id"]

    def job(self, job_id: str) -> dict[str, Any]:
        """Return how far a job is."""
        return self._sent("GET", f"/v1/ingest/{job_id}").json()

    def wait(self, job_id: str, *, seconds: float = 600.0) -> dict[str, Any]:
        """Return a job once it is finished; raise ServerRefused when that takes too long."""
        until = time.monotonic() + seconds
        while (job := self.job(job_id))["status"] in {"queued", "running"}:
            if time.monotonic() > until:
                raise ServerRefused(f"任务 {job_id} 在 {seconds:g} 秒内没有完成。可稍后用 job() 再看。")
            time.sleep(0.2)
        return job

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Cancel a job and return it."""
        return self._sent("POST", f"/v1/ingest/{job_id}/cancel").json()

    def give_feedback(self, answer: Answer, verdict: Literal["up", "down"], *, note: str = "") -> str:
        """Say what you think of an answer and return the id of what was kept."""
        body = {"answer": answer.model_dump(mode="json"), "verdict": verdict, "note": note}
        return self._sent("POST", "/v1/feedback", json=body).json()["id"]

    def _pages(self, path: str, name: str, chosen: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            params = {"limit": 1000, **chosen} | ({"cursor": cursor} if cursor else {})
            page = cast(dict[str, Any], self._sent("GET", path, params=params).json())
            yield from page[name]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _sent(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Send a request; one that the service puts off is sent again when it says so."""
        left = _TRIES
        while True:
            left -= 1
            try:
                response = self._http.request(method, path, **parts)
            except httpx.HTTPError as error:
                raise ServerRefused(self._unreachable(error)) from error
            if response.is_success:
                return response
            if response.status_code not in _RETRIED or not left:
                raise ServerRefused(_reason(response))
            time.sleep(min(float(response.headers.get("retry-after", "1")), _LONGEST_PAUSE))

    def _unreachable(self, error: Exception) -> str:
        return (
            f"{self._url} 没有正常回答（{type(error).__name__}）。请检查地址，以及 gongkai serve 是否在运行。"
        )


def _body(
    question: str,
    history: Sequence[Turn],
    organizations: Sequence[str] | None,
    years: Sequence[int] | None,
    report_ids: Sequence[str] | None,
) -> dict[str, Any]:
    narrowed = {"organizations": organizations, "years": years, "report_ids": report_ids}
    return {
        "question": question,
        "history": [turn.model_dump() for turn in history],
        "filter": {name: list(value) for name, value in narrowed.items() if value is not None},
    }


def _reason(response: httpx.Response) -> str:
    try:
        problem = cast(dict[str, Any], response.json())
        return f"{problem['detail']}（{problem['code']}，HTTP {response.status_code}）"
    except (json.JSONDecodeError, KeyError, TypeError):
        return f"服务回答了 HTTP {response.status_code}。请稍后重试。"
