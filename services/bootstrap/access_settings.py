"""The settings of roles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.bootstrap.page_settings import PageSettings
from services.bootstrap.setting_types import LOWER
from services.core.access.roles import Public


class AccessSettings(PageSettings):
    """What anybody may see, and the place of the keys beside the owner's."""

    public: Annotated[Public, LOWER] = Field(
        Public.CATALOGUE,
        description="What whoever reaches the page may see without a key. With `matches` these are matches, "
        "with the cameras' names and the matched items' pictures; with `catalogue` all items too. The rest "
        "needs the owner's `API_KEY`, or a key of a viewer ([roles](../security.md#roles)).",
    )

    @property
    def access_path(self) -> Path:
        """The file of named keys and of the audit, if the item store is SQLite."""
        return self.data_dir / "access.sqlite"

    @model_validator(mode="after")
    def _closed_with_a_key(self) -> Self:
        if self.public != Public.CATALOGUE and not self.api_key.get_secret_value():
            raise ValueError(
                f"LOOKALIKE_API_KEY is required with LOOKALIKE_PUBLIC={self.public}: without a key everybody "
                "who reaches the page is its owner"
            )
        return self
