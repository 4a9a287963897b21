"""Health checks: of a single process, independent of others, and the api's of a slow search."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.system import single
from tests.system.stack import ROOT, Stack, eventually, running, stopped


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system for a test to hold up."""
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none"}
    with running(tmp_path_factory.mktemp("alive"), settings=settings) as started:
        started.environ["LOOKALIKE_SEARCH_PORT"] = str(urlsplit(started.address("search")).port)
        yield started


def _alive(stack: Stack, process: str) -> tuple[int, str]:
    done = stack.cli("alive", process)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_both_are_alive_also_while_all_that_they_depend_on_hangs(quiet: Stack) -> None:
    with stopped(quiet.pid("valkey-server"), quiet.pid("run.broker")):
        assert [_alive(quiet, process) for process in ("api", "search")] == [(0, ""), (0, "")]
        with stopped(quiet.pid("services.search")):
            assert _alive(quiet, "api") == (0, "")
            assert _alive(quiet, "search") == (1, "error: search: gives no answer within 3 s: timed out\n")
    eventually(lambda: quiet.get("/healthz")["status"] == "ok", within_s=40, why=quiet.log)
    assert quiet.get("/alive") == {"alive": True}


def test_a_search_that_takes_its_time_is_compared_with_the_store_of_its_answer(quiet: Stack) -> None:
    def asked_while_it_changed() -> tuple[int, int] | None:
        # A failure, as of a round before, is answered for as long as it took.
        if not quiet.get("/healthz")["checks"]["index"]["ok"]:
            return None
        added = single.add(quiet, 1, title="A bowl")
        with ThreadPoolExecutor() as pool:
            with stopped(quiet.pid("services.search")):
                asked = pool.submit(quiet.get, "/healthz")
                time.sleep(1)
                assert not asked.done()
                quiet.client.delete(f"/items/{added['id']}").raise_for_status()
            checks = asked.result()["checks"]
        # If the change itself took the five seconds that a search has, there is nothing to compare.
        return (checks["store"]["cursor"], added["change"] + 1) if checks["index"]["ok"] else None

    told, newest = eventually(asked_while_it_changed, within_s=60, why=quiet.log)
    assert told == newest


def test_a_process_that_is_not_there_is_not_alive(quiet: Stack) -> None:
    environ = quiet.environ | {"LOOKALIKE_PORT": "1"}
    command = [sys.executable, "-m", "services.cli", "alive", "api"]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, "refused" in done.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [[], ["edge"], ["api", "search"]])
def test_what_else_could_be_meant_is_refused(quiet: Stack, arguments: list[str]) -> None:
    done = quiet.cli("alive", *arguments)
    assert (done.returncode, done.stderr) == (2, "usage: lookalike alive api|search\n")


def test_it_imports_nothing_that_takes_long() -> None:
    code = "import sys, services.cli.alive; print(len(sys.modules), *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"pydantic", "numpy", "httpx", "typer"} & set(done.stdout.split())
