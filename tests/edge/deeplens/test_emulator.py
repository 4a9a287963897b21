"""`python -m edge.emulator` runs programs written for a DeepLens, and ends them."""

import signal
from pathlib import Path

import cv2
import pytest

from common.mqtt_broker import describe_broker
from edge.link.mqtt import MqttLink
from tests.edge.deeplens.emulation import (
    FEATURES,
    PRELUDE,
    clip_settings,
    emulate,
    frames_seen,
    sent,
    started,
    write,
)
from tests.edge.kit import LEVEL_STEP, MqttListener, grey, write_clip
from tests.pace import limit_s
from tests.servers import free_port, until


@pytest.fixture
def settings(broker_port: int, model: Path, tmp_path: Path) -> dict[str, str]:
    return clip_settings(broker_port, model, tmp_path)


def test_an_endless_program_that_swallows_everything_ends_after_its_frames(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener
) -> None:
    endless = "\nwhile True:\n    try:\n        look()\n    except:\n        pass\n"
    ended = emulate(write(tmp_path, PRELUDE + FEATURES + endless), "--frames", "4", **settings)
    assert ended.code == 0, ended.stderr
    last = listener.wait_state("offline")
    seen = frames_seen(listener)
    assert len(seen) == 4
    assert seen == sorted(set(seen))
    assert seen[0] == 0  # the clip began when the program asked for its first frame
    assert last["reason"] == "stopped"
    assert "online" in listener.states()
    (fallback,) = ended.logged("featurizer-v1")
    assert "is not known here" in fallback
    assert "means.onnx, takes its place" in fallback


def test_a_program_of_timers_ends_after_its_frames(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener
) -> None:
    timers = "\nfrom threading import Timer\ndef run():\n    look()\n    Timer(0.01, run).start()\nrun()\n"
    ended = emulate(write(tmp_path, PRELUDE + FEATURES + timers), "--frames", "3", **settings)
    assert ended.code == 0, ended.stderr
    listener.wait_state("offline")
    assert len(frames_seen(listener)) == 3


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_program_in_any_of_its_threads(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener, how: signal.Signals
) -> None:
    threads = """
import threading, time
def for_ever():
    while True:
        try:
            look()
        except:
            pass
threading.Thread(target=for_ever).start()
time.sleep(1000)
"""
    with started(write(tmp_path, PRELUDE + FEATURES + threads), **settings) as emulation:
        until(lambda: len(sent(listener)) >= 2, what="two messages")
        ended, took_s = emulation.stop(how)
    assert ended.code == 0, ended.stderr
    assert took_s < limit_s(3)
    assert listener.wait_state("offline")["reason"] == "stopped"
    assert "Traceback" not in ended.stderr


def test_the_local_display_of_the_samples_can_be_watched(tmp_path: Path, settings: dict[str, str]) -> None:
    display = """
from threading import Thread
frame = b''
class Display(Thread):
    def run(self):
        with open(os.environ['PIPE'], 'w') as pipe:
            while True:
                try:
                    pipe.write(frame)
                except IOError:
                    continue
os.environ['PIPE'] = 'results.mjpeg'
os.mkfifo(os.environ['PIPE'])
Display().start()
while True:
    frame = cv2.imencode('.jpg', awscam.getLastFrame()[1])[1].tobytes()
"""
    with started(write(tmp_path, PRELUDE + display), "--frames", "30", **settings) as emulation:
        pipe = tmp_path / "results.mjpeg"
        until(pipe.exists, what="the pipe")
        with pipe.open("rb") as watched:
            assert watched.read(2) == b"\xff\xd8"
        assert emulation.wait().code == 0


def test_a_burst_of_messages_arrives_whole_and_in_order(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener
) -> None:
    burst = "\nfor number in range(100):\n    client.publish(topic=topic, payload='line %d' % number)\n"
    ended = emulate(write(tmp_path, PRELUDE + burst), **settings)
    assert ended.code == 0, ended.stderr
    listener.wait_state("offline")
    assert [heard.payload for heard in sent(listener)] == [b"line %d" % number for number in range(100)]


def test_a_program_waits_for_a_camera_that_is_not_there_yet(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener
) -> None:
    settings["source"] = str(tmp_path / "later.mp4")
    file = write(tmp_path, PRELUDE + FEATURES + "\nwhile True:\n    look()\n")
    with started(file, "--frames", "2", **settings) as emulation:
        until(lambda: "no such file" in str(listener.statuses()), what="the camera is missing")
        write_clip(tmp_path / "later.mp4")
        assert emulation.wait().code == 0
    listener.wait_state("offline")
    assert len(frames_seen(listener)) == 2


def test_a_program_sees_the_frames_that_come_over_mqtt(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener
) -> None:
    settings["source"] = "mqtt"
    phone = MqttLink(describe_broker(settings["mqtt_url"]), None)
    phone.start()
    jpeg = cv2.imencode(".jpg", grey(7 * LEVEL_STEP))[1].tobytes()
    file = write(tmp_path, PRELUDE + FEATURES + "\nwhile True:\n    look()\n")
    with started(file, "--frames", "2", **settings) as emulation:
        until(
            lambda: phone.publish("lookalike/phone/frame", jpeg) and emulation.process.poll() is not None,
            what="two of its frames are enough",
        )
        ended = emulation.wait()
    phone.stop()
    assert ended.code == 0, ended.stderr
    until(lambda: frames_seen(listener) == [7, 7], what="features of both")
    assert {heard.topic for heard in listener.heard if heard.topic.endswith("/status")} == {
        "lookalike/phone/status"
    }


def test_a_program_goes_on_without_a_broker(tmp_path: Path, settings: dict[str, str]) -> None:
    settings["mqtt_url"] = f"mqtt://127.0.0.1:{free_port()}"
    file = write(tmp_path, PRELUDE + FEATURES + "\nwhile True:\n    look()\n")
    ended = emulate(file, "--frames", "3", **settings)
    assert ended.code == 0, ended.stderr
    assert ended.logged("cannot be reached")


def test_frames_may_be_drawn_on(tmp_path: Path, settings: dict[str, str]) -> None:
    text = (
        "\ncv2.putText(awscam.getLastFrame()[1], 'cup', (1, 9), cv2.FONT_HERSHEY_SIMPLEX, 1, (1, 2, 3), 1)\n"
    )
    assert emulate(write(tmp_path, PRELUDE + text), **settings).code == 0


def test_signals_of_the_programs_children_are_theirs(tmp_path: Path, settings: dict[str, str]) -> None:
    text = """
import signal, time
child = os.fork()
if not child:
    time.sleep(1000)
os.kill(child, signal.SIGTERM)
assert os.waitpid(child, 0) == (child, signal.SIGTERM)
print('alive')
"""
    ended = emulate(write(tmp_path, PRELUDE + text), **settings)
    assert (ended.code, ended.stdout) == (0, "alive\n")
