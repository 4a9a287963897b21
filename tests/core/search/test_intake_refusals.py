"""Faulty messages: counted by reason, logged now and then, without any other effect."""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from common.wire import Observation
from services.core.search.admission import NOTE_EVERY_S
from tests.core.search.rig import SearchRig, fresh
from tests.fakes import OTHER_MODEL, make_observation, vectors

BAD = Path(__file__).resolve().parents[2] / "messages" / "bad"
EXPECTED: dict[str, dict[str, str]] = json.loads((BAD / "expected.json").read_text())


@pytest.fixture
def rig() -> SearchRig:
    return SearchRig()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_message_is_counted_under_its_reason_and_nothing_else_happens(
    rig: SearchRig, name: str
) -> None:
    rig.intake.receive("lookalike/cam-1/features", (BAD / name).read_bytes())
    assert rig.untouched()
    assert rig.tally.drops == Counter([EXPECTED[name]["reason"]])
    assert rig.queue.clocks == {}


@pytest.mark.parametrize(
    ("reason", "make"),
    [
        ("model", lambda: fresh(model=OTHER_MODEL)),
        ("dimension", lambda: make_observation(vectors(dim=9), at_s=time.time())),
        ("stale", lambda: fresh(age_s=6)),
        ("future", lambda: fresh(age_s=-10)),
    ],
)
def test_an_observation_that_is_not_admitted_is_counted_under_its_reason(
    rig: SearchRig, reason: str, make: Callable[[], Observation]
) -> None:
    rig.receive(make())
    assert rig.untouched()
    assert rig.tally.drops == Counter([reason])


@pytest.mark.parametrize(
    ("name", "payload", "reason"),
    [
        ("lookalike/../features", b"{}", "topic"),
        ("lookalike/cam-1/features", b"x" * 100_000, "too_large"),
        ("lookalike/cam-1/infer", b"Loading the model", "status_line"),
    ],
)
def test_a_message_that_is_no_observation_is_counted(
    rig: SearchRig, name: str, payload: bytes, reason: str
) -> None:
    rig.intake.receive(name, payload)
    assert rig.tally.drops == Counter([reason])
    assert rig.untouched()


def test_a_bad_message_harms_no_other_that_waits(rig: SearchRig) -> None:
    rig.receive(fresh(thing="cam-1"))
    for name in EXPECTED:
        # Those of 2018 name no time, so that on a camera's own topic they would be its newest.
        thing = "cam-3" if name.startswith("csv-") else "cam-1"
        rig.intake.receive(f"lookalike/{thing}/features", (BAD / name).read_bytes())
    rig.receive(fresh(thing="cam-2"))
    assert rig.answer() == 2


@pytest.mark.parametrize("age_s", [-3600.0, -10.0, 6.0])
def test_a_message_of_another_time_that_comes_later_does_not_replace_one_of_now(
    rig: SearchRig, age_s: float
) -> None:
    rig.receive(fresh(seq=1))
    rig.receive(fresh(seq=2**53, age_s=age_s))
    rig.receive(fresh(seq=2))
    assert rig.answer() == 1
    assert [record.observation.seq for record in rig.tally.records] == [2]


def test_a_reason_is_logged_at_most_once_a_second(rig: SearchRig, caplog: pytest.LogCaptureFixture) -> None:
    started_s = time.monotonic()
    with caplog.at_level(logging.WARNING):
        for _ in range(200):
            rig.intake.receive("lookalike/cam-1/features", b"no json")
            rig.intake.receive("lookalike/cam-1/frame/x", b"")
    seconds = int(time.monotonic() - started_s) + 1
    assert 2 <= len(caplog.records) <= 2 * seconds
    assert "lookalike/cam-1/features refused: not JSON" in caplog.text
    assert rig.tally.drops == Counter({"not_json": 200, "topic": 200})


def test_after_a_second_the_log_goes_on_and_says_how_many_it_left_out(
    rig: SearchRig, caplog: pytest.LogCaptureFixture
) -> None:
    deadline_s = time.monotonic() + 10
    with caplog.at_level(logging.WARNING):
        while len(caplog.records) < 2 and time.monotonic() < deadline_s:
            rig.intake.receive("lookalike/cam-1/features", b"no json")
    assert f"(and {rig.tally.drops['not_json'] - 2} more)" in caplog.records[1].getMessage()


@pytest.mark.parametrize("age_s", [60.0, -60.0])
def test_a_clock_that_is_off_is_noted_with_its_seconds(rig: SearchRig, age_s: float) -> None:
    rig.receive(fresh(age_s=age_s))
    rig.answer()
    assert rig.queue.clocks["cam-1"] == [pytest.approx(-age_s, abs=2)]


def test_a_flood_of_old_messages_does_not_become_one_of_notes_to_redis(rig: SearchRig) -> None:
    deadline_s = time.monotonic() + 2 * NOTE_EVERY_S
    answered = 0
    while time.monotonic() < deadline_s:
        for thing in ("cam-1", "cam-2"):
            rig.receive(fresh(thing=thing, age_s=60))
        rig.answer()
        answered += 1
    assert answered > 20
    assert 2 <= len(rig.queue.clocks["cam-1"]) == len(rig.queue.clocks["cam-2"]) <= 3


def test_a_clock_that_cannot_be_noted_is_no_reason_to_fail(rig: SearchRig) -> None:
    rig.queue.down = True
    rig.receive(fresh(age_s=60))
    rig.answer()
    assert rig.tally.drops == Counter({"stale": 1, "unavailable": 1})
