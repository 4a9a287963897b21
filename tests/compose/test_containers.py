"""Each container's permissions, logs and memory."""

from __future__ import annotations

import json

import pytest

from tests.compose.project import RUNNING, Project, docker
from tests.system.stack import eventually

OURS = ("search", "api", "edge", "frames")


@pytest.mark.parametrize("service", RUNNING)
def test_a_container_has_no_rights_that_it_does_not_need(stack: Project, service: str) -> None:
    state = stack.state(service)
    host = state["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    # `frames` runs the cameras that people add, 8 at most, of 200 MB each.
    assert 0 < host["Memory"] <= (2 if service == "frames" else 1) * 1024**3
    assert host["PidsLimit"] == 256
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    ports = [each for bound in state["NetworkSettings"]["Ports"].values() for each in bound or []]
    assert {port["HostIp"] for port in ports} <= {"127.0.0.1"}
    told = stack.exec(service, "sh", "-c", "id -u; cat /proc/self/status; touch /usr/x", check=False)
    assert told.stdout.split("\n")[0] != "0"
    assert "CapEff:\t0000000000000000" in told.stdout
    assert "Read-only file system" in told.stderr


@pytest.mark.parametrize("service", RUNNING)
def test_a_limit_on_memory_holds(stack: Project, service: str) -> None:
    # Of cgroups version 2 and 1; a machine has one of them.
    files = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes"
    limit = int(stack.exec(service, "sh", "-c", f"cat {files} 2>/dev/null", check=False).stdout)
    assert limit == stack.state(service)["HostConfig"]["Memory"]
    eventually(lambda: used_bytes(stack, service) < 0.8 * limit, within_s=1)


@pytest.mark.parametrize("service", RUNNING)
def test_a_health_check_finds_that_the_work_is_done(stack: Project, service: str) -> None:
    eventually(lambda: health(stack, service) == "healthy", within_s=60, why=stack.logs)


def test_a_health_check_finds_that_no_work_is_done(stack: Project) -> None:
    told = stack.exec("edge", "sh", "-c", "sleep 2; python -m edge.alive --within 0.001", check=False)
    assert told.returncode == 1
    assert "the loop has not turned" in told.stderr


def test_no_compiler_and_nothing_else_is_left_inside_that_only_a_build_needs(stack: Project) -> None:
    for service in ("api", "edge"):
        looked = (
            "for name in gcc cc g++ make uv; do command -v $name; done; ls /venv/lib/python3.11/site-packages"
        )
        found = stack.exec(service, "sh", "-c", looked, check=False).stdout.split()
        assert not {"/usr/bin/gcc", "/usr/bin/cc", "/usr/bin/g++", "/usr/bin/make"} & set(found)
        assert not [name for name in found if name.startswith(("pip", "setuptools", "efficientnet"))]


@pytest.mark.usefixtures("samples")
def test_logs_are_lines_of_json_without_passwords(stack: Project) -> None:
    secrets = passwords(stack)
    for service in (*OURS, "samples"):
        # The engine gives stderr separately: both count.
        lines = stack.compose("logs", "--no-color", service).stdout.splitlines()
        told = [line.partition("| ")[2] for line in lines if "| " in line]
        assert all({"time", "level", "process", "message"} <= json.loads(line).keys() for line in told), told
    everything = stack.compose("logs", "--no-color").stdout
    assert not [secret for secret in secrets if secret in everything]


def test_what_is_wrong_at_the_start_is_told_as_json_too(stack: Project) -> None:
    told = stack.compose("run", "--rm", "-T", "-e", "LOOKALIKE_THING=a:b", "init", check=False)
    assert told.returncode == 2
    assert json.loads(told.stdout)["message"].startswith("LOOKALIKE_THING: expected 1 to 128")
    key = ("-e", "LOOKALIKE_API_KEY_FILE=", "-e", "LOOKALIKE_API_KEY=wrong")
    wrong = (*key, "-e", "LOOKALIKE_DATA_DIR=/tmp")
    told = stack.compose("run", "--rm", "-T", *wrong, "samples", check=False)
    assert told.returncode == 2
    assert "the API key is missing or wrong" in json.loads(told.stdout)["message"]
    assert stack.state("samples")["HostConfig"]["RestartPolicy"]["MaximumRetryCount"] == 5


def test_no_list_of_processes_or_containers_shows_a_password(stack: Project) -> None:
    secrets = passwords(stack)
    for service in RUNNING:
        shown = json.dumps(stack.state(service)) + docker("top", stack.container(service), "-eo", "pid,args")
        assert not [secret for secret in secrets if secret in shown], service


def test_a_container_reads_no_secret_but_its_own(stack: Project) -> None:
    for service in RUNNING:
        look = 'for each in /secrets/*/; do ls "$each" >/dev/null 2>&1 && echo "$each"; done; true'
        assert stack.exec(service, "sh", "-c", look).stdout.split() == [f"/secrets/{service}/"]
        assert stack.exec(service, "touch", f"/secrets/{service}/x", check=False).returncode != 0


def passwords(stack: Project) -> list[str]:
    """Every secret of the project."""
    path = "/secrets/init/passwords.json"
    truth = json.loads(stack.compose("run", "--rm", "-T", "--entrypoint", "cat", "init", path).stdout)
    return [truth["key"], truth["redis"], *truth["users"].values()]


def health(stack: Project, service: str) -> str:
    """The engine's state of the health checks so far."""
    return str(stack.state(service)["State"]["Health"]["Status"])


def used_bytes(stack: Project, service: str) -> float:
    """A container's memory without caches."""
    told = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", stack.container(service)).split()[0]
    units = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
    return float(told[:-3]) * units[told[-3:]]
