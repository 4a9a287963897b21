"""The wiring of the history in functions: rows in DynamoDB, pictures in S3, and what lasts in Redis."""

from __future__ import annotations

from typing import Protocol

import redis

from common.box import Box
from services.adapters.redis_queue import Keys
from services.adapters.redis_shared import RedisAskedPictures, RedisShowings
from services.core.catalogue.cut_outs import BoxCutter
from services.core.history.asked_pictures import PictureAsker, PictureTaker
from services.core.history.history import History
from services.core.history.nothing import NoRows
from services.core.history.ports import HistoryPictures
from services.core.history.shared_keeper import SharedKeeper

# What AWS IoT takes in one message, less its topic.
REPLY_BYTES = 120 * 1024


class SharedHistorySettings(Protocol):
    """What functions read of AwsSettings and HistorySettings for the history."""

    history: str
    history_days: int
    history_pictures: bool
    iot_endpoint: str

    def beside_pictures(self, folder: str, /) -> str:
        """The address of a folder in the pictures' bucket, "" if they are files."""


def open_shared_history(
    settings: SharedHistorySettings, client: redis.Redis, keys: Keys, *, hurried: bool = False
) -> History | None:
    """The history, None where none is kept; nothing is requested yet. Raises InputError.

    It asks cameras for pictures of showings, unless the settings want none. A hurried one gives up after a
    few seconds.
    """
    if not settings.history or not settings.history_days:
        return None
    from services.bootstrap import aws  # late: its clients take 0.2 s to load

    rows = aws.open_history(settings.history, days=settings.history_days, hurried=hurried)
    keeper = SharedKeeper(rows, RedisShowings(client, keys=keys))
    place = settings.beside_pictures("showings")
    pictures: HistoryPictures = aws.open_history_pictures(place) if place else NoRows()
    if settings.history_pictures:  # where they are kept is the status function's to know
        keeper.listen(_asker(settings, client, keys))
    return History(rows, pictures, keeper, settings.history_days)


def _asker(settings: SharedHistorySettings, client: redis.Redis, keys: Keys) -> PictureAsker:
    from services.bootstrap import aws

    link = aws.open_iot(settings.iot_endpoint)
    return PictureAsker(
        RedisAskedPictures(client, keys=keys),
        lambda topic, command: link.publish(topic, command, qos=1),
        max_bytes=REPLY_BYTES,
    )


def open_taker(settings: SharedHistorySettings, client: redis.Redis, keys: Keys) -> PictureTaker | None:
    """What takes the cameras' answers, None where no pictures are kept; raises InputError."""
    keeps = settings.history_pictures and settings.beside_pictures("showings")
    history = open_shared_history(settings, client, keys) if keeps else None
    if history is None:
        return None
    return PictureTaker(RedisAskedPictures(client, keys=keys), _cut, history.pictures, history.store)


def _cut(jpeg: bytes, box: Box) -> bytes:
    from services.adapters import pillow_pictures  # late: most messages are no pictures

    return BoxCutter(pillow_pictures.decode, pillow_pictures.encode).boxed(jpeg, box).content
