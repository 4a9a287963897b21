"""Calls to S3, whose errors are plain and repeat nothing of a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from services.core.errors import UnavailableError


def code_of(error: ClientError) -> str:
    """S3's code for an error."""
    return str(error.response["Error"].get("Code", "?"))


@contextmanager
def plain_errors(place: str, operation: str) -> Iterator[None]:
    """UnavailableError in place of S3's errors; `place` names the bucket."""
    try:
        yield
    except ClientError as error:
        told = code_of(error)
    except BotoCoreError as error:
        told = type(error).__name__
    else:
        return
    # The error may hold the session's token: one about a wrong signature repeats the request's headers.
    raise UnavailableError(f"{place}: {operation}: {told}")
