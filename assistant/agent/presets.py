"""Know the services that speak OpenAI's protocol: where they are, and what each wants to be told.

Thinking is switched off where a service thinks by default: it costs seconds, and the thoughts would have to be
sent back with every tool result.
"""

from collections.abc import Mapping
from typing import Literal

from assistant.settings import Preset
from ingest.models import Value


class Service(Value):
    """Hold the defaults of a service; each of them can be overruled by a setting."""

    title: str
    base_url: str
    model: str | None
    needs_key: bool
    temperature: float | None = 0.0
    extra: Mapping[str, object] = {}
    length_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


_NOT_THINKING = {"thinking": {"type": "disabled"}}

SERVICES: Mapping[Preset, Service] = {
    "deepseek": Service(
        title="DeepSeek",
        base_url="https://api.deepseek.com",
        model="deepseek-v4-flash",
        needs_key=True,
        extra=_NOT_THINKING,
    ),
    "dashscope": Service(
        title="阿里云百炼（通义千问）",
        base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
        model="qwen3.6-plus",
        needs_key=True,
        extra={"enable_thinking": False},
    ),
    "zhipu": Service(
        title="智谱",
        base_url="https://open.bigmodel.cn/api/paas/v4",
        model="glm-4.7",
        needs_key=True,
        extra=_NOT_THINKING,
    ),
    "moonshot": Service(
        title="月之暗面（Kimi）",
        base_url="https://api.moonshot.cn/v1",
        model="kimi-k2.5",
        needs_key=True,
        temperature=None,
        extra=_NOT_THINKING,
    ),
    "openai": Service(
        title="OpenAI",
        base_url="https://api.openai.com/v1",
        model="gpt-5-mini",
        needs_key=True,
        temperature=None,
        length_field="max_completion_tokens",
    ),
    "ollama": Service(
        title="Ollama（本机）", base_url="http://127.0.0.1:11434/v1", model="qwen3:8b", needs_key=False
    ),
    "vllm": Service(title="vLLM（本机）", base_url="http://127.0.0.1:8000/v1", model=None, needs_key=False),
}
