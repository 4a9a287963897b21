"""The lines of CloudWatch Logs, with boto3's client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.core.errors import InputError, UnavailableError


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, and when it was written, in Unix milliseconds."""

    at_ms: int
    text: str
    id: str


def log_lines(client: Any, group: str, *, since_ms: int) -> Iterator[LogLine]:
    """A group's lines since a time, oldest first; raises InputError or UnavailableError."""
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since_ms)
    try:
        for page in pages:
            for each in page["events"]:
                yield LogLine(each["timestamp"], each["message"], each["eventId"])
    except client.exceptions.ResourceNotFoundException:
        raise InputError(f"there is no log group {group}; `make deploy-aws` makes it") from None
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError(f"CloudWatch Logs: {error}") from None
