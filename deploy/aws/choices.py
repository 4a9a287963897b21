"""What a person chooses of a deployment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from deploy.aws.errors import DeployError
from deploy.checkout_files import CHECKOUT

SAMPLES = CHECKOUT / "samples/catalogue.csv"
# Of the history, as both templates have it.
MOST_DAYS = 3650
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")


@dataclass(frozen=True)
class Choices:
    """The choices; None stands for what is deployed already, or the template's default.

    `zips` is the folder of built zips, None to build them, and `built` the processor and Python that they are
    for. `catalogue` is what is imported, None for the samples where there is no item yet. `yes` answers every
    question.
    """

    name: str = "lookalike"
    search: str | None = None
    cache: str | None = None
    commands: str | None = None
    email: str | None = None
    budget: str | None = None
    history_days: str | None = None
    history_pictures: str | None = None
    catalogue: str | None = None
    zips: Path | None = None
    built: str = "arm64-py312"
    yes: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise DeployError(f"NAME={self.name!a}; expected 2 to 20 lower-case letters and digits")
        days = self.history_days
        if days is not None and not (re.fullmatch(r"\d{1,4}", days, re.ASCII) and int(days) <= MOST_DAYS):
            raise DeployError(f"HISTORY_DAYS={days!a}; expected a whole number from 0 to {MOST_DAYS}")

    @property
    def storage(self) -> str:
        """The name of the stack of what is kept."""
        return f"{self.name}-storage"

    @property
    def devices(self) -> str:
        """The name of the stack of what devices with Greengrass may read."""
        return f"{self.name}-devices"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of all that belongs to the deployment."""
        return {"lookalike:name": self.name}

    @property
    def chosen(self) -> dict[str, str]:
        """The parameters of system.yaml that are chosen."""
        found = {
            "Architecture": self.built.partition("-py3")[0],
            "Runtime": f"python3.{self.built.partition('-py3')[2]}",
            "Search": self.search,
            "Cache": self.cache,
            "Commands": self.commands,
            "AlarmEmail": self.email,
            "BudgetDollars": self.budget,
            "HistoryPictures": self.history_pictures,
            **self.kept,
        }
        return {name: value for name, value in found.items() if value is not None}

    @property
    def kept(self) -> dict[str, str]:
        """The parameters that are chosen of what is kept, those of storage.yaml."""
        return {} if self.history_days is None else {"HistoryDays": self.history_days}
