"""Cameras that send their frames over MQTT, against a real broker."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from paho.mqtt import publish

from common import wire
from common.mqtt_broker import describe_broker
from edge.cameras.fair_queue import MAX_THINGS
from edge.cameras.frames_over_mqtt import RemoteCameras
from edge.link.mqtt import mqtt_links
from edge.picture.frame_types import Frame, Shot
from tests.edge.cameras.things import send, statuses, wait_status
from tests.edge.jpegs import JPEG, claiming, encode
from tests.edge.kit import MqttListener, grey
from tests.servers import until


def command(port: int, thing: str, payload: object) -> None:
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    publish.single(wire.topic(thing, "command"), content, qos=1, port=port)


@contextmanager
def listening(
    port: int,
    *,
    on_watch: Callable[[str, float], None] = lambda _thing, _for_s: None,
    stall_s: float = 5,
    offline_after_s: float = 60,
    home_assistant: bool = False,
) -> Iterator[RemoteCameras]:
    """Cameras that send frames over MQTT, as the loop sees them."""
    cameras = RemoteCameras(
        mqtt_links(describe_broker(f"mqtt://127.0.0.1:{port}"), prefix="frames"),
        stall_s=stall_s,
        max_age_s=5,
        on_watch=on_watch,
        offline_after_s=offline_after_s,
        home_assistant=home_assistant,
    )
    cameras.connect()
    try:
        yield cameras
    finally:
        cameras.stop("stopped")


def seen(cameras: RemoteCameras, port: int, thing: str, frame: Frame) -> Shot:
    """Send a frame until one of this thing is taken."""
    taken: list[Shot] = []

    def arrives() -> bool:
        send(port, (thing, encode(frame)))
        shot = cameras.take(0.05)
        if shot is not None and shot.thing == thing:
            taken.append(shot)
        return bool(taken)

    until(arrives, what=f"a frame of {thing}")
    return taken[0]


def test_a_frame_comes_with_its_thing_and_the_moment_of_its_arrival(broker_port: int) -> None:
    with listening(broker_port) as cameras:
        before_s = time.time()
        shot = seen(cameras, broker_port, "door", grey(80))
        assert shot.frame.mean() == pytest.approx(80, abs=2)
        assert before_s <= shot.captured_at_s <= time.time()


def test_no_model_is_wanted_before_a_picture_comes(broker_port: int) -> None:
    with listening(broker_port) as cameras:
        asked = iter([False, False, True])
        assert not cameras.wait_wanted(lambda: next(asked))
        seen(cameras, broker_port, "door", grey(80))
        send(broker_port, ("door", JPEG))
        assert cameras.wait_wanted(lambda: False)


def test_each_thing_has_a_status_and_a_frame_rate_of_its_own(
    broker_port: int, listener: MqttListener
) -> None:
    with listening(broker_port) as cameras:
        seen(cameras, broker_port, "a", grey(80))
        cameras.set_model(provider="CPUExecutionProvider", model="0123456789ab")
        cameras.set_model_trouble("model ab is being fetched")
        seen(cameras, broker_port, "b", grey(80))
        for thing in ("a", "b"):
            wait_status(
                listener,
                thing,
                state="online",
                provider="CPUExecutionProvider",
                model="0123456789ab",
                source="frames over MQTT",
                model_trouble="model ab is being fetched",
            )

        def counted() -> bool:
            send(broker_port, ("a", JPEG))
            cameras.take(0.05)
            return bool(statuses(listener, "a")[-1]["fps"])

        until(counted)
        assert wait_status(listener, "b", fps=0.0)
        until(lambda: all(cameras.publish(wire.topic(thing, "features"), b"") for thing in ("a", "b")))
        ingested = wire.ingested(wire.topic("a", "features"), rule="any")
        until(lambda: cameras.publish(ingested, b""), what="a way for what goes to a rule")
    assert not cameras.publish(wire.topic("c", "features"), b"")
    assert not cameras.publish("any/topic", b"")
    for thing in ("a", "b"):
        wait_status(listener, thing, state="offline", reason="stopped")
    topics = {heard.topic for heard in listener.heard if heard.topic.endswith("features")}
    assert topics == {"lookalike/a/features", "lookalike/b/features"}


def test_one_that_stops_sending_is_stalled_then_offline_and_comes_back(
    broker_port: int, listener: MqttListener
) -> None:
    with listening(broker_port, stall_s=0.3, offline_after_s=2) as cameras:

        def is_online() -> bool:
            # It goes on sending: a broker reached only after a stall would never hear of "online".
            seen(cameras, broker_port, "door", grey(80))
            return [status["state"] for status in statuses(listener, "door")[-1:]] == ["online"]

        until(is_online)
        wait_status(listener, "door", state="offline", reason="no frame for 2.3 s")
        states = [status["state"] for status in statuses(listener, "door")]
        assert "stalled" in states[states.index("online") :]
        until(lambda: not cameras.publish(wire.topic("door", "features"), b""), what="the line is closed")
        until(is_online)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no picture", "not a JPEG; expected the bytes FF D8 at its start"),
        (JPEG[:-20], "truncated JPEG"),
        (claiming(65_000, 65_000), "65000 x 65000 pixels; expected 1 to 40000000"),
    ],
)
def test_one_that_sends_no_pictures_has_no_camera_and_the_cause(
    broker_port: int, listener: MqttListener, caplog: pytest.LogCaptureFixture, content: bytes, reason: str
) -> None:
    with listening(broker_port) as cameras:

        def told() -> bool:
            send(broker_port, ("door", content))
            return "no_camera" in [status["state"] for status in statuses(listener, "door")][-1:]

        until(told)
        wait_status(listener, "door", state="no_camera", reason=reason)
        for _ in range(20):
            send(broker_port, ("door", content))
        seen(cameras, broker_port, "window", grey(80))
        later = cameras.take(0.05)
        assert later is None or later.thing == "window"
    assert caplog.text.count("frame of door refused") == 1


def test_a_bad_frame_between_good_ones_changes_no_state(broker_port: int, listener: MqttListener) -> None:
    with listening(broker_port) as cameras:
        seen(cameras, broker_port, "door", grey(80))
        send(broker_port, ("door", b"no picture"))
        seen(cameras, broker_port, "door", grey(120))
        wait_status(listener, "door", state="online")
    states = [status["state"] for status in statuses(listener, "door")]
    assert "no_camera" not in states[states.index("online") :]


def test_bad_names_and_one_thing_too_many_are_refused_and_told(
    broker_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(broker_port) as cameras:
        things = [f"cam-{number}" for number in range(MAX_THINGS)]
        seen(cameras, broker_port, things[0], grey(80))
        send(broker_port, *[(thing, JPEG) for thing in things[1:]])
        send(broker_port, *[("more", JPEG)] * 5, *[("in the garden", JPEG)] * 5, (things[0], JPEG))
        until(lambda: "in the garden" in caplog.text)
    assert caplog.text.count("frames of more refused: 32 cameras send already") == 1
    assert caplog.text.count("'lookalike/in the garden/frame' is not lookalike/<thing>/") == 1


def test_what_the_broker_had_retained_is_no_frame(broker_port: int) -> None:
    send(broker_port, ("old", JPEG), retain=True)
    with listening(broker_port) as cameras:
        seen(cameras, broker_port, "new", grey(80))
        until(lambda: cameras.take(0.05) is None)
        assert not cameras.publish(wire.topic("old", "features"), b"")


def test_commands_reach_only_things_that_are_there_and_bad_ones_are_told(
    broker_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    watched: list[tuple[str, float]] = []
    with listening(broker_port, on_watch=lambda *asked: watched.append(asked)) as cameras:
        seen(cameras, broker_port, "door", grey(80))

        def heard() -> bool:
            command(broker_port, "nobody", {"do": "watch", "for_s": 10})
            command(broker_port, "door", {"do": "watch", "for_s": 10})
            return bool(watched)

        until(heard)
        command(broker_port, "door", {"do": "dance"})
        until(lambda: "do is 'dance'; expected 'watch'" in caplog.text)
    assert set(watched) == {("door", 10.0)}


def test_home_assistant_hears_of_each_thing_only_when_wished(broker_port: int) -> None:
    for home_assistant in (False, True):
        with (
            MqttListener(broker_port, "homeassistant/#") as listener,
            listening(broker_port, home_assistant=home_assistant) as cameras,
        ):
            seen(cameras, broker_port, "door", grey(80))
            until(lambda: cameras.publish("lookalike/door/features", b""))
            if home_assistant:
                until(lambda: len(listener.heard) >= 3)
            assert bool(listener.heard) == home_assistant
