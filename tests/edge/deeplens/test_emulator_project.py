"""An emulated program finds its files, its models, its broker and its name."""

import json
from pathlib import Path

import pytest

from common.mqtt_broker import describe_broker
from edge.link.mqtt import MqttLink
from edge.link.status import encode_status
from edge.picture.frame_types import State
from tests.edge.deeplens.emulation import FEATURES, PRELUDE, clip_settings, emulate, frames_seen, sent, write
from tests.edge.deeplens.networks import write_network
from tests.edge.kit import MqttListener

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def settings(broker_port: int, model: Path, tmp_path: Path) -> dict[str, str]:
    return clip_settings(broker_port, model, tmp_path)


def test_a_program_finds_itself_where_greengrass_would_put_it(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener
) -> None:
    folder = tmp_path / "project"
    (folder / "helpers").mkdir(parents=True)
    write(folder, "print 'hello from', __name__\nHERE = 7 / 2\n", "sibling.py")
    write(folder / "helpers", "", "__init__.py")
    write(folder / "helpers", "print 'hello from', __name__\n", "deep.py")
    write(folder, "raise ImportError('the bundled one')\n", "greengrasssdk.py")
    (folder / "labels.txt").write_text("cup")
    text = """
import json, sys, sibling, helpers.deep
label = open('labels.txt').read()
facts = [__name__, __name__ in sys.modules, sys.argv, label, sibling.HERE, os.environ['LAMBDA_TASK_ROOT']]
client.publish(topic=topic, payload=json.dumps(facts))
"""
    ended = emulate(write(folder, PRELUDE + text, "hello.py"), thing="door", **settings)
    assert ended.code == 0, ended.stderr
    assert ended.stdout.splitlines() == ["hello from sibling", "hello from helpers.deep"]
    listener.wait_state("offline")
    (heard,) = sent(listener, "door")
    assert json.loads(heard.payload) == ["hello", True, [str(folder / "hello.py")], "cup", 3, str(folder)]
    assert not list(folder.rglob("__pycache__"))


def test_the_running_systems_broker_is_found_in_its_data_folder(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "run.json").write_text(json.dumps({"broker": settings.pop("mqtt_url")}))
    file = write(tmp_path, PRELUDE + "\nclient.publish(topic=topic, payload='here')\n")
    assert emulate(file, data_dir=str(data), **settings).code == 0
    listener.wait_state("offline")
    assert [heard.payload for heard in sent(listener)] == [b"here"]


@pytest.mark.parametrize(("state", "warned"), [("online", 1), ("offline", 0)])
def test_a_camera_of_the_same_name_is_warned_of(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener, state: State, warned: int
) -> None:
    earlier = MqttLink(describe_broker(settings["mqtt_url"]), "door", prefix="earlier")
    earlier.start()
    assert earlier.wait_connected(60)
    earlier.publish_status(encode_status(state, None))
    listener.wait_state(state)
    ended = emulate(write(tmp_path, ""), thing="door", **settings)
    earlier.stop()
    assert len(ended.logged("a camera door is there already")) == warned


def test_models_beside_the_program_are_those_that_it_names(
    tmp_path: Path, settings: dict[str, str], model: Path
) -> None:
    (tmp_path / "deploy_ssd_FP16_FUSED.onnx").write_bytes(model.read_bytes())
    text = """
assert mo.optimize('deploy_ssd_FP16_FUSED', 300, 300) == (0, os.path.abspath('deploy_ssd_FP16_FUSED.onnx'))
for _ in range(2):
    awscam.Model('/opt/awscam/artifacts/deploy_ssd_FP16_FUSED.xml', {"GPU": 1})
    awscam.Model('/opt/awscam/artifacts/other.xml', {"GPU": 1})
assert mo.optimize('missing.onnx', 300, 300) == (2, '')
"""
    ended = emulate(write(tmp_path, PRELUDE + text), **settings)
    assert ended.code == 0, ended.stderr
    assert len(ended.logged("artifacts/deploy_ssd_FP16_FUSED.xml' is")) == 1
    assert len(ended.logged("no other.onnx beside the program")) == 1
    assert len(ended.logged("missing.onnx does not exist")) == 1


def test_a_detection_project_runs_with_its_converted_network(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener
) -> None:
    rows: list[list[float]] = [[0, 15, 0.25, 0, 0, 0.5, 1], [0, 7, 0.75, 0.1, 0.2, 0.3, 0.4]]
    write_network(tmp_path / "deploy_ssd_resnet50_300.onnx", [1, 3, 300, 300], rows=rows)
    text = """
def infer():
    model = awscam.Model('/opt/awscam/artifacts/deploy_ssd_resnet50_300.xml', {'GPU': 1})
    while True:
        ret, frame = awscam.getLastFrame()
        if ret == False:
            raise Exception, 'no frame'
        half = frame[:, frame.shape[1] / 4:frame.shape[1] * 3 / 4]
        found = model.parseResult('ssd', model.doInference(cv2.resize(half, (300, 300))))['ssd']
        for obj in found:
            cv2.rectangle(frame, (obj['xmin'], obj['ymin']), (obj['xmax'], obj['ymax']), (255, 165, 20), 4)
        best = found[0]
        client.publish(topic=topic, payload='%d %.2f %d' % (best['label'], best['prob'], best['xmax']))
infer()
"""
    ended = emulate(write(tmp_path, PRELUDE + text), "--frames", "2", **settings)
    assert ended.code == 0, ended.stderr
    assert listener.wait_state("offline")
    assert [heard.payload for heard in sent(listener)] == [b"7 0.75 90"] * 2
    assert len({status["model"] for status in listener.statuses()} - {None}) == 1


def test_relative_settings_are_seen_from_where_it_was_started(
    tmp_path: Path, settings: dict[str, str], listener: MqttListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.onnx").write_bytes(Path(settings["model"]).read_bytes())
    project = tmp_path / "project"
    project.mkdir()
    file = write(project, PRELUDE + FEATURES + "\nlook()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    ended = emulate(file, **settings | {"source": "clip.mp4", "model": "own.onnx"})
    assert ended.code == 0, ended.stderr
    listener.wait_state("offline")
    assert frames_seen(listener) == [0]
