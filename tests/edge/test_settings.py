"""Settings: defaults, and one clear line for a bad value."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from common.secrets import is_set
from edge.settings import EdgeSettings, explain
from tests.certificates import Authority
from tests.edge.kit import run_edge


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "SOURCE SOURCE_FILE THING MQTT_URL MQTT_URL_FILE MODEL REGION MAX_FPS THREADS STALL_S LOG_LEVEL PACE "
        "GATE MAX_AGE_S PREVIEW PROVIDER HOME_ASSISTANT MQTT_CERT MQTT_KEY MQTT_CA LINK IOT_RULE"
    )
    for name in names.split():
        monkeypatch.delenv(f"LOOKALIKE_{name}", raising=False)
    monkeypatch.delenv("AWS_IOT_THING_NAME", raising=False)


def test_defaults_play_the_sample_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_SOURCE", "")  # as compose files leave it
    settings = EdgeSettings()
    assert Path(settings.source).parts[-2:] == ("samples", "clip.mp4")
    assert (settings.thing, settings.mqtt_url) == ("cam-1", "mqtt://127.0.0.1:1883")
    assert (settings.model, settings.max_fps, settings.threads, settings.stall_s) == ("balanced", 10, 1, 5)
    assert (settings.provider, settings.pace, settings.heartbeat_s) == ("cpu", "real", 2)
    assert (settings.preview, settings.home_assistant) == (True, False)
    assert settings.region == (0, 0, 1, 1)


def test_a_heartbeat_comes_at_least_twice_while_a_match_is_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_MAX_AGE_S", "3")
    assert 0 < EdgeSettings().heartbeat_s <= 1.5
    monkeypatch.setenv("LOOKALIKE_MAX_AGE_S", "60")
    assert EdgeSettings().heartbeat_s == 2
    monkeypatch.setenv("LOOKALIKE_GATE", "0")
    assert EdgeSettings().heartbeat_s == 0


def test_frames_over_mqtt_and_names_in_capitals_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_SOURCE", "mqtt")
    monkeypatch.setenv("LOOKALIKE_PROVIDER", "CPU")
    monkeypatch.setenv("LOOKALIKE_PACE", "FAST")
    settings = EdgeSettings()
    assert (settings.source, settings.provider, settings.pace) == ("mqtt", "cpu", "fast")


def test_a_region_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_REGION", "0.25,0,0.5,0.75")
    assert EdgeSettings().region == (0.25, 0, 0.5, 0.75)
    monkeypatch.setenv("LOOKALIKE_REGION", "")
    assert EdgeSettings().region == (0, 0, 1, 1)


def test_the_thing_is_greengrass_name_unless_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_IOT_THING_NAME", "core-7")
    assert EdgeSettings().thing == "core-7"
    monkeypatch.setenv("LOOKALIKE_THING", "door")
    assert EdgeSettings().thing == "door"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LOOKALIKE_MAX_FPS", "fast", "number"),
        ("LOOKALIKE_MAX_FPS", "0", "greater than 0"),
        ("LOOKALIKE_THREADS", "0", "greater than or equal to 1"),
        ("LOOKALIKE_STALL_S", "0.1", "greater than or equal to 2"),
        ("LOOKALIKE_THING", "a/b", "characters"),
        ("AWS_IOT_THING_NAME", "a/b", "LOOKALIKE_THING: expected 1 to 128 of the characters"),
        ("LOOKALIKE_MQTT_URL", "http://127.0.0.1", "expected mqtt[s]://"),
        ("LOOKALIKE_MQTT_URL", "mqtt://127.0.0.1:port", "expected mqtt[s]://"),
        ("LOOKALIKE_MQTT_URL", "mqtt://[::1", "expected mqtt[s]://"),
        ("LOOKALIKE_SOURCE", "ftp://camera/1", "rtsp://…"),
        ("LOOKALIKE_PACE", "quick", "'real' or 'fast'"),
        ("LOOKALIKE_MAX_AGE_S", "0", "greater than 0"),
        ("LOOKALIKE_PROVIDER", "cuda", "expected one that the installed ONNX Runtime has; present: cpu"),
        ("LOOKALIKE_PROVIDER", "gpu", "expected one of cpu, openvino, cuda, tensorrt, coreml; present: cpu"),
        ("LOOKALIKE_REGION", "middle", "expected left,top,width,height such as 0.25,0,0.5,1"),
        ("LOOKALIKE_REGION", "[0, 0, 1, 1]", "expected left,top,width,height such as 0.25,0,0.5,1"),
        (
            "LOOKALIKE_REGION",
            "0.5,0,0.6,1",
            "expected shares of the picture: left,top,width,height",
        ),
        ("LOOKALIKE_LOG_LEVEL", "loud", "'info'"),
    ],
)
def test_a_bad_value_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        EdgeSettings()
    line = explain(caught.value)
    assert line.startswith(name if name.startswith("LOOKALIKE") else "LOOKALIKE_THING")
    assert expected in line
    # A source that looks like half of user:password is not repeated.
    assert (value if ":port" not in value else "got 'mqtt://***'") in line


@pytest.mark.parametrize("login", ["u:a@secret", "u:12/secret", "u:a#secret", "u:5%secret", "secret@a:b"])
def test_a_password_that_is_not_encoded_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    monkeypatch.setenv("LOOKALIKE_MQTT_URL", f"mqtt://{login}@broker")
    with pytest.raises(ValidationError) as caught:
        EdgeSettings()
    line = explain(caught.value)
    assert line.startswith("LOOKALIKE_MQTT_URL: expected mqtt[s]://[user:password@]host[:port]; in user and")
    assert "secret" not in line


def test_the_files_for_the_brokers_tls_are_loaded_or_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    files = authority.sign("camera")
    monkeypatch.setenv("LOOKALIKE_MQTT_URL", "mqtts://user:pa55@broker")
    monkeypatch.setenv("LOOKALIKE_MQTT_CA", str(authority.certificate))
    monkeypatch.setenv("LOOKALIKE_MQTT_CERT", str(files.certificate))
    monkeypatch.setenv("LOOKALIKE_MQTT_KEY", str(files.key))
    assert EdgeSettings().broker.has_certificate
    monkeypatch.setenv("LOOKALIKE_MQTT_KEY", str(tmp_path / "no.key"))
    with pytest.raises(ValidationError) as caught:
        EdgeSettings()
    assert explain(caught.value).startswith(
        f"LOOKALIKE_MQTT_KEY: {tmp_path}/no.key can't be read: No such file"
    )
    monkeypatch.setenv("LOOKALIKE_MQTT_URL", "mqtt://user:pa55@broker")
    with pytest.raises(ValidationError) as caught:
        EdgeSettings()
    assert "the broker broker:1883 has no TLS; expected LOOKALIKE_MQTT_URL=mqtts://…" in explain(caught.value)


ADDRESS = "https://page/models/a.onnx?X-Amz-Signature=s3cret"


def test_a_models_address_comes_with_a_fingerprint_and_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"MODEL": ADDRESS, "MODEL_FINGERPRINT": "0123456789AB", "EDGE_DATA": "/var/lib/lookalike"}
    for name, value in given.items():
        monkeypatch.setenv(f"LOOKALIKE_{name}", value)
    settings = EdgeSettings()
    assert (settings.model, settings.model_fingerprint) == (ADDRESS, "0123456789ab")
    assert settings.edge_data == Path("/var/lib/lookalike")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"MODEL_FINGERPRINT": ""}, "LOOKALIKE_MODEL is an address; expected LOOKALIKE_MODEL_FINGERPRINT"),
        ({"EDGE_DATA": ""}, "LOOKALIKE_MODEL is an address; expected LOOKALIKE_EDGE_DATA with it"),
        ({"MODEL_FINGERPRINT": "0123"}, "LOOKALIKE_MODEL_FINGERPRINT: expected 12 or 64 hex digits"),
        ({"MODEL": ADDRESS.replace("https", "http")}, "LOOKALIKE_MODEL: expected https://host/path or file:"),
        ({"MODEL": ADDRESS.replace("page", "u:s3cret@page")}, "LOOKALIKE_MODEL: expected https://host/path"),
    ],
)
def test_a_models_address_that_can_not_be_used_is_told_without_its_secrets(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], expected: str
) -> None:
    given = {"MODEL": ADDRESS, "MODEL_FINGERPRINT": "0123456789ab", "EDGE_DATA": "/var/lib/lookalike"}
    for name, value in (given | changed).items():
        monkeypatch.setenv(f"LOOKALIKE_{name}", value)
    with pytest.raises(ValidationError) as caught:
        EdgeSettings()
    assert expected in explain(caught.value)
    assert "s3cret" not in explain(caught.value)


def test_the_brokers_address_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("mqtts://user:pa55@broker\n")
    monkeypatch.setenv("LOOKALIKE_MQTT_URL", "")
    monkeypatch.setenv("LOOKALIKE_MQTT_URL_FILE", str(tmp_path / "url"))
    assert EdgeSettings().mqtt_url == "mqtts://user:pa55@broker"
    assert is_set("LOOKALIKE_MQTT_URL")


def test_the_cameras_address_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_text("rtsp://user:pa55@camera/1\n")
    monkeypatch.setenv("LOOKALIKE_SOURCE", "")
    monkeypatch.setenv("LOOKALIKE_SOURCE_FILE", str(path))
    assert EdgeSettings().source == "rtsp://user:pa55@camera/1"
    path.write_text("rtmp://user:pa55@camera/1")
    with pytest.raises(ValidationError) as caught:
        EdgeSettings()
    assert "pa55" not in explain(caught.value)
    assert f"got '{path}'" in explain(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "LOOKALIKE_MQTT_URL_FILE: {path} can't be read: No such file or directory"),
        (b"\xffpa55", "LOOKALIKE_MQTT_URL_FILE: {path} can't be read: it is no text in UTF-8"),
        (b"\n", "LOOKALIKE_MQTT_URL_FILE: {path} is empty; expected the value of LOOKALIKE_MQTT_URL"),
        (b"pa55", "LOOKALIKE_MQTT_URL: expected mqtt[s]://"),
    ],
)
def test_a_file_that_holds_no_address_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    path = tmp_path / "url"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("LOOKALIKE_MQTT_URL_FILE", str(path))
    with pytest.raises(ValidationError) as caught:
        EdgeSettings()
    line = explain(caught.value)
    assert line.startswith(expected.format(path=path))
    assert str(path) in line
    assert "pa55" not in line


def test_an_address_and_its_file_are_not_to_be_set_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_MQTT_URL", "mqtt://user:pa55@broker")
    monkeypatch.setenv("LOOKALIKE_MQTT_URL_FILE", "/run/secrets/mqtt")
    with pytest.raises(ValidationError) as caught:
        EdgeSettings()
    assert explain(caught.value) == (
        "LOOKALIKE_MQTT_URL and LOOKALIKE_MQTT_URL_FILE are both set; expected one of them"
    )


def test_the_program_ends_with_one_line_for_all_bad_values_and_no_password(tmp_path: Path) -> None:
    with run_edge(
        tmp_path / "log", max_fps="many", mqtt_url="tcp://u:secret@h", source="rtmp://u:secret@h/1?k=secret"
    ) as edge:
        assert edge.process.wait(60) == 2
    assert len(edge.log.splitlines()) == 1
    assert edge.log.startswith("error: LOOKALIKE_")
    assert all(f"LOOKALIKE_{name}: " in edge.log for name in ("MAX_FPS", "MQTT_URL", "SOURCE"))
    assert "secret" not in edge.log
