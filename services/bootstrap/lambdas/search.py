"""The wiring of the search function."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, model_validator

from common import setting_texts
from services.bootstrap.aws_settings import AwsSettings
from services.bootstrap.history_settings import HistorySettings
from services.bootstrap.lambdas.common import FOLDER, check_address
from services.bootstrap.lambdas.history import open_shared_history
from services.bootstrap.redis import connect_redis, keys_of
from services.bootstrap.search import SearchCore, build_search_core
from services.bootstrap.settings import SearchCoreSettings, load
from services.core.cameras.home_assistant import Announcer
from services.core.history.ports import ShowingKeeper
from services.core.search.inline_follow import InlineFollow


class SearchFunctionSettings(AwsSettings, HistorySettings, SearchCoreSettings):
    """The settings of the search function."""

    store_hurried: ClassVar[bool] = True
    data_dir: Path = FOLDER
    home_assistant: bool = Field(False, description=setting_texts.HOME_ASSISTANT)

    @model_validator(mode="after")
    def _has_address(self) -> Self:
        check_address(self)
        return self


@dataclass(frozen=True, slots=True)
class SearchFunctionParts:
    """The parts of the search function, which calls `following` before it answers."""

    settings: SearchFunctionSettings
    core: SearchCore
    following: InlineFollow
    # None where no history is kept.
    keeper: ShowingKeeper | None


def search_parts() -> SearchFunctionParts:
    """Wire the search function from the environment; nothing is requested yet. Raises InputError."""
    settings = load(SearchFunctionSettings)
    # Without second looks: OpenCV has no room in a function, and each ask for details is a message.
    core = build_search_core(settings, listener=_announcer(settings), second_looks=False)
    following = InlineFollow(core.follower, every_s=settings.follow_s)
    client = connect_redis(settings.redis_url, cluster=settings.redis_cluster)
    history = open_shared_history(settings, client, keys_of(settings), hurried=True)
    return SearchFunctionParts(settings, core, following, history.keeper if history else None)


def _announcer(settings: SearchFunctionSettings) -> Announcer | None:
    if not settings.home_assistant:
        return None
    from services.bootstrap import aws  # late: its clients take 0.2 s to load

    return Announcer(aws.open_iot(settings.iot_endpoint).publish)
