"""The edge on aarch64, emulated by QEMU on this machine: `python -m bench.aarch64 [--into DIR]`, as root.

Debian's Python 3.11 for arm64, the packages that `edge/greengrass/requirements.lock` pins as wheels for
aarch64, and `python -m edge` on the sample clip: it prints how long each part took, and how near the vectors
are to this machine's. It needs Debian with debootstrap, and takes minutes; all of it stays in one folder.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import iotcore
import numpy as np

from bench.edge import CLIP
from common.wire import Observation
from deploy.edge.wheels import download
from models.files import FOLDER
from models.locate import resolve
from tests.edge.kit import MqttListener
from tests.servers import free_port

CHECKOUT = Path(__file__).resolve().parents[1]
SUITE = "bookworm"
# A Raspberry Pi 4's; at what QEMU tells of this machine's processor, ONNX Runtime for aarch64 crashes.
CPU = "cortex-a72"
MACHINE = {
    "proc/cpuinfo": "processor\t: 0\nFeatures\t: fp asimd evtstrm crc32 cpuid\nCPU implementer\t: 0x41\n"
    "CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n",
    "sys/devices/system/cpu/possible": "0\n",
    "sys/devices/system/cpu/present": "0\n",
}
FRAMES, PATIENCE_S = 3, 1800.0
MODEL = "balanced"


def main() -> None:
    """Prepare what is missing, run, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=CHECKOUT / "build" / "aarch64")
    into = parser.parse_args().into.resolve()
    into.mkdir(parents=True, exist_ok=True)
    _timed("QEMU", lambda: _qemu(into))
    _timed("Debian's Python for arm64", lambda: _userland(into))
    _timed("wheels for aarch64, downloaded and unpacked", lambda: _packages(into))
    resolve(MODEL, build=True)
    qemu = [str(into / "qemu-aarch64"), "-cpu", CPU, "-L", str(into / "root")]
    emulated = _observations([*qemu, str(into / "root" / "usr" / "bin" / "python3.11")], into)
    native = _observations([sys.executable], None)
    told = [
        f"{float(np.vdot(a.vectors[0], b.vectors[0])):.5f}" for a, b in zip(emulated, native, strict=True)
    ]
    print(f"model {emulated[0].model} on both; cosines of the first frames' vectors: {', '.join(told)}")


def _timed(what: str, do: Callable[[], object]) -> None:
    began_s = time.monotonic()
    do()
    print(f"{what}: {time.monotonic() - began_s:.0f} s", flush=True)


def _qemu(into: Path) -> None:
    if (into / "qemu-aarch64").exists():
        return
    _run(["apt-get", "download", "qemu-user-static"], into)
    (package,) = into.glob("qemu-user-static_*.deb")
    _run(["dpkg-deb", "--extract", str(package), str(into / "qemu")], into)
    (into / "qemu-aarch64").symlink_to(into / "qemu" / "usr" / "bin" / "qemu-aarch64-static")


def _userland(into: Path) -> None:
    """Unpacked, not installed: one process needs no more."""
    root = into / "root"
    if root.exists():
        return
    downloads = into / "debian"
    include = "--include=python3.11,libpython3.11-stdlib,libstdc++6,ca-certificates"
    _run(
        [
            "debootstrap",
            "--arch=arm64",
            "--variant=minbase",
            "--download-only",
            include,
            SUITE,
            str(downloads),
        ],
        into,
    )
    unpacked = into / "root.part"
    for package in sorted(downloads.glob("var/cache/apt/archives/*.deb")):
        _run(["dpkg-deb", "--extract", str(package), str(unpacked)], into)
    for name, text in MACHINE.items():
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).write_text(text)
    unpacked.rename(root)


def _packages(into: Path) -> None:
    if (into / "site").exists():
        return
    download("aarch64-py311", into / "wheels")
    for wheel in sorted((into / "wheels").glob("*.whl")):
        _run([sys.executable, "-m", "zipfile", "--extract", str(wheel), str(into / "site.part")], into)
    (into / "site.part").rename(into / "site")


def _observations(python: list[str], into: Path | None) -> list[Observation]:
    """The first frames of the clip as `python -m edge` sees them; prints when they came."""
    port = free_port()
    path = [str(CHECKOUT), *([] if into is None else [str(into / "site")])]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("LOOKALIKE_")} | {
        "PYTHONPATH": os.pathsep.join(path),
        "LOOKALIKE_SOURCE": str(CLIP),
        "LOOKALIKE_MODEL": str(FOLDER / f"{MODEL}.onnx"),
        "LOOKALIKE_MQTT_URL": f"mqtt://127.0.0.1:{port}",
        "LOOKALIKE_PACE": "fast",  # the same frames on both
        "LOOKALIKE_GATE": "0",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with (
        iotcore.Broker(port=port, listen="127.0.0.1", max_payload_size=524_288),
        MqttListener(port) as listener,
    ):
        began_s = time.monotonic()
        with subprocess.Popen([*python, "-m", "edge"], cwd=CHECKOUT, env=environ) as process:
            try:
                while len(seen := listener.observations()) < FRAMES:
                    if process.poll() is not None or time.monotonic() - began_s > PATIENCE_S:
                        raise SystemExit("error: no observation; the edge's lines are above")
                    time.sleep(0.05)
            finally:
                process.kill()
    at_s = [heard.at_s for heard in listener.heard if heard.topic.endswith("/features")]
    first_s = time.monotonic() - began_s - (time.time() - at_s[0])
    spent = (at_s[FRAMES - 1] - at_s[0]) / (FRAMES - 1)
    kind = "this machine" if into is None else "aarch64 under QEMU"
    print(f"{kind}: first observation after {first_s:.1f} s, then {spent:.2f} s a frame", flush=True)
    return seen[:FRAMES]


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
