"""Each service known by name is sent what it wants, over real HTTP, and nothing that it refuses."""

import time

import pytest

from assistant.agent.chat import Chat, Message
from assistant.agent.endpoint import endpoint_of
from assistant.agent.presets import SERVICES
from assistant.settings import load_settings
from benchmarks.models.server import ScriptedServer, refuse, say

KEY = "sk-preset-0123456789"


def ask(settings, url):
    chat = Chat(endpoint_of(settings).model_copy(update={"base_url": url, "timeout": 5.0}))
    try:
        return chat.complete([Message(role="user", content="好")], deadline=time.monotonic() + 10)
    finally:
        chat.close()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_sent_its_model_its_key_and_its_own_fields(name):
    service = SERVICES[name]
    key = KEY if service.needs_key else None
    settings = load_settings(llm_preset=name, llm_model=service.model or "some-model", llm_api_key=key)
    with ScriptedServer(say("好的")) as server:
        assert ask(settings, server.url).text == "好的"
        (request,) = server.requests
        assert server.authorizations == [f"Bearer {key or 'none'}"]
    assert request["model"] == (service.model or "some-model")
    assert request["stream"] is True
    assert request[service.length_field] == settings.llm_max_tokens
    other = {"max_tokens", "max_completion_tokens"} - {service.length_field}
    assert not other & set(request)
    assert ("temperature" in request) == (service.temperature is not None)
    for field, value in service.extra.items():
        assert request[field] == value


def test_settings_win_over_the_preset():
    settings = load_settings(llm_preset="moonshot", llm_model="other", llm_temperature=0.5, llm_api_key=KEY)
    with ScriptedServer(say("好")) as server:
        ask(settings, server.url)
        assert (server.requests[0]["model"], server.requests[0]["temperature"]) == ("other", 0.5)


@pytest.mark.parametrize(
    ("refused", "field"),
    [
        ("unknown field: enable_thinking", "enable_thinking"),
        ("stream_options is not supported", "stream_options"),
    ],
)
def test_a_field_that_is_refused_is_left_out(refused, field):
    settings = load_settings(llm_preset="dashscope", llm_api_key=KEY)

    def script(request):
        return refuse(400, refused) if field in request else say("好")

    with ScriptedServer(script=script) as server:
        assert ask(settings, server.url).text == "好"
        assert len(server.requests) == 2


def test_the_key_shows_nowhere_when_an_endpoint_is_printed():
    endpoint = endpoint_of(load_settings(llm_preset="deepseek", llm_api_key=KEY))
    assert KEY not in f"{endpoint!r} {endpoint} {endpoint.model_dump_json()}"
