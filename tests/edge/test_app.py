"""`python -m edge` against a real broker, with real clips."""

import statistics
from itertools import pairwise
from pathlib import Path

import pytest

from models.files import fingerprint, read_model
from tests.edge.kit import CLIP_FPS, MqttListener, frame_of, make_broker, run_edge, write_clip
from tests.pace import limit_s
from tests.servers import free_port, until


def test_a_clip_becomes_observations_at_its_own_pace_in_a_seamless_loop(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", frames=12)
    with run_edge(
        tmp_path / "log", source=str(clip), mqtt_url=f"mqtt://127.0.0.1:{broker_port}", model=str(model)
    ) as edge:
        seen = listener.wait_observations(32)[:32]
        status = listener.wait_state("online")
        until(lambda: 7 <= listener.statuses()[-1]["fps"] <= 11, what="the clip's frame rate")
        code, took_s = edge.terminate()

    assert [observation.seq for observation in seen] == list(range(32))
    assert len({observation.session for observation in seen}) == 1
    assert {observation.model for observation in seen} == {fingerprint(read_model(model))}
    assert seen[0].box == pytest.approx((0.125, 0, 0.75, 1))
    assert set(seen[0].timings_ms) == {"capture", "embed", "codes"}
    assert frame_of(seen[0].vectors[0]) == 0
    # In frames, against the first one. A busy machine may be late with some: with how many is not promised.
    apart = [
        # The first frame alone tells which frame a moment shows, also over the seams.
        _apart(
            (observation.captured_at_s - seen[0].captured_at_s) * CLIP_FPS, frame_of(observation.vectors[0])
        )
        for observation in seen
    ]
    middle = statistics.median(apart)
    late = [frames for frames in apart if abs(_apart(frames, middle)) >= 2]
    assert len(late) <= len(seen) // 4
    assert status["provider"] == "CPUExecutionProvider"
    assert (code, listener.statuses()[-1]["state"]) == (0, "offline")
    assert listener.statuses()[-1]["reason"] == "stopped"
    assert took_s < limit_s(2)


def _apart(frames: float, others: float) -> float:
    """How many frames of a clip of 12 are between two places in it: -6 to 6."""
    return (frames - others + 6) % 12 - 6


def test_each_start_is_a_new_session_and_a_kill_shows_the_last_will(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    settings = {
        "source": str(write_clip(tmp_path / "clip.mp4")),
        "mqtt_url": f"mqtt://127.0.0.1:{broker_port}",
        "model": str(model),
        "thing": "cam-2",
    }
    with run_edge(tmp_path / "log", **settings) as edge:
        first = listener.wait_observations(2)[-1]
        edge.process.kill()
        status = listener.wait_state("offline")
    assert status["reason"] == "the connection was lost"
    count = len(listener.observations())
    with run_edge(tmp_path / "log", **settings):
        second = listener.wait_observations(count + 1)[count]
        listener.wait_state("online")
    assert (first.thing, second.thing) == ("cam-2", "cam-2")
    assert first.session != second.session
    assert second.seq == 0
    with MqttListener(broker_port) as late:  # retained, so that a page opened later gets it
        assert late.wait_state("offline")


def test_a_broker_that_comes_late_or_again_gets_only_fresh_observations(tmp_path: Path, model: Path) -> None:
    port = free_port()
    clip = write_clip(tmp_path / "clip.mp4")
    with run_edge(
        tmp_path / "log", source=str(clip), mqtt_url=f"mqtt://127.0.0.1:{port}", model=str(model)
    ) as edge:
        until(lambda: "camera online" in edge.log, what="frames without a broker")
        with make_broker(port), MqttListener(port) as listener:
            first = listener.wait_observations(3)
            listener.wait_state("online")
        with make_broker(port), MqttListener(port) as again:
            second = again.wait_observations(3)
            again.wait_state("online")
        code, _ = edge.terminate()
    assert first[0].seq
    assert first[0].session == second[0].session
    for heard in (listener, again):
        observations = heard.observations()
        assert all((one.seq or 0) < (two.seq or 0) for one, two in pairwise(observations))
        # After a pause of the machine two frames may be read in the same millisecond.
        assert all(one.captured_at_s <= two.captured_at_s for one, two in pairwise(observations))
        moments = [message.at_s for message in heard.heard if message.topic.endswith("/features")]
        ages_s = [at_s - seen.captured_at_s for at_s, seen in zip(moments, observations, strict=True)]
        assert max(ages_s) < 1
    assert code == 0


def test_a_missing_file_is_told_and_found_when_it_appears(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    waiting = tmp_path / "later.mp4"
    with run_edge(
        tmp_path / "log", source=str(waiting), mqtt_url=f"mqtt://127.0.0.1:{broker_port}", model=str(model)
    ):
        until(lambda: "no such file" in str(listener.statuses()[-1:]), what="the cause")
        assert listener.wait_state("no_camera")["reason"] == f"no such file or folder: {waiting}"
        assert not listener.observations()
        write_clip(waiting)
        listener.wait_state("online")
        assert listener.wait_observations(1)[0].seq == 0


def test_without_a_source_it_says_so_and_stays(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    with run_edge(
        tmp_path / "log", source="none", mqtt_url=f"mqtt://127.0.0.1:{broker_port}", model=str(model)
    ) as edge:
        until(lambda: "LOOKALIKE_SOURCE is none" in str(listener.statuses()[-1:]), what="the cause")
        assert listener.states()[-1] == "no_camera"
        assert edge.terminate()[0] == 0


@pytest.mark.parametrize("name", ["broken.onnx", "missing.onnx"])
def test_a_model_that_cannot_be_used_ends_it_with_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    url = f"mqtt://127.0.0.1:{free_port()}"
    with run_edge(tmp_path / "log", source="none", mqtt_url=url, model=str(tmp_path / name)) as edge:
        assert edge.process.wait(60) == 1
        lines = [line for line in edge.log.splitlines() if " ERROR " in line]
    assert len(lines) == 1
    assert f"LOOKALIKE_MODEL: {'model file ' * (name == 'missing.onnx')}{tmp_path / name}" in lines[0]
    assert "Traceback" not in edge.log
