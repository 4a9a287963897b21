"""The environment of an added camera's process."""

from pathlib import Path

import pytest

from edge.added.added_camera import AddedCamera
from edge.added.child_settings import NoRightError, environ_of
from edge.settings import EdgeSettings

DOOR = AddedCamera("door", "Front door", "rtsp://u:secret@10.0.0.9/s1", (0.25, 0, 0.5, 1))


def environ(
    settings: EdgeSettings, data: Path, *, needs_certificate: bool = False, **given: str
) -> dict[str, str]:
    return environ_of(
        DOOR,
        settings,
        source_file=data / "cameras" / "door" / "source",
        data=data,
        needs_certificate=needs_certificate,
        environ=given,
    )


def test_it_is_the_edges_but_for_what_is_its_own_and_holds_no_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_SOURCE", "mqtt")
    monkeypatch.setenv("LOOKALIKE_MAX_FPS", "4")
    settings = EdgeSettings(thing="server", edge_data=tmp_path, gate=False, alive_file=tmp_path / "alive")
    made = environ(settings, tmp_path, PATH="/bin", LOOKALIKE_SOURCE="mqtt", LOOKALIKE_ALIVE_FILE="/x")
    ours = {name.removeprefix("LOOKALIKE_"): made[name] for name in made if name.startswith("LOOKALIKE_")}
    assert made["PATH"] == "/bin"
    assert "secret" not in str(made)
    wanted = {
        "THING": "door",
        "TITLE": "Front door",
        "RUN_BY": "server",
        "REGION": "0.25,0,0.5,1",
        "SOURCE_FILE": str(tmp_path / "cameras/door/source"),
        "EDGE_DATA": str(tmp_path / "models/door"),
        "THREADS": "1",
        "LINK": "mqtt",
        "MAX_FPS": "4.0",
        "GATE": "0",
        "MQTT_URL": "mqtt://127.0.0.1:1883",
    }
    assert {name: ours[name] for name in wanted} == wanted
    assert not {"SOURCE", "ALIVE_FILE", "EDGE_CAMERAS"} & ours.keys()
    # It is a valid one.
    for name in list(ours):
        monkeypatch.setenv(f"LOOKALIKE_{name}", ours[name])
    monkeypatch.delenv("LOOKALIKE_SOURCE")
    (tmp_path / "cameras/door").mkdir(parents=True)
    (tmp_path / "cameras/door/source").write_text(DOOR.source)
    child = EdgeSettings()
    assert (child.source, child.region, child.about, child.takes_cameras) == (
        DOOR.source,
        DOOR.region,
        {"title": "Front door", "region": [0.25, 0, 0.5, 1], "run_by": "server"},
        False,
    )


def test_a_brokers_address_in_a_file_stays_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "url").write_text("mqtt://u:hidden@broker:1883")
    monkeypatch.setenv("LOOKALIKE_MQTT_URL_FILE", str(tmp_path / "url"))
    made = environ(EdgeSettings(edge_data=tmp_path), tmp_path, LOOKALIKE_MQTT_URL_FILE=str(tmp_path / "url"))
    assert made["LOOKALIKE_MQTT_URL_FILE"] == str(tmp_path / "url")
    assert "hidden" not in str(made)


def test_where_each_camera_needs_a_certificate_its_folder_has_to_be_there(tmp_path: Path) -> None:
    settings = EdgeSettings(thing="cam-1", edge_data=tmp_path)
    with pytest.raises(NoRightError, match=r"run `lookalike aws things add door`, copy the folder") as needed:
        environ(settings, tmp_path, needs_certificate=True)
    folder = tmp_path / "things" / "door"
    assert str(folder) in str(needed.value)
    folder.mkdir(parents=True)
    (folder / "edge.env").write_text(
        "# of door\nLOOKALIKE_THING=door\nLOOKALIKE_MQTT_URL=mqtts://iot.example\nLOOKALIKE_MQTT_CERT=cert.pem\n"
        "LOOKALIKE_MQTT_KEY=key.pem\nLOOKALIKE_IOT_RULE=lookalike_features\nLOOKALIKE_SOURCE=0\n"
    )
    made = environ(settings, tmp_path, needs_certificate=True, LOOKALIKE_MQTT_URL_FILE="/x")
    assert made["LOOKALIKE_MQTT_URL"] == "mqtts://iot.example"
    assert made["LOOKALIKE_MQTT_CERT"] == str(folder / "cert.pem")
    assert made["LOOKALIKE_IOT_RULE"] == "lookalike_features"
    assert not {"LOOKALIKE_SOURCE", "LOOKALIKE_MQTT_URL_FILE"} & made.keys()
