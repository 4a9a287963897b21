"""What answers to callers with a key have in common: a line in the audit, and no place in a shared cache."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.audit_words import action_of, subject_of
from services.api.rights import Admission
from services.core.access.audit import Audit

# Answers to changes are short; a longer one is not read.
_MOST_BYTES = 256 * 1024
_READ_ONLY = ("GET", "HEAD", "OPTIONS")
_PUBLIC = re.compile(r"\bpublic\b")


class KeyedAnswers:
    """ASGI middleware, to be asked after the routes have let a caller in.

    Each success of a right that is noted becomes a line of the audit before its answer is sent, whatever its
    route is: docs/decisions/a-change-without-its-audit-line.md.
    """

    def __init__(self, app: ASGIApp, *, audit: Audit) -> None:
        self._app, self._audit = app, audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and look at its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun: Message | None = None

        async def look(message: Message) -> None:
            nonlocal begun
            admission = scope.get("state", {}).get("admission")
            if message["type"] == "http.response.start" and isinstance(admission, Admission):
                _keep_private(message)
                if _is_change(scope, message, admission):
                    begun = message  # its body comes first, which may name what was changed
                    return
            elif begun is not None and isinstance(admission, Admission):
                start, begun = begun, None
                await run_in_threadpool(self._note, scope, admission, _answer(start, message))
                await send(start)
            await send(message)

        await self._app(scope, receive, look)

    def _note(self, scope: Scope, admission: Admission, answer: object) -> None:
        route = scope.get("route")
        call = f"{scope['method']} {getattr(route, 'path', scope['path'])}"
        # A route whose body says what is done may say so.
        action = scope["state"].get("done") or action_of(call, getattr(route, "summary", None) or "")
        subject = subject_of(scope.get("path_params", {}), answer)
        self._audit.note(admission.caller, action, subject, call=call)


def _is_change(scope: Scope, start: Message, admission: Admission) -> bool:
    return admission.right.is_noted and scope["method"] not in _READ_ONLY and start["status"] < 400


def _keep_private(start: Message) -> None:
    """Keep what only some may see out of caches that others share."""
    headers = MutableHeaders(scope=start)
    if kept := headers.get("cache-control"):
        headers["cache-control"] = _PUBLIC.sub("private", kept)


def _answer(start: Message, body: Message) -> Any:
    """The JSON of an answer that comes in one piece, else None."""
    content = body.get("body", b"")
    is_json = Headers(raw=start["headers"]).get("content-type", "").startswith("application/json")
    if not is_json or body.get("more_body") or len(content) > _MOST_BYTES:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None
