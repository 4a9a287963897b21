"""Refusals of `make run` before it starts anything."""

from pathlib import Path

import pytest

from services.bootstrap.settings import RunSettings, load
from services.core.errors import InputError
from services.run.plan import make_plan
from tests.certificates import Authority


def test_client_certificates_need_a_broker_with_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = Authority(tmp_path).sign("run")
    monkeypatch.setenv("LOOKALIKE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LOOKALIKE_MQTT_CERT", str(files.certificate))
    monkeypatch.setenv("LOOKALIKE_MQTT_KEY", str(files.key))
    with pytest.raises(InputError, match=r"MQTT_CERT is set, but .* has no TLS; expected LOOKALIKE_MQTT_URL"):
        make_plan(load(RunSettings))
    monkeypatch.setenv("LOOKALIKE_MQTT_URL", "mqtts://broker")
    assert make_plan(load(RunSettings)).addresses["broker"] == "mqtts://broker"
