"""The webhook of a running system, while its receiver is away, slow, frozen and killed."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.wire import from_iso
from services.core.domain import Item
from tests.receiver import Receiver, receiver_at
from tests.system.stack import ROOT, Stack, eventually, running
from tests.web.played import SeeingCamera, items, nowhere, playing

SECRET, REPAIR_SECRET = "the-secret-of-the-till", "the-secret-of-the-repair"
MAX_AGE_S, ANSWER_S = 3.0, 0.5
# Deliveries that a scene change takes to begin and to be sent, on any machine.
SOON_S = 20.0


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """The webhook's receiver, which is not there at first."""
    with receiver_at(tmp_path_factory.mktemp("receiver")) as made:
        yield made


@pytest.fixture(scope="module")
def repair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """Another webhook's receiver, which is there."""
    with receiver_at(tmp_path_factory.mktemp("repair")) as made:
        made.start()
        yield made


@pytest.fixture(scope="module")
def acting(
    imported: Path, receiver: Receiver, repair: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A system that posts matches of tills to that receiver, and to the other one what no till knows."""
    settings = {
        "LOOKALIKE_SOURCE": "none",
        "LOOKALIKE_MAX_AGE_S": str(MAX_AGE_S),
        "LOOKALIKE_WEBHOOK_URL": receiver.url,
        "LOOKALIKE_WEBHOOK_SECRET": SECRET,
        "LOOKALIKE_WEBHOOK_PRIVATE": "1",
        "LOOKALIKE_WEBHOOK_RULES": "match camera=till-*",
        "LOOKALIKE_WEBHOOKS": f"repair {repair.url} {REPAIR_SECRET} no_match camera=till-*",
        "LOOKALIKE_WEBHOOK_ANSWER_S": str(ANSWER_S),
    }
    with running(tmp_path_factory.mktemp("acting"), settings=settings, data=imported) as started:
        started.wait_loaded()
        yield started


@pytest.fixture(scope="module")
def shown(acting: Stack) -> list[Item]:
    """Items to show, which nothing confuses."""
    return items(acting)[:8]


@pytest.fixture
def till(acting: Stack) -> Iterator[SeeingCamera]:
    """A camera that the rule names."""
    with playing(acting, f"till-{time.monotonic_ns()}") as camera:
        yield camera


def webhook(stack: Stack) -> dict[str, Any]:
    """What /healthz says of the webhook."""
    return dict(stack.get("/healthz")["webhook"])


def posts_of(receiver: Receiver, item: Item | None, thing: str | None = None) -> list[dict[str, Any]]:
    """The bodies of the posts that came about an item, or about none, of a camera or of all."""
    bodies = [json.loads(post["body"]) for post in receiver.posts()]
    about = [body for body in bodies if (body["item"] or {}).get("id") == (item and item.id)]
    return [body for body in about if thing in (None, body["thing"])]


def check_all(receiver: Receiver, secret: str = SECRET) -> None:
    """No post came twice, and none after its match had expired; each is signed."""
    ids = receiver.ids()
    assert len(set(ids)) == len(ids)
    for post in receiver.posts():
        headers, body = post["headers"], post["body"]
        assert post["at_s"] < from_iso(json.loads(body)["expires_at"])
        signed = f"{headers['x-lookalike-timestamp']}.{body}".encode()
        mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["x-lookalike-signature"] == f"sha256={mac}"


def newest(stack: Stack, thing: str) -> int:
    """The id of a camera's newest record, 0 without one."""
    return max((each["id"] for each in stack.get(f"/matches?limit=1&thing={thing}")["records"]), default=0)


def test_what_lies_before_the_camera_is_posted_once_when_the_receiver_comes_back(
    acting: Stack, receiver: Receiver, till: SeeingCamera, shown: list[Item]
) -> None:
    till.see(shown[0].vectors[0])
    eventually(lambda: webhook(acting)["trouble"], within_s=SOON_S, why=acting.log)
    state = webhook(acting)
    assert "it can't be reached: [Errno 111] Connection refused" in state["trouble"]
    assert (state["errors"][0]["thing"], state["errors"][0]["end"]) == (till.thing, None)
    assert acting.client.get("/healthz").status_code == 200
    # Longer than a match is live: its camera keeps it so.
    eventually(lambda: webhook(acting)["errors"][0]["tries"] >= 4, within_s=SOON_S, why=acting.log)

    receiver.start()
    eventually(lambda: posts_of(receiver, shown[0]), within_s=SOON_S, why=acting.log)
    (post,) = posts_of(receiver, shown[0])
    assert (post["event"], post["thing"]) == ("match", till.thing)
    assert post["item"]["metadata"] == dict(shown[0].metadata)
    eventually(lambda: webhook(acting)["trouble"] is None, within_s=SOON_S)
    metrics = acting.client.get("/metrics").text
    assert 'lookalike_api_webhook_deliveries_total{end="delivered",webhook=""}' in metrics
    check_all(receiver)


def test_other_cameras_and_verdicts_are_posted_to_nobody_or_to_whom_their_rules_name(
    acting: Stack, receiver: Receiver, repair: Receiver, till: SeeingCamera, shown: list[Item]
) -> None:
    receiver.start()
    with playing(acting, "shelf") as shelf:
        shelf.see(shown[1].vectors[0])
        till.see(nowhere(shown[0]))
        wanted = {(shelf.thing, "match"), (till.thing, "no_match")}

        def kept() -> bool:
            rows = acting.get("/history?limit=20")["showings"]
            return wanted <= {(each["thing"], each["verdict"]) for each in rows}

        eventually(kept, within_s=SOON_S, why=acting.log)
        till.see(shown[2].vectors[0])
        eventually(lambda: posts_of(receiver, shown[2]), within_s=SOON_S, why=acting.log)
    assert posts_of(receiver, shown[1]) == posts_of(receiver, None) == []
    eventually(lambda: posts_of(repair, None, till.thing), within_s=SOON_S, why=acting.log)
    assert {post["event"] for post in map(json.loads, (each["body"] for each in repair.posts()))} == {
        "no_match"
    }
    check_all(receiver)
    check_all(repair, REPAIR_SECRET)
    (state,) = acting.get("/healthz")["webhooks"]
    assert (state["name"], state["trouble"], state["ends"]["refused"]) == ("repair", None, 0)
    told = 'lookalike_api_webhook_deliveries_total{end="delivered",webhook="repair"}'
    assert told in acting.client.get("/metrics").text


def test_nothing_waits_for_a_frozen_receiver_and_nothing_comes_twice_when_it_is_killed(
    acting: Stack, receiver: Receiver, repair: Receiver, till: SeeingCamera, shown: list[Item]
) -> None:
    receiver.start()
    receiver.server.freeze()
    unanswered = webhook(acting)["ends"]["unanswered"]
    till.see(shown[3].vectors[0])
    with playing(acting, "till-beside") as beside:
        beside.see(shown[4].vectors[0])
        eventually(lambda: webhook(acting)["waiting"], within_s=SOON_S, why=acting.log)
        # The other webhook goes on, as do matches at their pace, and the history.
        with playing(acting, "till-strange") as strange:
            strange.see(nowhere(shown[0]))
            eventually(lambda: posts_of(repair, None, strange.thing), within_s=SOON_S, why=acting.log)
        for _ in range(5):
            seen = newest(acting, beside.thing)
            beside.look_again()
            eventually(lambda seen=seen: newest(acting, beside.thing) > seen, within_s=2)  # type: ignore[misc]
        eventually(
            lambda: webhook(acting)["ends"]["unanswered"] >= unanswered + 2, within_s=SOON_S, why=acting.log
        )
    assert "It may have arrived, so it is not sent again" in webhook(acting)["errors"][0]["detail"]
    receiver.start()
    till.see(shown[5].vectors[0])
    eventually(lambda: posts_of(receiver, shown[5]), within_s=SOON_S, why=acting.log)
    assert len(posts_of(receiver, shown[3])) <= 1
    check_all(receiver)


def test_nothing_of_an_expired_match_comes_when_the_receiver_is_back(
    acting: Stack, receiver: Receiver, till: SeeingCamera, shown: list[Item]
) -> None:
    receiver.start()
    receiver.server.kill()
    expired = webhook(acting)["ends"]["expired"]
    till.see(shown[6].vectors[0])
    eventually(lambda: webhook(acting)["waiting"], within_s=SOON_S, why=acting.log)
    till.see(None)
    eventually(lambda: webhook(acting)["ends"]["expired"] > expired, within_s=SOON_S, why=acting.log)
    receiver.start()
    till.see(shown[7].vectors[0])
    eventually(lambda: posts_of(receiver, shown[7]), within_s=SOON_S, why=acting.log)
    assert posts_of(receiver, shown[6]) == []
    check_all(receiver)


def test_an_api_that_is_killed_between_post_and_answer_does_not_post_it_again(
    acting: Stack, receiver: Receiver, till: SeeingCamera, shown: list[Item]
) -> None:
    receiver.start(wait_s=60)
    before = len(posts_of(receiver, shown[0]))
    till.see(shown[0].vectors[0])
    eventually(lambda: len(posts_of(receiver, shown[0])) > before, within_s=SOON_S, why=acting.log)
    os.kill(acting.pid("services.api"), signal.SIGKILL)
    receiver.start()
    eventually(lambda: webhook(acting), within_s=60, why=acting.log)
    with playing(acting, "till-after") as other:
        other.see(shown[1].vectors[0])
        eventually(lambda: posts_of(receiver, shown[1]), within_s=SOON_S, why=acting.log)
    assert len(posts_of(receiver, shown[0])) == before + 1
    check_all(receiver)


@contextlib.contextmanager
def example(receiver: Receiver, told: Path) -> Iterator[None]:
    """The example of the docs in the receiver's place."""
    command = [sys.executable, str(ROOT / "docs/examples/webhook_receiver.py")]
    environ = {**os.environ, "LOOKALIKE_WEBHOOK_SECRET": SECRET}
    with told.open("w") as output:
        process = subprocess.Popen(
            [*command, "--port", str(receiver.server.port)], stdout=output, env=environ, cwd=ROOT
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_the_keyboard_wedge_types_each_shown_item_once(
    acting: Stack, till: SeeingCamera, shown: list[Item], tmp_path: Path
) -> None:
    told = tmp_path / "told"
    command = [sys.executable, str(ROOT / "docs/examples/keyboard_wedge.py"), acting.page, "--print"]
    with told.open("w") as output:
        process = subprocess.Popen([*command, "--camera", till.thing], stdout=output, stderr=output, cwd=ROOT)
    try:
        for number, item in enumerate([shown[0], shown[1], shown[0]]):
            till.see(item.vectors[0])
            lines = [each.id for each in [shown[0], shown[1], shown[0]][: number + 1]]
            eventually(lambda lines=lines: told.read_text().splitlines() == lines, within_s=SOON_S)  # type: ignore[misc]
        # It stays for some records more, and nothing shows anything afterwards.
        seen = newest(acting, till.thing)
        eventually(lambda: newest(acting, till.thing) > seen + 2, within_s=SOON_S)
        assert len(told.read_text().splitlines()) == 3
    finally:
        process.kill()
        process.wait()


def test_the_example_of_the_docs_takes_a_post_and_refuses_who_does_not_know_the_secret(
    acting: Stack, receiver: Receiver, till: SeeingCamera, shown: list[Item], tmp_path: Path
) -> None:
    receiver.server.kill()
    told = tmp_path / "told"
    with example(receiver, told):
        till.see(shown[3].vectors[0])
        eventually(lambda: f"{till.thing} match {shown[3].id}" in told.read_text(), within_s=SOON_S)
        answer = acting.client.post(receiver.url, json={"id": "1-match"})
        assert answer.status_code == 401
    assert len(told.read_text().splitlines()) == 1
