"""Observations over HTTP, for cameras without a broker: the rule for senders, and the answers."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException, Request

from common.read_json import read_json
from services.core.errors import InputError
from services.core.search.answer import Outcome, Pushed
from services.core.search.intake import BATCH


@dataclass(frozen=True, slots=True)
class SenderRule:
    """The rule for senders: whoever has the key, or while there is none, this machine's programs."""

    key: str = ""
    loopback: bool = True

    def check(self, request: Request) -> None:
        """Raise HTTPException (401, 403 or 415) unless the request may push records."""
        if "origin" in request.headers:
            raise HTTPException(403, "a page in a browser sends observations through the api's cameras alone")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HTTPException(415, f"content type {kind[:80]!a}; expected application/json")
        if not self.key and not self.loopback:
            raise HTTPException(403, "LOOKALIKE_API_KEY is required where the search is not on loopback")
        given = request.headers.get("authorization", "").encode()
        if self.key and not hmac.compare_digest(given, f"Bearer {self.key}".encode()):
            detail = "the API key is missing or wrong; expected `Authorization: Bearer <key>`"
            raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})


THIS_MACHINE = SenderRule()


def parse_messages(body: bytes) -> list[object]:
    """The messages of a body, an object or a list of them; raises InputError."""
    try:
        found = read_json(body)
    except ValueError as error:
        raise InputError(f"the body is not JSON ({str(error)[:200]}); expected observations") from None
    messages = found if isinstance(found, list) else [found]
    if len(messages) > BATCH:
        raise InputError(f"{len(messages)} observations; expected at most {BATCH}")
    return messages


def outcomes_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The outcome of each, for the sender."""
    return {"outcomes": [_outcome(outcome) for outcome in outcomes]}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Pushed):
        answer = {"id": outcome.id, "verdict": outcome.record.verdict, "dropped": None, "detail": None}
        return answer | ({"wants": "details"} if outcome.wants_details else {})
    return {"id": None, "verdict": None, "dropped": outcome.reason, "detail": outcome.detail}
