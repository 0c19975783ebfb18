"""The service as other programs meet it: reports, figures, uploads, keys, limits and what it refuses."""

import csv
import io
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desks import client_of, open_service, serving
from fastapi.testclient import TestClient
from scripted import helan

from assistant.bootstrap import Assistant
from assistant.interfaces.api import Desk, build_api
from assistant.interfaces.api.gate import Gate
from assistant.service import Rates

REPORT = helan().report.id


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, Desk]]:
    assistant, desk = open_service(tmp_path_factory.mktemp("service"))
    yield assistant, desk
    assistant.close()


@pytest.fixture(scope="module")
def client(opened: tuple[Assistant, Desk]) -> TestClient:
    """Return a client of a service that nothing writes to."""
    return client_of(*opened)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[tuple[TestClient, Desk]]:
    """Return a client and the desk of a service that the test may change."""
    assistant, desk = open_service(tmp_path)
    yield client_of(assistant, desk), desk
    assistant.close()


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert (response.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["request_id"] == response.headers["x-request-id"]
    return told


# ---------------------------------------------------------------- reports and figures


def test_a_report_gives_the_text_that_citations_count_in(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": "贺兰县2020年12345办复率是多少"}).json()
    cited = answer["citations"][0]

    report = client.get(f"/v1/reports/{cited['report_id']}").json()

    assert report["text"][cited["char_start"] : cited["char_end"]] == cited["quote"]


def test_walking_over_pages_gives_every_figure_once(client: TestClient) -> None:
    everything = client.get("/v1/figures?limit=1000").json()
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = client.get("/v1/figures", params={"limit": 97} | ({"cursor": cursor} if cursor else {})).json()
        seen += [figure["id"] for figure in page["figures"]]
        cursor = page["next_cursor"]

    assert everything["next_cursor"] is None
    assert seen == [figure["id"] for figure in everything["figures"]]


def test_a_filter_that_matches_nothing_gives_nothing(client: TestClient) -> None:
    assert client.get("/v1/figures?organization=没有的单位").json()["figures"] == []


def test_a_misspelt_filter_is_refused_instead_of_giving_everything(client: TestClient) -> None:
    problem(client.get("/v1/figures?organisation=贺兰县"), 422, "body_invalid")


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwgImIiXQ", "WzEsMl0", "中文", "W" * 900])
def test_a_cursor_that_was_never_given_out_is_refused(client: TestClient, cursor: str) -> None:
    problem(client.get("/v1/figures", params={"cursor": cursor}), 422, "cursor_invalid")


def test_a_blank_cell_has_no_value_in_json_and_csv(client: TestClient) -> None:
    path = f"/v1/reports/{REPORT}/tables/review_litigation"
    cells = client.get(path).json()["cells"]
    rows = list(csv.DictReader(io.StringIO(client.get(f"{path}?format=csv").text.lstrip("\ufeff"))))

    blank = [number for number, cell in enumerate(cells) if cell["status"] == "blank"]
    assert blank
    assert all(cells[number]["value"] is None and rows[number]["value"] == "" for number in blank)


def test_csv_and_parquet_hold_the_same_figures_as_all_pages(client: TestClient) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    records = client.get("/v1/figures?limit=1000").json()["figures"]

    rows = list(csv.DictReader(io.StringIO(client.get("/v1/figures?format=csv").text.lstrip("\ufeff"))))
    table = parquet.read_table(io.BytesIO(client.get("/v1/figures?format=parquet").content)).to_pylist()

    assert [row["id"] for row in rows] == [row["id"] for row in table] == [one["id"] for one in records]
    assert [row["value"] for row in table] == [one["value"] for one in records]


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/v1/reports")

    again = client.get("/v1/reports", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_comparing_puts_the_larger_first_and_blank_cells_apart(client: TestClient) -> None:
    compared = client.get("/v1/compare?indicator=art20_9.procurement.items").json()

    assert [figure["organization"] for figure in compared["figures"]] == ["贺兰县"]


def test_searching_finds_passages_that_stand_where_they_say(client: TestClient) -> None:
    (passage, *_) = client.get("/v1/search?q=存在的主要问题").json()["passages"]
    text = client.get(f"/v1/reports/{passage['report_id']}").json()["text"]

    assert text[passage["char_start"] : passage["char_end"]] == passage["text"]


@pytest.mark.parametrize("path", ["/v1/reports/r-none", f"/v1/reports/{REPORT}/tables/stat2017"])
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


def test_removing_a_report_is_noted_and_answers_say_it_is_gone(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh

    assert client.delete(f"/v1/reports/{REPORT}").status_code == 204

    problem(client.get(f"/v1/reports/{REPORT}"), 404, "no_such_report")
    assert client.post("/v1/ask", json={"question": "贺兰县2020年办复率"}).json()["status"] == "refused"
    (entry,) = desk.audit.entries()
    assert (entry.who, entry.action, entry.subject) == ("local", "delete", REPORT)


# ---------------------------------------------------------------- uploads


def upload(client: TestClient, name: str, content: bytes = b"x") -> Any:
    return client.post("/v1/ingest", files={"files": (name, content)})


def test_an_upload_becomes_a_job_that_can_be_watched_and_cancelled(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh

    job = upload(client, "甲县2020.txt").json()
    again = client.post(f"/v1/ingest/{job['id']}/cancel").json()

    assert (job["status"], job["files"]) == ("queued", ["甲县2020.txt"])
    assert again["status"] == "cancelled"
    assert client.get(f"/v1/ingest/{job['id']}").json()["status"] == "cancelled"
    assert desk.jobs.first_open() is None


@pytest.mark.parametrize(
    "name",
    ["../../evil.txt", "..\\..\\evil.txt", "/etc/evil.txt", "a\x00b/evil.txt", "....//evil.txt", ".txt.txt"],
)
def test_an_upload_stays_in_its_folder_whatever_its_name(fresh: tuple[TestClient, Desk], name: str) -> None:
    client, desk = fresh

    response = upload(client, name)

    folder = desk.jobs.folder(response.json()["id"]) if response.status_code == 202 else None
    stored = [path for path in desk.jobs.folder("").rglob("*") if path.is_file()]
    assert all(folder is not None and path.parent.parent == folder for path in stored)


@pytest.mark.parametrize("name", ["a.exe", "a.zip", "a", "a.txt.sh"])
def test_a_kind_of_file_that_nobody_reads_is_refused(fresh: tuple[TestClient, Desk], name: str) -> None:
    client, desk = fresh

    problem(upload(client, name), 415, "kind_unknown")
    assert not list(desk.jobs.folder("").glob("*"))


def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    assistant, desk = open_service(tmp_path, max_upload=1000)
    client = client_of(assistant, desk)

    problem(upload(client, "a.txt", b"x" * 1001), 413, "file_too_large")

    assert not list(desk.jobs.folder("").glob("*"))
    assistant.close()


def test_a_body_beyond_the_key_is_refused_with_and_without_a_stated_length(
    fresh: tuple[TestClient, Desk],
) -> None:
    client, desk = fresh
    _, secret = desk.access.add_key("small", ["ask"], max_bytes=1000)
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}

    def endless() -> Iterator[bytes]:
        yield b'{"question": "'
        yield from (b"x" * 100_000 for _ in range(30))

    stated = client.post("/v1/ask", content=b"x" * 2_000_000, headers=headers)
    unstated = client.post("/v1/ask", content=endless(), headers=headers)

    problem(stated, 413, "body_too_large")
    problem(unstated, 413, "body_too_large")


def test_a_body_that_drips_is_given_up(fresh: tuple[TestClient, Desk]) -> None:
    _, desk = fresh
    api = build_api(desk)
    gate = Gate(api, access=desk.access, rates=Rates(), gauges=api.state.gauges, body_seconds=0.2)

    with serving(gate) as url, socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as line:
        line.sendall(
            b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b'Content-Length: 100\r\n\r\n{"quest'
        )
        told = line.recv(65536)

    assert told.startswith(b"HTTP/1.1 408 ")


def test_more_jobs_than_may_wait_are_turned_away(tmp_path: Path) -> None:
    assistant, desk = open_service(tmp_path)
    client = client_of(assistant, replace(desk, jobs_waiting=1))
    upload(client, "a.txt")

    response = upload(client, "b.txt")

    problem(response, 429, "jobs_waiting")
    assert int(response.headers["retry-after"]) > 0
    assistant.close()


# ---------------------------------------------------------------- who may


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def test_nobody_gets_in_without_a_key_once_there_is_one(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh
    _, secret = desk.access.add_key("notebook", ["read"])

    problem(client.get("/v1/reports"), 401, "key_missing")
    problem(client.get("/v1/reports", headers=bearer("gk_00000000_" + "x" * 43)), 401, "key_missing")
    problem(client.get("/v1/reports", headers=bearer(secret[:-1] + "~")), 401, "key_missing")
    assert client.get("/v1/reports", headers=bearer(secret)).status_code == 200
    assert client.get("/healthz").status_code == 200


def test_a_revoked_key_is_useless_at_once_and_the_door_stays_shut(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh
    head, secret = desk.access.add_key("old", ["read"])
    assert client.get("/v1/reports", headers=bearer(secret)).status_code == 200

    desk.access.revoke_key(head.id)

    problem(client.get("/v1/reports", headers=bearer(secret)), 401, "key_missing")
    problem(client.get("/v1/reports"), 401, "key_missing")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("read", "POST", "/v1/ask"),
        ("read", "POST", "/v1/chat/completions"),
        ("ask", "GET", "/v1/figures"),
        ("ask", "GET", "/metrics"),
        ("read", "POST", "/v1/ingest"),
        ("read", "GET", "/v1/ingest"),
        ("read", "DELETE", f"/v1/reports/{REPORT}"),
        ("read", "POST", "/mcp"),
        ("ask", "POST", "/mcp"),
    ],
)
def test_a_key_opens_only_what_its_scope_names(
    fresh: tuple[TestClient, Desk], scope: Any, method: str, path: str
) -> None:
    client, desk = fresh
    _, secret = desk.access.add_key("narrow", [scope])
    body = {"question": "问", "model": "gongkai", "messages": [{"role": "user", "content": "问"}]}
    sent = (
        {"files": {"files": ("a.txt", b"x")}} if (method, path) == ("POST", "/v1/ingest") else {"json": body}
    )

    response = client.request(method, path, headers=bearer(secret), **(sent if method == "POST" else {}))

    assert response.status_code == 403


def test_what_belongs_to_another_key_is_not_there(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh
    mine, theirs, chief = (
        bearer(desk.access.add_key(name, [scope])[1])
        for name, scope in (("mine", "ingest"), ("theirs", "ingest"), ("chief", "admin"))
    )
    job = client.post("/v1/ingest", files={"files": ("a.txt", b"x")}, headers=mine).json()["id"]

    problem(client.get(f"/v1/ingest/{job}", headers=theirs), 404, "no_such_job")
    problem(client.post(f"/v1/ingest/{job}/cancel", headers=theirs), 404, "no_such_job")
    assert client.get("/v1/ingest", headers=theirs).json()["jobs"] == []
    assert client.get(f"/v1/ingest/{job}", headers=mine).status_code == 200
    assert client.get(f"/v1/ingest/{job}", headers=chief).status_code == 200


def test_feedback_is_kept_with_its_answer_for_who_gave_it(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh
    mine, theirs = (bearer(desk.access.add_key(name, ["ask"])[1]) for name in ("mine", "theirs"))
    answer = client.post("/v1/ask", json={"question": "贺兰县2020年办复率"}, headers=mine).json()
    body = {"answer": answer, "verdict": "down", "reasons": ["wrong_number"], "note": "<b>不对</b>"}

    kept = client.post("/v1/feedback", json=body, headers=mine).json()["id"]

    problem(client.delete(f"/v1/feedback/{kept}", headers=theirs), 404, "no_such_feedback")
    assert client.get("/v1/feedback", headers=theirs).json()["feedback"] == []
    (listed,) = client.get("/v1/feedback", headers=mine).json()["feedback"]
    assert (listed["turn_id"], listed["answer"], listed["note"]) == (kept, answer, "<b>不对</b>")
    assert client.delete(f"/v1/feedback/{kept}", headers=mine).status_code == 204


def test_a_key_that_asks_too_often_is_told_when_to_come_again(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh
    _, secret = desk.access.add_key("eager", ["read"], per_minute=2)

    statuses = [client.get("/v1/reports", headers=bearer(secret)).status_code for _ in range(3)]
    last = client.get("/v1/reports", headers=bearer(secret))

    assert statuses == [200, 200, 429]
    assert 0 < int(last.headers["retry-after"]) <= 30


def test_keys_and_passwords_are_kept_as_hashes(fresh: tuple[TestClient, Desk], tmp_path: Path) -> None:
    _, desk = fresh
    _, secret = desk.access.add_key("notebook", ["read"])
    desk.access.add_user("li", "correct horse", ["ask"])
    token = desk.access.log_in("li", "correct horse")

    stored = b"".join(path.read_bytes() for path in tmp_path.glob("library.sqlite*"))

    assert all(one.encode() not in stored for one in (secret, secret[12:], "correct horse", token or ""))
    assert b"$argon2id$" in stored


# ---------------------------------------------------------------- the page's login


def test_the_page_sends_a_stranger_to_the_login_and_lets_a_user_in(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh
    desk.access.add_user("li", "correct horse", ["ask", "read"])

    sent = client.get("/somewhere", headers={"accept": "text/html"}, follow_redirects=False)
    wrong = client.post("/login", data={"name": "li", "password": "wrong"}, follow_redirects=False)
    right = client.post(
        "/login",
        data={"name": "li", "password": "correct horse", "next": "/v1/reports"},
        follow_redirects=False,
    )

    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/somewhere")
    assert wrong.status_code == 401
    assert (right.status_code, right.headers["location"]) == (303, "/v1/reports")
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/v1/reports").status_code == 200
    assert [entry.action for entry in desk.audit.entries()] == ["login", "login_failed"]


def test_logging_out_ends_the_session_for_whoever_kept_the_cookie(fresh: tuple[TestClient, Desk]) -> None:
    client, desk = fresh
    desk.access.add_user("li", "correct horse", ["read"])
    client.post("/login", data={"name": "li", "password": "correct horse"}, follow_redirects=False)
    kept = client.cookies["gongkai_session"]

    client.post("/logout", follow_redirects=False)

    problem(client.get("/v1/reports", headers={"cookie": f"gongkai_session={kept}"}), 401, "key_missing")


def test_guessing_passwords_is_slowed_down(tmp_path: Path) -> None:
    assistant, desk = open_service(tmp_path)
    client = client_of(assistant, replace(desk, attempts=Rates(clock=lambda: 0.0)))
    desk.access.add_user("li", "correct horse", ["read"])

    tries = [client.post("/login", data={"name": "li", "password": "x"}).status_code for _ in range(11)]

    assert tries == [401] * 10 + [429]
    assistant.close()


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_login_never_leads_elsewhere(fresh: tuple[TestClient, Desk], target: str) -> None:
    client, desk = fresh
    desk.access.add_user("li", "correct horse", ["read"])

    response = client.post(
        "/login", data={"name": "li", "password": "correct horse", "next": target}, follow_redirects=False
    )

    assert response.headers["location"] == "/"


# ---------------------------------------------------------------- what comes from elsewhere


def test_another_name_for_this_machine_is_refused(client: TestClient) -> None:
    problem(client.get("/healthz", headers={"host": "evil.example"}), 400, "host_unknown")
    problem(client.get("/healthz", headers={"host": "127.0.0.1.evil.example"}), 400, "host_unknown")


def test_a_page_of_another_site_cannot_act_here(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": "问"}, headers={"origin": "https://evil.example"})

    problem(response, 403, "cross_origin")
    assert "access-control-allow-origin" not in response.headers


def test_a_site_on_the_list_may_call(tmp_path: Path) -> None:
    assistant, desk = open_service(tmp_path, allowed_origins="https://board.example")
    client = client_of(assistant, desk, origin="https://board.example")

    asked = client.options("/v1/ask", headers={"access-control-request-method": "POST"})
    answered = client.post("/v1/ask", json={"question": "贺兰县2020年办复率"})

    assert asked.headers["access-control-allow-origin"] == "https://board.example"
    assert answered.status_code == 200
    assistant.close()


def test_every_response_carries_the_usual_headers(client: TestClient) -> None:
    for path in ("/healthz", "/v1/nothing", "/login", "/v1/reports"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert re.fullmatch(r"[\w.-]{1,64}", headers["x-request-id"])


def test_a_request_id_is_kept_only_if_it_is_harmless(client: TestClient) -> None:
    assert client.get("/healthz", headers={"x-request-id": "run-7"}).headers["x-request-id"] == "run-7"
    forged = client.get("/healthz", headers={"x-request-id": "a b<script>"}).headers["x-request-id"]
    assert "<" not in forged


# ---------------------------------------------------------------- what is written into it


@pytest.mark.parametrize("text", ["' OR '1'='1", "贺兰县'; DROP TABLE reports; --", '" OR 1=1 --', "%", "_"])
def test_what_looks_like_sql_is_only_text(client: TestClient, text: str) -> None:
    for path, name in (("/v1/figures", "organization"), ("/v1/figures", "indicator"), ("/v1/search", "q")):
        response = client.get(path, params={name: text, "limit": 5})
        assert response.status_code == 200
        assert response.json().get("figures", []) == []
    assert client.get("/healthz").json()["reports"] == 1


@pytest.mark.parametrize(
    "text", ["http://169.254.169.254/latest", "file:///etc/passwd", "http://127.0.0.1:1/"]
)
def test_an_address_is_only_text_and_is_never_fetched(client: TestClient, text: str) -> None:
    response = client.post("/v1/ask", json={"question": text})

    assert response.status_code == 200
    assert "root:" not in response.text
    problem(upload(client, text), 415, "kind_unknown")


def test_a_spreadsheet_runs_nothing_from_a_report(tmp_path: Path) -> None:
    one = helan()
    evil = one.figures[0].model_copy(update={"label": '=HYPERLINK("http://evil.example")', "context": "@x"})
    assistant, desk = open_service(tmp_path, one.model_copy(update={"figures": (evil, *one.figures[1:])}))

    text = client_of(assistant, desk).get("/v1/figures?format=csv").text.lstrip("\ufeff")

    row = next(csv.DictReader(io.StringIO(text)))
    assert row["label"] == '\'=HYPERLINK("http://evil.example")'
    assert row["context"] == "'@x"
    assistant.close()


def test_a_problem_tells_no_path_of_this_machine(fresh: tuple[TestClient, Desk], tmp_path: Path) -> None:
    client, desk = fresh
    desk.jobs.folder("").parent.joinpath("uploads").write_text("in the way")

    response = upload(client, "a.txt")

    problem(response, 503, "not_stored")
    assert str(tmp_path) not in response.text


def test_metrics_count_requests_by_route_and_never_by_path(client: TestClient) -> None:
    client.get("/v1/reports/r-secret")

    told = client.get("/metrics").text

    assert 'route="/v1/reports/{report_id}",status="404"' in told
    assert "r-secret" not in told


def test_ready_says_when_the_index_is_behind(client: TestClient) -> None:
    assert client.get("/readyz").json()["index"] == "behind"


def test_the_committed_document_is_what_is_served(client: TestClient) -> None:
    committed = Path(__file__).parents[2] / "docs" / "openapi.json"

    served = client.get("/v1/openapi.json").json()

    assert served["openapi"].startswith("3.1")
    assert json.loads(committed.read_text("utf-8")) == served, "make openapi writes it anew"
