"""The whole pinned set is there as wheels for the processors and Pythons of devices; nothing is built."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.aws.errors import DeployError
from deploy.edge.wheels import GLIBC_MINOR, LOCK, download

TARGETS = ("aarch64-py311", "aarch64-py312", "aarch64-py313")
MOST_BYTES = 160 * 2**20


@pytest.fixture(scope="module")
def downloaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The files of each target."""
    into = {target: tmp_path_factory.mktemp(target) for target in TARGETS}
    with ThreadPoolExecutor(len(TARGETS)) as pool:  # they wait for the package index
        list(pool.map(lambda target: download(target, into[target]), TARGETS))
    return {target: sorted(folder.iterdir()) for target, folder in into.items()}


def test_each_package_of_the_lock_is_a_wheel_for_the_device(downloaded: dict[str, list[Path]]) -> None:
    locked = {_plain(name) for name in re.findall(r"^([\w.-]+)==", LOCK.read_text(), re.MULTILINE)}
    for target, files in downloaded.items():
        assert {_plain(path.name.split("-")[0]) for path in files} == locked, target
        for path in files:
            assert path.suffix == ".whl"
            platform = path.stem.split("-")[-1]
            assert platform == "any" or platform.endswith("_aarch64"), path.name
            minors = [int(each) for each in re.findall(r"manylinux_2_(\d+)_", platform)]
            assert not minors or min(minors) <= GLIBC_MINOR
        size = sum(path.stat().st_size for path in files)
        print(f"{target}: {len(files)} wheels, {size / 2**20:.0f} MiB")
        assert size < MOST_BYTES


def test_another_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="WHEELS: 'armv7-py311'; expected such as aarch64-py311"):
        download("armv7-py311", tmp_path)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
