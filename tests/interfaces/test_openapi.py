"""Whatever fits the OpenAPI document, and much that does not, is answered as the document says."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from desks import open_service, serving
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from assistant.interfaces.api import document
from assistant.interfaces.serve import build_app

REF = "#/components/schemas/"


def with_small_plans() -> dict[str, Any]:
    """Return the document with plans of one operation to be sent: one that holds itself is drawn without end."""
    small = copy.deepcopy(document())
    schemas = small["components"]["schemas"]
    nothing = {"type": "array", "maxItems": 0}
    lookup = copy.deepcopy(schemas["Lookup"])
    lookup["properties"]["measures"]["items"] = {"$ref": f"{REF}Measure"}
    plan = copy.deepcopy(schemas["Plan"])
    plan["properties"] |= {
        "among": {"$ref": f"{REF}Named"},
        "operations": {"type": "array", "items": lookup, "minItems": 1},
        "claims": nothing,
        "readings": nothing,
    }
    small["paths"]["/v1/query"]["post"]["requestBody"]["content"]["application/json"]["schema"] = plan
    schemas["Answer-Input"]["properties"]["plan"] = {"type": "null"}
    return small


schema = schemathesis.openapi.from_dict(with_small_plans())
PLACE = "Bearer key-of-the-service"


@schema.auth()
class Key:
    """Mark where the key belongs; it is made only when the tests run."""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:
        return PLACE

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:
        case.headers["Authorization"] = data


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, requests.Session]]:
    """Return the address of a guarded service and a session that has its key."""
    assistant, desk = open_service(tmp_path_factory.mktemp("served"))
    _, secret = desk.access.add_key("all", ["admin"], per_minute=1_000_000)

    def with_key(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if request.headers.get("Authorization") == PLACE:
            request.headers["Authorization"] = f"Bearer {secret}"
        return request

    with serving(build_app(assistant, desk, with_page=False)) as url, requests.Session() as session:
        session.auth = with_key
        yield url, session
    assistant.close()


@schema.parametrize()
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_service_or_its_document(
    case: schemathesis.Case, service: tuple[str, requests.Session]
) -> None:
    address, session = service
    # A cursor must be one that was given out, and a comparison names one thing: no schema can say that.
    case.call_and_validate(
        base_url=address, session=session, timeout=120, excluded_checks=[positive_data_acceptance]
    )
