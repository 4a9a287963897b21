"""The systemd unit by systemd's own judgement, and what edge/install.sh does beside installing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.greengrass.device import Device
from tests.greengrass.installing import INSTALL, UNPACKED
from tests.greengrass.unit import UNIT, read_unit

OPT, ETC = "/opt/lookalike-edge", "/etc/lookalike-edge"
ALIVE = "/run/lookalike-edge/alive"
# In systemd's place, which no container has: a restart gives a loop that turns, unless the code has the
# file `broken`.
SYSTEMCTL = f"""#!/bin/sh
echo "$*" >>/tmp/systemctl
case $1 in
restart) rm -f {ALIVE}; mkdir -p {Path(ALIVE).parent}; [ -e {OPT}/code/edge/broken ] || touch {ALIVE} ;;
is-failed) [ -e {OPT}/code/edge/broken ] ;;
show) echo 0 ;;
esac
"""


def systemd_analyze(*arguments: str) -> str:
    """What systemd-analyze says; it must succeed."""
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_takes_the_unit_and_calls_its_exposure_low(tmp_path: Path) -> None:
    # The program is of the device; systemd would miss it here.
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text())
    assert systemd_analyze("verify", "--man=no", str(unit)) == ""
    judged = systemd_analyze("security", "--offline=yes", "--no-pager", "--threshold=25", str(unit))
    found = re.search(r"exposure level for \S+: ([0-9.]+)", judged)
    assert found is not None
    print(f"exposure {found[1]}")
    assert float(found[1]) < 2.5


def test_the_service_has_a_user_of_its_own_and_its_secrets_are_for_it_alone(device: Device) -> None:
    (user,) = read_unit()["User"]
    assert "video" in device.run("id", "-nG", user).stdout.split()
    assert device.run("getent", "passwd", user).stdout.strip().endswith("/usr/sbin/nologin")
    modes = device.run("sh", "-c", f"cd {ETC} && stat -c '%a %U %n' . *").stdout.split("\n")
    assert "750 root ." in modes
    assert "600 root edge.env" in modes
    writable = f"find {OPT} -writable -not -type l | head -n 3"
    assert device.run("sh", "-c", writable, user=user).stdout == ""


def test_its_status_is_shown_without_passwords(device: Device) -> None:
    told = device.run("sh", f"{OPT}/code/edge/install.sh", "--status", check=False)
    assert "LOOKALIKE_THING=service" in told.stdout
    assert re.search(r"LOOKALIKE_MQTT_URL=mqtt://\*\*\*@127.0.0.1", told.stdout)
    # It does not run here.
    assert told.returncode == 1
    assert "the loop has not begun" in told.stderr


def test_without_a_python_that_it_needs_it_says_so_and_nothing_changes(device: Device) -> None:
    device.run("sh", "-c", "printf '#!/bin/sh\\nexit 1\\n' >/tmp/old && chmod +x /tmp/old")
    before = device.run("sh", "-c", f"ls -R {OPT}/code {ETC} | sha256sum").stdout
    told = device.run("sh", INSTALL, "--update", environ={"PYTHON": "/tmp/old"}, check=False)
    assert told.returncode != 0
    assert "error: Python 3.11, 3.12 or 3.13 is needed" in told.stderr
    assert device.run("sh", "-c", f"ls -R {OPT}/code {ETC} | sha256sum").stdout == before
    assert device.run("ls", OPT).stdout.split() == [
        "code",
        *(name for name in device.run("ls", OPT).stdout.split() if name.startswith("venv")),
    ]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--folder"]])
def test_what_it_does_not_know_shows_what_it_knows(device: Device, arguments: list[str]) -> None:
    told = device.run("sh", INSTALL, *arguments, check=False)
    assert told.returncode == 2
    assert "sudo sh edge/install.sh FOLDER" in told.stderr


def test_a_bad_setting_is_refused_and_the_one_before_stays(device: Device) -> None:
    before = device.read(f"{ETC}/edge.env")
    told = device.run("sh", INSTALL, "LOOKALIKE_MAX_FPS=fast", check=False)
    assert told.returncode != 0
    assert "error: LOOKALIKE_MAX_FPS" in told.stderr
    assert "code and settings are those of before" in told.stderr
    assert device.read(f"{ETC}/edge.env") == before


def test_an_update_that_does_not_work_is_taken_back_and_a_removal_leaves_nothing(device: Device) -> None:
    device.run("sh", "-c", "mkdir -p /run/systemd/system; cat >/usr/local/bin/systemctl", given=SYSTEMCTL)
    device.run("chmod", "+x", "/usr/local/bin/systemctl")
    told = device.run("sh", INSTALL, "LOOKALIKE_MAX_FPS=2")
    assert "lookalike-edge runs" in told.stdout
    assert "installing packages" not in told.stdout
    assert "LOOKALIKE_MAX_FPS=2\n" in device.read(f"{ETC}/edge.env")

    device.run("touch", f"{UNPACKED}/edge/broken")
    told = device.run("sh", INSTALL, "LOOKALIKE_MAX_FPS=3", check=False)
    assert told.returncode == 1
    assert "code and settings are those of before" in told.stderr
    assert "lookalike-edge does not work" in told.stderr
    assert device.run("sh", "-c", f"ls {OPT}/code/edge/broken", check=False).returncode != 0
    assert device.run("test", "-e", ALIVE).returncode == 0
    assert "LOOKALIKE_MAX_FPS=2\n" in device.read(f"{ETC}/edge.env")
    device.run("rm", f"{UNPACKED}/edge/broken")
    assert "lookalike-edge runs" in device.run("sh", INSTALL, "--update").stdout

    device.run("sh", f"{OPT}/code/edge/install.sh", "--remove")
    asked = device.read("/tmp/systemctl").splitlines()
    assert asked[-2:] == ["disable --quiet --now lookalike-edge", "daemon-reload"]
    # systemd itself takes /run/lookalike-edge away.
    elsewhere = " ".join(f"-not -path '/{folder}/*'" for folder in ("root", "greengrass", "run"))
    left = f"find / -xdev -name 'lookalike-edge*' {elsewhere}"
    assert device.run("sh", "-c", left).stdout == ""
    assert device.run("id", "lookalike-edge", check=False).returncode != 0
