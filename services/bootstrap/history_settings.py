"""The settings of the history."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from services.bootstrap.base_settings import Base


def history_file(data_dir: Path) -> Path:
    """The file of the history in a data folder."""
    return data_dir / "history.sqlite"


class HistorySettings(Base):
    """What is kept of what the cameras showed."""

    history_days: int = Field(
        30,
        ge=0,
        le=3650,
        description="The days for which the [history](../history.md) keeps what the cameras showed. 0: it is "
        "switched off, and what was kept is deleted at the next start.",
    )
    history_pictures: bool = Field(
        True,
        description="0: the history keeps no pictures of what the cameras saw, and deletes those that it has "
        "with their rows.",
    )

    @property
    def history_path(self) -> Path:
        """The file of the history, if the item store is SQLite."""
        return history_file(self.data_dir)

    @property
    def history_pictures_path(self) -> Path:
        """The folder of its pictures."""
        return self.data_dir / "history"
