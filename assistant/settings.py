"""Hold every setting with its bounds; the one place that reads the environment.

Values come from `GONGKAI_*` variables first, then from `gongkai.toml` in the working directory.
"""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import SettingsInvalid

Preset = Literal["deepseek", "dashscope", "zhipu", "moonshot", "openai", "ollama", "vllm"]


class Settings(BaseSettings):
    """Say where things are and how they are done."""

    model_config = SettingsConfigDict(
        env_prefix="GONGKAI_", toml_file="gongkai.toml", extra="forbid", frozen=True
    )

    data: Path = Field(default=Path("data"), description="folder of the library and the index")
    embedding_model: str | None = Field(default=None, description="a folder, or a sentence-transformers name")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL instead of the SQLite file")
    chroma_url: str | None = Field(default=None, description="Chroma server instead of the folder")
    engine: Literal["auto", "rules", "llm"] = "auto"
    llm_preset: Preset | None = Field(default=None, description="a known service; the other llm settings win")
    llm_base_url: str | None = Field(default=None, description="an OpenAI-compatible endpoint, up to /v1")
    llm_model: str | None = None
    llm_api_key: SecretStr | None = None
    llm_api_key_file: Path | None = Field(default=None, description="a file that holds the key, and only it")
    llm_temperature: float | None = Field(default=None, ge=0, le=2, description="the preset's, or 0")
    llm_timeout: float = Field(default=30, gt=0, le=600, description="seconds without a byte of an answer")
    llm_retries: int = Field(default=2, ge=0, le=10)
    llm_time_limit: float = Field(default=60, gt=0, le=3600, description="seconds for a whole question")
    llm_most_calls: int = Field(default=8, ge=1, le=50, description="times the model is asked for a question")
    llm_max_tokens: int = Field(default=1500, ge=64, le=100_000, description="length of one answer")
    llm_context_tokens: int = Field(default=16_000, ge=2000, le=2_000_000, description="all that is sent")
    llm_price_in: Decimal | None = Field(default=None, ge=0, description="price of a million tokens sent")
    llm_price_out: Decimal | None = Field(
        default=None, ge=0, description="price of a million tokens answered"
    )
    llm_trace: Path | None = Field(default=None, description="file that gets a line of JSON for each turn")
    llm_otlp_url: str | None = Field(default=None, description="OTLP/HTTP address that gets the spans")
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    allowed_hosts: str = Field(default="", description="names of this server, comma-separated")
    allowed_origins: str = Field(default="", description="other sites whose pages may call, comma-separated")
    answers_at_once: int = Field(default=8, ge=1, le=64, description="questions answered together")
    answers_waiting: int = Field(default=64, ge=0, le=10_000, description="questions in line; more get 503")
    answer_seconds: float = Field(default=120, gt=0, le=3600, description="a question is given up after this")
    max_upload: int = Field(default=50_000_000, ge=1, description="bytes of one uploaded file")
    log_format: Literal["text", "json"] = "text"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the command line win over the environment, and the environment over the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def library_url(self) -> str:
        """Return the database URL, the SQLite file in the data folder unless another is set."""
        return self.database_url or f"sqlite:///{(self.data / 'library.sqlite').as_posix()}"


def load_settings(**overrides: object) -> Settings:
    """Read the settings; overrides that are None are left to the environment and the file."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "GONGKAI_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsInvalid(f"设置 {name} 不可用：{first['msg']}。请改正后重试。") from error
