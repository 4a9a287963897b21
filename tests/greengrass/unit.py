"""The systemd unit of the edge: what it says, and its command with the rights that it leaves."""

from __future__ import annotations

import contextlib
import json
import platform
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.greengrass.device import Device, docker
from tests.system.stack import ROOT

UNIT = ROOT / "edge/lookalike-edge.service"
# No memory can be made executable, as with MemoryDenyWriteExecute= (PR_SET_MDWE; nothing before Linux 6.3).
_NO_NEW_CODE = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
_ARCHITECTURES = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}


@contextlib.contextmanager
def sandboxed(device: Device, folder: Path) -> Iterator[Device]:
    """What the systemd unit runs, with the installed settings and the rights that the unit leaves it.

    In place of systemd an engine gives it the same user, a file system that it can't write, no capabilities
    and the same filter of system calls.
    """
    unit = read_unit()
    filters = folder / "seccomp.json"
    filters.write_text(json.dumps(_seccomp(unit["SystemCallFilter"])))
    (user,), (memory,), (tasks,), (command,) = (
        unit[name] for name in ("User", "MemoryMax", "TasksMax", "ExecStart")
    )
    uid = device.run("id", "-u", user).stdout.strip()
    own = f"uid={uid},mode=0700"
    lines = [*" ".join(unit["Environment"]).split(), *device.read(unit["EnvironmentFile"][0]).splitlines()]
    options = [
        *("--network", "host", "--user", user, "--read-only", "--cap-drop", "ALL", "--workdir", "/"),
        *("--security-opt", "no-new-privileges", "--security-opt", f"seccomp={filters}"),
        *("--memory", memory, "--pids-limit", tasks, "--tmpfs", "/tmp", "--tmpfs", "/root:mode=0700"),
        *("--tmpfs", f"/var/lib/{unit['StateDirectory'][0]}:{own}"),
        *("--tmpfs", f"/run/{unit['RuntimeDirectory'][0]}:{own}"),
        *(part for line in lines if line and line[0] != "#" for part in ("--env", line)),
    ]
    image = docker("commit", device.name).strip()
    try:
        with Device(*options, image=image, command=["python3", "-c", _NO_NEW_CODE, *command.split()]) as made:
            yield made
    finally:
        docker("rmi", image)


def read_unit(path: Path = UNIT) -> dict[str, list[str]]:
    """The values of each name in a unit's file."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def _seccomp(filters: Sequence[str]) -> dict[str, object]:
    """An engine's profile that lets pass what SystemCallFilter= does, and @default as systemd always does."""
    allowed = _system_calls("@default")
    for each in filters:
        named = set().union(*(_system_calls(name) for name in each.removeprefix("~").split()))
        allowed = allowed - named if each.startswith("~") else allowed | named
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "architectures": [_ARCHITECTURES[platform.machine()]],
        "syscalls": [{"names": sorted(allowed), "action": "SCMP_ACT_ALLOW"}],
    }


def _system_calls(name: str) -> set[str]:
    """The system calls of a group of systemd, or the one of this name."""
    if not name.startswith("@"):
        return {name}
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", name],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    members = re.findall(r"^\s+([@a-z]\S*)$", listed, re.MULTILINE)
    return set().union(*(_system_calls(member) for member in members))
