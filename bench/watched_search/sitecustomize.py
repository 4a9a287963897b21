"""Loaded by Python itself in a process of `bench.search`: the search tells where its CPU time goes.

Each thread has a profile by its own CPU clock. BENCH_STAGES is the file that gets, twice a second, the
seconds of each function since the start, with what it calls, by the function's name.
"""

from __future__ import annotations

import cProfile
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

_EVERY_S = 0.5
_profiles: list[cProfile.Profile] = []


def _begin(_frame: Any, _event: str, _argument: Any) -> None:
    sys.setprofile(None)
    profile = cProfile.Profile(time.thread_time)
    _profiles.append(profile)
    profile.enable()


def _write(path: Path) -> None:
    while True:
        time.sleep(_EVERY_S)
        seconds: dict[str, float] = {}
        for entry in [entry for profile in list(_profiles) for entry in profile.getstats()]:
            if not isinstance(entry.code, str):
                name = entry.code.co_qualname
                seconds[name] = seconds.get(name, 0.0) + entry.totaltime
        part = path.with_suffix(".part")
        part.write_text(json.dumps(seconds))
        part.replace(path)


if "services.search" in sys.orig_argv and "BENCH_STAGES" in os.environ:
    threading.Thread(target=_write, args=(Path(os.environ["BENCH_STAGES"]),), daemon=True).start()
    threading.setprofile(_begin)
