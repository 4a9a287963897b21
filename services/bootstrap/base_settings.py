"""The common base of every process's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common import setting_texts
from common.data_folder import from_checkout
from common.logs import LogFormat
from common.secrets import read_secrets
from services.bootstrap.defaults import DATA_DIR
from services.bootstrap.setting_types import LOWER, UPPER

PREFIX = "LOOKALIKE_"


class Base(BaseSettings):
    """Reads LOOKALIKE_… variables; an empty one counts as absent."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], UPPER] = Field(
        "INFO", description=setting_texts.LOG_LEVEL
    )
    log_format: Annotated[LogFormat, LOWER] = Field("text", description=setting_texts.LOG_FORMAT)
    data_dir: Annotated[Path, AfterValidator(from_checkout)] = Field(
        Path(DATA_DIR),
        validate_default=True,
        description=setting_texts.DATA_DIR,
        json_schema_extra=setting_texts.default_in_words("`.data`, in the checkout"),
    )
    # On a small machine several pools compete for the cores.
    threads: int = Field(1, ge=1, le=256, description=setting_texts.THREADS)

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {**read_secrets(cls.model_fields, prefix=PREFIX), **given}
