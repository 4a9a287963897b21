"""The search process as a container of SageMaker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from services.bootstrap.serving import open_rows
from services.core.errors import InputError
from services.core.search.rows_file import ROWS_FILE, TrainedRows, encode_rows
from tests import aws
from tests.fakes import vectors
from tests.servers import free_port, until

DIM, ROWS = 16, 40
TRAINED = TrainedRows("t-7", vectors(ROWS, dim=DIM), rows_answered=5)


@contextmanager
def container(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process as SageMaker starts it, but on loopback alone; and its address."""
    port = free_port()
    own = {"SAGEMAKER_BIND_TO_PORT": str(port), "LOOKALIKE_SEARCH_HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "services.search", "serve", str(folder)]
    process = subprocess.Popen(command, env=os.environ | own, stderr=subprocess.PIPE, text=True)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ping", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def test_a_container_serves_the_rows_of_its_model_and_ends_with_sigterm(tmp_path: Path) -> None:
    (tmp_path / ROWS_FILE).write_bytes(encode_rows(TRAINED))
    with container(tmp_path) as (process, url):
        until(lambda: answers(url), what="the container answers")
        asked = {"instances": [{"features": TRAINED.vectors[row].tolist()} for row in (17, 3)]}
        accept = {"Accept": "application/json; verbose=true"}
        found = httpx.post(f"{url}/invocations", json=asked, headers=accept).json()["predictions"]
        assert [each["labels"][0] for each in found] == [17.0, 3.0]
        # As of the built-in algorithm: `k` rows, nearest first, and nothing else.
        assert [len(each["labels"]) for each in found] == [5, 5]
        assert set(found[0]) == {"predicted_label", "distances", "labels"}
        assert found[0]["distances"] == sorted(found[0]["distances"])
        assert found[0]["distances"][0] == pytest.approx(0, abs=2e-3)
        refused = httpx.post(f"{url}/invocations", json={"instances": [{"features": [1, 2]}]})
        assert (refused.status_code, refused.json()["detail"]) == (400, "vectors of 2 numbers; expected 16")
        runtime = aws.client("sagemaker-runtime", url)
        body = json.dumps({"instances": [{"features": TRAINED.vectors[0].tolist()}]})
        answer = runtime.invoke_endpoint(EndpointName="any", ContentType="application/json", Body=body)
        assert answer["InvokedProductionVariant"] == "t-7"
        process.terminate()
        # uvicorn ends all answers, and then itself by the signal.
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)


@pytest.mark.parametrize("content", [None, b"", b"no rows", encode_rows(TRAINED)[:2000]])
def test_a_model_without_rows_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / ROWS_FILE).write_bytes(content)
    with pytest.raises(InputError, match=ROWS_FILE):
        open_rows(tmp_path, threads=1)


def test_rows_of_another_shape_are_refused(tmp_path: Path) -> None:
    bad = TrainedRows("t-7", np.zeros(4, np.float32), rows_answered=5)
    (tmp_path / ROWS_FILE).write_bytes(encode_rows(bad))
    with pytest.raises(InputError, match=r"expected float32 \[rows, dim\]"):
        open_rows(tmp_path, threads=1)
