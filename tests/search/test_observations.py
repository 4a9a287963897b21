"""Observations over HTTP."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import httpx
import pytest

from common.wire import encode_observation
from services.bootstrap.search import SearchParts
from services.core.search.drops import Drops
from services.search.app import build_app
from services.search.loops import Loops
from services.search.observations import SenderRule
from tests.core.search.rig import SearchRig, fresh
from tests.core.search.test_details import POINTS, unclear, with_points

JSON = {"Content-Type": "application/json"}
KEY = {"Authorization": "Bearer s3cret"}


class Posting:
    """The search's app over fakes, and a program that sends it observations."""

    def __init__(self, rule: SenderRule) -> None:
        self.rig = SearchRig()
        core = SimpleNamespace(answerer=self.rig.answerer, drops=Drops(self.rig.tally))
        parts = cast(SearchParts, SimpleNamespace(core=core))
        self._app = build_app(parts, cast(Loops, MagicMock()), rule)

    def post(self, *observations: bytes, **headers: str) -> httpx.Response:
        return self.send(b"[" + b",".join(observations) + b"]", **headers)

    def send(self, body: bytes, **headers: str) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://search") as client:
                return await client.post("/observations", content=body, headers=JSON | headers)

        return asyncio.run(sent())

    @property
    def pushed(self) -> list[str]:
        return [json.loads(record)["thing"] for record in self.rig.queue.latest(limit=99)][::-1]


@pytest.fixture
def open_one() -> Posting:
    return Posting(SenderRule())


def seen(thing: str = "a", **given: Any) -> bytes:
    return encode_observation(fresh(thing=thing, **given))


def test_the_sender_is_told_what_became_of_each(open_one: Posting) -> None:
    answer = open_one.post(seen("a"), seen("b", age_s=9))
    pushed, dropped = answer.json()["outcomes"]
    assert (answer.status_code, open_one.pushed) == (200, ["a"])
    (record,) = open_one.rig.tally.records
    number = json.loads(open_one.rig.queue.latest()[0])["id"]
    wants = {"wants": "details"} if record.wants_details else {}
    assert pushed == {"id": number, "verdict": record.verdict, "dropped": None, "detail": None} | wants
    assert (dropped["id"], dropped["dropped"]) == (None, "stale")
    assert "expected at most 5 s" in dropped["detail"]


def test_a_camera_without_a_broker_is_asked_for_local_features_in_the_answer(open_one: Posting) -> None:
    rig = with_points(open_one.rig)
    (asked,) = open_one.post(encode_observation(unclear(rig))).json()["outcomes"]
    assert asked["wants"] == "details"
    answer = encode_observation(unclear(rig, seq=2, local=POINTS["item-2"]))
    (looked,) = open_one.post(answer).json()["outcomes"]
    assert "wants" not in looked
    vote = rig.tally.records[-1].vote
    assert vote is not None
    assert vote.detailed


def test_one_observation_needs_no_list(open_one: Posting) -> None:
    answer = open_one.send(seen())
    assert (len(answer.json()["outcomes"]), open_one.pushed) == (1, ["a"])


@pytest.mark.parametrize("body", [b"no json", b"", b"[" * 100_000, b"[" + b"{}," * 64 + b"{}]"])
def test_a_body_that_is_no_batch_is_refused(open_one: Posting, body: bytes) -> None:
    answer = open_one.send(body)
    assert (answer.status_code, open_one.pushed) == (400, [])
    assert "expected" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Origin": "http://127.0.0.1:8081"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_no_page_in_a_browser_can_send(open_one: Posting, headers: dict[str, str], status: int) -> None:
    assert open_one.post(seen(), **headers).status_code == status
    assert open_one.pushed == []


def test_where_others_reach_the_search_a_key_is_needed() -> None:
    closed = Posting(SenderRule(loopback=False))
    assert closed.post(seen()).status_code == 403
    assert closed.pushed == []


@pytest.mark.parametrize("loopback", [True, False])
@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer guess"}, {"Authorization": "s3cret"}])
def test_a_key_that_is_set_is_needed_everywhere(loopback: bool, given: dict[str, str]) -> None:
    keyed = Posting(SenderRule("s3cret", loopback=loopback))
    assert keyed.post(seen(), **given).status_code == 401
    assert keyed.pushed == []
    assert keyed.post(seen(), **KEY).status_code == 200
    assert keyed.pushed == ["a"]
