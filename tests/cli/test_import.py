"""`lookalike items import`: interrupted, killed, started again; into and out of archives."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.adapters.faiss_index import FaissIndex
from tests.cli.shop import ROOT, Shop, without_twins, write_model
from tests.fakes import filled
from tests.servers import until
from tests.system.pictures import write_pictures

# Many times the number acknowledged at a time, which is 16 at most, so that it is interrupted before its end.
COUNT = 160


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures that take a few seconds to import."""
    write_pictures(tmp_path / "pictures", [f"thing-{number:02}.jpg" for number in range(COUNT)])
    return tmp_path / "pictures"


def acknowledged(shop: Shop) -> list[str]:
    """Ids in the journal's complete lines."""
    lines = [line for path in shop.journals() for line in path.read_text().splitlines(keepends=True)]
    return [json.loads(line)["item"] for line in lines if line.endswith("\n")]


@contextlib.contextmanager
def going(shop: Shop, folder: Path, *, after: int = 1) -> Iterator[subprocess.Popen[str]]:
    """A running import with `after` items acknowledged; it does not outlive the block."""
    with shop.start("import", folder) as started:
        try:
            until(
                lambda: len(acknowledged(shop)) >= after or started.poll() is not None,
                within_s=60,
                what="items are acknowledged",
            )
            assert started.poll() is None, f"it ended before that: {started.communicate()[1]}"
            yield started
        finally:
            started.kill()


def ended(shop: Shop, folder: Path, how: signal.Signals, *, after: int) -> tuple[int, str]:
    """Begin an import and end it once `after` items are acknowledged; returns its exit code and output."""
    with going(shop, folder, after=after) as started:
        started.send_signal(how)
        told = started.communicate(timeout=300)[1]
        return started.returncode, told


def test_an_interrupted_import_says_how_to_go_on_and_goes_on(shop: Shop, folder: Path) -> None:
    code, told = ended(shop, folder, signal.SIGINT, after=16)
    assert code == 130
    before = acknowledged(shop)
    assert told == f"interrupted, {len(before)} of {COUNT} done; the same command goes on\n"
    assert sorted(before) == sorted(shop.kept())

    done = shop.items("import", folder)

    assert done.returncode == 0, done.stderr
    rest = COUNT - len(before)
    assert without_twins(done.stderr) == (
        f"{rest} items imported, 0 refused, {len(before)} were imported before the interruption\n"
        f"{shop.store_line}"
    )
    assert (len(shop.kept()), shop.journals()) == (COUNT, [])


def test_a_terminal_is_shown_how_far_it_is_how_fast_and_for_how_long_still(shop: Shop, folder: Path) -> None:
    ours, terminal = pty.openpty()
    command = shop.command("import", folder)
    environ = shop.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=terminal) as started:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal's end
            while piece := os.read(ours, 65536):
                shown += piece
    os.close(ours)
    assert started.returncode == 0
    told = shown.decode()
    assert f" 0/{COUNT}" in told
    assert f"{COUNT}/{COUNT}" in told
    assert re.search(r"[1-9][0-9.]* items/s, 0:0[0-9]:[0-9]{2} left", told), told


def test_an_import_that_is_killed_loses_nothing_that_it_acknowledged(shop: Shop, folder: Path) -> None:
    seen: set[str] = set()
    for after in (16, 32):
        ended(shop, folder, signal.SIGKILL, after=after)
        seen |= set(acknowledged(shop))
        assert seen <= shop.kept().keys()
    done = shop.items("import", folder)
    assert done.returncode == 0, done.stderr
    assert f"{len(seen)} were imported before" in done.stderr
    assert (len(shop.kept()), shop.journals()) == (COUNT, [])


def test_what_changed_since_the_interruption_is_imported_again(shop: Shop, folder: Path) -> None:
    ended(shop, folder, signal.SIGINT, after=16)
    before = acknowledged(shop)
    changed, touched, *_ = before
    picture = folder / f"{changed}.jpg"
    picture.write_bytes((folder / f"thing-{COUNT - 1:02}.jpg").read_bytes())
    os.utime(folder / f"{touched}.jpg", ns=(1, 1))

    done = shop.items("import", folder)

    assert f"{len(before) - 2} were imported before" in done.stderr
    found = shop.kept()
    assert found[changed].picture == found[f"thing-{COUNT - 1:02}"].picture


def test_another_model_takes_nothing_for_done(shop: Shop, folder: Path, tmp_path: Path) -> None:
    ended(shop, folder, signal.SIGINT, after=16)
    for path in (shop.data / "items.sqlite").parent.glob("items.sqlite*"):
        path.unlink()
    other = Shop(shop.data, write_model(tmp_path / "other.onnx", last=2.0))
    done = other.items("import", folder)
    assert without_twins(done.stderr) == f"{COUNT} items imported, 0 refused\n{other.store_line}"


def test_the_same_import_does_not_run_twice_at_once(shop: Shop, folder: Path) -> None:
    with going(shop, folder) as started:
        started.send_signal(signal.SIGSTOP)  # it may be done before the second one comes up
        done = shop.items("import", folder)
        started.send_signal(signal.SIGCONT)
        assert done.returncode == 1
        assert "another process writes to it; stop that first" in done.stderr
        assert f"{COUNT} items imported" in started.communicate(timeout=300)[1]


