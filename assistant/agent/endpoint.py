"""Turn settings into the endpoint that is called, or into what is still missing."""

from collections.abc import Mapping
from typing import Literal

from pydantic import SecretStr

from assistant.agent.presets import SERVICES
from assistant.errors import SettingsInvalid
from assistant.settings import Settings
from ingest.models import Value


class Endpoint(Value):
    """Hold what is needed to call a model; the key never shows when this is printed."""

    base_url: str
    model: str
    api_key: SecretStr
    temperature: float | None
    timeout: float
    retries: int
    max_tokens: int
    length_field: Literal["max_tokens", "max_completion_tokens"]
    extra: Mapping[str, object] = {}


def is_configured(settings: Settings) -> bool:
    """Tell whether the settings name a model to ask."""
    return settings.llm_preset is not None or settings.llm_base_url is not None


def endpoint_of(settings: Settings, *, model: str | None = None) -> Endpoint:
    """Return the endpoint that the settings name; raise SettingsInvalid with what they lack."""
    service = SERVICES[settings.llm_preset] if settings.llm_preset else None
    base_url = settings.llm_base_url or (service.base_url if service else None)
    chosen = model or settings.llm_model or (service.model if service else None)
    if base_url is None:
        raise SettingsInvalid(
            "没有说明用哪个大模型。请设 GONGKAI_LLM_PRESET（"
            f"{'、'.join(SERVICES)}），或设 GONGKAI_LLM_BASE_URL 与 GONGKAI_LLM_MODEL；见 gongkai model check。"
        )
    if not base_url.startswith(("http://", "https://")):
        raise SettingsInvalid(f"设置 GONGKAI_LLM_BASE_URL 不可用：{base_url} 不以 http:// 或 https:// 开头。")
    if chosen is None:
        raise SettingsInvalid(f"没有写明模型名。{base_url} 没有默认的模型，请设 GONGKAI_LLM_MODEL。")
    key = _key(settings)
    if key is None and service is not None and service.needs_key:
        raise SettingsInvalid(
            f"{service.title} 需要密钥。请设 GONGKAI_LLM_API_KEY，"
            "或把密钥写进文件并设 GONGKAI_LLM_API_KEY_FILE。"
        )
    temperature = settings.llm_temperature
    if temperature is None:
        temperature = service.temperature if service else 0.0
    return Endpoint(
        base_url=base_url.rstrip("/"),
        model=chosen,
        api_key=key or SecretStr("none"),
        temperature=temperature,
        timeout=settings.llm_timeout,
        retries=settings.llm_retries,
        max_tokens=settings.llm_max_tokens,
        length_field=service.length_field if service else "max_tokens",
        extra=service.extra if service else {},
    )


def _key(settings: Settings) -> SecretStr | None:
    if settings.llm_api_key is not None:
        return _checked(settings.llm_api_key.get_secret_value(), "GONGKAI_LLM_API_KEY")
    file = settings.llm_api_key_file
    if file is None:
        return None
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(
            f"设置 GONGKAI_LLM_API_KEY_FILE 不可用：{file} 读不出来。请检查路径、权限和编码。"
        ) from error
    return _checked(text, "GONGKAI_LLM_API_KEY_FILE")


def _checked(text: str, name: str) -> SecretStr:
    key = text.strip()
    if not key or not key.isascii() or len(key.split()) != 1:
        raise SettingsInvalid(f"设置 {name} 不可用：密钥应是一串没有空格的英文字符。")
    return SecretStr(key)
