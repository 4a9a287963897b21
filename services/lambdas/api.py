"""The api function: requests of an HTTP API (payload format 2.0), through mangum to the app."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from typing import Any

from mangum import Mangum

from services.bootstrap.lambdas.api import ApiFunctionParts, api_parts
from services.contract.problem_models import MEDIA_TYPE, problem_document
from services.lambdas.api_app import build_app
from services.lambdas.from_cloudfront import FromCloudFront
from services.lambdas.hosting import Context, Host, left_s, log_counts
from services.lambdas.http_events import wrong_with

# Lambda takes 6 MB (of 1,048,576 bytes) as an answer, as JSON.
MOST_CHARACTERS = 6 * 1024 * 1024 - 64 * 1024

log = logging.getLogger(__name__)


class ApiFunction:
    """Answers one request an event."""

    def __init__(self, parts: ApiFunctionParts) -> None:
        self.parts = parts
        self._loop = asyncio.new_event_loop()
        app = FromCloudFront(build_app(parts), key=parts.settings.origin_key.get_secret_value())
        asyncio.set_event_loop(self._loop)  # else mangum makes one
        self._mangum: Any = Mangum(app, lifespan="off")

    def __call__(self, event: object, context: Context) -> dict[str, Any]:
        """The answer to a request; 400 to anything else, which is counted."""
        if (wrong := wrong_with(event)) is not None:
            log_counts(Counter({"event": 1}))
            return _problem(400, f"{wrong}; expected a request of an HTTP API, payload format 2.0")
        self.parts.calls.begin(left_s=left_s(context))
        asyncio.set_event_loop(self._loop)  # which mangum takes
        try:
            answer: dict[str, Any] = self._mangum(event, context)
        except Exception:  # of mangum: the app answers its own faults
            log.exception("a request was not answered")
            return _problem(500, "a fault of ours; the log has its details")
        size = len(answer.get("body") or "")
        if size > MOST_CHARACTERS:
            told = f"the answer has {size} characters; a function's may have {MOST_CHARACTERS}: ask for less"
            return _problem(413, told)
        return answer

    def close(self) -> None:
        """Give back what it holds, for tests: a function ends without a word."""
        asyncio.set_event_loop(None)
        self._loop.close()


def _problem(status: int, detail: str) -> dict[str, Any]:
    body = json.dumps(problem_document(status, detail))
    return {"statusCode": status, "headers": {"content-type": MEDIA_TYPE}, "body": body}


handler = Host("api", lambda: ApiFunction(api_parts()))
handler.warm_up()
