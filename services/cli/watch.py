"""`lookalike watch`: observations and matches as they pass."""

from __future__ import annotations

import json
import queue
import threading
import time
from typing import Any

import redis

from common.wire import WireError, decode_observation, parse_topic
from services.adapters.mqtt import MqttClient
from services.adapters.redis_queue import CHANNEL
from services.adapters.running_api import ask
from services.bootstrap.redis import connect_redis
from services.bootstrap.settings import CliSettings, load
from services.cli.printed import say
from services.cli.running_system import api_client, run_json
from services.core.errors import InputError, UnavailableError

LOADING_EVERY_S = 1.0
_VERDICTS = {"match": "match", "unsure": "not sure", "no_match": "no match"}


def watch() -> None:
    """Print each observation and each verdict with its item as they pass, until Ctrl-C.

    A verdict is `match`, `not sure` or `no match`, with the probability of the nearest item and its title.
    Statuses of cameras, refused messages and the progress of a loading index are printed too.
    """
    settings = load(CliSettings)
    addresses = run_json(settings)
    if addresses is None:
        raise UnavailableError(f"nothing runs on {settings.data_dir}; start it with `make run`")
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    subscriber = MqttClient(
        addresses["broker"],
        filters=["lookalike/+/features", "lookalike/+/details", "lookalike/+/infer", "lookalike/+/status"],
        qos=0,
        on_message=lambda topic, payload: lines.put(_message(topic, payload)),
        files=settings.mqtt_files,
    )
    ending = threading.Event()
    watching = settings, addresses["page"], lines, ending
    looking = threading.Thread(target=_look_for_loading, args=watching, daemon=True)
    subscriber.start()
    looking.start()
    try:
        with _subscribed(addresses["redis"]) as channel:
            while True:
                message = channel.get_message(timeout=0.1)
                if message is not None:
                    lines.put(_record(message["data"]))
                while not lines.empty():
                    say(lines.get())
    except redis.RedisError as error:
        raise UnavailableError(f"Redis: {error}") from None
    finally:
        ending.set()
        subscriber.stop()


def _look_for_loading(
    settings: CliSettings, page: str, lines: queue.SimpleQueue[str], ending: threading.Event
) -> None:
    """Put a line whenever the loading of the index has progressed, and one when it is over."""
    said = None
    with api_client(settings, page) as client:
        while not ending.wait(LOADING_EVERY_S):
            try:
                index = ask(client, "GET", "/healthz", allow=(200, 503))["checks"]["index"]
            except (InputError, UnavailableError):
                continue  # matches and observations may still pass
            detail = index["detail"] if "loading" in index else None
            if detail != said and (detail is not None or index["ok"]):
                words = f"loading      {detail}" if detail else f"loaded       {index['items']} items"
                lines.put(f"{_clock()} {'search':12} {words}")
                said = detail


def _subscribed(url: str) -> redis.client.PubSub:
    channel: redis.client.PubSub = connect_redis(url).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    channel.subscribe(CHANNEL)
    return channel


def _message(topic: str, payload: bytes) -> str:
    try:
        thing, kind = parse_topic(topic)
        if kind == "status":
            return f"{_clock()} {thing:12} status       {payload[:200].decode(errors='replace')}"
        seen = decode_observation(payload, thing=thing, kind=kind, received_at_s=time.time())
    except WireError as error:
        return f"{_clock()} {topic} refused: {error}"
    if seen is None:
        return f"{_clock()} {thing:12} says         {payload[:200].decode(errors='replace')}"
    age_ms = (time.time() - seen.captured_at_s) * 1000
    return (
        f"{_clock()} {thing:12} observation  seq {seen.seq} model {seen.model} "
        f"{len(seen.vectors)} x {seen.vectors.shape[1]}, {len(payload)} bytes, {age_ms:.0f} ms old"
    )


def _record(text: str) -> str:
    record = json.loads(text)
    verdict = _VERDICTS.get(record["verdict"], record["verdict"])
    head = f"{_clock()} {record['thing']:12} {verdict:12} seq {record['seq']}"
    if not record["matches"]:
        return f"{head} the catalogue is empty"
    best = record["matches"][0]
    nearest = "nearest: " if record["verdict"] == "no_match" else ""
    return f"{head} {_chance(best['score'])} {nearest}{_titles(record, best)}"


def _chance(score: float) -> str:
    """A probability as the page shows it: never 0 or 100 %, because nothing that a camera sees is certain."""
    whole = round(score * 100)
    shown = "<1%" if whole < 1 else ">99%" if whole > 99 else f"{whole}%"
    return f"{shown:>4}"


def _titles(record: dict[str, Any], best: dict[str, Any]) -> str:
    """The best match's title, or those of its equals."""
    equals = record.get("equals")
    if not equals:
        return str(best["title"])
    titles = [str(match["title"]) for match in record["matches"] if match["id"] in equals]
    return f"one of these {len(titles)}: {'; '.join(titles)}"


def _clock() -> str:
    return time.strftime("%H:%M:%S")
