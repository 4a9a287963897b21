"""Secrets in files, as settings of a process."""

from pathlib import Path

import pytest

from services.bootstrap.base_settings import Base
from services.bootstrap.settings import ApiSettings, CliSettings, RunSettings, load
from services.core.errors import InputError
from services.run.plan import make_plan

VALUES = {
    "API_KEY": "k3y with blanks ",
    "MQTT_URL": "mqtts://search:pa55@broker",
    "REDIS_URL": "rediss://:pa55@redis",
    "SOURCE": "rtsp://user:pa55@camera",
}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A file for each secret, each with a newline at its end."""
    paths = {name: tmp_path / name.lower() for name in VALUES}
    for name, path in paths.items():
        path.write_text(VALUES[name] + "\n", encoding="utf-8")
        monkeypatch.setenv(f"LOOKALIKE_{name}_FILE", str(path))
        monkeypatch.setenv(f"LOOKALIKE_{name}", "")  # as compose files leave it
    return paths


@pytest.mark.usefixtures("files")
def test_each_is_read_without_the_newline_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_HOST", "0.0.0.0")
    settings = load(ApiSettings)
    assert settings.api_key.get_secret_value() == VALUES["API_KEY"]
    assert (settings.mqtt_url, settings.redis_url) == (VALUES["MQTT_URL"], VALUES["REDIS_URL"])
    assert load(CliSettings).api_key.get_secret_value() == VALUES["API_KEY"]


@pytest.mark.usefixtures("files")
def test_make_run_hands_on_what_it_read_once() -> None:
    plan = make_plan(load(RunSettings))
    assert plan.addresses["broker"] == plan.environ["LOOKALIKE_MQTT_URL"] == VALUES["MQTT_URL"]
    assert plan.environ["LOOKALIKE_REDIS_URL"] == VALUES["REDIS_URL"]
    assert plan.environ["LOOKALIKE_SOURCE"] == VALUES["SOURCE"]
    ours = {name for name in plan.environ if name.startswith("LOOKALIKE_") and name.endswith("_FILE")}
    assert ours == {"LOOKALIKE_API_KEY_FILE"}


def _refusal(kind: type[Base] = ApiSettings) -> str:
    with pytest.raises(InputError) as caught:
        load(kind)
    assert "pa55" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", VALUES)
def test_a_variable_and_its_file_are_not_to_be_set_both(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert files
    monkeypatch.setenv(f"LOOKALIKE_{name}", VALUES[name])
    assert (
        _refusal(RunSettings)
        == f"LOOKALIKE_{name} and LOOKALIKE_{name}_FILE are both set; expected one of them"
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "can't be read: No such file or directory"),
        (b"\xffpa55", "can't be read: it is no text in UTF-8"),
        # An empty secret must not open what a key protects.
        (b"\r\n", "is empty; expected the value of LOOKALIKE_API_KEY"),
    ],
)
def test_a_file_that_holds_none_is_named(files: dict[str, Path], content: bytes | None, says: str) -> None:
    files["API_KEY"].unlink()
    if content is not None:
        files["API_KEY"].write_bytes(content)
    assert _refusal() == f"LOOKALIKE_API_KEY_FILE: {files['API_KEY']} {says}"


def test_a_value_of_the_wrong_form_is_not_shown(files: dict[str, Path]) -> None:
    files["REDIS_URL"].write_text("pa55")
    assert _refusal().startswith("LOOKALIKE_REDIS_URL: expected redis[s]://")


def test_only_these_have_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_HOST_FILE", "x")
    assert "LOOKALIKE_HOST_FILE is not a setting" in _refusal()
