"""`python -m edge` with a model that it fetches from its address."""

import ssl
from pathlib import Path

import pytest

from edge.process.model_folder import ModelFolder
from models.files import fingerprint, read_model
from tests.certificates import Authority
from tests.edge.kit import MqttListener, run_edge, write_clip, write_model
from tests.hostile import hostile_server
from tests.servers import until


def test_a_model_is_fetched_beside_the_running_one_and_rolled_back_if_it_does_not_load(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = read_model(write_model(tmp_path / "new.onnx", box=(0.25, 0.25, 0.5, 0.5)))
    ModelFolder(tmp_path / "data").note_good(fingerprint(read_model(model)), model)
    settings = {
        "source": str(write_clip(tmp_path / "clip.mp4")),
        "mqtt_url": f"mqtt://127.0.0.1:{broker_port}",
        "edge_data": str(tmp_path / "data"),
    }

    authority = Authority(tmp_path)
    files = authority.sign("page")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with hostile_server(new) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        address = server.url("/good?X-Amz-Signature=s3cret").replace("http:", "https:")
        with run_edge(
            tmp_path / "log", model=address, model_fingerprint=fingerprint(new), **settings
        ) as edge:
            until(
                lambda: [seen.model for seen in listener.observations()][-1:] == [fingerprint(new)],
                what="the new model's observations",
            )
            code, _ = edge.terminate()
    told = [status["model_trouble"] for status in listener.statuses()]
    assert f"model {fingerprint(new)} is being fetched" in told
    assert (told[-2], code) == (None, 0)
    models = [seen.model for seen in listener.observations()]
    sessions = [seen.session for seen in listener.observations()]
    assert len(set(zip(models, sessions, strict=True))) == len(set(models)) == len(set(sessions))
    assert "s3cret" not in edge.log

    # Offline from here on: the file is there, the next one does not load.
    ModelFolder(tmp_path / "data").note_good(fingerprint(new), tmp_path / "new.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    bad = fingerprint(b"no model")
    count = len(listener.observations())
    with run_edge(
        tmp_path / "log2", model=f"file://{tmp_path}/bad.onnx", model_fingerprint=bad, **settings
    ) as edge:
        until(
            lambda: f"model {bad} can't be used" in str(listener.statuses()[-1]["model_trouble"]),
            what="the rolled back model",
        )
        assert listener.wait_observations(count + 3)[-1].model == fingerprint(new)
        assert edge.terminate()[0] == 0
    assert listener.statuses()[-2]["model"] == fingerprint(new)
    assert f"model {fingerprint(new)}, which worked, goes on" in edge.log
