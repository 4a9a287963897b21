"""Requests that no client of ours would send, made from an app's OpenAPI document and a seed."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.system.pictures import picture

BOUNDARY = "fuzz"
# None of them makes the api ask a name server.
TEXTS = [
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "7",
        "1e9",
        "NaN",
        "null",
        "true",
        "a",
        "mug-7",
        "cam-1",
        "archive",
        "undo",
        ".",
    ),
    *("..", "../../etc/passwd", "%", "%s%n", "a/b", "a\\b", "é", "한", "e\u0301", "\u202e", "\ufeff", "😀"),
    *(
        "\0",
        "a\nb",
        "\r\n",
        "\x1b[31m",
        "'",
        '"',
        "<b>",
        "{}",
        "[]",
        "$",
        "#",
        "?",
        "&",
        ";",
        "*",
        '"*"',
        "W/",
    ),
    # A showing, and what chooses showings.
    *("1764423000123", "1764423000000-1764423000123", "match", "unsure", "open", "right", "csv", "json"),
    *("2026-11-29T13:30:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31", "0123abcd", "-840"),
    *("9" * 30, "x" * 300, "x" * 5000, "é" * 400, "2026-11-30", "http://127.0.0.1:1/", "http://[", "ftp://a"),
    *("http://a b", "//", "javascript:1", "169.254.169.254", "67b852d76d55", "0" * 64 + ".jpg", "\ud800"),
]
TYPES = [
    *(
        "application/json",
        "application/json; charset=utf-16",
        "multipart/form-data",
        "text/csv",
        "image/jpeg",
    ),
    *(f"multipart/form-data; boundary={BOUNDARY}", "multipart/form-data; boundary=", "application/zip", ""),
    *("application/x-www-form-urlencoded", "application/jsonlines", "text/plain", "\\", "a/b; c" * 50),
]
HEADERS = [
    *("If-Match", "If-None-Match", "Range", "Last-Event-ID", "Accept", "Accept-Encoding", "Authorization"),
    *("X-Forwarded-For", "Expect", "Content-Encoding", "Origin", "Cookie"),
]
# Files of the page, which no document names.
FILES = ["/", "/embed.html", "/embed.js", "/{file}", "/js/{file}", "/text/{file}"]
_FILE: Mapping[str, Any] = {
    "parameters": [{"name": "file", "in": "path"}, {"name": "camera", "in": "query"}],
}


@dataclass(frozen=True)
class FuzzedRequest:
    """One request; its target is percent-encoded."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None


class RequestFuzz:
    """Makes requests of every call of a document, equal ones for equal seeds."""

    def __init__(self, document: Mapping[str, Any], *, seed: int) -> None:
        self._random = random.Random(seed)
        self.calls = [
            (method.upper(), path, call)
            for path, calls in document["paths"].items()
            for method, call in calls.items()
        ]
        if "/items" in document["paths"]:
            self.calls += [("GET", path, _FILE) for path in FILES]

    def requests(self, count: int) -> Iterator[FuzzedRequest]:
        """This number of each call."""
        for _ in range(count):
            for method, path, call in self.calls:
                yield self._request(method, path, call)

    def _request(self, method: str, path: str, call: Mapping[str, Any]) -> FuzzedRequest:
        parameters = call.get("parameters", [])
        for each in parameters:
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", _quoted(self._text()))
        queries = [
            f"{each['name']}={_quoted(self._text())}"
            for each in parameters
            if each["in"] == "query" and self._random.random() < 0.6
        ]
        headers = {
            name: _header(self._text()) for name in self._random.sample(HEADERS, self._random.randrange(3))
        }
        body, kind = self._body(call)
        if kind is not None:
            headers["Content-Type"] = kind
        method = method if self._random.random() < 0.95 else self._random.choice(["HEAD", "PATCH", "OPTIONS"])
        target = path + "?" + "&".join(queries) if queries else path
        return FuzzedRequest(method, target, headers, body)

    def _body(self, call: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
        content = call.get("requestBody", {}).get("content", {})
        if not content or self._random.random() < 0.1:
            return self._random.choice([None, b"", self._bytes()]), self._random.choice([None, *TYPES])
        kind = self._random.choice(list(content))
        makers: dict[str, Callable[[Any], bytes]] = {
            "application/json": self._json,
            "multipart/form-data": lambda _example: self._form(),
        }
        body = makers.get(kind, lambda _example: self._bytes())(content[kind].get("example"))
        if self._random.random() < 0.3:
            body = self._damaged(body)
        told = f"{kind}; boundary={BOUNDARY}" if kind == "multipart/form-data" else kind
        return body, told if self._random.random() < 0.9 else self._random.choice(TYPES)

    def _json(self, example: Any) -> bytes:
        if self._random.random() < 0.1:
            deep = self._random.choice([100, 950, 100_000])
            return self._random.choice([b"[" * deep, b'{"a":' * deep, b"[" * deep + b"]" * deep])
        made = self._changed(copy.deepcopy(example))
        return json.dumps(made).encode()

    def _changed(self, value: Any) -> Any:
        chance = self._random.random()
        if chance < 0.25:
            return self._any()
        if isinstance(value, dict):
            value = {name: self._changed(each) for name, each in value.items() if self._random.random() < 0.9}
            if self._random.random() < 0.2:
                value[self._text()] = self._any()
        elif isinstance(value, list):
            value = [self._changed(each) for each in value] * self._random.choice([1, 1, 1, 0, 2, 70])
        return value

    def _any(self) -> Any:
        made: list[Any] = [
            None,
            True,
            0,
            -1,
            2**53,
            1e308,
            float("nan"),
            float("inf"),
            [],
            {},
            [[]],
            {"a": {}},
        ]
        return self._random.choice([*made, 10**400 if self._random.random() < 0.1 else 1, self._text()])

    def _form(self) -> bytes:
        parts = b""
        for _ in range(self._random.choice([0, 1, 2, 3, 70])):
            name = self._random.choice(["image", "title", "id", "link", "k", "price", self._text()])
            file = f'; filename="{_header(self._text())}"' if self._random.random() < 0.5 else ""
            head = f'Content-Disposition: form-data; name="{_header(name)}"{file}\r\n\r\n'
            content = self._random.choice([_encoded(self._text()), self._bytes(), picture(1)])
            parts += f"--{BOUNDARY}\r\n{head}".encode("latin-1") + content + b"\r\n"
        return parts + f"--{BOUNDARY}--\r\n".encode()

    def _damaged(self, body: bytes) -> bytes:
        changed = bytearray(body)
        for _ in range(self._random.randrange(1, 4)):
            if changed:
                changed[self._random.randrange(len(changed))] = self._random.randrange(256)
        return bytes(changed[: self._random.choice([len(changed), self._random.randrange(len(changed) + 1)])])

    def _bytes(self) -> bytes:
        made = [
            b"",
            b"\0" * 1000,
            b"PK\x03\x04",
            picture(2),
            picture(3, kind="PNG"),
            b"a,b\n1,2\n",
            b"[]",
            b"{}",
        ]
        return self._random.choice([*made, self._random.randbytes(self._random.randrange(2000))])

    def _text(self) -> str:
        return self._random.choice(TEXTS)


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _quoted(text: str) -> str:
    return quote(_encoded(text), safe="")


def _header(text: str) -> str:
    return "".join(letter for letter in text if " " <= letter < "\x7f")[:1000].strip()
