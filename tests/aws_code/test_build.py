"""What the build refuses: zips that Lambda would not take, or that would not run there."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from deploy.lambda_zips.archive import MOST_UNPACKED, write_function
from deploy.lambda_zips.bytecode import compile_all, find_python
from deploy.lambda_zips.errors import ZipError
from deploy.lambda_zips.glibc import check_glibc
from deploy.lambda_zips.targets import RUNTIMES
from deploy.zip_file import write_zip

AMAZON_LINUX_2, AMAZON_LINUX_2023 = RUNTIMES


def test_a_module_that_needs_a_newer_glibc_is_refused(tmp_path: Path) -> None:
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy/core.so.1").write_bytes(b"\x7fELF\0GLIBC_2.17\0GLIBC_2.27\0GLIBC_2.4\0")
    check_glibc(tmp_path, AMAZON_LINUX_2023)
    with pytest.raises(
        ZipError, match=r"numpy/core\.so\.1 needs glibc 2\.27; Lambda's Python 3\.11 has 2\.26"
    ):
        check_glibc(tmp_path, AMAZON_LINUX_2)


def test_more_than_lambda_unpacks_is_refused_and_leaves_no_zip(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    with (folder / "large").open("wb") as file:
        file.truncate(MOST_UNPACKED + 1)
    with pytest.raises(ZipError, match=r"a\.zip: 250 MiB unpacked; Lambda takes 250"):
        write_function(folder, tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_zip_holds_no_time_and_everybody_may_read_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "b").mkdir(parents=True)
    for name in ("z.py", "b/a.py"):
        (folder / name).write_text("1")
        (folder / name).chmod(0o600)
    write_zip(folder, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        entries = [(each.filename, each.date_time, each.external_attr >> 16) for each in archive.infolist()]
    time = (1980, 1, 1, 0, 0, 0)
    assert entries == [("b/a.py", time, 0o100644), ("z.py", time, 0o100644)]


def test_a_module_that_does_not_compile_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def")
    with pytest.raises(ZipError, match=r"/var/task/broken\.py"):
        compile_all(Path(sys.executable), tmp_path)


def test_a_python_that_is_nowhere_is_not_found() -> None:
    assert find_python(f"3.{sys.version_info.minor}")
    assert find_python("3.2") is None
