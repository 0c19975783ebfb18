"""Hold what the endpoints work with, and check what a caller may do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from assistant.conversations import Conversations
from assistant.interfaces.api.lanes import Lanes
from assistant.interfaces.api.problems import ProblemError
from assistant.service import LOCAL, Access, Audit, Caller, Foreman, Jobs, Rates, Scope
from assistant.tools import Toolbox
from vectorstore.library import Library
from vectorstore.retriever import Retriever


@dataclass(frozen=True)
class Desk:
    """Bring the parts of a service together; `remove` deletes a report under the writer's lock."""

    lanes: Lanes
    library: Library
    retriever: Retriever
    toolbox: Toolbox
    access: Access
    audit: Audit
    conversations: Conversations
    jobs: Jobs
    foreman: Foreman | None
    remove: Callable[[str], bool]
    fingerprint: Callable[[], str]
    attempts: Rates = field(default_factory=Rates)
    max_upload: int = 50_000_000
    jobs_waiting: int = 100


def desk_of(request: Request) -> Desk:
    """Return the desk of the app that serves this request."""
    return request.app.state.desk


def caller_of(request: Request) -> Caller:
    """Return who calls; the gate has found it out."""
    return getattr(request.state, "caller", LOCAL)


def request_id_of(request: Request) -> str:
    """Return the id of the request."""
    return getattr(request.state, "request_id", "")


_bearer = HTTPBearer(auto_error=False, description="an API key, made with `gongkai keys add`")


def needs(scope: Scope) -> Any:
    """Return the dependency that lets through who has this scope."""

    def check(caller: Annotated[Caller, Depends(caller_of)], shown: Annotated[Any, Depends(_bearer)]) -> None:
        del shown  # stands in the document; the gate has checked it
        if not caller.may(scope):
            detail = f"这把密钥没有 {scope} 权限。请管理员用 gongkai keys add --scope {scope} 另发一把。"
            raise ProblemError(403, "scope_missing", "权限不足", detail)

    return Depends(check)


def owner_filter(caller: Caller) -> str | None:
    """Return whose things this caller sees: its own, or everybody's for an administrator."""
    return None if "admin" in caller.scopes else caller.id


TheDesk = Annotated[Desk, Depends(desk_of)]
TheCaller = Annotated[Caller, Depends(caller_of)]
TheRequestId = Annotated[str, Depends(request_id_of)]
