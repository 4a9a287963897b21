"""A dependency's checks: how often, what is logged, and what callers get while one hangs."""

import logging
import threading

import pytest

from services.core.dependency import Dependency
from services.core.errors import Loading, LoadingError, UnavailableError
from tests.servers import until


class CheckRig:
    """A dependency whose check fails with `error`, and takes `lasts_s`."""

    def __init__(self, *, every_s: float = 1.0) -> None:
        self.now_s, self.lasts_s, self.checks = 100.0, 0.0, 0
        self.error: Exception | None = None
        self.may_end = threading.Event()
        self.may_end.set()
        self.dependency = Dependency("match queue", self._check, every_s=every_s, clock=lambda: self.now_s)

    def _check(self) -> dict[str, int]:
        self.checks += 1
        self.may_end.wait()
        self.now_s += self.lasts_s
        if self.error:
            raise self.error
        return {"cursor": 7}

    def later(self, seconds: float) -> dict[str, object]:
        """The outcome after a while."""
        self.now_s += seconds
        return self.dependency.outcome()


def test_it_is_checked_at_most_once_a_second_and_half_of_the_time() -> None:
    rig = CheckRig()
    assert [rig.later(0.4) for _ in range(5)] == [{"ok": True, "cursor": 7}] * 5
    assert rig.checks == 2
    rig.lasts_s = 3.0
    rig.later(1.0)
    rig.later(2.9)
    assert rig.checks == 3
    rig.later(0.2)
    assert rig.checks == 4


def test_facts_that_clients_wait_for_are_fresh_however_long_a_check_takes() -> None:
    rig = CheckRig(every_s=0)
    rig.lasts_s = 3.0
    assert [rig.later(0.1)["ok"] for _ in range(3)] == [True] * 3
    assert rig.checks == 3
    rig.error = UnavailableError("search does not answer")
    assert [rig.later(0.1)["ok"] for _ in range(3)] == [False] * 3
    assert rig.checks == 4


def test_a_failure_has_its_cause_and_recovers_and_each_change_is_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = CheckRig()
    with caplog.at_level(logging.INFO):
        rig.later(2)
        rig.error = UnavailableError("Redis: it is full")
        assert [rig.later(2) for _ in range(3)] == [{"ok": False, "detail": "Redis: it is full"}] * 3
        assert rig.dependency.trouble == "Redis: it is full"
        rig.error = None
        assert [rig.later(2)["ok"] for _ in range(3)] == [True] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "match queue fails: Redis: it is full; trying again",
        "match queue works again",
    ]


def test_loading_is_no_trouble() -> None:
    rig = CheckRig()
    rig.error = LoadingError(Loading(1, 2))
    outcome = rig.later(2)
    assert (outcome["ok"], outcome["loading"]) == (False, {"read": 1, "total": 2})
    assert rig.dependency.trouble is None


def test_while_a_check_hangs_others_soon_get_the_last_outcome() -> None:
    rig = CheckRig()
    before = rig.later(2)
    rig.may_end.clear()
    rig.now_s += 2
    waiting = threading.Thread(target=rig.dependency.outcome)
    waiting.start()
    until(lambda: rig.checks == 2, what="the check hangs")
    rig.error = UnavailableError("it hangs")
    assert rig.dependency.outcome() == before
    rig.may_end.set()
    waiting.join()
    assert rig.dependency.outcome() == {"ok": False, "detail": "it hangs"}


def test_a_check_without_facts_and_one_that_fails_by_a_fault_of_ours_have_outcomes_too() -> None:
    assert Dependency("broker", lambda: None).outcome() == {"ok": True}
    rig = CheckRig()
    rig.error = KeyError("damaged")
    outcome = rig.later(1.0)
    assert outcome["ok"] is False
    assert "KeyError('damaged')" in str(outcome["detail"])
    rig.error = None
    assert rig.later(1.0) == {"ok": True, "cursor": 7}
