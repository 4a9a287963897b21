"""The double of a Greengrass nucleus, as the real awsiotsdk sees it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from awscrt.exceptions import AwsCrtError
from awsiot import greengrasscoreipc
from awsiot.eventstreamrpc import AccessDeniedError, StreamClosedError
from awsiot.greengrasscoreipc import model
from awsiot.greengrasscoreipc.clientv2 import GreengrassCoreIPCClientV2

from tests.greengrass.core import MemoryCore
from tests.greengrass.ipc_double import SOCKET, IpcDouble
from tests.servers import until

FEATURES, COMMAND = "lookalike/cam-1/features", "lookalike/cam-1/command"


@pytest.fixture
def client(double: IpcDouble) -> Iterator[Any]:
    """A connected client of the SDK."""
    made = GreengrassCoreIPCClientV2(connect(double), executor=None)
    yield made
    made.close().exception(10)


def connect(double: IpcDouble, *, token: str | None = None) -> Any:
    """A connection with the component's token, or another one."""
    return greengrasscoreipc.connect(
        ipc_socket=str(double.path), authtoken=token or double.nucleus.component.token
    )


def test_a_wrong_token_is_refused_in_the_way_of_each_nucleus(double: IpcDouble) -> None:
    if double.nucleus.lite:
        with pytest.raises(AwsCrtError, match="AWS_IO_SOCKET_CLOSED"):
            connect(double, token="wrong")
    else:
        with pytest.raises(AccessDeniedError):
            connect(double, token="wrong")


def test_messages_pass_both_ways_as_far_as_accesscontrol_allows(client: Any, core: MemoryCore) -> None:
    heard: list[Any] = []
    client.subscribe_to_iot_core(topic_name=COMMAND, qos="1", on_stream_event=heard.append)
    client.publish_to_iot_core(topic_name=FEATURES, qos="0", payload=b"\x00seen")
    assert core.heard == [(FEATURES, b"\x00seen")]
    core.send(COMMAND, b"do")
    until(lambda: [(each.message.topic_name, each.message.payload) for each in heard] == [(COMMAND, b"do")])
    with pytest.raises(model.UnauthorizedError):
        client.publish_to_iot_core(topic_name="lookalike/cam-2/features", qos="0", payload=b"")
    with pytest.raises(model.UnauthorizedError):
        client.subscribe_to_iot_core(topic_name="lookalike/+/command", qos="1", on_stream_event=print)


def test_a_nucleus_without_a_connection_to_iot_core_says_so(client: Any, core: MemoryCore) -> None:
    core.online = False
    with pytest.raises(model.ServiceError):
        client.publish_to_iot_core(topic_name=FEATURES, qos="0", payload=b"")


def test_lite_ends_the_connection_at_a_packet_of_more_than_10000_bytes(
    client: Any, double: IpcDouble, core: MemoryCore
) -> None:
    if double.nucleus.lite:
        with pytest.raises(StreamClosedError):
            client.publish_to_iot_core(topic_name=FEATURES, qos="0", payload=bytes(8000))
    else:
        client.publish_to_iot_core(topic_name=FEATURES, qos="0", payload=bytes(8000))
    assert bool(core.heard) is not double.nucleus.lite


def test_a_configuration_is_read_and_its_changes_are_told(client: Any, double: IpcDouble) -> None:
    told = threading.Event()
    client.subscribe_to_configuration_update(key_path=[], on_stream_event=lambda _: told.set())
    double.configure({"Source": "test"})
    assert told.wait(10)
    assert client.get_configuration(key_path=["Source"]).value == {"Source": "test"}
    with pytest.raises(model.ResourceNotFoundError):
        client.get_configuration(key_path=["Nothing"])


def test_the_command_serves_a_recipes_component(tmp_path: Path, double: IpcDouble) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("ComponentConfiguration:\n  DefaultConfiguration: {Source: test, MaxFps: 10}\n")
    update = tmp_path / "update.json"
    update.write_text('{"MaxFps": 5}')
    command = [sys.executable, "-m", "tests.greengrass.ipc_double", "--socket", f"{double.path}-2"]
    command += ["--recipe", str(recipe), "--configuration", str(update)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        environ = dict(process.stdout.readline().rstrip().split("=", 1) for _ in range(3))
        assert set(environ) == {SOCKET, "SVCUID", "AWS_IOT_THING_NAME"}
        client = GreengrassCoreIPCClientV2(
            greengrasscoreipc.connect(ipc_socket=environ[SOCKET], authtoken=environ["SVCUID"]), executor=None
        )
        assert client.get_configuration(key_path=[]).value == {"Source": "test", "MaxFps": 5}
        client.close().exception(10)
        process.terminate()
        assert process.wait(20) == 0
