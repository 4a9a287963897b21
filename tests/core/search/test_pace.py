"""Once in a while for each camera."""

from services.core.search import pace
from services.core.search.pace import Pace
from tests.fakes import FakeClock


def test_each_camera_is_allowed_once_in_a_second() -> None:
    clock = FakeClock()
    asked = Pace(1.0, clock=clock)
    allowed = []
    for _ in range(30):
        allowed.append((asked.allows("a"), asked.allows("b")))
        clock.now_s += 0.125
    assert sum(a for a, _ in allowed) == sum(b for _, b in allowed) == 4


def test_a_camera_rests_for_as_long_as_it_is_told() -> None:
    clock = FakeClock()
    asked = Pace(1.0, clock=clock)
    asked.rest("a", for_s=5.0)
    clock.now_s += 4.9
    assert (asked.allows("a"), asked.allows("b")) == (False, True)
    clock.now_s += 0.2
    assert asked.allows("a")


def test_invented_names_take_bounded_memory() -> None:
    asked = Pace(1.0, clock=FakeClock())
    for number in range(pace._MAX_CAMERAS + 1):
        assert asked.allows(f"cam-{number}")
    assert not asked.allows(f"cam-{pace._MAX_CAMERAS}")
    assert asked.allows("cam-0")  # forgotten
