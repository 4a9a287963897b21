"""The measure of indexes: of few items, and without those that would have to be installed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from bench.index.catalogue_files import read, written
from bench.index.curve import KEPT, drawn
from bench.index.made_catalogue import made_catalogue


def test_our_index_is_measured_and_the_last_line_is_json() -> None:
    sizes = ["--items", "2000", "--views", "2", "--queries", "30"]
    command = [sys.executable, "-m", "bench.index", *sizes, "--only", "product"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["product"]["recall"] >= 0.97
    numbers = ("first", "rate", "rate_64", "peak", "save_s", "load_s", "adds_a_s", "deletes_a_s", "p99_ms")
    assert all(found["product"][key] > 0 for key in numbers)
    assert found["product"]["targets"]["0.9"]["compared"] <= found["product"]["targets"]["0.99"]["compared"]


def test_the_files_hold_a_made_catalogue_and_its_exact_answers(tmp_path: Path) -> None:
    made = written(tmp_path, 300, views=3, queries=20)
    files = read(tmp_path)
    rows = np.concatenate([rows for _, rows in files.chunks()])
    assert np.array_equal(rows, made.rows.astype(np.float32))
    best = np.einsum("qd,nvd->qnv", made.queries, rows).max(axis=2)
    assert np.array_equal(files.nearest, np.argsort(-best, axis=1)[:, :10])


def test_made_items_lie_as_real_ones_do() -> None:
    rows = made_catalogue(960, views=3, queries=1).rows.astype(np.float32)
    between_views = np.einsum("nd,nd->n", rows[:, 0], rows[:, 1])
    assert 0.6 < np.median(between_views) < 0.73  # .67 of 960 real things
    means = rows.mean(axis=1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    others = np.sort(means @ means.T - 2 * np.eye(len(means), dtype=np.float32), axis=1)[:, ::-1]
    assert 0.5 < np.median(others[:, 0]) < 0.62  # .57
    assert 0.22 < np.median(others[:, 9]) < 0.32  # .28


def test_the_picture_is_that_of_what_is_kept() -> None:
    picture = Path(__file__).parents[2] / "docs" / "index-curve.svg"
    assert picture.read_text(encoding="utf-8") == drawn(json.loads(KEPT.read_text(encoding="utf-8")))