def same_items(one: Shop, other: Shop) -> None:
    """Check that both shops hold the same items, and that a search gives the same answers."""
    first, second = one.kept(), other.kept()
    assert first.keys() == second.keys()
    indexes = [FaissIndex(dim=4, threads=1) for _ in range(2)]
    for item_id, item in first.items():
        twin = second[item_id]
        np.testing.assert_array_equal(item.vectors, twin.vectors)
        facts = [(i.title, i.link, i.metadata, i.pictures, i.model) for i in (item, twin)]
        assert facts[0] == facts[1]
        for index, vectors in zip(indexes, (item.vectors, twin.vectors), strict=True):
            filled(index, {item_id: vectors})
    queries = np.concatenate([item.vectors for item in first.values()])
    assert indexes[0].search(queries, k=5) == indexes[1].search(queries, k=5)


def test_an_export_and_its_import_give_the_same_catalogue_elsewhere(shop: Shop, tmp_path: Path) -> None:
    write_pictures(tmp_path, ["a.jpg", "b.jpg"])
    (tmp_path / "c.csv").write_text(
        "id,title,image,link,price\na,Anna's,a.jpg,https://x.example/1,9\nb,Ü,b.jpg,,\n"
    )
    assert shop.items("import", tmp_path / "c.csv").returncode == 0
    exported = shop.items("export", tmp_path / "backup.zip")
    assert exported.returncode == 0, exported.stderr
    assert exported.stderr.startswith("2 items exported to ")

    other = Shop(tmp_path / "elsewhere", shop.model)
    done = other.items("import", tmp_path / "backup.zip")

    assert (done.returncode, done.stderr) == (
        0,
        f"2 items imported, 0 refused\n{other.store_line}",
    )
    same_items(shop, other)
    assert other.items("export", tmp_path / "again.zip").returncode == 0
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "backup.zip").read_bytes()


def test_an_archive_of_another_model_is_made_again_and_that_is_said(shop: Shop, tmp_path: Path) -> None:
    write_pictures(tmp_path / "p", ["a.jpg", "b.jpg"])
    assert shop.items("import", tmp_path / "p").returncode == 0
    assert shop.items("export", tmp_path / "backup.zip").returncode == 0
    other = Shop(tmp_path / "elsewhere", write_model(tmp_path / "other.onnx", last=2.0))
    done = other.items("import", tmp_path / "backup.zip")
    assert without_twins(done.stderr) == (
        "2 items imported, 0 refused; 2 came with vectors of another model or recipe and were made again\n"
        f"{other.store_line}"
    )
    (first, *_), (second, *_) = shop.kept().values(), other.kept().values()
    assert first.model != second.model
    assert not np.array_equal(first.vectors, second.vectors)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_an_archive_that_is_cut_short_is_one_clear_line_and_writes_nothing(
    shop: Shop, tmp_path: Path, share: float
) -> None:
    write_pictures(tmp_path / "p", ["a.jpg", "b.jpg"])
    assert shop.items("import", tmp_path / "p").returncode == 0
    assert shop.items("export", tmp_path / "backup.zip").returncode == 0
    whole = (tmp_path / "backup.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: int(len(whole) * share)])
    other = Shop(tmp_path / "elsewhere", shop.model)
    done = other.items("import", tmp_path / "cut.zip")
    assert done.returncode == 2
    assert done.stderr.startswith("error: not an archive of items, or one that is cut short")
    assert len(done.stderr.splitlines()) == 1
    assert (other.kept(), other.journals()) == ({}, [])


def test_an_export_overwrites_nothing_by_itself_and_leaves_nothing_half_written(
    shop: Shop, tmp_path: Path
) -> None:
    write_pictures(tmp_path / "p", ["a.jpg"])
    assert shop.items("import", tmp_path / "p").returncode == 0
    target = tmp_path / "out" / "backup.zip"
    target.parent.mkdir()
    target.write_bytes(b"older")

    assert "exists; --replace overwrites it" in shop.items("export", target).stderr
    assert target.read_bytes() == b"older"
    assert shop.items("export", target, "--replace").returncode == 0
    assert target.read_bytes() != b"older"
    assert "is no .zip" in shop.items("export", tmp_path / "out" / "backup").stderr
    assert "can't be written" in shop.items("export", tmp_path / "absent" / "backup.zip").stderr
    assert [path.name for path in target.parent.iterdir()] == ["backup.zip"]


def test_a_picture_that_is_gone_is_told_at_the_export_and_the_rest_is_in_it(
    shop: Shop, tmp_path: Path
) -> None:
    write_pictures(tmp_path / "p", ["a.jpg", "b.jpg"])
    assert shop.items("import", tmp_path / "p").returncode == 0
    key = shop.kept()["a"].picture
    (shop.data / "pictures" / key[:2] / key).unlink()
    exported = shop.items("export", tmp_path / "backup.zip")
    assert exported.returncode == 1
    assert f"left out: the picture {key} is gone" in exported.stderr
    other = Shop(tmp_path / "elsewhere", shop.model)
    done = other.items("import", tmp_path / "backup.zip")
    assert f"item 1: the picture {key} of item 'a' is not in the archive" in done.stderr
    assert (done.returncode, list(other.kept())) == (1, ["b"])
