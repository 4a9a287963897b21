"""Roles over HTTP and on the command line, on a running system that shows nothing to anybody."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.pace import limit_s
from tests.system.pictures import picture
from tests.system.single import refused
from tests.system.stack import Stack, eventually, running

SETTINGS = {
    "LOOKALIKE_SAMPLES": "0",
    "LOOKALIKE_SOURCE": "none",
    "LOOKALIKE_API_KEY": "s3cret",
    "LOOKALIKE_PUBLIC": "nothing",
}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("closed"), settings=SETTINGS) as started:
        yield started


def ask(stack: Stack, key: str | None, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return stack.client.request(method, path, headers=headers | more.pop("headers", {}), **more)


def made(stack: Stack, name: str, role: str) -> str:
    """The new key of a name."""
    answer = ask(stack, "s3cret", "POST", "/keys", json={"name": name, "role": role})
    assert answer.status_code == 201, answer.text
    assert answer.json() | {"key": ""} == {"name": name, "role": role, "key": ""}
    return str(answer.json()["key"])


def lines(stack: Stack, limit: int = 3) -> list[tuple[str, str, str]]:
    """The newest lines of the audit: who, what and of what."""
    found = ask(stack, "s3cret", "GET", f"/audit?limit={limit}").json()["lines"]
    return [(line["name"], line["action"], line["subject"]) for line in found]


def test_a_key_is_shown_once_and_kept_as_a_hash(closed: Stack) -> None:
    key = made(closed, "안나 Änne", "staff")
    (row,) = [each for each in keys_of(closed) if each["name"] == "안나 Änne"]
    assert (row["role"], row["last_used_at"], row["revoked_at"]) == ("staff", None, None)
    assert ask(closed, key, "GET", "/access").json() == {
        "name": "안나 Änne",
        "role": "staff",
        "public": "nothing",
        "keyed": True,
    }
    (row,) = [each for each in keys_of(closed) if each["name"] == "안나 Änne"]
    assert row["last_used_at"] is not None
    kept = b"".join(each.read_bytes() for each in closed.data.glob("access.sqlite*"))
    assert len(kept) > 1000
    assert key.encode() not in kept
    assert key not in closed.log()
    assert (closed.data / "access.sqlite").stat().st_mode & 0o777 == 0o600


def keys_of(stack: Stack) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ask(stack, "s3cret", "GET", "/keys").json()["keys"]
    return rows


def test_each_change_is_a_line_of_the_audit_whoever_made_it(closed: Stack) -> None:
    key = made(closed, "Bob", "staff")
    form: dict[str, Any] = {"files": {"image": picture(1)}, "data": {"title": "A mug", "id": "mug"}}
    assert ask(closed, key, "POST", "/items", **form).status_code == 201
    assert ask(closed, key, "PUT", "/items/mug", json={"title": "Bob's mug"}).status_code == 200
    assert ask(closed, key, "DELETE", "/items/none").status_code == 404
    assert ask(closed, key, "POST", "/keys", json={"name": "Eve", "role": "staff"}).status_code == 403
    deleted = ask(closed, "s3cret", "DELETE", "/items/mug")
    assert lines(closed, 4) == [
        ("owner", "deleted an item", "mug"),
        ("Bob", "changed an item", "mug, Bob's mug"),
        ("Bob", "added or replaced an item", "mug, A mug"),
        ("owner", "made a key", "Bob, staff"),
    ]
    assert ask(closed, key, "POST", "/items/undo", json={"undo": deleted.json()["undo"]}).status_code == 200
    first = ask(closed, "s3cret", "GET", "/audit?limit=1").json()
    (line,) = first["lines"]
    assert (line["role"], line["call"], line["action"]) == ("staff", "POST /items/undo", "undid a change")
    (second,) = ask(closed, "s3cret", "GET", f"/audit?limit=1&after={first['next']}").json()["lines"]
    assert (second["name"], second["call"]) == ("owner", "DELETE /items/{item_id}")
    image = ask(closed, key, "GET", "/items/mug/image")
    assert image.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert ask(closed, "s3cret", "DELETE", "/items/mug").status_code == 200


def test_a_revoked_key_fails_at_once_and_its_stream_ends(closed: Stack) -> None:
    key, other = made(closed, "Zoë", "viewer"), made(closed, "Ye", "viewer")
    begun, ended = threading.Event(), threading.Event()

    def watch() -> None:
        with httpx.stream(
            "GET", f"{closed.page}/matches/stream", headers={"Authorization": f"Bearer {key}"}, timeout=30
        ) as stream:
            for _line in stream.iter_lines():
                begun.set()
        ended.set()

    watching = threading.Thread(target=watch)
    watching.start()
    assert begun.wait(limit_s(10))
    assert ask(closed, "s3cret", "DELETE", "/keys/zoë").json()["name"] == "Zoë"
    # As often as a page that is left open asks: it is no guess.
    for _ in range(15):
        answer = ask(closed, key, "GET", "/items")
        assert "was revoked" in refused(answer, 401)
    assert ended.wait(limit_s(6))
    watching.join()
    assert ask(closed, other, "GET", "/items").status_code == 200
    assert ask(closed, "s3cret", "DELETE", "/keys/zoë").status_code == 404
    assert lines(closed, 1) == [("owner", "revoked a key", "zoë, Zoë, viewer")]


def test_what_is_shown_to_nobody_is_shown_to_nobody(closed: Stack) -> None:
    for path in ("/items", "/matches", "/cameras", "/matches/stream", "/metrics", "/keys", "/audit"):
        refused(ask(closed, None, "GET", path), 401)
    health = ask(closed, None, "GET", "/healthz").json()
    assert health["checks"]["index"].keys() == {"ok"}
    assert "cursor" in ask(closed, "s3cret", "GET", "/healthz").json()["checks"]["index"]
    assert ask(closed, None, "GET", "/access").json()["role"] is None
    assert ask(closed, None, "GET", "/").status_code == ask(closed, None, "GET", "/docs").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"name": "", "role": "viewer"}, 400, "expected 1 to 64 characters"),
        ({"name": "a\u202eb", "role": "viewer"}, 400, "control characters"),
        ({"name": "x" * 65, "role": "viewer"}, 400, "expected 1 to 64"),
        ({"name": "Carl", "role": "owner"}, 400, "viewer"),
        ({"name": "Carl"}, 400, "role"),
        ({"name": "Owner", "role": "staff"}, 409, "already"),
    ],
)
def test_what_makes_no_key_is_refused(closed: Stack, body: dict[str, str], status: int, told: str) -> None:
    before = len(keys_of(closed))
    assert told in refused(ask(closed, "s3cret", "POST", "/keys", json=body), status)
    assert len(keys_of(closed)) == before


def test_a_change_is_made_also_while_its_line_can_not_be_written(closed: Stack) -> None:
    form: dict[str, Any] = {"files": {"image": picture(2)}, "data": {"title": "A vase", "id": "vase"}}
    with closing(sqlite3.connect(closed.data / "access.sqlite", isolation_level=None)) as locked:
        locked.execute("BEGIN EXCLUSIVE")
        assert ask(closed, "s3cret", "POST", "/items", **form, timeout=60).status_code == 201
        health = ask(closed, "s3cret", "GET", "/healthz", timeout=60)
        audit = health.json()["audit"]
        assert (health.status_code, audit["ok"], audit["waiting"]) == (200, False, 1)
        assert "locked" in audit["detail"]
    assert "audit line not written: owner (owner): added or replaced an item: vase" in closed.log()
    eventually(lambda: ask(closed, "s3cret", "GET", "/healthz").json()["audit"]["ok"], within_s=10)
    assert lines(closed, 1) == [("owner", "added or replaced an item", "vase, A vase")]


def test_the_owner_keeps_keys_and_reads_the_audit_on_the_command_line(closed: Stack) -> None:
    added = closed.cli("keys", "add", "Mira Ωmega", "--role", "viewer")
    assert added.returncode == 0, added.stderr
    key = added.stdout.strip()
    assert ask(closed, key, "GET", "/access").json()["role"] == "viewer"
    (row,) = [line for line in closed.cli("keys", "list").stdout.splitlines() if line.startswith("Mira")]
    assert ("viewer" in row, "last used" in row, key in row) == (True, True, False)
    again = closed.cli("keys", "add", "mira ωMEGA", "--role", "staff")
    assert (again.returncode, "already" in again.stderr) == (2, True)
    assert closed.cli("keys", "revoke", "Mira Ωmega").returncode == 0
    assert ask(closed, key, "GET", "/items").status_code == 401
    (row,) = [line for line in closed.cli("keys", "list").stdout.splitlines() if line.startswith("Mira")]
    assert "revoked" in row
    newest, before = closed.cli("audit", "--limit", "2").stdout.splitlines()
    assert newest.endswith("owner (owner)  revoked a key: Mira Ωmega, viewer")
    assert before.endswith("owner (owner)  made a key: Mira Ωmega, viewer")


def test_without_an_owners_key_everybody_is_the_owner_and_there_are_no_others(empty: Stack) -> None:
    told = {"name": "owner", "role": "owner", "public": "catalogue", "keyed": False}
    assert empty.get("/access") == told
    answer = empty.client.post("/keys", json={"name": "Anna", "role": "viewer"})
    assert "set LOOKALIKE_API_KEY" in refused(answer, 409)
    assert empty.get("/keys") == {"keys": []}
