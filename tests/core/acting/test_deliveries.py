"""Deliveries over fakes: each once, none late, and nobody waits for them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.core.acting.deliveries import Deliveries
from services.core.acting.ports import Message, Receipt, Taken
from services.core.acting.rules import Rules
from services.core.history.showing import Showing
from services.core.records import Verdict
from tests.core.acting.showings import FakeClaims, FakeWebhook, showing
from tests.fakes import FakeClock
from tests.servers import until

NOT_YET = Receipt(Taken.NOT_YET, "it answers 503; expected 200 to 299")


class Rig:
    """Deliveries that are under way, at 1000 s by their clock."""

    def __init__(self, rules: str = "match", name: str = "", claims: FakeClaims | None = None) -> None:
        self.clock = FakeClock()
        self.webhook, self.claims = FakeWebhook(), claims or FakeClaims()
        self.rows: dict[int, Showing] = {}
        self.deliveries = Deliveries(
            self.webhook,
            self.claims,
            Rules.parse(rules),
            name=name,
            newest=lambda number: self.rows.get(number),
            clock=self.clock,
        )

    def ends(self) -> dict[str, int]:
        """How deliveries have ended so far."""
        return {str(end): count for end, count in self.deliveries.report.ends.items() if count}

    def wait_for(self, **ends: int) -> None:
        """Return when deliveries have ended like this."""
        until(lambda: self.ends() == ends, what=f"{ends}, not {self.ends()}")


@pytest.fixture
def rig_of() -> Iterator[Callable[..., Rig]]:
    started: list[Rig] = []

    def make(*given: Any) -> Rig:
        started.append(Rig(*given))
        started[-1].deliveries.start()
        return started[-1]

    yield make
    for each in started:
        each.deliveries.stop()


def test_a_showing_is_delivered_once_with_all_that_is_known_of_it(rig_of: Callable[..., Rig]) -> None:
    rig = rig_of("match category=Mugs")
    rig.deliveries.on_showing(showing(7), "begun")
    rig.deliveries.on_showing(showing(8, metadata={"category": "Bowls"}), "begun")
    rig.wait_for(delivered=1)
    rig.deliveries.on_showing(showing(7), "changed")
    rig.deliveries.on_showing(showing(7, ended=True), "ended")
    rig.deliveries.on_showing(showing(9), "begun")
    rig.wait_for(delivered=2)
    assert rig.webhook.posted == ["7-match", "9-match"]
    assert json.loads(rig.webhook.messages[0].body) == {
        "v": 1,
        "id": "7-match",
        "event": "match",
        "showing": 7,
        "thing": "till-1",
        "item": {
            "id": "mug-7",
            "title": "Grandma's mug",
            "score": 0.93,
            "link": "https://shop.example/mug-7",
            "metadata": {"category": "Mugs", "price": "12.00"},
        },
        "runners_up": [{"id": "mug-9", "title": "Mug", "score": 0.04}],
        "began_at": "1970-01-01T00:16:40.000Z",
        "expires_at": "1970-01-01T00:16:45.000Z",
    }


def test_an_unsure_answer_that_becomes_a_match_is_a_delivery_of_each_that_is_chosen(
    rig_of: Callable[..., Rig],
) -> None:
    rig = rig_of("match,unsure")
    rig.deliveries.on_showing(showing(1, verdict=Verdict.UNSURE), "begun")
    rig.wait_for(delivered=1)
    rig.deliveries.on_showing(showing(1), "changed")
    rig.wait_for(delivered=2)
    assert rig.webhook.posted == ["1-unsure", "1-match"]


def test_who_tells_of_a_showing_waits_for_no_receiver_and_no_camera_for_another(
    rig_of: Callable[..., Rig],
) -> None:
    rig = rig_of()
    stuck = threading.Event()

    def answer(message: Message) -> Receipt:
        if message.id.startswith("1-"):
            assert stuck.wait(60)
        return Receipt(Taken.TAKEN)

    rig.webhook.answer = answer
    for number, thing in ((1, "slow"), (2, "slow"), (3, "other")):
        rig.deliveries.on_showing(showing(number, thing=thing), "begun")
    rig.wait_for(delivered=1)
    assert sorted(rig.webhook.posted) == ["1-match", "3-match"]
    stuck.set()
    rig.wait_for(delivered=3)
    assert rig.webhook.posted[-1] == "2-match"


def test_what_was_not_taken_is_tried_again_and_its_error_is_seen_until_then(
    rig_of: Callable[..., Rig],
) -> None:
    rig = rig_of()
    rig.webhook.answer = lambda _message: NOT_YET
    rig.deliveries.on_showing(showing(1), "begun")
    until(lambda: rig.deliveries.to_json()["errors"], what="an error")
    state = rig.deliveries.to_json()
    assert state["trouble"] == NOT_YET.detail
    assert state["waiting"] == 1
    (error,) = state["errors"]
    assert (error["id"], error["thing"], error["tries"], error["end"]) == ("1-match", "till-1", 1, None)
    # Another process may send it, should this one be killed now.
    assert rig.claims.claimed == set()

    rig.webhook.answer = lambda _message: Receipt(Taken.TAKEN)
    rig.clock.now_s += 1
    rig.wait_for(delivered=1)
    assert rig.webhook.posted == ["1-match"] * 2
    assert (rig.deliveries.to_json()["trouble"], rig.deliveries.waiting) == (None, 0)


@pytest.mark.parametrize("taken", [Taken.REFUSED, Taken.UNKNOWN])
def test_what_was_refused_or_may_have_arrived_is_not_sent_again(
    rig_of: Callable[..., Rig], taken: Taken
) -> None:
    rig = rig_of()
    rig.webhook.answer = lambda message: Receipt(taken, "no") if message.id == "1-match" else NOT_YET
    rig.deliveries.on_showing(showing(1), "begun")
    rig.wait_for(**{"refused" if taken == Taken.REFUSED else "unanswered": 1})
    rig.clock.now_s += 1
    rig.deliveries.on_showing(showing(2, expires_at_s=1009.0), "begun")
    until(lambda: len(rig.webhook.posted) > 1, what="the next")
    assert rig.webhook.posted == ["1-match", "2-match"]
    assert "1-match" in rig.claims.claimed


def test_nothing_of_an_expired_match_is_sent(rig_of: Callable[..., Rig]) -> None:
    rig = rig_of()
    rig.webhook.answer = lambda _message: NOT_YET
    rig.deliveries.on_showing(showing(1), "begun")
    until(lambda: rig.webhook.posted, what="the first try")
    rig.clock.now_s += 5
    rig.wait_for(expired=1)
    # As after a restart, when the history catches up with what was shown meanwhile.
    rig.deliveries.on_showing(showing(2), "begun")
    rig.deliveries.on_showing(showing(3, expires_at_s=1010.0), "begun")
    until(lambda: "3-match" in rig.webhook.posted, what="the live one")
    assert rig.webhook.posted == ["1-match", "3-match"]
    assert rig.deliveries.to_json()["errors"][-1]["end"] == "expired"


def test_what_still_lies_before_the_camera_is_tried_for_as_long(rig_of: Callable[..., Rig]) -> None:
    rig = rig_of()
    rig.webhook.answer = lambda _message: NOT_YET
    rig.deliveries.on_showing(showing(1), "begun")
    until(lambda: rig.webhook.posted, what="the first try")
    rig.rows[1] = replace(showing(1), expires_at_s=1060.0)
    rig.webhook.answer = lambda _message: Receipt(Taken.TAKEN)
    rig.clock.now_s += 50
    rig.wait_for(delivered=1)
    assert rig.webhook.messages[-1].expires_at_s == 1060.0


def test_another_process_or_this_one_before_a_crash_has_sent_it(rig_of: Callable[..., Rig]) -> None:
    rig = rig_of()
    rig.claims.claimed.add("1-match")
    rig.deliveries.on_showing(showing(1), "begun")
    rig.wait_for(claimed=1)
    assert rig.webhook.posted == []


def test_each_of_several_webhooks_gets_what_its_rules_choose_once_whatever_the_others_do(
    rig_of: Callable[..., Rig],
) -> None:
    claims = FakeClaims()
    till, repair, again = (
        rig_of("match", "", claims),
        rig_of("match,no_match", "repair", claims),
        rig_of("match,no_match", "repair", claims),
    )
    stuck = threading.Event()
    till.webhook.answer = lambda _message: Receipt(Taken.TAKEN if stuck.wait(60) else Taken.UNKNOWN)
    for rig in (till, repair):
        rig.deliveries.on_showing(showing(1), "begun")
        rig.deliveries.on_showing(showing(2, thing="shelf", verdict=Verdict.NO_MATCH), "begun")
    repair.wait_for(delivered=2)
    # Another process with the same webhook.
    again.deliveries.on_showing(showing(1), "begun")
    again.wait_for(claimed=1)
    stuck.set()
    till.wait_for(delivered=1)
    assert (till.webhook.posted, again.webhook.posted) == (["1-match"], [])
    assert sorted(repair.webhook.posted) == ["1-match", "2-no_match"]


def test_nothing_is_sent_that_can_not_be_claimed(rig_of: Callable[..., Rig]) -> None:
    rig = rig_of()
    rig.claims.trouble = "Redis: it is full"
    rig.deliveries.on_showing(showing(1), "begun")
    until(lambda: rig.deliveries.to_json()["trouble"] == "Redis: it is full", what="the trouble")
    assert rig.webhook.posted == []
    rig.claims.trouble = None
    rig.clock.now_s += 1
    rig.wait_for(delivered=1)


def test_a_fault_of_ours_ends_one_delivery_alone(rig_of: Callable[..., Rig]) -> None:
    rig = rig_of()

    def answer(message: Message) -> Receipt:
        if message.id == "1-match":
            raise RuntimeError("a fault")
        return Receipt(Taken.TAKEN)

    rig.webhook.answer = answer
    for number in range(1, 7):
        rig.deliveries.on_showing(showing(number), "begun")
    rig.wait_for(delivered=5)
    until(lambda: rig.deliveries.waiting == 0, what="none waits")
