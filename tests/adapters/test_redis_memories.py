"""What processes remember of cameras on one Redis, of which each is sent only what it does not know."""

import itertools
import random
import time
from collections.abc import Callable
from dataclasses import replace

from services.core.camera_mean import learned
from services.core.evidence import Evidence, Vote
from services.core.records import MatchRecord
from tests.adapters.redis_kinds import RedisPlace
from tests.fakes import MODEL, make_observation, make_record, vectors


def seen(seq: int, *, thing: str = "cam-1", at_s: float = 1e9) -> MatchRecord:
    return make_record(make_observation(thing=thing, seq=seq, at_s=at_s))


def test_each_of_several_processes_remembers_what_all_have_pushed(redis_place: RedisPlace) -> None:
    chance, at_s = random.Random(7), time.time() - 100
    processes = [redis_place.again().queue() for _ in range(3)]
    for seq in range(80):
        process, thing = chance.choice(processes), chance.choice(["cam-1", "cam-2"])
        if chance.random() < 0.8:  # who pushes usually knows what was there
            process.memories(["cam-1", "cam-2"])
        record = seen(seq, thing=thing, at_s=at_s + seq / 10)
        vote = Vote(record.observation.captured_at_s, Evidence({"mug": float(seq)}, -1.0), MODEL)
        mean = learned(None, MODEL, vectors(seed=seq), None) if chance.random() < 0.4 else None
        process.push(replace(record, vote=vote if chance.random() < 0.9 else None, mean=mean))
        if chance.random() < 0.1:
            redis_place.client.delete(redis_place.keys.of("votes:cam-1"))
        asked = chance.choice(processes)
        told, kept = asked.memories(["cam-1", "cam-2"]), redis_place.queue().memories(["cam-1", "cam-2"])
        for name, memory in kept.items():
            assert list(told[name].votes) == list(memory.votes), seq
            assert repr(told[name].mean) == repr(memory.mean), seq
    for name in ("cam-1", "cam-2"):
        times = [frame.captured_at_s for frame in processes[0].seen(name)]
        assert len(times) >= 5
        assert min(newer - older for newer, older in itertools.pairwise(times)) > 0.999


def test_what_a_process_knows_of_a_camera_is_not_read_again(redis_of: Callable[[str], RedisPlace]) -> None:
    redis_place = redis_of("single")
    process = redis_place.queue()
    evidence = Evidence({f"item-{number}": 1.0 for number in range(100)}, -1.0)
    for seq in range(10):
        record = seen(seq, at_s=time.time() - 10 + seq / 10)
        process.push(replace(record, vote=Vote(record.observation.captured_at_s, evidence, MODEL)))
        process.memories(["cam-1"])
    before = int(redis_place.client.info("stats")["total_net_output_bytes"])
    assert len(process.memories(["cam-1"])["cam-1"].votes) == 10
    sent = int(redis_place.client.info("stats")["total_net_output_bytes"]) - before
    assert sent < 10_000  # most of it is the answer to INFO; the votes are 20,000
