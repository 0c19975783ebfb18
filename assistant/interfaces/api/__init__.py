"""Answer over HTTP: our own API, OpenAI's protocol, and what machines that watch a service ask.

One module a resource; `build_api` puts them together. FastAPI enters here and nowhere else.
"""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from assistant.interfaces.api import (
    asking,
    feedback,
    figures,
    health,
    login,
    openai,
    reading,
    reports,
    search,
)
from assistant.interfaces.api.desk import Desk
from assistant.interfaces.api.gauges import Gauges
from assistant.interfaces.api.problems import OpenAIProblem, Problem, add_handlers

__all__ = ["Desk", "build_api", "document"]

API_VERSION = "1.1.0"
"""Raised with every change of the document; the first number is the prefix of the paths."""

_PARTS = (
    asking.router,
    reports.router,
    figures.router,
    search.router,
    reading.router,
    feedback.router,
    openai.router,
    health.router,
    login.router,
)
_TAGS = [
    {"name": "ask", "description": "Questions and cited answers"},
    {"name": "reports", "description": "Reports, their tables and what does not agree in them"},
    {"name": "figures", "description": "Figures with their places, as JSON, CSV or Parquet"},
    {"name": "search", "description": "Passages by words and meaning"},
    {"name": "ingest", "description": "Uploads and the jobs that read them in"},
    {"name": "feedback", "description": "What callers think of answers"},
    {"name": "openai", "description": "OpenAI's protocol; token counts are characters"},
    {"name": "service", "description": "Health, readiness and counters"},
]
_ABOUT = (
    "Questions over Chinese government disclosure reports; every figure is cited. Within /v1 fields and endpoints "
    "are only added. What is to go is marked `deprecated` here and answers with a `Deprecation` header for at least "
    "two minor releases and six months before a new prefix drops it."
)


_TWICE = re.compile(r"(#/components/schemas/)(\w+)-(?:Input|Output)\b")
_NAMES = {
    "assistant__interfaces__records__Passage": "Passage",
    "assistant__plans__Passage": "PassageOperation",
    "Passage-Input": "PassageOperation",
}
"""What the document calls two values that are named alike inside."""


def build_api(desk: Desk) -> FastAPI:
    """Return the app; it serves no page that loads outside assets."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        if desk.foreman is not None:
            desk.foreman.start()
        yield
        desk.lanes.close()
        if desk.foreman is not None:
            desk.foreman.stop()

    app = FastAPI(
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.state.gauges = Gauges()
    app.state.routes = [route for part in _PARTS for route in part.routes]
    for part in _PARTS:
        app.include_router(part)
    add_handlers(app)
    app.openapi = document
    return app


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document, the two shapes of problems included."""
    routes = [route for part in _PARTS for route in part.routes]
    made = get_openapi(title="公开问", version=API_VERSION, description=_ABOUT, routes=routes, tags=_TAGS)
    made = _named_once(json.loads(_renamed(json.dumps(made))))
    schemas = made["components"]["schemas"]
    for model in (Problem, OpenAIProblem):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    return made


def _named_once(made: dict[str, Any]) -> dict[str, Any]:
    """Give one name to a value that is written as it is read; FastAPI has two where a value holds itself."""
    schemas = made["components"]["schemas"]
    alike = {
        name.removesuffix("-Input") for name in schemas if f"{name.removesuffix('-Input')}-Output" in schemas
    }

    def joined(part: dict[str, Any]) -> str:
        return _TWICE.sub(lambda ref: ref[1] + ref[2] if ref[2] in alike else ref[0], json.dumps(part))

    while unlike := {n for n in alike if joined(schemas[f"{n}-Input"]) != joined(schemas[f"{n}-Output"])}:
        alike -= unlike
    for name in alike:
        schemas[name] = schemas.pop(f"{name}-Input")
        del schemas[f"{name}-Output"]
    return json.loads(joined(made))


def _renamed(text: str) -> str:
    for told, name in _NAMES.items():
        text = text.replace(told, name)
    return text
