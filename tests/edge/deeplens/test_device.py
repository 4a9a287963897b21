"""The device modules behave as DeepLens programs expect."""

import io
from pathlib import Path

import awscam
import greengrasssdk
import mo
import numpy as np
import pytest

from common import wire
from edge.deeplens import device_host
from tests.edge.fakes import FakeCamera, FakePublisher
from tests.edge.kit import grey

pytestmark = pytest.mark.usefixtures("host")


def test_the_modules_are_ours_and_stand_on_a_host() -> None:
    assert {Path(str(module.__file__)).parent for module in (awscam, mo, greengrasssdk)} == {
        device_host.DEVICE_MODULES
    }
    device_host.disconnect()
    with pytest.raises(RuntimeError, match=r"python -m edge\.emulator"):
        awscam.getLastFrame()


def test_a_frame_is_given_once(camera: FakeCamera) -> None:
    camera.see(grey(7))
    got, frame = awscam.getLastFrame()
    assert got
    assert frame is not None
    assert frame.dtype == np.uint8
    assert frame.shape == (48, 64, 3)
    assert awscam.getLastFrame() == (False, None)


@pytest.mark.parametrize("gpu", [0, 1])
def test_inference_gives_one_dimensional_float32_by_layer(model: Path, gpu: int) -> None:
    status, path = mo.optimize(str(model), 224, 224, platform="mx", aux_inputs={"--precision": "FP16"})
    assert status == 0
    loaded = awscam.Model(path, {"GPU": gpu}, runtime=0)
    result = loaded.doInference(grey(200))
    assert isinstance(result, dict)  # as on a device, whose programs may index, iterate and copy it
    ((layer, vector),) = result.items()
    assert isinstance(layer, str)
    assert vector.dtype == np.float32
    assert vector.shape == (4,)
    assert loaded.provider == "CPUExecutionProvider"


def test_a_result_has_the_habits_of_python_2(model: Path) -> None:
    result = awscam.Model(str(model), {"GPU": 1}).doInference(grey(200))
    ((layer, vector),) = result.iteritems()
    assert [layer] == list(result.iterkeys()) == ["vector"]
    (same,) = result.itervalues()
    assert same is vector
    assert result.has_key("vector")
    assert not result.has_key("prob")


def test_parsing_a_feature_vector_is_warned_of_once(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    loaded = awscam.Model(str(model), {"GPU": 1})
    for _ in range(2):
        found = loaded.parseResult("classification", loaded.doInference(grey(200)))
        assert found["classification"][0]["label"] == 3
    assert caplog.text.count("the model gives feature vectors") == 1


def test_optimize_reports_failure_by_its_status(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, model: Path
) -> None:
    for name, platform in [(str(tmp_path / "no.onnx"), "mx"), ("lite9", "mx"), (str(model), "fortran")]:
        status, path = mo.optimize(name, 224, 224, platform=platform)
        assert status != 0
        assert path == ""
    assert len(caplog.records) == 3
    assert "lite9" in caplog.text


@pytest.mark.parametrize(
    ("topic", "sent_to"),
    [
        ("$aws/things/cam-9/infer", "lookalike/cam-9/infer"),
        ("lookalike/cam-9/features", "lookalike/cam-9/features"),
        ("my/own/topic", "my/own/topic"),
    ],
)
def test_publish_maps_the_deeplens_topic(publisher: FakePublisher, topic: str, sent_to: str) -> None:
    client = greengrasssdk.client("iot-data")
    client.publish(topic=topic, payload="é", queueFullPolicy="BestEffort")
    client.publish(topic=topic, payload=b"\x00")
    assert publisher.sent == [(sent_to, "é".encode()), (sent_to, b"\x00")]


def test_publish_takes_what_the_device_takes(publisher: FakePublisher) -> None:
    client = greengrasssdk.client("iot-data")
    client.publish(topic=b"my/topic", payload=bytearray(b"bytes"), queueFullPolicy="", qos=0)
    client.publish(topic="my/topic", payload=io.BytesIO(b"file"))
    client.publish(topic="my/topic")
    assert publisher.sent == [("my/topic", b"bytes"), ("my/topic", b"file"), ("my/topic", b"")]


def test_publish_refuses_what_the_device_refuses() -> None:
    client = greengrasssdk.client("iot-data")
    with pytest.raises(ValueError, match="topic"):
        client.publish(payload="x")
    with pytest.raises(ValueError, match="payload is a list"):
        client.publish(topic="a", payload=[1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="queueFullPolicy"):
        client.publish(topic="a", payload="x", queueFullPolicy="Sometimes")
    with pytest.raises(ValueError, match="iot-data"):
        greengrasssdk.client("lambda")


def test_an_observation_of_1280_values_fits_one_metering_unit(publisher: FakePublisher) -> None:
    vectors = np.full((1, 1280), 1280**-0.5, np.float32)
    seen = wire.Observation("cam-1", vectors, 0.0, "01234567", 123_456_789, "0" * 12, (0.21875, 0, 0.5625, 1))
    topic = wire.topic("cam-1", "features")
    greengrasssdk.client("iot-data").publish(topic=topic, payload=wire.encode_observation(seen))
    assert len(topic) + len(publisher.sent[0][1]) < 5 * 1024
