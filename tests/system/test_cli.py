"""The command line on a running system, and without one."""

from __future__ import annotations

import functools
import http.server
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.shop import without_twins
from tests.pace import limit_s
from tests.system import single
from tests.system.pictures import picture, write_pictures
from tests.system.stack import ROOT, Stack, eventually

VERDICTS = " match ", " not sure ", " no match "


def _count(stack: Stack) -> int:
    return int(stack.get("/healthz")["checks"]["index"]["items"])


def test_a_folder_is_searchable_when_its_import_returns(empty: Stack, tmp_path: Path) -> None:
    write_pictures(tmp_path, ["red-mug.jpg", "blue_bowl.jpg"])
    (tmp_path / "broken.jpg").write_bytes(picture(9)[:200])
    before = _count(empty)

    done = empty.cli("items", "import", str(tmp_path))

    assert done.returncode == 1
    assert "broken.jpg" in done.stderr
    assert "2 items imported, 1 refused" in done.stderr
    assert _count(empty) == before + 2
    assert empty.get("/items/red-mug")["title"] == "red mug"


def test_a_csv_gives_metadata_and_reports_its_bad_rows(empty: Stack, tmp_path: Path) -> None:
    write_pictures(tmp_path, ["a.jpg"])
    rows = [
        "id,title,image,price",
        "csv-1,Anna's cup,a.jpg,12.50",
        "csv-2,,a.jpg,1",
        "csv-3,x,../../etc/passwd,1",
        "csv-4,y",
    ]
    (tmp_path / "c.csv").write_text("\n".join(rows), encoding="utf-8")

    done = empty.cli("items", "import", str(tmp_path / "c.csv"))

    assert done.returncode == 1
    assert "1 item imported, 3 refused" in done.stderr
    for line in ("line 3", "line 4", "line 5"):
        assert line in done.stderr
    assert empty.get("/items/csv-1")["metadata"] == {"price": "12.50"}


def test_json_lines_are_read(empty: Stack, tmp_path: Path) -> None:
    write_pictures(tmp_path, ["a.jpg"])
    row = {
        "id": "json-1",
        "title": "Schüssel",
        "image": "a.jpg",
        "link": "https://shop.example/1",
        "stock": 3,
    }
    (tmp_path / "c.jsonl").write_text(f"{json.dumps(row)}\nnonsense\n", encoding="utf-8")

    done = empty.cli("items", "import", str(tmp_path / "c.jsonl"))

    assert "1 item imported, 1 refused" in done.stderr
    item = empty.get("/items/json-1")
    assert (item["link"], item["metadata"]) == ("https://shop.example/1", {"stock": "3"})


def test_the_2018_samples_lines_are_fetched(empty: Stack, tmp_path: Path) -> None:
    write_pictures(tmp_path / "www", ["monkey.jpg"])
    handler = functools.partial(_QuietCliHandler, directory=str(tmp_path / "www"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        lines = f"Plush Monkey, {address}/monkey.jpg\nGone, {address}/gone.jpg\n"
        (tmp_path / "data.txt").write_text(lines, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", "items", "import", str(tmp_path / "data.txt")],
            cwd=ROOT, env=empty.environ | {"LOOKALIKE_FETCH_PRIVATE": "1"},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        server.shutdown()
        thread.join()

    assert "1 item imported, 1 refused" in done.stderr
    assert "404" in done.stderr
    assert "Plush Monkey" in [item["title"] for item in empty.get("/items?limit=1000")["items"]]


class _QuietCliHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...


def test_search_prints_the_verdict_and_the_items(stack: Stack) -> None:
    found = stack.cli("search", str(ROOT / "samples" / "pictures" / "mug-harbour.jpg"))

    verdict, best, *rest = found.stdout.splitlines()
    assert found.returncode == 0, found.stderr
    assert verdict == "match"
    assert "mug-harbour" in best
    assert len(rest) == 5


def test_doctor_finds_every_hop_well(stack: Stack) -> None:
    told = stack.cli("doctor")

    assert told.returncode == 0, told.stdout
    assert told.stdout.count("  ok    ") == 10


def test_doctor_names_the_hop_that_fails(empty: Stack) -> None:
    # Other tests leave items in it.
    for item in empty.get("/items?limit=1000")["items"]:
        empty.client.delete(single.path(item["id"])).raise_for_status()
    told = empty.cli("doctor")

    assert told.returncode == 1
    assert "FAIL  item store: the catalogue is empty" in told.stdout
    # It goes on: what is behind it is checked too, and no camera is no failure.
    assert "ok    search" in told.stdout
    assert "none  camera: no camera is connected" in told.stdout
    assert "--    matches: not checked, because there is no camera" in told.stdout
    assert "log   what `make run` prints in its terminal" in told.stdout


@pytest.mark.usefixtures("bowl")
def test_doctor_takes_no_camera_for_no_failure(empty: Stack) -> None:
    eventually(lambda: empty.get("/healthz")["checks"]["index"]["items"], within_s=5)
    told = empty.cli("doctor")
    assert (told.returncode, "FAIL" in told.stdout) == (0, False), told.stdout
    assert "  log" not in told.stdout


def test_doctor_says_when_nothing_runs(empty: Stack, tmp_path: Path) -> None:
    elsewhere = empty.environ | {"LOOKALIKE_DATA_DIR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-m", "services.cli", "doctor"],
        cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert told.returncode == 1
    assert "FAIL  system" in told.stdout
    assert "make run" in told.stdout


def test_watch_shows_observations_and_matches_as_they_pass(stack: Stack) -> None:
    command = [sys.executable, "-u", "-m", "services.cli", "watch"]
    with subprocess.Popen(
        command, cwd=ROOT, env=stack.environ, stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        assert any("observation" in line for line in watching.stdout)
        assert any(verdict in line for line in watching.stdout for verdict in VERDICTS)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(limit_s(20)) == 130


def test_a_missing_path_is_one_clear_line(empty: Stack) -> None:
    done = empty.cli("items", "import", "/nowhere/at/all")

    assert done.returncode == 2
    assert done.stderr.startswith("error: /nowhere/at/all does not exist")
    assert len(done.stderr.splitlines()) == 1


def test_an_import_from_another_folder_reaches_the_running_system_and_names_its_store(
    empty: Stack, tmp_path: Path
) -> None:
    write_pictures(tmp_path / "pics", ["far-mug.jpg"])
    command = [sys.executable, "-m", "services.cli", "items", "import", "pics"]
    environ = empty.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert without_twins(done.stderr).splitlines()[-2:] == [
        "1 item imported, 0 refused",
        f"store: {empty.data}/items.sqlite, through {empty.page}",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["pics"]
    assert empty.get("/items/far-mug")["title"] == "far mug"
