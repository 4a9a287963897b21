"""A process that is started again when it ends."""

import os
import signal
import sys
from pathlib import Path

import pytest

from edge.process.kept_process import KeptProcess
from tests.servers import until

WAITS = "import sys; sys.stdin.read()"


class Clock:
    """Seconds that a test sets."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_pauses_grow_and_begin_again_after_a_steady_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    kept = KeptProcess("door", [sys.executable, "-c", WAITS], os.environ, clock=clock)
    kept.keep()
    for pause_s in (1, 2, 4):
        _kill(kept)
        kept.keep()
        assert kept.pid is None
        assert kept.trouble == (
            "its process was killed (signal 9), as a system does that is out of memory; "
            f"started again after {pause_s} s"
        )
        clock.now_s += pause_s - 0.1
        kept.keep()
        assert kept.pid is None
        clock.now_s += 0.1
        kept.keep()
        assert kept.pid is not None
    assert caplog.text.count("camera door: its process was killed") == 3
    clock.now_s += 61
    kept.keep()
    assert kept.trouble is None
    _kill(kept)
    kept.keep()
    assert "after 1 s" in str(kept.trouble)


def test_it_ends_when_it_is_asked_to_by_force_if_need_be() -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    for program in (WAITS, stubborn):
        kept = KeptProcess("door", [sys.executable, "-c", program], os.environ)
        kept.keep()
        pid = kept.pid
        kept.terminate()
        kept.wait(0.2)
        assert kept.pid is None
        assert not Path(f"/proc/{pid}").exists()


def test_what_cannot_be_started_is_told_and_tried_again() -> None:
    clock = Clock()
    kept = KeptProcess("door", ["/no/such/program"], os.environ, clock=clock)
    kept.keep()
    assert kept.trouble == "its process cannot be started: No such file or directory; started again after 1 s"
    clock.now_s += 1
    kept.keep()
    assert "after 2 s" in str(kept.trouble)


def _kill(kept: KeptProcess) -> None:
    assert kept.pid is not None
    pid = kept.pid
    os.killpg(pid, signal.SIGKILL)
    until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z", what="its end")
