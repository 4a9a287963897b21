"""Events of S3: the objects that they tell of."""

from __future__ import annotations

import logging
from collections import Counter
from urllib.parse import unquote_plus

log = logging.getLogger(__name__)


def object_keys(event: object, bucket: str) -> tuple[list[str], Counter[str]]:
    """The keys of the bucket's objects that an event tells of, and how many of its records tell of none."""
    keys: list[str] = []
    dropped: Counter[str] = Counter()
    match event:
        case {"Event": "s3:TestEvent"}:  # S3 sends one when it is told of the function
            return keys, dropped
        case {"Records": list(records)}:
            for record in records:
                if (key := _key(record, bucket)) is None:
                    log.warning("a record is no object of s3://%s: %a", bucket, str(record)[:200])
                    dropped["event"] += 1
                else:
                    keys.append(key)
        case _:
            log.warning("an event is refused, as it is none of S3: %a", str(event)[:200])
            dropped["event"] += 1
    return keys, dropped


def _key(record: object, bucket: str) -> str | None:
    match record:
        case {"s3": {"bucket": {"name": str(name)}, "object": {"key": str(key)}}} if name == bucket:
            return unquote_plus(key)
    return None
