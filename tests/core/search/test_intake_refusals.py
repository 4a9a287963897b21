"""Faulty messages: counted by reason, logged now and then, without any other effect."""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from common.wire import Observation
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
    assert rig.tally.drops == Counter([EXPECTED[name]["reason"]])
    assert rig.untouched()
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
    assert rig.tally.drops == Counter([reason])
    assert rig.untouched()


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
        rig.intake.receive("lookalike/cam-1/features", (BAD / name).read_bytes())
    rig.receive(fresh(thing="cam-2"))
    assert rig.answer() == 2


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
    assert rig.queue.clocks["cam-1"] == [pytest.approx(-age_s, abs=2)]


def test_a_clock_that_cannot_be_noted_is_no_reason_to_fail(rig: SearchRig) -> None:
    rig.queue.down = True
    rig.receive(fresh(age_s=60))
    assert rig.tally.drops == Counter({"stale": 1, "unavailable": 1})
