"""A camera of this process, on a link in memory."""

import json
import time

from edge.cameras.local_camera import LocalCamera
from tests.edge.fakes import FakeBroker
from tests.servers import until

STATUS = "lookalike/door/status"


def make(broker: FakeBroker, watched: list[tuple[str, float]]) -> LocalCamera:
    """A camera that shows the test pattern."""
    return LocalCamera(
        "test",
        broker.open_link,
        thing="door",
        stall_s=5,
        on_watch=lambda thing, for_s: watched.append((thing, for_s)),
    )


def state(broker: FakeBroker) -> tuple[str, str | None]:
    """The camera's state that the broker retains."""
    status = json.loads(broker.kept[STATUS])
    return status["state"], status["reason"]


def test_its_frames_come_with_its_name_and_its_status_is_told() -> None:
    broker, watched = FakeBroker(), list[tuple[str, float]]()
    camera = make(broker, watched)
    camera.connect()
    assert state(broker) == ("no_camera", "starting")
    before_s = time.time()
    camera.start()
    shot = camera.take(30)
    assert shot is not None
    assert shot.thing == "door"
    assert before_s <= shot.captured_at_s <= time.time()
    until(lambda: state(broker) == ("online", None))
    camera.set_model(provider="CPUExecutionProvider", model="0123456789ab")
    assert json.loads(broker.kept[STATUS])["model"] == "0123456789ab"
    broker.send("lookalike/door/command", b'{"do":"watch","for_s":10}')
    assert watched == [("door", 10.0)]
    assert camera.publish("lookalike/door/features", b"seen")
    camera.stop("stopped")
    assert state(broker) == ("offline", "stopped")


def test_a_broker_that_comes_later_is_told_the_present_status() -> None:
    broker = FakeBroker()
    broker.stop()
    camera = make(broker, [])
    camera.connect()
    camera.start()
    assert camera.take(30) is not None
    assert not broker.kept
    broker.start()
    until(lambda: state(broker) == ("online", None))
    camera.stop("stopped")
