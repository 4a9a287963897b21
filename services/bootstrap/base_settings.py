"""What the settings of every process have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.logs import LogFormat
from common.secrets import read_secrets
from services.bootstrap.defaults import DATA_DIR
from services.bootstrap.setting_types import LOWER, UPPER

PREFIX = "LOOKALIKE_"


class Base(BaseSettings):
    """Reads LOOKALIKE_… variables; an empty one counts as absent."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], UPPER] = "INFO"
    log_format: Annotated[LogFormat, LOWER] = "text"
    data_dir: Path = Path(DATA_DIR)
    # What each thread pool (FAISS, ONNX Runtime) may take: on a small machine they fight over the cores.
    threads: int = Field(1, ge=1, le=64)

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {**read_secrets(cls.model_fields, prefix=PREFIX), **given}
