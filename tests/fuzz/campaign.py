"""The run of one fuzz target: many cases in one process, and a report of all that went wrong.

`make fuzz` runs 200,000 cases, `make test` the first few of them. Environment variables: FUZZ_CASES (in all),
FUZZ_SEED, and FUZZ_ONLY (the number of one case, to run it again).
"""

from __future__ import annotations

import faulthandler
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

CASES = int(os.environ.get("FUZZ_CASES", "3000"))
SEED = int(os.environ.get("FUZZ_SEED", "16"))
ONLY = os.environ.get("FUZZ_ONLY")
# Cases that went wrong, and one that the process ended in.
FOLDER = Path(__file__).resolve().parents[2] / "build" / "fuzz"
# CPU time of one case: the most costly picture that is taken needs 2 s.
MOST_S = 20.0
# A decoder in C can't be interrupted: after this the process ends, and the case is in FOLDER.
_HANGS_S = 300.0
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed: `call` gets each case and may raise `refusals`, and nothing else.

    `share` is the part of all cases that is its own.
    """

    name: str
    share: float
    case: Callable[[int, int], bytes]
    call: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]


def run(target: Target) -> Counter[str]:
    """Run the target's cases; gives the number of those that were taken, and refused."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    slowest_s, began_s = 0.0, time.monotonic()
    numbers = [int(ONLY)] if ONLY else range(max(1, round(CASES * target.share)))
    for number in numbers:
        if number % 100 == 0:
            faulthandler.dump_traceback_later(_HANGS_S, exit=True, file=2)
        outcome, spent_s, fault = _tried(target, number)
        outcomes[outcome] += 1
        slowest_s = max(slowest_s, spent_s)
        if fault:
            faults.append(fault)
        if len(faults) == _MOST_FAULTS:
            break
    faulthandler.cancel_dump_traceback_later()
    print(
        f"{target.name}, seed {SEED}: {sum(outcomes.values())} cases in {time.monotonic() - began_s:.1f} s, "
        f"{dict(outcomes)}, the slowest {slowest_s:.2f} s"
    )
    if faults:
        pytest.fail("\n\n".join(faults), pytrace=False)
    return outcomes


def _tried(target: Target, number: int) -> tuple[str, float, str]:
    """The outcome of one case, the CPU time it took, and what was wrong."""
    content = target.case(SEED, number)
    # Should the process end by it, the case is there.
    under_way = FOLDER / f"{target.name}-{os.getpid()}.under-way"
    under_way.write_bytes(content)
    began_s = time.process_time()
    outcome, fault = "taken", ""
    try:
        target.call(content)
    except target.refusals:
        outcome = "refused"
    except Exception:
        outcome, fault = "fault", traceback.format_exc(limit=-6)
    spent_s = time.process_time() - began_s
    if spent_s > MOST_S:
        outcome, fault = "slow", f"it took {spent_s:.1f} s of CPU time"
    under_way.unlink()
    return outcome, spent_s, _reported(target, number, content, fault) if fault else ""


def _reported(target: Target, number: int, content: bytes, fault: str) -> str:
    kept = FOLDER / f"{target.name}-{SEED}-{number}.case"
    kept.write_bytes(content)
    again = f"FUZZ_SEED={SEED} FUZZ_ONLY={number} .venv/bin/python -m pytest tests/fuzz -k {target.name}"
    what = f"{target.name}: case {number} of seed {SEED}, {len(content)} bytes, in {kept}"
    return f"{what}\n{fault}run it again: {again}"
