"""Calls to AWS' control plane, whose errors are plain."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.core.errors import UnavailableError

# Errors whose text is about the request, and helps; that of others may hold the session's token.
_TOLD = frozenset({"ValidationException", "ResourceLimitExceeded", "ResourceInUse", "AccessDeniedException"})
_ABSENT = ("could not find", "not found", "does not exist")


def call(client: Any, operation: str, **request: Any) -> dict[str, Any]:
    """An operation's answer; raises UnavailableError."""
    try:
        answer: dict[str, Any] = getattr(client, operation)(**request)
    except ClientError as error:
        raise _plain(operation, error) from None
    except BotoCoreError as error:
        raise UnavailableError(f"AWS: {operation}: {type(error).__name__}") from None
    return answer


def described(client: Any, operation: str, **request: Any) -> dict[str, Any] | None:
    """What is described, None if it does not exist; raises UnavailableError."""
    try:
        answer: dict[str, Any] = getattr(client, operation)(**request)
    except ClientError as error:
        code, text = _parts(error)
        if code in ("404", "NoSuchKey", "ResourceNotFound"):
            return None
        if code == "ValidationException" and any(each in text.lower() for each in _ABSENT):
            return None
        raise _plain(operation, error) from None
    except BotoCoreError as error:
        raise UnavailableError(f"AWS: {operation}: {type(error).__name__}") from None
    return answer


def _plain(operation: str, error: ClientError) -> UnavailableError:
    code, text = _parts(error)
    more = f": {text[:300]}" if code in _TOLD and text else ""
    return UnavailableError(f"AWS: {operation}: {code}{more}")


def _parts(error: ClientError) -> tuple[str, str]:
    told = error.response["Error"]
    return str(told.get("Code", "?")), str(told.get("Message", ""))
