"""Events of an HTTP API, payload format 2.0: the check of their form before mangum reads them."""

from __future__ import annotations

import base64
import binascii
import re

_HOST, _PORT = re.compile(r"[^:]*(:[0-9]{1,5})?"), re.compile(r"[0-9]{1,5}")


def wrong_with(event: object) -> str | None:
    """What is wrong with an event that is no request, None for a request."""
    if not isinstance(event, dict) or event.get("version") != "2.0":
        return f"a {type(event).__name__} without version 2.0"
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, dict) else None
    if not isinstance(http, dict) or not all(_is_text(http.get(n)) for n in ("method", "path", "sourceIp")):
        return "no requestContext.http with method, path and sourceIp"
    headers = event.get("headers", {})
    if not isinstance(headers, dict) or not all(_is_text(part) for each in headers.items() for part in each):
        return "headers that are no texts"
    if not _HOST.fullmatch(headers.get("host", "")) or not _PORT.fullmatch(
        headers.get("x-forwarded-port", "0")
    ):
        return "a host or a port that is none"
    cookies = event.get("cookies") or []
    if not isinstance(cookies, list) or not all(map(_is_text, cookies)):
        return "cookies that are no texts"
    if not _is_text(event.get("rawQueryString", "")):
        return "a rawQueryString that is no text"
    return _wrong_body(event.get("body") or "", event.get("isBase64Encoded", False))


def _wrong_body(body: object, is_base64: object) -> str | None:
    if not _is_text(body) or not isinstance(is_base64, bool):
        return "a body that is no text"
    if is_base64:
        try:
            base64.b64decode(str(body), validate=True)
        except (binascii.Error, ValueError):
            return "a body that is not base64"
    return None


def _is_text(value: object) -> bool:
    """Whether it is text in UTF-8: half of a surrogate pair can stand in JSON alone."""
    return isinstance(value, str) and value.encode(errors="replace").decode() == value
