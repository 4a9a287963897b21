"""Access: to the broker, to Redis, and from one container to another."""

from __future__ import annotations

import json

import pytest

from tests.compose.project import Project, docker
from tests.system.stack import eventually

PUBLISH = ("mosquitto_pub", "-h", "broker", "-q", "1")


def test_a_client_without_the_password_is_refused_by_the_broker(stack: Project) -> None:
    for login in ((), ("-u", "cam-1", "-P", "guessed")):
        told = stack.exec("broker", *PUBLISH, *login, "-t", "lookalike/cam-1/status", "-m", "{}", check=False)
        assert told.returncode != 0
        assert "not authorised" in told.stderr.lower() + told.stdout.lower()


def test_a_client_without_the_password_is_refused_by_redis(stack: Project) -> None:
    for password in ((), ("--no-auth-warning", "-a", "guessed")):
        told = stack.exec("redis", "redis-cli", *password, "get", "stack:id", check=False)
        assert "NOAUTH" in told.stdout + told.stderr, told


def test_a_devices_user_speaks_for_itself_alone(stack: Project) -> None:
    login = user(stack, "door")
    say = json.dumps({"state": "no_camera", "reason": "a test", "source": None})
    for thing in ("window", "cam-1", "door"):
        topic = f"lookalike/{thing}/status"
        # MQTT 3.1.1 does not tell a sender that its publish was refused.
        stack.exec("broker", *PUBLISH, *login, "-r", "-t", topic, "-m", say)
    cameras = eventually(lambda: listed(stack, "door"), within_s=5, why=stack.logs)
    assert cameras["door"] == "no_camera"
    assert "window" not in cameras
    assert cameras["cam-1"] == "online"


def test_a_devices_user_hears_no_other(stack: Project) -> None:
    login = user(stack, "door")
    hear = ("mosquitto_sub", "-h", "broker", *login, "-W", "2", "-t", "lookalike/#", "-t", "health/#")
    assert stack.exec("broker", *hear, check=False).stdout == ""


def test_a_user_is_forgotten(stack: Project) -> None:
    login = user(stack, "till")
    stack.one_shot("forget", "till")
    stack.reload_users()
    publish = (*PUBLISH, *login, "-t", "lookalike/till/frame", "-m", "x")
    eventually(lambda: stack.exec("broker", *publish, check=False).returncode != 0, within_s=5)


def test_the_broker_comes_back_after_its_users_were_read_again(stack: Project) -> None:
    login = user(stack, "shelf")
    before_s = stack.started_s("broker")
    stack.kill("broker")
    eventually(lambda: stack.started_s("broker") > before_s, within_s=10, why=stack.logs)
    publish = (*PUBLISH, *login, "-t", "lookalike/shelf/reply/00000000", "-m", "x")
    eventually(lambda: stack.exec("broker", *publish, check=False).returncode == 0, within_s=5)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["device", "a:b"], "expected 1 to 128 of the characters a-z A-Z 0-9 _ - alone; got 'a:b'"),
        (["forget", "cam-1"], "cam-1 is the user of a container here"),
        (["forget", "nobody"], "there is no user 'nobody'"),
        (["key"], "expected a key on the standard input, one line; got 0 lines"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(stack: Project, command: list[str], told: str) -> None:
    said = stack.compose("run", "--rm", "-T", "init", *command, check=False)
    assert said.returncode == 2
    assert told in said.stderr + said.stdout


@pytest.mark.parametrize("address", ["redis:6379", "search:8081"])
def test_a_cameras_container_reaches_the_broker_and_nothing_behind_it(stack: Project, address: str) -> None:
    connect = (
        "import socket, sys; host, port = sys.argv[1].split(':'); socket.create_connection((host, port), 2)"
    )
    assert stack.exec("edge", "python", "-c", connect, "broker:1883").returncode == 0
    assert stack.exec("edge", "python", "-c", connect, address, check=False).returncode != 0


def test_a_message_that_is_too_large_is_refused(stack: Project) -> None:
    login = user(stack, "large")
    send = "head -c {} /dev/zero | mosquitto_pub -h broker -q 1 {} -t lookalike/large/frame -s"
    for size, is_taken in ((500_000, True), (540_000, False)):
        told = stack.exec("broker", "sh", "-c", send.format(size, " ".join(login)), check=False)
        assert (told.returncode == 0) == is_taken, told


def test_a_cameras_last_words_outlive_the_broker(stack: Project) -> None:
    login = user(stack, "attic")
    topic = "lookalike/attic/status"
    say = json.dumps({"state": "no_camera", "reason": "a test", "source": None})
    stack.exec("broker", *PUBLISH, *login, "-r", "-t", topic, "-m", say)
    eventually(lambda: listed(stack, "attic"), within_s=10)
    docker("restart", "-t", "5", stack.container("broker"))
    # The broker keeps nothing on disk; the page does not forget it.
    eventually(
        lambda: stack.client.get("/healthz").json()["checks"]["broker"]["ok"], within_s=20, why=stack.logs
    )
    assert listed(stack, "attic")["attic"] == "no_camera"


def test_what_is_written_needs_the_key(stack: Project) -> None:
    assert stack.client.post("/items/undo", json={"undo": "x"}).status_code == 401
    assert stack.post("/items/undo", json={"undo": "x"}).status_code == 404


def test_the_api_does_not_start_on_a_public_address_without_a_key(stack: Project) -> None:
    run = ("run", "--rm", "-T", "--no-deps", "-e", "LOOKALIKE_API_KEY_FILE=", "api")
    told = stack.compose(*run, check=False)
    assert told.returncode == 2
    assert "LOOKALIKE_API_KEY is required" in told.stderr + told.stdout


def user(stack: Project, thing: str) -> tuple[str, ...]:
    """The login of a camera's user, known to the broker."""
    told = stack.one_shot("device", thing).split()
    stack.reload_users()
    login = ("-u", told[1], "-P", told[3])
    publish = (*PUBLISH, *login, "-t", f"lookalike/{thing}/reply/00000000", "-m", "x")
    eventually(lambda: stack.exec("broker", *publish, check=False).returncode == 0, within_s=5)
    return login


def listed(stack: Project, thing: str) -> dict[str, str]:
    """All cameras' states, once this camera is among them."""
    cameras = stack.client.get("/cameras").json()["cameras"]
    states = {camera["thing"]: camera["state"] for camera in cameras}
    return states if thing in states else {}
