"""Golden messages with random damage: the codec decodes each or names a reason."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from common.wire import Kind, Observation, WireError, decode_observation

MESSAGES = Path(__file__).resolve().parents[1] / "messages"
PIECES = [b"", b"NaN", b"1e400", b"-1", b'"', b"[", b"{}", b"null", b"true", b"\\ud800", b"Infinity", b"1e39"]


def mutated(payload: bytes, chance: random.Random) -> bytes:
    """The message after a few cuts, doublings and changes of single bytes or values."""
    message = bytearray(payload)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(message) + 1)
        to = min(len(message), at + chance.randint(0, 12))
        piece = chance.choice([*PIECES, message[at:to] * 2, chance.randbytes(2), b"9" * 400, b"65535"])
        message[at:to] = piece
    return bytes(message)


def is_sound(seen: Observation) -> bool:
    """Whether the search can answer an observation, and the answer can be written."""
    json.dumps(dict(seen.timings_ms), ensure_ascii=False, allow_nan=False).encode()
    return bool(np.allclose(np.linalg.norm(seen.vectors, axis=1), 1, atol=1e-3))


@pytest.mark.parametrize("name", ["observation-f16.json", "observation-i8.json", "2018-features.json"])
def test_a_mutated_message_is_an_observation_or_refused_but_never_crashes(name: str) -> None:
    golden, chance = (MESSAGES / name).read_bytes(), random.Random(2018)
    outcomes = set()
    for _ in range(4000):
        payload = mutated(golden, chance)
        try:
            kind: Kind = chance.choice(("features", "infer"))
            seen = decode_observation(payload, thing="cam-1", kind=kind, received_at_s=1e9)
        except WireError as error:
            outcomes.add(error.reason)
            continue
        except Exception as error:  # the report needs the message that causes it
            pytest.fail(f"{error!r} for {payload!r}")
        outcomes.add("none" if seen is None else "observation")
        assert seen is None or is_sound(seen), payload
    assert {"none", "observation", "not_json", "encoding"} <= outcomes
